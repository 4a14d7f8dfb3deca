"""A plugin that fails while it runs: who is to blame, where, and what is left of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from plugin_site import Site
from sick_packages import SOUND, failing_backward
from tiny_runs import LOGGED, checkpoint, drawings, records, resolved, tiny_recipe, written

Run = Callable[..., Any]
POINTS = "[asciivae.losses]\nblur = late_blur:Blur\n"
CALLS = """
import os

CALLS = [0]


class Blur(Blur):
    def __call__(self, inputs):
        CALLS[0] += 1
        if CALLS[0] == 4 and "WELL" not in os.environ:
            FAULT
        return super().__call__(inputs)
"""


def prepared(site: Site, folder: Path, fault: str, **changes: Any) -> Path:
    """A recipe with a loss that fails at its fourth step, counted as 3."""
    site.add("late-blur", POINTS, SOUND + CALLS.replace("FAULT", fault), version="0.4")
    losses = [{"use": "ce"}, {"use": "blur", "name": "soft", "weight": 0.1}]
    every = {"log": 1, "evaluate": 100, "checkpoint": 100, "sample": 100}
    data = {"corpus": str(drawings(folder / "art")), "split": {"rule": "tail", "share": 0.2}, "limit": 24}
    return written(folder / "a.yaml", tiny_recipe("", data=data, losses=losses, every=every, **changes))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("raise KeyError('ink')", "failed with KeyError: 'ink'"),
        ("raise SystemExit(3)", "failed with SystemExit: 3"),
        ("return {'': inputs.logits.mean()}", "term '' is (), not (8,)"),
        ("return inputs.logits", "returned Tensor, not named tensors"),
    ],
)
def test_the_message_names_package_version_term_and_step_and_the_run_is_saved(
    site: Site, here: Run, tmp_path: Path, fault: str, message: str
) -> None:
    recipe, run = prepared(site, tmp_path, fault), tmp_path / "run"
    done = here("train", "--recipe", recipe, "--out", run)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"error: loss 'soft' of late-blur 0.4, step 3: {message}\n" in done.stderr
    saved = f"step 3 is saved; fix the plugin and resume: asciivae train --resume {run}"
    assert done.stderr.endswith(f"{saved}\n")
    assert (run / "checkpoints" / "latest").read_text() == "step-3\n"
    assert [record["step"] for record in records(run, "train")] == [1, 2, 3]


def test_the_run_goes_on_as_if_nothing_had_happened(
    site: Site, here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Running statistics included: the logged model has batch normalisation."""
    fixed = {"height": 64, "width": 64}
    recipe = prepared(site, tmp_path, "raise KeyError('ink')", model=LOGGED)
    sets = ["--set", f"data.canvas={fixed}", "--set", "data.max_side=64", "--set", "train.batch=2"]
    failed, whole = tmp_path / "failed", tmp_path / "whole"
    assert here("train", "--recipe", recipe, "--out", failed, *sets).exit_code == 1
    monkeypatch.setenv("WELL", "yes")
    done = here("train", "--resume", failed)
    assert done.exit_code == 0, done.stderr
    assert here("train", "--recipe", recipe, "--out", whole, *sets).exit_code == 0
    assert checkpoint(failed) == checkpoint(whole)


def test_a_term_that_is_no_number_is_blamed_on_its_name_and_package(site: Site, here: Run, tmp_path: Path) -> None:
    recipe = prepared(site, tmp_path, "return {'far': inputs.logits.mean((1, 2, 3)) * float('nan')}")
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 3
    assert "error: step 3: term 'soft.far' of late-blur 0.4 became nan; no step was taken\n" in done.stderr


def test_one_that_cannot_be_made_is_named(site: Site, here: Run, tmp_path: Path) -> None:
    code = SOUND.replace("        pass", "        raise OSError('no such table')")
    site.add("late-blur", POINTS, code, version="0.4")
    recipe = written(tmp_path / "a.yaml", tiny_recipe("embedded", losses=[{"use": "blur"}]))
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "error: loss 'blur' of late-blur 0.4: cannot be made: OSError: no such table\n" in done.stderr


def test_a_need_that_nobody_meets_is_named(site: Site, here: Run, tmp_path: Path) -> None:
    site.add("late-blur", POINTS, SOUND.replace("frozenset()", "frozenset({'colour'})"), version="0.4")
    recipe = written(tmp_path / "a.yaml", tiny_recipe("embedded", losses=[{"use": "blur"}]))
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "error: loss 'blur' of late-blur 0.4: needs colour, which is not an input of losses\n" in done.stderr


