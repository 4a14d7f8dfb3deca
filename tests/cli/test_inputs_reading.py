"""Every command that reads drawings reads look-alikes and colours alike, and counts what it cannot read."""

import json
from pathlib import Path

import page_models
import pytest
from tiny_runs import asciivae

BOX = "┌──┐\n│é │\n└──┘\n"
RED = "\x1b[31m+--+\x1b[0m\n|  |\n+--+\n"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    page_models.model(blank=9.0).save(file)
    return file


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))
    Path("box.txt").write_text(BOX)
    Path("red.txt").write_text(RED)
    Path("art").mkdir()
    for name, data in (("a.TXT", b"+-+\n|a|\n+-+\n"), ("b.txt", b"\0"), ("c.txt", b""), ("d.Txt", b"\xff")):
        Path("art", name).write_bytes(data)
    return tmp_path


def lines(weights: Path, run: Path) -> list[list[str | Path]]:
    """A command line for each command that reads drawings, without them."""
    return [
        ["reconstruct"],
        ["edges", "--text"],
        ["interpolate", "art/a.TXT"],
        ["score", "--model", weights],
        ["complete", "--below", "1", "-n", "1", "--model", weights],
        ["sample", "-n", "1", "--size", "5x8", "--model", weights, "--begin"],
        ["sample", "-n", "1", "--like", "art/a.TXT", "--like"],
        ["compare", run, run, "--piece"],
    ]


def test_look_alikes_and_colours(weights: Path, run: Path) -> None:
    for line in lines(weights, run):
        done = asciivae(*line, "box.txt")
        assert done.exit_code == 1, line
        assert "box.txt:1:1: U+250C '┌' is not one of the 95 printable ASCII characters" in done.stderr
        assert "--transliterate" in done.stderr
        assert asciivae(*line, "box.txt", "--transliterate").exit_code == 0, line
        assert asciivae(*line, "box.txt", "--replace", "?").exit_code == 0, line
        done = asciivae(*line, "red.txt")
        assert done.exit_code == 0, done.stderr
        done = asciivae(*line, "red.txt", "--colours", "refuse")
        assert done.exit_code == 1
        assert "red.txt:1:1: the text contains ANSI colours\n\nhint: drop them: --colours drop" in done.stderr


def test_dropped_colours_are_told(caplog: pytest.LogCaptureFixture) -> None:
    assert asciivae("edges", "red.txt").exit_code == 0
    assert "red.txt: ANSI colours are dropped" in caplog.text
    caplog.clear()
    assert asciivae("edges", "-", stdin=RED).exit_code == 0
    assert "<stdin>: ANSI colours are dropped" in caplog.text
    caplog.clear()
    assert asciivae("edges", "-", stdin=RED.encode("utf-16")).exit_code == 0
    assert "ANSI colours are dropped" in caplog.text


def test_what_cannot_be_read_is_in_the_document(weights: Path) -> None:
    like: list[str | Path] = ["sample", "-n", "1", "--like", "art/a.TXT", "--like"]
    for line in (["reconstruct"], ["edges"], ["score", "--model", weights], like):
        done = asciivae(*line, "art", "--json")
        assert done.exit_code == 1, done.stderr
        skipped = json.loads(done.stdout)["skipped"]
        assert [one["place"].split(":")[0] for one in skipped] == ["art/b.txt", "art/c.txt", "art/d.Txt"]
        assert "NUL byte" in skipped[0]["reason"]
        for one in skipped:
            assert one["place"] in done.stderr


def test_what_cannot_be_read_of_a_corpus_is_counted(weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    words: list[list[str | Path]] = [
        ["evaluate", "bundled", "--data", "art", "--split", "all"],
        ["evaluate", weights, "--data", "art", "--split", "all", "--draws", "2"],
        ["evaluate", "bundled-tracer", "--data", "art", "--split", "all"],
        ["corpus", "show", "art"],
    ]
    Path("art", "line.txt").write_text("   ________   \n" + "  |        |  \n" * 6 + "  |________|  \n")
    for line in words:
        done = asciivae(*line, "--json")
        assert done.exit_code == 0, done.stderr
        document = json.loads(done.stdout)
        assert document.get("data", document)["refused"] == 3
    told = [record.getMessage() for record in caplog.records if "cannot be read" in record.getMessage()]
    assert len(told) == 1  # once for each corpus
    assert told[0].startswith("3 of 5 pieces of art cannot be read and are left out; the first is art/b.txt")


def test_lines_of_a_corpus_count_as_files_of_a_folder_do(weights: Path) -> None:
    Path("art.jsonl").write_text('{"text": "<>"}\n{"text": "\\u0000"}\n[]\n')
    done = asciivae("score", "art.jsonl", "--model", weights, "--json")
    assert done.exit_code == 1
    assert [one["place"] for one in json.loads(done.stdout)["skipped"]] == ["art.jsonl:2", "art.jsonl:3"]


def test_pictures_that_cannot_be_read_are_in_the_document() -> None:
    from PIL import Image

    Path("pictures").mkdir()
    Image.new("L", (64, 64), 255).save("pictures/a.png")
    picture = Image.new("L", (64, 64), 255)
    picture.paste(0, (30, 8, 34, 56))
    picture.save("pictures/b.PNG")
    Path("pictures/c.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    done = asciivae("draw", "pictures", "--width", "8", "--no-search", "--json")
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert "pictures/b.PNG" in [one["name"] for one in document["pictures"]]
    assert "pictures/c.png" in [one["place"] for one in document["skipped"]]
