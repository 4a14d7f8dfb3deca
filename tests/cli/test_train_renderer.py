"""`asciivae train-renderer`, and a model trained through what it makes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from tiny_runs import (
    CPU,
    LOGGED,
    SPATIAL,
    asciivae,
    checkpoint,
    drawings,
    records,
    resolved,
    tiny_recipe,
    trained,
    written,
)

from asciivae.experiment.build import build
from asciivae.losses.objective import Objective
from asciivae.onehot2raa.network import Neural
from asciivae.recipe.resolve import load_recipe
from asciivae.training.loop import train
from asciivae.training.run_dir import newest_run

GLYPHS = {"res": [6, 4]}


def tiny_renderer(corpus: Path | str, **changes: Any) -> dict[str, Any]:
    return {
        "asciivae": 1,
        "kind": "renderer",
        "about": "as small as it can be",
        "data": {"corpus": str(corpus), "limit": 24},
        "glyphs": GLYPHS,
        "network": {"hidden": 4},
        "decoder": SPATIAL,
        "inputs": {"pages": 12},
        "optim": {"use": "adam", "lr": 0.02},
        "train": {"steps": 6, "batch": 4},
        "every": {"log": 1, "evaluate": 3, "checkpoint": 3, "sample": 3},
        "evaluation": {"pieces": 3},
        **changes,
    }


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return written(tmp_path / "renderer.yaml", tiny_renderer(drawings(tmp_path / "art")))


@pytest.fixture
def run(recipe: Path, tmp_path: Path) -> Path:
    done = asciivae("train-renderer", "--recipe", recipe, "--out", tmp_path / "learned")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'learned'}\n"
    return tmp_path / "learned"


def weights_of(run: Path) -> Path:
    return run / "checkpoints" / "step-6" / "renderer.safetensors"


def test_what_a_run_holds(run: Path) -> None:
    assert [record["step"] for record in records(run, "train")] == [1, 2, 3, 4, 5, 6]
    assert {"picture", "noise", "decoder"} <= records(run, "train")[0].keys()
    assert {"psnr_clean", "psnr_noisy", "psnr_softmax", "psnr_gumbel", "psnr_simplex", "gradient_cosine"} <= (
        records(run, "validation")[-1].keys()
    )
    assert resolved(run)["kind"] == "renderer"
    with safe_open(weights_of(run), framework="pt") as weights:
        header = weights.metadata()
        assert {name for name in weights.keys() if not name.startswith("judge.")} == {"glyphs", "pictures"}  # noqa: SIM118
    assert (header["format"], header["name"], header["step"]) == ("asciivae-renderer-1", "renderer", "6")
    assert "kind: renderer" in header["recipe"]
    assert (
        (run / "samples" / "step-6.txt").read_text().startswith("step-6.png: expected (left) and drawn (right) pages: ")
    )
    with Image.open(run / "samples" / "step-6.png") as sample:
        assert sample.mode == "L"
        assert (sample.height + 2) % 6 == 0  # a row for each kind of page


@pytest.mark.parametrize("glyphs", [{}, GLYPHS, {"res": 9, "cell": "logged"}], ids=str)
def test_the_suggested_command_trains_a_model_through_it(tmp_path: Path, glyphs: dict[str, Any]) -> None:
    recipe = written(tmp_path / "r.yaml", tiny_renderer(drawings(tmp_path / "art"), glyphs=glyphs))
    done = asciivae("train-renderer", "-r", recipe, "--out", tmp_path / "its run", "--set", "train.steps=1")
    assert done.exit_code == 0, done.stderr
    suggested = shlex.split(done.stderr.splitlines()[-1])
    assert suggested[:2] == ["asciivae", "train"]
    short = ("--set", "train.steps=1", "--set", "train.batch=2", "--set", f"data.corpus={tmp_path / 'art'}")
    done = asciivae(*suggested[1:], *short, "--out", tmp_path / "through")
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("command", ["train-renderer", "train"])
def test_it_resumes_bit_for_bit(recipe: Path, run: Path, tmp_path: Path, command: str) -> None:
    done = asciivae("train-renderer", "--recipe", recipe, "--out", tmp_path / "parts", "--set", "train.steps=4")
    assert done.exit_code == 0, done.stderr
    done = asciivae(command, "--resume", tmp_path / "parts", "--set", "train.steps=6")
    assert done.exit_code == 0, done.stderr
    assert "resuming" in done.stderr
    assert records(tmp_path / "parts", "train") == records(run, "train")
    assert checkpoint(tmp_path / "parts") == checkpoint(run)


def test_samples_leave_a_run_as_it_is(tmp_path: Path) -> None:
    """Even where the decoder counts what passes through it: its batch norms do."""
    recipe = written(tmp_path / "r.yaml", tiny_renderer(drawings(tmp_path / "art"), decoder=LOGGED))
    sets = ("--set", "train.steps=2", "--set", "every.evaluate=2")
    for sample in (1, 2):
        out = tmp_path / f"every-{sample}"
        done = asciivae("train-renderer", "-r", recipe, "--out", out, *sets, "--set", f"every.sample={sample}")
        assert done.exit_code == 0, done.stderr
    one, other = (checkpoint(tmp_path / f"every-{sample}") for sample in (1, 2))
    for file in ("renderer.safetensors", "training.safetensors"):
        assert one[file] == other[file]


def test_averaged_weights_are_kept_with_it(recipe: Path, tmp_path: Path) -> None:
    ema = ("--set", "train.ema=0.9")
    for folder, steps in (("whole", 6), ("parts", 3)):
        done = asciivae(
            "train-renderer", "-r", recipe, "--out", tmp_path / folder, *ema, "--set", f"train.steps={steps}"
        )
        assert done.exit_code == 0, done.stderr
    assert asciivae("train-renderer", "--resume", tmp_path / "parts", "--set", "train.steps=6").exit_code == 0
    assert checkpoint(tmp_path / "parts") == checkpoint(tmp_path / "whole")


def test_a_model_is_trained_through_it_and_leaves_it_as_it_is(run: Path, tmp_path: Path) -> None:
    weights = weights_of(run)
    before = sha256(weights.read_bytes()).hexdigest()
    through = tiny_recipe(
        tmp_path / "art",
        glyphs=GLYPHS,
        renderer={"use": "neural", "weights": str(weights)},
        losses=[{"use": "mse", "reduction": "sum"}, {"use": "kl"}],
    )
    made = trained(tmp_path, recipe=through)
    assert sha256(weights.read_bytes()).hexdigest() == before
    assert json.loads((made / "provenance.json").read_text())["renderer"]

    other = tmp_path / "other.safetensors"
    weights.rename(other)
    file = next(iter((tmp_path / "art" / "cats").iterdir()))
    done = asciivae("reconstruct", file, "--model", made)
    assert done.exit_code == 0, done.stderr  # a trained model does not need its renderer
    done = asciivae("train", "--resume", made, "--set", "train.steps=8")
    assert done.exit_code == 1
    assert f"error: {weights}: does not exist" in done.stderr


def test_its_weights_are_bitwise_the_same_after_training_through_it(run: Path, tmp_path: Path) -> None:
    through = tiny_recipe(
        tmp_path / "art",
        glyphs=GLYPHS,
        renderer={"use": "neural", "weights": str(weights_of(run))},
        losses=[{"use": "mse"}],
    )
    experiment = build(load_recipe(written(tmp_path / "through.yaml", through)), CPU)
    assert isinstance(experiment.task.objective, Objective)
    renderer = experiment.task.objective.renderer
    assert isinstance(renderer, Neural)
    parts = (renderer, experiment.task.module)
    before = [{name: value.clone() for name, value in part.state_dict().items()} for part in parts]
    assert len(list(train(experiment.task, experiment.state))) == 6
    kept, moved = (
        [torch.equal(value, then[name]) for name, value in part.state_dict().items()]
        for part, then in zip(parts, before, strict=True)
    )
    assert kept
    assert all(kept)
    assert not any(moved)


@pytest.mark.slow
def test_a_model_trained_by_its_picture_alone_does_not_go_blank(tmp_path: Path) -> None:
    sets = ("--set", "train.steps=200", "--set", "every.log=50", "--set", "evaluation.pieces=100")
    done = asciivae("train", "--recipe", "vae-through-onehot2raa", "--out", tmp_path / "run", "--device", "cpu", *sets)
    assert done.exit_code == 0, done.stderr
    last = records(tmp_path / "run", "validation")[-1]
    assert last["ink_iou"] > 0.25  # 0.37 when this was written, and 0.65 at the recipe's end
    assert last["blank_fraction"] < 0.05


def test_a_run_does_not_go_on_through_another_renderer(recipe: Path, run: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.safetensors"
    file.write_bytes(weights_of(run).read_bytes())
    made = trained(
        tmp_path, recipe=tiny_recipe(tmp_path / "art", glyphs=GLYPHS, renderer={"use": "neural", "weights": str(file)})
    )
    done = asciivae("train-renderer", "-r", recipe, "--out", tmp_path / "again", "--set", "seed=1")
    assert done.exit_code == 0, done.stderr
    file.write_bytes(weights_of(tmp_path / "again").read_bytes())
    done = asciivae("train", "--resume", made, "--set", "train.steps=8")
    assert done.exit_code == 1
    assert f"error: {made}: the renderer of this run changed since it started, so it cannot be resumed" in done.stderr


def test_a_run_whose_corpus_changed_does_not_go_on(run: Path, tmp_path: Path) -> None:
    next((tmp_path / "art").rglob("*.txt")).unlink()
    done = asciivae("train-renderer", "--resume", run, "--set", "train.steps=9")
    assert done.exit_code == 1
    assert "the corpus of this run changed since it started, so it cannot be resumed" in done.stderr
    hint = f"asciivae train --recipe {run / 'resolved.yaml'}"
    assert done.stderr.endswith(f"hint: restore the original, or start a new run with its recipe: {hint}\n")
    assert asciivae(*hint.split()[1:], "--out", tmp_path / "anew").exit_code == 0


def test_other_glyphs_are_refused_before_anything_is_written(run: Path, tmp_path: Path) -> None:
    other = written(
        tmp_path / "other.yaml",
        tiny_recipe(tmp_path / "art", renderer={"use": "neural", "weights": str(weights_of(run))}),
    )
    done = asciivae("train", "--recipe", other, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "was trained for the glyphs" in done.stderr
    assert "(6×4 pixels), not for those of the recipe" in done.stderr
    assert "asciivae train-renderer, and give its renderer.safetensors as renderer.weights" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_renderer_is_no_model(run: Path, tmp_path: Path) -> None:
    assert newest_run(tmp_path) is None
    done = asciivae("reconstruct", tmp_path / "art", "--model", weights_of(run))
    assert done.exit_code == 1
    assert "is not the weights file of a model" in done.stderr


def test_train_takes_its_recipe_too(recipe: Path, run: Path, tmp_path: Path) -> None:
    done = asciivae("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'run'}\n"), done.stderr
    assert records(tmp_path / "run") == records(run)
    assert checkpoint(tmp_path / "run") == checkpoint(run)


def test_an_unknown_kind_is_refused_with_the_nearest(tmp_path: Path) -> None:
    other = written(tmp_path / "other.yaml", tiny_renderer("embedded", kind="rendrer"))
    done = asciivae("train", "--recipe", other, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert f"error: {other}:2:7: kind: unknown kind 'rendrer' — did you mean 'renderer'?\n" in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("res", [7, 9, 16, [18, 9], [7, 11]], ids=str)
def test_any_size_of_glyphs_can_be_learned(recipe: Path, tmp_path: Path, res: Any) -> None:
    sets = ("--set", f"glyphs.res={res}", "--set", "train.steps=20", "--set", "every.log=20")
    done = asciivae("train-renderer", "-r", recipe, "--out", tmp_path / "run", *sets)
    assert done.exit_code == 0, done.stderr
    scores = records(tmp_path / "run", "validation")
    assert scores[-1]["psnr_clean"] > scores[0]["psnr_clean"] + 1


def test_a_run_that_diverges_exits_with_3_and_a_report(recipe: Path, tmp_path: Path) -> None:
    done = asciivae("train-renderer", "-r", recipe, "--out", tmp_path / "run", "--set", "optim.lr=1e30")
    assert (done.exit_code, done.stdout) == (3, ""), done.stderr
    assert (tmp_path / "run" / "diverged" / "report.json").is_file()


def test_recipe_and_run_exclude_each_other(recipe: Path, run: Path) -> None:
    done = asciivae("train-renderer", "--recipe", recipe, "--resume", run)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: give either --recipe or --resume\n\n"
        "hint: asciivae train-renderer --recipe onehot2raa, or: asciivae recipes list\n",
    )


@pytest.mark.slow
def test_ctrl_c_saves_and_says_how_to_go_on(recipe: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "asciivae", "train-renderer", "-r", recipe, "--out", tmp_path / "run",
         "--set", "train.steps=100000", "--set", "every={log: 1, evaluate: 100000, checkpoint: 100000}"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step 3/"):
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"hint: asciivae train --resume {tmp_path / 'run'}" in said
    assert (tmp_path / "run" / "checkpoints" / "latest").is_file()
