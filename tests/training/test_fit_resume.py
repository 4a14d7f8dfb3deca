"""A run that is stopped and resumed is, bit for bit, the run that was never stopped: by the shipped command line."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_runs import (
    AUGMENT,
    LOGGED,
    asciivae,
    checkpoint,
    drawings,
    records,
    resolved,
    tiny_recipe,
    trained,
    written,
)

STEPS, STOP = 40, 17
RECIPES: dict[str, dict[str, Any]] = {
    "constant rate": {},
    "cosine": {"optim": {"lr": 0.01, "schedule": {"use": "cosine", "warmup": 5, "steps": STEPS}}},
    "averaged weights": {"train": {"steps": STEPS, "batch": 8, "ema": 0.9}},
    "rolled": {"roll": {"max": 4, "sigma": 2.0, "validation": True}},
    "augmented": {"augment": AUGMENT},
    "float16": {"train": {"steps": STEPS, "batch": 8, "precision": "fp16"}},
    "muon, averaged": {
        "optim": {"use": "muon", "lr": 0.01, "clip": 1.0, "weight_decay": 0.01},
        "train": {"steps": STEPS, "batch": 8, "ema": 0.9},
    },
    "adam, epochs": {"optim": {"use": "adam", "lr": 0.01}, "train": {"epochs": 14, "batch": 8}},
}


def recipe_in(folder: Path, **changes: Any) -> dict[str, Any]:
    every = {"log": 1, "evaluate": 12, "checkpoint": 12, "sample": 20}
    recipe = tiny_recipe(folder / "art", train={"steps": STEPS, "batch": 8}, every=every)
    for key in ("roll", "augment"):
        if key in changes:
            recipe["data"][key] = changes.pop(key)
    recipe.update(changes)
    return recipe


def run(folder: Path, name: str, recipe: dict[str, Any], *arguments: str) -> Path:
    file = written(folder / "tiny.yaml", recipe)
    done = asciivae("train", "--recipe", file, "--out", folder / name, *arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{folder / name}\n"
    return folder / name


def resume(folder: Path, *arguments: str) -> None:
    done = asciivae("train", "--resume", folder, *arguments)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{folder}\n"


def same_end(one: Path, other: Path, but: tuple[str, ...] = ()) -> None:
    """Weights, optimiser and numbers, bit for bit, and the records of every step."""
    first, second = checkpoint(one), checkpoint(other)
    assert first.keys() == second.keys()
    for name in first.keys() - set(but):
        assert first[name] == second[name], name
    assert records(one, "train") == records(other, "train")


@pytest.mark.parametrize("kind", RECIPES)
def test_stopped_and_resumed_is_never_stopped(tmp_path: Path, kind: str) -> None:
    drawings(tmp_path / "art")
    recipe = recipe_in(tmp_path, **RECIPES[kind])
    length = [f"train.steps={STEPS}"] if "epochs" in recipe["train"] else []
    whole = run(tmp_path, "whole", recipe, *(part for text in length for part in ("--set", text)))
    parts = run(tmp_path, "parts", recipe, "--set", f"train.steps={STOP}")
    assert [record["step"] for record in records(parts, "train")] == list(range(1, STOP + 1))
    resume(parts, "--set", f"train.steps={STEPS}")

    # The weights' header holds the recipe they were made by, which is the same again.
    same_end(whole, parts)
    assert resolved(whole) == resolved(parts)
    assert [record["step"] for record in records(parts, "train")] == list(range(1, STEPS + 1))
    assert records(whole, "validation") == [
        record for record in records(parts, "validation") if record["step"] != STOP
    ]  # an end is validated, wherever it is


@pytest.mark.slow
def test_the_logged_model_with_its_batch_norms_resumes_bit_for_bit(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    data = {
        "corpus": str(tmp_path / "art"),
        "limit": 6,
        "canvas": {"height": 64, "width": 64},
        "roll": {"max": 15, "sigma": 5.0},
    }
    every = {"log": 1, "evaluate": 5, "checkpoint": 5, "sample": 100}
    recipe = recipe_in(tmp_path, model=LOGGED, data=data, every=every, evaluation={"pieces": 2})
    recipe["train"] = {"steps": 12, "batch": 3, "ema": 0.9}
    whole = run(tmp_path, "whole", recipe)
    parts = run(tmp_path, "parts", recipe, "--set", "train.steps=5")
    resume(parts, "--set", "train.steps=12")

    same_end(whole, parts)


def test_evaluation_samples_and_checkpoints_change_no_weight(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    recipe = recipe_in(tmp_path, evaluation={"sampled": True})
    never = {"log": 1, "evaluate": 10**6, "checkpoint": 10**6, "sample": 10**6}
    always = {"log": 1, "evaluate": 1, "checkpoint": 1, "sample": 1}
    one = run(tmp_path, "never", {**recipe, "train": {"steps": 12, "batch": 8}, "every": never})
    other = run(tmp_path, "always", {**recipe, "train": {"steps": 12, "batch": 8}, "every": always})

    same_end(one, other, but=("model.safetensors header",))  # it holds the recipe, and so the cadence
    assert len(records(one, "validation")) == 1
    assert len(records(other, "validation")) == 12
    assert {"sampled_ce", "sampled_total", "char_f1"} <= records(other, "validation")[0].keys()


def test_a_run_leaves_the_global_generators_as_they_were(tmp_path: Path) -> None:
    before = torch.get_rng_state(), repr(np.random.get_state()), random.getstate()  # noqa: NPY002
    trained(tmp_path)
    after = torch.get_rng_state(), repr(np.random.get_state()), random.getstate()  # noqa: NPY002

    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]


def test_a_run_that_was_killed_before_its_first_checkpoint_begins_again(tmp_path: Path) -> None:
    whole = trained(tmp_path)
    again = tmp_path / "again"
    shutil.copytree(whole, again)
    shutil.rmtree(again / "checkpoints")
    resume(again)

    same_end(whole, again)


def test_resuming_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    folder = trained(tmp_path)
    before = checkpoint(folder), records(folder)
    resume(folder)

    assert (checkpoint(folder), records(folder)) == before


def test_a_run_may_be_moved_and_keeps_its_name(tmp_path: Path) -> None:
    whole = trained(tmp_path, "--set", "train.steps=8")
    (tmp_path / "parts").mkdir()
    parts = trained(tmp_path / "parts", "--set", "train.steps=4", recipe=tiny_recipe(tmp_path / "art"))
    moved = parts.rename(tmp_path / "another name")
    resume(moved, "--set", "train.steps=8")

    same_end(whole, moved)


def test_provenance_lists_every_session_once(tmp_path: Path) -> None:
    folder = trained(tmp_path)
    for steps in (8, 10):
        resume(folder, "--set", f"train.steps={steps}")
    told = json.loads((folder / "provenance.json").read_text())

    assert told["recipe"] == "tiny"
    assert told["corpus"]["pieces"] == 40
    assert told["losses"].keys() == {"ce", "kl", "mse"}
    assert [session["recipe"] for session in told["earlier"]] == ["tiny", "tiny"]
    assert not any("earlier" in session for session in told["earlier"])

    (folder / "provenance.json").write_text("torn {")
    resume(folder)
    assert "earlier" not in json.loads((folder / "provenance.json").read_text())


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ("optim.lr=0.1", "optim.lr"),
        ("train.batch=4", "train.batch"),
        ("model.latent=3", "model.latent"),
        ("losses.ce.weight=2.0", "losses"),
        ("seed=1", "seed"),
        ("train.precision=bf16", "train.precision"),
    ],
)
def test_a_resumed_run_keeps_its_recipe(tmp_path: Path, change: str, path: str) -> None:
    folder = trained(tmp_path)
    done = asciivae("train", "--resume", folder, "--set", change)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"error: a resumed run keeps its recipe; cannot change {path}\n\n"
        "hint: only train.steps, train.epochs, train.on_divergence, every, evaluation.pieces, observers may change; "
        "for anything else start a new run\n"
    )


def test_how_long_and_how_often_may_change(tmp_path: Path) -> None:
    folder = trained(tmp_path)
    resume(folder, "--set", "train.epochs=3", "--set", "every={log: 2, keep: 1}", "--set", "evaluation.pieces=2")

    assert resolved(folder)["train"]["epochs"] == 3
    assert resolved(folder)["train"]["steps"] is None
    assert [record["step"] for record in records(folder, "train")] == [1, 2, 3, 4, 5, 6, 8, 9]


def test_a_damaged_checkpoint_stops_the_resuming_with_a_next_step_that_works(tmp_path: Path) -> None:
    folder = trained(tmp_path)
    broken = folder / "checkpoints" / "step-6"
    (broken / "training.safetensors").write_bytes(b"torn")
    before = (folder / "resolved.yaml").read_text(), records(folder)

    done = asciivae("train", "--resume", folder, "--set", "train.steps=7")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {broken}: cannot be read (")
    assert done.stderr.endswith(f"hint: delete {broken} and resume\n")
    assert ((folder / "resolved.yaml").read_text(), records(folder)) == before

    shutil.rmtree(broken)
    resume(folder, "--set", "train.steps=7")
    assert [record["step"] for record in records(folder, "train")] == list(range(1, 8))
