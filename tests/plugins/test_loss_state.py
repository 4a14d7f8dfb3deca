"""What losses see of a run, and the state that they keep: saved and resumed bit for bit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugin_site import Site
from safetensors.torch import load_file
from tiny_runs import checkpoint, drawings, records, tiny_recipe, written

Run = Callable[..., Any]
POINTS = "[asciivae.losses]\ncentre = keeps:Centre\n[asciivae.contract]\n2 = asciivae.contract\n"
CODE = """
import json
import os
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Config:
    pass


class Centre(nn.Module):
    contract = 2
    Config = Config
    needs = frozenset()

    def __init__(self, config, facts):
        super().__init__()
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))
        self.register_buffer("mean", torch.zeros(95))
        self.register_buffer("constant", torch.ones(95), persistent=False)
        self.frozen = nn.Linear(2, 2).requires_grad_(False)

    def forward(self, inputs):
        value = inputs.logits.mean((2, 3))
        seen = {
            "step": inputs.step, "epoch": inputs.epoch, "total": inputs.total_steps, "training": inputs.training,
            "z": list(inputs.z.shape), "mean": list(inputs.posterior.mean.shape), "mask": inputs.latent_mask.dtype is
            torch.bool and inputs.latent_mask.expand_as(inputs.z).shape == inputs.z.shape,
        }
        if "SEEN" in os.environ:
            with open(os.environ["SEEN"], "a") as file:
                file.write(json.dumps(seen) + "\\n")
        result = (value - self.mean).square().mean(1) * (1 + self.seen)
        if inputs.training:
            if int(self.seen) == 4 and "FAIL" in os.environ:
                self.mean.add_(7.0)
                raise ValueError("broken")
            self.seen += 1
            self.mean.lerp_(value.detach().mean(0), 0.1)
        return {"": result}
"""


def recipe_of(site: Site, folder: Path, **changes: Any) -> Path:
    site.add("keeps", POINTS, CODE)
    losses = [{"use": "ce"}, {"use": "centre", "name": "pull", "weight": 0.1}]
    return written(folder / "a.yaml", tiny_recipe(drawings(folder / "art"), losses=losses, **changes))


@pytest.mark.parametrize("failing", [False, True])
def test_a_resumed_run_is_one_that_was_not_stopped(
    site: Site, here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: bool
) -> None:
    recipe, whole, parts = recipe_of(site, tmp_path), tmp_path / "whole", tmp_path / "parts"
    assert here("train", "--recipe", recipe, "--out", whole).exit_code == 0
    if failing:
        monkeypatch.setenv("FAIL", "yes")
        assert here("train", "--recipe", recipe, "--out", parts).exit_code == 1
        monkeypatch.delenv("FAIL")
        assert here("train", "--resume", parts).exit_code == 0
    else:
        assert here("train", "--recipe", recipe, "--out", parts, "--set", "train.steps=4").exit_code == 0
        assert here("train", "--resume", parts, "--set", "train.steps=6").exit_code == 0
    found, expected = checkpoint(parts), checkpoint(whole)
    found.pop("model.safetensors header"), expected.pop("model.safetensors header")  # the number of steps
    assert found == expected
    assert records(parts, "train") == records(whole, "train")
    saved = load_file(whole / "checkpoints" / "step-6" / "training.safetensors")
    assert {name for name in saved if name.startswith("loss/")} == {"loss/pull/seen", "loss/pull/mean"}
    assert int(saved["loss/pull/seen"]) == 6


def test_it_sees_where_the_run_is(site: Site, here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    assert here("train", "--recipe", recipe_of(site, tmp_path), "--out", tmp_path / "run").exit_code == 0
    seen = [json.loads(line) for line in (tmp_path / "seen").read_text().splitlines()]
    training = [one for one in seen if one["training"]]
    assert [(one["step"], one["epoch"], one["total"]) for one in training] == [
        (0, 0, 6),
        (1, 0, 6),
        (2, 0, 6),
        (3, 1, 6),
        (4, 1, 6),
        (5, 1, 6),
    ]
    assert {one["step"] for one in seen if not one["training"]} == {3, 6}
    assert all(one["mask"] and one["z"] == one["mean"] and len(one["z"]) == 4 for one in seen)


def test_a_plugin_of_contract_1_has_no_state_that_is_saved(site: Site, here: Run, tmp_path: Path) -> None:
    recipe = recipe_of(site, tmp_path)
    code = CODE.replace("contract = 2", "contract = 1").replace("self.seen += 1", "pass")
    (site.folder / "keeps.py").write_text(code)
    assert here("train", "--recipe", recipe, "--out", tmp_path / "run").exit_code == 0
    saved = load_file(tmp_path / "run" / "checkpoints" / "step-6" / "training.safetensors")
    assert not [name for name in saved if name.startswith("loss/")]


def test_a_state_of_another_shape_is_refused(site: Site, here: Run, tmp_path: Path) -> None:
    recipe, run = recipe_of(site, tmp_path), tmp_path / "run"
    assert here("train", "--recipe", recipe, "--out", run, "--set", "train.steps=2").exit_code == 0
    (site.folder / "keeps.py").write_text(CODE.replace('"mean", torch.zeros(95)', '"mean", torch.zeros(1)'))
    import sys

    from asciivae import registry

    sys.modules.pop("keeps")
    registry._loaded.clear()
    done = here("train", "--resume", run, "--set", "train.steps=4")
    assert done.exit_code == 1
    assert "the checkpoint does not fit this recipe (loss/pull/mean is (95,), not (1,))" in done.stderr
