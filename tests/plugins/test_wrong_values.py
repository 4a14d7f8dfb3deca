"""Losses and renderers that return what cannot be trained with: each is named, and the run is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugin_site import Site
from sick_packages import SOUND
from tiny_runs import drawings, tiny_recipe, written

Run = Callable[..., Any]
POINTS = "[asciivae.losses]\nblur = sick:Blur\n"
LOSSES = {
    "(value * 0).long()": "term '' is torch.int64, which is not floating-point, not (8,)",
    "value > 0": "term '' is torch.bool, which is not floating-point, not (8,)",
    "value * 1j": "term '' is torch.complex64, which is not floating-point, not (8,)",
    "value.to_sparse()": "term '' is a sparse tensor (torch.sparse_coo), not (8,)",
    "value.to('meta')": "term '' is on the device meta, not (8,)",
    "value.detach() + 1": "its value has no gradient, so that it cannot be trained",
    "value.tolist()": "term '' is list, not (8,)",
    "value[:, None]": "term '' is (8, 1), not (8,)",
}


@pytest.mark.parametrize("returned", LOSSES)
def test_a_loss(site: Site, here: Run, tmp_path: Path, returned: str) -> None:
    code = f"""
import torch
{SOUND}
class Blur(Blur):
    def __call__(self, inputs):
        value = inputs.logits.square().flatten(1).mean(1)
        return {{"": {returned}}}
"""
    site.add("sick", POINTS, code)
    recipe = written(tmp_path / "a.yaml", tiny_recipe(drawings(tmp_path / "art"), losses=[{"use": "blur"}]))
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert f"error: loss 'blur' of sick 1.0, step 0: {LOSSES[returned]}\n" in done.stderr


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

    def __init__(self, config, glyphs):
        self.glyphs, self.cell = glyphs, (glyphs.shape[1], glyphs.shape[2])
        self.calls = 0

    def __call__(self, probs):
        self.calls += 1
        cells = torch.einsum("bcyx,chw->byhxw", probs, self.glyphs)
        picture = cells.reshape(len(probs), 1, probs.shape[2] * self.cell[0], probs.shape[3] * self.cell[1])
        return RETURNED
"""
RENDERERS = {
    "picture.detach()": "step 0: states `differentiable = True`, and its picture has no gradient\n",
    "picture.long()": "step 0: drew torch.int64, which is not floating-point, not (8, 1, ",
    "picture / 0 * 0 if self.calls > 4 else picture": "step 1: drew a picture that is not finite, of finite prob",
}


@pytest.mark.parametrize("returned", RENDERERS)
def test_a_renderer(site: Site, here: Run, tmp_path: Path, returned: str) -> None:
    site.add("pen", "[asciivae.renderers]\npen = pen:Pen\n", RENDERER.replace("RETURNED", returned), version="2.1")
    corpus = drawings(tmp_path / "art")
    recipe = written(tmp_path / "a.yaml", tiny_recipe(corpus, renderer={"use": "pen"}, losses=[{"use": "l1"}]))
    done = here("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert f"error: renderer 'pen' of pen 2.1, {RENDERERS[returned]}" in done.stderr
    assert "optim.lr" not in done.stderr


MODEL = """
from asciivae.models.spatial import SpatialVAE

class Mine(SpatialVAE):
    calls = 0

    def decode(self, z):
        self.calls += 1
        if self.calls > 2:
            FAULT
        return super().decode(z)
"""


@pytest.mark.parametrize("fault", ["raise KeyError('x')", "raise SystemExit(4)"])
def test_a_model(site: Site, here: Run, tmp_path: Path, fault: str) -> None:
    site.add("models", "[asciivae.models]\nmine = models:Mine\n", MODEL.replace("FAULT", fault))
    recipe = tiny_recipe(drawings(tmp_path / "art"), model={"use": "mine", "latent": 2})
    done = here("train", "--recipe", written(tmp_path / "a.yaml", recipe), "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "error: model 'mine' of models 1.0, step 2: failed with " in done.stderr
    assert (tmp_path / "run" / "checkpoints" / "latest").read_text() == "step-2\n"


def test_a_run_without_its_plugin_names_the_package(site: Site, here: Run, tmp_path: Path) -> None:
    site.add("sick", POINTS, SOUND, version="0.4")
    losses = [{"use": "ce"}, {"use": "blur"}]
    recipe = written(tmp_path / "a.yaml", tiny_recipe(drawings(tmp_path / "art"), losses=losses))
    run = tmp_path / "run"
    assert here("train", "--recipe", recipe, "--out", run, "--set", "train.steps=1").exit_code == 0
    for path in site.folder.glob("sick*"):
        path.rename(path.with_suffix(".gone"))
    done = here("train", "--resume", run)
    assert done.exit_code == 1
    assert "loss 'blur' is expected from sick, which is not installed" in done.stderr
    assert "hint: pip install sick\n" in done.stderr
    resolved = run / "resolved.yaml"  # as versions before 0.2 wrote it
    resolved.write_text(resolved.read_text().replace("sick:blur", "blur"))
    done = here("train", "--resume", run)
    assert "unknown loss 'blur'" in done.stderr
    assert "hint: the run used sick==0.4: pip install sick==0.4; " in done.stderr
