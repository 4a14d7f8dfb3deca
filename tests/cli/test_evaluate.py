"""`asciivae evaluate`: the same pieces through several models, as a table, as JSON, and as a page in a browser."""

import errno
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_runs import LOGGED, asciivae, records, tiny_recipe, trained, written

from asciivae.corpus.source import open_corpus
from asciivae.corpus.splits import split
from asciivae.metrics.characters import CharacterCounts, count


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    data = {"corpus": str(folder / "art")}
    run: Path = trained(folder, "--set", "train.steps=30", recipe=tiny_recipe(folder / "art", data=data))
    other = tiny_recipe(folder / "art", data={**data, "split": {"rule": "tail", "share": 0.2}})
    file = written(folder / "other.yaml", other)
    done = asciivae("train", "--recipe", file, "--out", folder / "other")
    assert done.exit_code == 0, done.stderr
    return run, folder / "other"


def document(*arguments: Any) -> dict[str, Any]:
    done = asciivae("evaluate", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_table_tells_which_average_it_shows(runs: tuple[Path, Path]) -> None:
    art = runs[0].parent / "art"
    done = asciivae("evaluate", *runs, "--data", art)
    assert done.exit_code == 0, done.stderr
    table, *gallery = done.stdout.split("\n\n")
    rows = dict(line.split("\t", 1) for line in table.splitlines())
    held_out = len(split(open_corpus(art), "hash", 0.1)[1])
    told = document(*runs, "--data", art)

    assert rows[""] == "tiny run\tother other"
    assert rows["step"] == "30\t6"
    for title, average in (("all cells", "over_cells"), ("mean of pieces", "mean_of_pieces")):
        for name in ("char_recall", "char_precision", "char_f1", "ink_iou"):
            values = [one[average][name] for one in told["models"]]
            assert [float(cell) for cell in rows[f"{title}: {name}"].split("\t")] == pytest.approx(values, rel=1e-3)
    assert re.fullmatch(r"(\d+ of (\d+))\t\d+ of \2", rows["active latent units"])
    assert "contour_f1" not in table
    assert [part.split(":")[0].strip() for part in gallery] == ["best", "median", "worst"]
    assert all(line.count("   |") >= 2 for line in gallery[0].splitlines()[1:])
    first, second = done.stderr.splitlines()
    assert first == f"{held_out} of 40 pieces of {art}, all from the validation tenth of the default hash split."
    assert "model.safetensors (other, step 6): may have been trained on some of them" in second
    assert second.endswith(": its recipe splits by tail, 0.2")


def test_a_model_is_called_by_its_folder_from_inside_of_it_too(
    runs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(runs[1])
    (model,) = document(".", "--data", runs[0].parent / "art", "--limit", "1")["models"]
    assert model["label"] == "other other"


def test_json_adds_up(runs: tuple[Path, Path]) -> None:
    art = runs[0].parent / "art"
    told = document(runs[0], "--data", art, "--split", "all")
    (model,) = told["models"]
    texts = dict(zip(open_corpus(art).column("id"), map(open_corpus(art).text, range(40)), strict=True))

    assert told["schema"] == 2
    assert told["data"] == {"source": str(art), "split": "all", "pieces": 40, "of": 40, "refused": 0, "left_out": []}
    assert len(model["scores"]) == model["pieces"] == 40
    assert [row["name"] for row in model["scores"]] == list(texts)
    for name in ("char_f1", "shape", "bits", "kl_nats"):
        mean = sum(row[name] for row in model["scores"]) / 40
        assert model["mean_of_pieces"][name] == pytest.approx(mean, abs=1e-5)
    for kind in ("by_size", "by_ink"):
        assert sum(group["pieces"] for group in model[kind]) == 40
    for row in model["scores"]:
        assert row["bits"] == pytest.approx((row["reconstruction_nats"] + row["kl_nats"]) / np.log(2), rel=1e-5)
    assert [len(kind) for kind in told["gallery"].values()] == [1, 1, 1]
    for kind in told["gallery"].values():
        for one in kind:
            assert one["original"] == texts[one["name"]]
            assert len(one["reconstructions"]) == 1


def test_the_figures_over_cells_are_those_of_reconstruct(runs: tuple[Path, Path]) -> None:
    art = runs[0].parent / "art"
    (model,) = document(runs[0], "--data", art, "--split", "all")["models"]
    pieces = json.loads(asciivae("reconstruct", "--model", runs[0], art, "--json", "--no-contours").stdout)["pieces"]
    total = CharacterCounts()
    for piece in pieces:
        grids = np.zeros((2, piece["height"], piece["width"]), np.uint8)
        for grid, text in zip(grids, (piece["original"], piece["reconstruction"]), strict=True):
            for row, line in zip(grid, text.splitlines(), strict=False):
                row[: len(line)] = [ord(character) - 32 for character in line]
        total += count(*grids)
    scores = {name: model["over_cells"][name] for name in total.scores()}
    assert scores == pytest.approx(total.scores(), abs=1e-6)


def test_quality_against_latent_numbers(tmp_path: Path) -> None:
    sizes = ["evaluate", "bundled", "--limit", "4", "--numbers", "1024, 64,1024"]
    report = tmp_path / "report.html"
    done = asciivae(*sizes, "--html", report)
    assert done.exit_code == 0, done.stderr
    curve, table, *_ = done.stdout.split("\n\n")
    header, *rows = [line.split("\t") for line in curve.splitlines()]
    assert header[:5] == ["model", "numbers", "char_f1", "ink_iou", "bits per ink"]
    assert [row[1] for row in rows] == ["1024", "64"]
    assert float(rows[0][2]) > float(rows[1][2])
    assert all(row[5] == "#" * round(float(row[2]) * 30) for row in rows)
    assert [label.rsplit(", ", 1)[1] for label in table.splitlines()[0].split("\t")[1:]] == ["1024", "64"]
    assert "char_f1 by latent numbers of a page of 64 × 64 cells" in report.read_text()

    told = json.loads(asciivae(*sizes, "--json").stdout)["models"]
    assert [(one["numbers"], f"{one['over_cells']['char_f1']:.4g}") for one in told] == [
        (int(row[1]), row[2]) for row in rows
    ]
    assert told[0]["over_cells"]["bits_per_ink"] > told[0]["over_cells"]["bits_per_cell"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bundled", "--numbers", "512,many"], "--numbers: '512,many' is not a list of integers"),
        (["bundled", "--numbers", "512,5000"], "a page of 64 × 64 cells cannot have 5000 latent numbers in this model"),
        (["bundled-page", "--numbers", "512"], "--html, --contours, --metric and --numbers are not for page models"),
    ],
)
def test_sizes_of_the_latent_that_are_refused(arguments: list[str], message: str) -> None:
    done = asciivae("evaluate", *arguments)
    assert (done.exit_code, done.stdout) == (2 if "latent" not in message else 1, "")
    assert message in done.stderr


def test_weights_files_and_checkpoints_are_models_too(runs: tuple[Path, Path]) -> None:
    file = next(runs[0].glob("checkpoints/step-30/model.safetensors"))
    told = document(runs[0], file.parent, file, file, "--data", runs[0].parent / "art", "--limit", "3")

    assert told["data"]["pieces"] == 3
    assert [one["label"] for one in told["models"]] == [
        "tiny run",
        "tiny step-30",
        "tiny model.safetensors #3",
        "tiny model.safetensors #4",
    ]
    assert len({json.dumps(one["over_cells"]) for one in told["models"]}) == 1


def test_all_models_get_the_pieces_that_suit_them_all(runs: tuple[Path, Path], tmp_path: Path) -> None:
    recipe = tiny_recipe(runs[0].parent / "art", model=LOGGED, train={"steps": 1, "batch": 2}, evaluation={"pieces": 2})
    data = {**recipe["data"], "canvas": {"height": 64, "width": 64}}
    file = written(tmp_path / "logged.yaml", {**recipe, "data": data})
    done = asciivae("train", "--recipe", file, "--out", tmp_path / "logged")
    assert done.exit_code == 0, done.stderr
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "small.txt").write_text("/\\\n\\/\n")
    (tmp_path / "art" / "wide.txt").write_text("=" * 65 + "\n")
    arguments = ["evaluate", runs[0], tmp_path / "logged", "--data", tmp_path / "art", "--split", "all"]
    done = asciivae(*arguments)

    assert done.exit_code == 0, done.stderr
    assert done.stderr.startswith(f"1 of 2 pieces of {tmp_path / 'art'}.\n")
    assert "too large for a model: 1 pieces; the first, wide" in done.stderr
    (left_out,) = json.loads(asciivae(*arguments, "--json").stdout)["data"]["left_out"]
    assert left_out["name"].startswith("wide")
    (tmp_path / "art" / "small.txt").unlink()
    done = asciivae(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no piece fits all models; the first one: " in done.stderr
    assert "hint: evaluate the models separately, or use smaller pieces" in done.stderr


def test_several_corpora_and_contours(runs: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "box.txt").write_text("+--+\n|  |\n+--+\n")
    corpora = ["--data", tmp_path / "more", "--data", runs[0].parent / "art"]
    told = document(runs[0], *corpora, "--split", "all", "--limit", "2", "--contours")

    assert told["data"]["of"] == 41
    assert "contour_f1" in told["models"][0]["mean_of_pieces"]


def test_invalid_usage_is_said(runs: tuple[Path, Path], tmp_path: Path) -> None:
    html = tmp_path / "none" / "report.html"
    done = asciivae("evaluate", runs[0], "--html", html)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"error: {html}: parent directory does not exist\n\nhint: mkdir -p {html.parent}\n"

    (tmp_path / "one.txt").write_text("x\n")
    done = asciivae("evaluate", runs[0], "--data", tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "leaves none of 1 pieces for " in done.stderr
    assert done.stderr.endswith("hint: use all pieces: --split all\n")

    done = asciivae("evaluate", tmp_path, "--data", tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")


def test_a_full_disk_leaves_the_report_of_before(
    runs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = tmp_path / "report.html"
    html.write_text("before")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("asciivae.files.atomic._flush", full)
    done = asciivae("evaluate", runs[0], "--data", runs[0].parent / "art", "--html", html)
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"error: {html}: cannot be written: No space left on device\n\nhint: free some space" in done.stderr
    assert html.read_text() == "before"


@pytest.fixture(scope="module")
def report(runs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on pieces and with a model whose names want to be markup."""
    folder = tmp_path_factory.mktemp("report")
    evil = '<script>document.title="stolen"<'
    pieces = [{"id": f"{evil}{i}", "text": f"<b>&amp;{'#' * i}\n/\\_{'&' * i}"} for i in range(1, 8)]
    (folder / "pieces.jsonl").write_text("".join(json.dumps(piece) + "\n" for piece in pieces))
    shutil.copytree(runs[1], folder / "<img src=x onerror=alert(1)>")
    models = runs[0], folder / "<img src=x onerror=alert(1)>"
    done = asciivae(
        "evaluate", *models, "--data", folder / "pieces.jsonl", "--split", "all", "--html", folder / "report.html"
    )
    assert done.exit_code == 0, done.stderr
    assert f"report: {folder / 'report.html'}\n" in done.stderr
    return folder / "report.html"


def test_the_report_fetches_nothing_and_escapes_everything(report: Path) -> None:
    text = report.read_text()

    assert "default-src 'none'" in text
    assert not re.search(r"<script|<img|<link|https?:|url\((?!#)|@import", text)
    assert "&lt;script&gt;document.title=&#34;stolen&#34;&lt;7" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "&lt;b&gt;&amp;amp;" in text
    assert "prefers-color-scheme: dark" in text


def test_a_browser_shows_tables_charts_and_galleries(runs: tuple[Path, Path], report: Path, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("there is no Chromium here")

    def browse(*options: str) -> str:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", *options, report.as_uri()]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd=tmp_path).stdout

    page = browse("--dump-dom")
    title = re.search(r"<title>(.*?)</title>", page)
    assert title is not None
    assert title[1] == "tiny run · other &lt;img src=x onerror=alert(1)&gt;"
    assert page.count("<script") == 0
    assert re.findall(r"<h[23]>(.*?)</h[23]>", page) == [
        *("Scores", "Distribution of scores", "By size and by ink", "Training"),
        *("Best, median and worst pieces", "Best", "Median", "Worst"),
    ]
    curves = {name for run in runs for record in records(run) for name in record} - {"kind", "step", "epoch"}
    assert page.count("<svg") == 3 + len(curves)
    assert page.count("<figure>") == 6
    assert page.count("<pre>") == 6 * 3
    originals = re.findall(r"<span>original</span><pre>(.*?)</pre>", page, re.DOTALL)
    assert all(text.startswith("&lt;b&gt;&amp;amp;#") for text in originals)

    shots = []
    for theme in ("light", "dark"):
        shot = tmp_path / f"{theme}.png"
        dark = ["--blink-settings=preferredColorScheme=0"] if theme == "dark" else []
        browse(*dark, "--hide-scrollbars", "--window-size=1000,4000", f"--screenshot={shot}")
        with Image.open(shot) as image:
            shots.append(np.asarray(image.convert("RGB")).astype(int))
    light, dark_shot = shots
    assert light[0, 0].min() > 240
    assert dark_shot[0, 0].max() < 60
    for pixels in shots:
        blue = pixels[:, :, 2] - pixels[:, :, 0] > 80  # the first model's lines and bars
        orange = pixels[:, :, 0] - pixels[:, :, 2] > 80  # the second one's
        assert blue.sum() > 1000
        assert orange.sum() > 1000
