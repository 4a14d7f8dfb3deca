"""Runs and weights files of version 0.1 load, resume, evaluate and compare, with the results that it had itself."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_runs import asciivae, records

OLD = Path(__file__).parent / "fixtures" / "runs-0.1"
EXPECTED: dict[str, Any] = json.loads((OLD / "expected.json").read_text(encoding="utf-8"))
RENAMED = {"gradient": "grad_norm", "rate": "lr", "blank_share": "blank_fraction"}
"""Keys of version 0.1 that documents and metrics call otherwise today."""
NEW_SCHEMAS: dict[str, int] = {"reconstruct_json": 2, "evaluate": 2, "compare": 2}
"""The number of each document's schema today."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the old files, as the working directory."""
    shutil.copytree(OLD, tmp_path / "old")
    monkeypatch.chdir(tmp_path / "old")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path / "old"
    torch.set_num_threads(threads)


def differences(found: Any, expected: Any, where: str = "") -> Iterator[str]:
    """Where two documents differ by more than 1e-5, relatively, or the last of six decimals.

    The bits of one sample of z differ by up to 1 %, since version 0.2 draws it from another generator.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        renamed = {RENAMED.get(key, key): value for key, value in expected.items()}
        if missing := renamed.keys() - found.keys():
            yield f"{where}: {sorted(missing)} missing"
        for key in renamed.keys() & found.keys():
            yield from differences(found[key], renamed[key], f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif isinstance(expected, float) and isinstance(found, float):
        sampled = any(key in where for key in (".bits", ".reconstruction_nats"))
        if not math.isclose(found, expected, rel_tol=0.01 if sampled else 1e-5, abs_tol=2e-6):
            yield f"{where}: {found}, expected {expected}"
    elif found != expected:
        yield f"{where}: {found!r}, expected {expected!r}"


def document(*arguments: str) -> dict[str, Any]:
    done = asciivae(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def expected_document(name: str) -> dict[str, Any]:
    return {**EXPECTED[name], "schema": NEW_SCHEMAS[name]}


@pytest.mark.parametrize("drawing", ["car", "sign"])
@pytest.mark.parametrize("model", ["model", "swa", "exported.safetensors"])
def test_reconstruct(model: str, drawing: str) -> None:
    done = asciivae("reconstruct", "--model", model, f"{drawing}.txt")

    assert (done.exit_code, done.stdout) == (0, EXPECTED["reconstruct"][model][drawing])


def test_the_scores_of_a_reconstruction() -> None:
    found = document("reconstruct", "--model", "model", "car.txt", "sign.txt")

    assert not list(differences(found, expected_document("reconstruct_json")))


def test_evaluate() -> None:
    models = ("model", "swa", "exported.safetensors")
    found = document("evaluate", *models, "--data", "drawings.jsonl", "--split", "all")

    assert not list(differences(found, expected_document("evaluate")))


def test_compare(here: Path) -> None:
    found = document("compare", "model", "swa", "--piece", "cat.txt", "--piece", "car.txt", "--png", "c.png")

    assert not list(differences(found, expected_document("compare")))
    assert (here / "c.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("run", "command", "step"), [("model", "train", 900), ("swa", "train", 9), ("renderer", "train-renderer", 12)]
)
def test_resume(run: str, command: str, step: int, here: Path) -> None:
    before = records(here / run)
    done = asciivae(command, "--resume", run)

    assert done.exit_code == 0, done.stderr
    assert not list(differences(records(here / run)[: len(before)], before))
    further = [record for record in records(here / run) if record["step"] > step]
    expected = EXPECTED["resume"][run]
    # Since then, pages of rare sizes are batched with others; `model`, whose pages differ in size, shows it in its next
    # epoch.
    alike = 3 if run == "model" else len(expected)
    assert [record["step"] for record in further] == [record["step"] for record in expected]
    assert not list(differences(further[:alike], expected[:alike]))


@pytest.mark.parametrize("run", ["model", "swa"])
def test_begin_with_the_weights_of_an_old_run(run: str, here: Path) -> None:
    options = ("--set", "train={steps: 2, batch: 4}", "--out", "begun", "--device", "cpu")
    done = asciivae("train", "--recipe", f"{run}/recipe.yaml", "--init-from", run, *options)

    assert done.exit_code == 0, done.stderr
    assert not list(differences(records(here / "begun", "train"), EXPECTED["init from"][run]))


def test_train_through_an_old_renderer(here: Path) -> None:
    weights = "renderer/checkpoints/step-12/renderer.safetensors"
    options = ("--set", "losses=[{use: ce}, {use: mse, weight: 100}]", "--set", "train={steps: 3, batch: 4}")
    renderer = f"renderer={{use: neural, weights: {weights}}}"
    recipe = ("--recipe", "swa/recipe.yaml", "--set", renderer)
    done = asciivae("train", *recipe, *options, "--out", "through", "--device", "cpu")

    assert done.exit_code == 0, done.stderr
    assert not list(differences(records(here / "through"), EXPECTED["through the renderer"]))
