"""`asciivae train --init-from`: another run's weights at the start, and what was taken of them in two lines."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_runs import CPU, asciivae, checkpoint, drawings, records, tiny_recipe, trained, written

from asciivae.experiment.build import build
from asciivae.experiment.load import init_from
from asciivae.recipe.resolve import load_recipe


@pytest.fixture(scope="module")
def donor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("donor"))


def begun(folder: Path, *arguments: str | Path, **changes: object) -> tuple[Path, list[str]]:
    if not (folder / "art").is_dir():
        drawings(folder / "art")
    file = written(folder / "tiny.yaml", tiny_recipe(folder / "art", **changes))
    done = asciivae("train", "--recipe", file, "--out", folder / "run", *arguments)
    assert done.exit_code == 0, done.stderr
    return folder / "run", [line for line in done.stderr.splitlines() if "loaded: " in line]


def test_all_of_the_same_model_is_loaded(tmp_path: Path, donor: Path) -> None:
    run, lines = begun(tmp_path, "--init-from", donor)
    file = donor / "checkpoints" / "step-6" / "model.safetensors"
    tensors = len(load_file(file)) - 1  # without the glyphs
    assert lines == [
        f"loaded: {tensors} tensors of tiny, step 6 ({file})",
        "not loaded: the optimiser, the learning rate and the step, which start anew",
    ]
    told = json.loads((run / "provenance.json").read_text())
    assert told["initial_weights"] == {"path": str(file), "recipe": "tiny", "step": 6}
    assert records(run, "train")[0]["total"] < records(donor, "train")[0]["total"]


@pytest.mark.parametrize("what", ["run", "checkpoint", "file"])
def test_a_run_a_checkpoint_or_a_file(tmp_path: Path, donor: Path, what: str) -> None:
    latest = donor / "checkpoints" / "step-6"
    source = {"run": donor, "checkpoint": latest, "file": latest / "model.safetensors"}[what]
    drawings(tmp_path / "art")
    recipe = tiny_recipe(tmp_path / "art", train={"steps": 6, "batch": 8, "ema": 0.9})
    experiment = build(load_recipe(written(tmp_path / "tiny.yaml", recipe)), CPU)
    report = init_from(experiment.state, source)
    weights = load_file(latest / "model.safetensors")
    assert set(report.loaded) == set(weights) - {"glyphs"}
    assert (report.differing, report.missing, report.unused) == ((), (), ())
    for own in (experiment.task.module.state_dict(), experiment.state.weights()):
        assert all(torch.equal(own[name], weights[name]) for name in report.loaded)


def test_what_does_not_fit_is_named(tmp_path: Path, donor: Path) -> None:
    file = tmp_path / "other.safetensors"
    shutil.copy(donor / "checkpoints" / "step-6" / "model.safetensors", file)
    weights = load_file(file)
    names = sorted(set(weights) - {"glyphs"})
    wider = torch.zeros(*weights[names[0]].shape, 2)
    changed = {**weights, names[0]: wider, "stranger": torch.zeros(1)}
    del changed[names[1]]
    header = {"format": _format(donor), "name": "x\x1b[31m", "step": "6"}
    save_file(changed, file, metadata=header)
    _, lines = begun(tmp_path, "--init-from", file)
    assert lines == [
        f"loaded: {len(names) - 2} tensors of ?, step 6 ({file})",
        f"not loaded: {names[0]} (of another shape); {names[1]} (not in the file); stranger (not in this model); "
        "the optimiser, the learning rate and the step, which start anew",
    ]


def _format(run: Path) -> str:
    header: dict[str, str] = checkpoint(run)["model.safetensors header"]
    return header["format"]


def test_a_run_killed_before_its_first_checkpoint_keeps_its_initial_weights(tmp_path: Path, donor: Path) -> None:
    whole, _ = begun(tmp_path, "--init-from", donor, every={"log": 1, "evaluate": 3, "checkpoint": 3, "keep": 9})
    again = tmp_path / "again"
    shutil.copytree(whole, again)
    for step in (3, 6):
        shutil.rmtree(again / "checkpoints" / f"step-{step}")
    (again / "checkpoints" / "latest").write_text("step-0\n")
    done = asciivae("train", "--resume", again)
    assert done.exit_code == 0, done.stderr
    assert checkpoint(again) == checkpoint(whole)


def test_refusals(tmp_path: Path, donor: Path) -> None:
    done = asciivae("train", "--resume", donor, "--init-from", donor)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: --init-from cannot be combined with --resume: a run has its own weights\n\nhint: omit one\n",
    )
    recipe = written(tmp_path / "tiny.yaml", tiny_recipe(drawings(tmp_path / "art")))
    done = asciivae("train", "--recipe", recipe, "--init-from", tmp_path / "none", "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert done.stderr.endswith("a run's folder or a .safetensors file\n")
    refused = "is not the weights file of a model\n\nhint: give a model.safetensors or a run\n"
    unfit = "has no tensor that fits this recipe's model\n\nhint: take a run of the same kind of model\n"
    for metadata, message in ((None, refused), ({"format": _format(donor)}, unfit)):
        save_file({"stranger": torch.zeros(1)}, tmp_path / "other.safetensors", metadata=metadata)
        done = asciivae("train", "--recipe", recipe, "--init-from", tmp_path / "other.safetensors")
        assert done.exit_code == 1
        assert done.stderr.endswith(f"{tmp_path / 'other.safetensors'}: {message}")
    assert not (tmp_path / "run").exists()  # nothing was begun