RENDERER = """
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Config:
    pass


class Pen:
    contract = 1
    Config = Config
    differentiable = True
    linear = False
    digest = "pen"
    calls = 0

    def __init__(self, config, glyphs):
        self.glyphs, self.cell = glyphs, (glyphs.shape[1], glyphs.shape[2])

    def __call__(self, probs):
        self.calls += 1
        FAULT
        cells = torch.einsum("bcyx,chw->byhxw", probs, self.glyphs)
        return cells.reshape(len(probs), 1, probs.shape[2] * self.cell[0], probs.shape[3] * self.cell[1])
"""


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("if self.calls > 6: raise RuntimeError('out of ink')", "failed with RuntimeError: out of ink"),
        ("if self.calls > 6: return probs", "drew (8, 95, "),
    ],
)
def test_a_renderer_is_blamed_as_a_loss_is(site: Site, here: Run, tmp_path: Path, fault: str, message: str) -> None:
    site.add("late-pen", "[asciivae.renderers]\npen = late_pen:Pen\n", RENDERER.replace("FAULT", fault), version="2.1")
    corpus = drawings(tmp_path / "art")
    recipe = written(tmp_path / "a.yaml", tiny_recipe(corpus, renderer={"use": "pen"}, losses=[{"use": "l1"}]))
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert f"error: renderer 'pen' of late-pen 2.1, step 2: {message}" in done.stderr
    assert (tmp_path / "run" / "checkpoints" / "latest").read_text() == "step-2\n"


@pytest.mark.parametrize("fault", ["raise KeyError('ink')", "raise SystemExit(3)"])
def test_what_fails_in_backward_is_blamed_on_its_term_and_the_last_whole_step_is_saved(
    site: Site, here: Run, tmp_path: Path, fault: str
) -> None:
    recipe, run = prepared(site, tmp_path, "pass"), tmp_path / "run"
    code = SOUND + failing_backward(4, fault)
    (site.folder / "late_blur.py").write_text(code)
    done = here("train", "--recipe", recipe, "--out", run)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: loss 'soft' of late-blur 0.4, step 3: failed in the backward pass with " in done.stderr
    assert (run / "checkpoints" / "latest").read_text() == "step-3\n"


def test_a_loss_that_writes_to_its_inputs_is_named(site: Site, here: Run, tmp_path: Path) -> None:
    recipe = prepared(site, tmp_path, "inputs.logits.data.mul_(0.5), inputs.logits.detach().mul_(0.5)")
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "error: loss 'soft' of late-blur 0.4, step 3: modified inputs.logits in place" in done.stderr


@pytest.mark.parametrize("fault", ["raise SystemExit(5)", "import sys; print('hello'); sys.exit(5)"])
def test_a_plugin_that_exits_when_it_is_made_does_not_decide_the_exit_code(
    site: Site, here: Run, tmp_path: Path, fault: str
) -> None:
    recipe = prepared(site, tmp_path, "pass")
    code = SOUND + f"\nclass Blur(Blur):\n    def __init__(self, config, facts):\n        {fault}\n"
    (site.folder / "late_blur.py").write_text(code)
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "loss 'blur' of late-blur 0.4: cannot be made: SystemExit: 5" in done.stderr


def test_a_package_that_changes_the_default_dtype_is_refused_and_changes_nothing(
    site: Site, here: Run, tmp_path: Path
) -> None:
    recipe = prepared(site, tmp_path, "pass")
    code = "import torch\ntorch.set_default_dtype(torch.float64)\n" + SOUND
    (site.folder / "late_blur.py").write_text(code)
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "it changed torch's default dtype to torch.float64" in done.stderr
    assert torch.get_default_dtype() == torch.float32


def test_a_package_that_offers_a_built_in_name_changes_no_recipe(site: Site, here: Run, tmp_path: Path) -> None:
    recipe = prepared(site, tmp_path, "pass")
    site.add("rival", "[asciivae.losses]\nce = rival:Rival\n", "raise RuntimeError('never imported')\n")
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run", "--set", "train.steps=1")
    assert done.exit_code == 0, done.stderr
    assert [loss["use"] for loss in resolved(tmp_path / "run")["losses"]] == ["ce", "late-blur:blur"]
    asked = here("recipes", "check", recipe, "--set", "losses.ce.use=rival:ce")
    assert "rival" in asked.stderr
    assert "never imported" in asked.stderr


def test_another_version_of_a_plugin_is_told_when_a_run_is_resumed(site: Site, here: Run, tmp_path: Path) -> None:
    recipe, run = prepared(site, tmp_path, "pass"), tmp_path / "run"
    assert here("train", "--recipe", recipe, "--out", run).exit_code == 0
    info = site.folder / "late_blur-0.4.dist-info"
    metadata = (info / "METADATA").read_text().replace("Version: 0.4", "Version: 0.5")
    info.rename(site.folder / "late_blur-0.5.dist-info")
    (site.folder / "late_blur-0.5.dist-info" / "METADATA").write_text(metadata)
    done = here("train", "--resume", run, "--set", "train.steps=7")
    assert done.exit_code == 0, done.stderr
    assert "note: loss 'soft' is from late-blur 0.5; the run started with late-blur 0.4" in done.stderr
