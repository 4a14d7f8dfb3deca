"""`asciivae train`: arguments, what it writes, and how it ends."""

import json
from pathlib import Path

import pytest
from tiny_runs import asciivae, drawings, records, resolved, tiny_recipe, trained, written


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    drawings(tmp_path / "art")
    return written(tmp_path / "tiny.yaml", tiny_recipe(tmp_path / "art"))


def test_a_run_tells_its_path_on_stdout_and_everything_else_on_stderr(recipe: Path, tmp_path: Path) -> None:
    done = asciivae("train", "--recipe", recipe, "--out", tmp_path / "run")

    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'run'}\n")
    assert "recipe tiny: as small as a run can be" in done.stderr
    assert "24 pieces to train on, 8 to validate" in done.stderr
    assert "step 6/6 validation: ce " in done.stderr
    assert "   |" in done.stderr  # originals and reconstructions
    assert done.stderr.endswith(f"  asciivae reconstruct --model {tmp_path / 'run'} cat.txt\n")
    assert "\r" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(("out", "named"), [("runs/here", "runs/here"), ("my run", "'my run'")])
def test_the_suggested_command_finds_this_run(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = asciivae("train", "--recipe", recipe, "--out", out)

    assert done.stderr.endswith(f"  asciivae reconstruct --model {named} cat.txt\n")


def test_quiet_prints_the_path_only(recipe: Path, tmp_path: Path) -> None:
    done = asciivae("--quiet", "train", "--recipe", recipe, "--out", tmp_path / "run")

    assert (done.stdout, done.stderr) == (f"{tmp_path / 'run'}\n", "")


def test_what_a_run_leaves_behind(recipe: Path, tmp_path: Path) -> None:
    run = trained(tmp_path)

    assert {file.name for file in run.iterdir()} == {
        "recipe.yaml",
        "resolved.yaml",
        "provenance.json",
        "metrics.jsonl",
        "samples",
        "checkpoints",
    }
    assert (run / "recipe.yaml").read_text() == recipe.read_text()
    assert resolved(run)["optim"]["betas"] == [0.9, 0.999]
    assert {file.name for file in (run / "samples").iterdir()} == {"step-3.txt", "step-6.txt"}
    assert {file.name for file in (run / "checkpoints").iterdir()} == {"step-3", "step-6", "latest"}
    train, validation = records(run, "train"), records(run, "validation")
    assert [record["step"] for record in train] == [1, 2, 3, 4, 5, 6]
    assert train[0].keys() == {"kind", "step", "epoch", "total", "ce", "kl", "mse", "grad_norm", "lr"}
    assert [record["step"] for record in validation] == [3, 6]
    assert {"char_f1", "ink_iou", "blank_fraction", "total", "ce"} <= validation[0].keys()
    told = json.loads((run / "provenance.json").read_text())
    assert {"asciivae", "python", "packages", "device", "command", "corpus", "glyphs", "losses"} <= told.keys()


@pytest.mark.parametrize(("change", "steps"), [("train.steps=2", 2), ("train.epochs=1", 3), ("train.epochs=3", 9)])
def test_a_run_is_as_long_as_the_command_line_says(tmp_path: Path, change: str, steps: int) -> None:
    run = trained(tmp_path, "--set", change)

    assert [record["step"] for record in records(run, "train")] == list(range(1, steps + 1))
    assert (run / "checkpoints" / "latest").read_text() == f"step-{steps}\n"


def test_a_run_without_a_name_gets_one_of_its_own(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runs = [asciivae("--quiet", "train", "-r", recipe, "--set", "train.steps=1").stdout.strip() for _ in range(2)]

    assert len(set(runs)) == 2
    assert all(Path(run).parent == Path("runs/tiny") and (tmp_path / run / "checkpoints").is_dir() for run in runs)


def test_precision_is_a_setting(tmp_path: Path) -> None:
    assert resolved(trained(tmp_path, "--precision", "bf16"))["train"]["precision"] == "bf16"
    done = asciivae("train", "--recipe", "quickstart", "--precision", "fp8")
    assert done.exit_code == 1
    assert "train.precision" in done.stderr


def test_one_of_recipe_and_resume_is_needed(tmp_path: Path) -> None:
    for arguments in ([], ["--recipe", "base", "--resume", str(tmp_path)]):
        done = asciivae("train", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == (
            "error: give either --recipe or --resume\n\n"
            "hint: asciivae train --recipe quickstart, or: asciivae recipes list\n"
        )


def test_a_resumed_run_stays_where_it_is(tmp_path: Path) -> None:
    done = asciivae("train", "--resume", tmp_path, "--out", tmp_path / "b")

    assert done.exit_code == 2
    assert done.stderr == (
        "error: --out cannot be combined with --resume: a run stays in its folder\n\nhint: omit --out\n"
    )


def test_a_folder_that_is_no_run_cannot_be_resumed(tmp_path: Path) -> None:
    done = asciivae("train", "--resume", tmp_path)

    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {tmp_path}: is not the folder of a run\n\nhint: ")


def test_a_run_whose_corpus_changed_cannot_go_on(tmp_path: Path) -> None:
    run = trained(tmp_path)
    corpus = Path(resolved(run)["data"]["corpus"])
    next(corpus.rglob("*.txt")).unlink()
    done = asciivae("train", "--resume", run, "--set", "train.steps=9")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "the corpus of this run changed since it started, so it cannot be resumed" in done.stderr
    assert f"--init-from {run}" in done.stderr


def test_a_run_that_is_done_says_how_to_go_on(tmp_path: Path) -> None:
    run = trained(tmp_path)
    steps = resolved(run)["train"]["steps"]
    longer = f"--set train.steps={2 * steps}"
    done = asciivae("train", "--resume", run)

    assert done.exit_code == 0, done.stderr
    assert f"all {steps} steps are done; to go on: asciivae train --resume {run} {longer}\n" in done.stderr
    assert "are done" not in asciivae("train", "--resume", run, *longer.split()).stderr


@pytest.mark.parametrize("told", ["", "[]", '{"recipe": 5, "earlier": 7, "corpus": 3}'])
def test_a_run_whose_provenance_is_spoiled_goes_on(tmp_path: Path, told: str) -> None:
    run = trained(tmp_path)
    (run / "provenance.json").write_text(told)
    done = asciivae("train", "--resume", run, "--set", "train.steps=7")

    assert done.exit_code == 0, done.stderr
    assert json.loads((run / "provenance.json").read_text())["recipe"] == "resolved"


def test_a_run_writes_over_nothing(recipe: Path, tmp_path: Path) -> None:
    run = trained(tmp_path)
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    done = asciivae("train", "--recipe", recipe, "--out", run)

    assert (done.exit_code, done.stdout) == (1, "")
    assert f"error: {run}: is not empty" in done.stderr
    assert f"continue it with `asciivae train --resume {run}`" in done.stderr
    assert {file: file.read_bytes() for file in run.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ("train.stesp=3", 1, "did you mean 'steps'"),
        ("model.use=spatail", 1, "did you mean 'spatial'"),
        ("losses.ce.use=cee", 1, "did you mean 'ce'"),
        ("data.corpus=/no/such/art", 1, "/no/such/art: no such corpus"),
        ("train.steps", 1, "a setting is written path=value"),
        ("data.canvas={height: 20, width: 20}", 1, "does not suit this model"),
    ],
)
def test_a_mistake_is_found_before_anything_is_written(
    recipe: Path, tmp_path: Path, change: str, code: int, message: str
) -> None:
    extra = ["--set", "data.max_side=20"] if "canvas" in change else []
    done = asciivae("train", "--recipe", recipe, "--out", tmp_path / "run", "--set", change, *extra)

    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_says_how_many_pieces_it_leaves_out_and_writes_it_down(recipe: Path, tmp_path: Path) -> None:
    corpora = f"data.corpus=[{tmp_path / 'art'}, embedded]"
    settings = (corpora, "data.exclude={id: ['cats/*'], license: ['*NC*']}", "evaluation.pieces=4", "train.steps=1")
    sets = [part for setting in settings for part in ("--set", setting)]
    done = asciivae("train", "--recipe", recipe, "--out", tmp_path / "run", *sets)

    assert done.exit_code == 0, done.stderr
    assert "excluded by data.exclude: 13 by id 'cats/*', 0 by license '*NC*'" in done.stderr
    told = json.loads((tmp_path / "run" / "provenance.json").read_text())["corpus"]
    assert told["source"] == f"{tmp_path / 'art'} + embedded"
    assert told["left_out"] == {"id 'cats/*'": 13, "license '*NC*'": 0}


def test_a_run_that_diverges_exits_with_3_and_a_report(recipe: Path, tmp_path: Path) -> None:
    done = asciivae("train", "--recipe", recipe, "--out", tmp_path / "run", "--set", "optim.lr=1e30")

    assert (done.exit_code, done.stdout) == (3, "")
    assert "error: step 1: term 'ce' became nan, first in the output of module 'reader.1'; no step was taken" in (
        done.stderr
    )
    assert f"the full report is in {tmp_path / 'run' / 'diverged'}" in done.stderr
    report = json.loads((tmp_path / "run" / "diverged" / "report.json").read_text())
    assert (report["step"], report["wrong"], report["first_module"]) == (1, "ce", "reader.1")
    assert len(report["pieces"]) == 8


def test_a_place_that_cannot_be_written(recipe: Path) -> None:
    done = asciivae("train", "--recipe", recipe, "--out", "/proc/asciivae")

    assert done.exit_code == 1
    assert "error: /proc/asciivae: cannot be written: " in done.stderr


def test_a_device_that_is_not_there(recipe: Path, tmp_path: Path) -> None:
    done = asciivae("train", "--recipe", recipe, "--out", tmp_path / "run", "--device", "tpu")

    assert done.exit_code == 2
    assert done.stderr.endswith("hint: use --device auto or --device cpu\n")
    assert not (tmp_path / "run").exists()
