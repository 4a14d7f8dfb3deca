"""`asciivae compare`: curves, a table, and the same drawings through every run."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from tiny_runs import asciivae, drawings, records, tiny_recipe, trained, written

from asciivae.errors import AsciivaeError, RunError
from asciivae.experiment.compare import unseen_pieces
from asciivae.report.curves import save_curves


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    one: Path = trained(folder)
    file = written(folder / "other.yaml", tiny_recipe(folder / "art", optim={"lr": 1e-4}))
    done = asciivae("train", "--recipe", file, "--out", folder / "other")
    assert done.exit_code == 0, done.stderr
    return one, folder / "other"


def test_all_three_parts(runs: tuple[Path, Path], tmp_path: Path) -> None:
    done = asciivae("compare", *runs, "--count", "2", "--png", tmp_path / "curves.png")
    assert done.exit_code == 0, done.stderr
    assert done.stderr == f"curves: {tmp_path / 'curves.png'}\n"
    with Image.open(tmp_path / "curves.png") as picture:
        assert picture.size[0] == 1500
        assert len(picture.convert("L").getcolors(256)) > 10
    table, *pieces = done.stdout.split("\n\n")
    rows = dict(line.split("\t", 1) for line in table.splitlines())
    assert rows[""] == "tiny run\tother other"
    assert rows["step"] == "6\t6"
    last = [records(run, "validation")[-1]["char_f1"] for run in runs]
    assert rows["own validation: char_f1"] == "\t".join(f"{value:.4g}" for value in last)
    assert "these drawings: shape" in rows
    assert len(pieces) == 2
    assert all(line.count("   |") >= 2 for line in pieces[0].splitlines())


def test_drawings_of_ones_own_and_json(runs: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "cat.txt").write_text("/\\_/\\\n( o )\n")
    done = asciivae("compare", *runs, "--piece", tmp_path / "cat.txt", "--png", tmp_path / "c.png", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == 2
    assert told["pieces"] == ["/\\_/\\\n( o )\n"]
    assert [run["name"] for run in told["runs"]] == ["tiny run", "other other"]
    for run in told["runs"]:
        assert len(run["reconstructions"]) == 1
        assert 0 <= run["scores"]["shape"] <= 1


def test_a_run_beside_itself_is_told_apart_by_number(runs: tuple[Path, Path], tmp_path: Path) -> None:
    done = asciivae("compare", runs[0], runs[0], "--count", "1", "--png", tmp_path / "c.png")
    header, step, *rows = done.stdout.split("\n\n")[0].splitlines()
    assert header == "\ttiny run #1\ttiny run #2"
    for row in (step, *rows):
        _, one, other = row.split("\t")
        assert one == other


def test_no_drawing_is_shown_that_a_run_was_trained_on(runs: tuple[Path, Path]) -> None:
    unseen = unseen_pieces(runs, 100)
    assert 1 <= len(unseen) <= 8
    assert len(unseen_pieces(runs, 3)) == 3


def test_runs_that_have_seen_each_others_drawings(runs: tuple[Path, Path], tmp_path: Path) -> None:
    data = {"corpus": str(runs[0].parent / "art"), "split": {"rule": "hash", "share": 0.1}}
    file = written(tmp_path / "all.yaml", tiny_recipe(drawings(tmp_path / "art"), data=data))
    done = asciivae("train", "--recipe", file, "--out", tmp_path / "all")
    assert done.exit_code == 0, done.stderr
    with pytest.raises(RunError, match="has no validation piece") as caught:
        unseen_pieces([runs[0], tmp_path / "all", *_complement(tmp_path, data)], 4)
    assert caught.value.hint == "give other drawings with --piece"


def _complement(folder: Path, data: dict[str, object]) -> list[Path]:
    """Two runs with other lots, so that together all pieces were trained on."""
    found = []
    for seed in (1, 2):
        split = {"rule": "random", "share": 0.1, "seed": seed}
        recipe = tiny_recipe("", data={**data, "split": split}, train={"steps": 1, "batch": 8})
        done = asciivae("train", "--recipe", written(folder / f"{seed}.yaml", recipe), "--out", folder / str(seed))
        assert done.exit_code == 0, done.stderr
        found.append(folder / str(seed))
    return found


def test_refusals(runs: tuple[Path, Path], tmp_path: Path) -> None:
    done = asciivae("compare", runs[0])
    assert (done.exit_code, done.stderr) == (
        2,
        "error: needs at least two runs\n\nhint: asciivae compare runs/FIRST runs/SECOND\n",
    )
    done = asciivae("compare", runs[0], tmp_path)
    assert (done.exit_code, done.stderr) == (
        1,
        f"error: {tmp_path}: is not the folder of a run\n\nhint: a run's folder has a resolved.yaml\n",
    )
    done = asciivae("compare", *runs, "--count", "1", "--png", tmp_path / "none" / "c.png")
    assert done.exit_code == 2
    assert done.stderr.endswith(f"hint: mkdir -p {tmp_path / 'none'}\n")


def test_metrics_of_a_stranger(runs: tuple[Path, Path], tmp_path: Path) -> None:
    strange = tmp_path / "$\\frac{$"
    shutil.copytree(runs[0], strange)
    with (strange / "metrics.jsonl").open("ab") as file:
        file.write(b'\xff\n[]\n{"ce": 1}\n{"kind": "validation"}\n{"kind": "train", "step": 5, "ce": "much"}\n')
        file.write(
            b'{"kind": "validation", "step": 6, "ce": 1e308, "a": "A", "b": 5e-324}\n'
            b'{"kind": "validation", "step": 6, "ce": NaN}\n{"kind": "validation", "step": 6, "ce": 1, "ce": 2}\n'
        )
    done = asciivae("compare", strange, runs[1], "--count", "1", "--png", tmp_path / "c.png", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["runs"][0]["validation"] == {"ce": 1e308, "b": 5e-324}
    done = asciivae(
        *("evaluate", strange, "--data", runs[0].parent / "art", "--limit", "2", "--html", tmp_path / "page.html")
    )
    assert done.exit_code == 0, done.stderr
    assert 'aria-label="b"' in (tmp_path / "page.html").read_text()


def test_curves_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(AsciivaeError, match="there are no metrics to draw"):
        save_curves(tmp_path / "c.png", {"a": []})
