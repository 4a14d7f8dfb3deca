import gzip
import json
import os
from pathlib import Path

import pytest
from PIL import Image
from tiny_runs import asciivae

from asciivae.corpus.source import open_corpus

CAT = " /\\_/\\\n( o.o )\n > ^ <\n(_____)\n"
SHIP = "       |\n      )_)\n     )___)\n    )____)__\n____|_______\n\\___________/\n"


@pytest.fixture
def pieces(tmp_path: Path) -> Path:
    path = tmp_path / "pieces.jsonl"
    records = [
        {"id": "cat", "text": CAT, "category": "pets/cats", "artist": "A. N. Other"},
        {"id": "copy", "text": CAT.replace("\n", "\r\n")},
        {"id": "ship", "text": SHIP, "category": "sea"},
        {"id": "box", "text": "┌──────────┐\n│          │\n└──────────┘\n"},
        {"id": "dot", "text": "."},
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_clean_counts_and_tells_reasons(pieces: Path, tmp_path: Path) -> None:
    out = tmp_path / "clean.safetensors"
    done = asciivae("corpus", "clean", pieces, "--out", out, "--refused", tmp_path / "refused.jsonl")
    assert (done.exit_code, done.stdout) == (0, f"{out}\n")
    assert done.stderr.splitlines()[:4] == [
        "5 read, 2 kept, 0 families of similar pieces",
        "1 refused: identical to an earlier piece",
        "1 refused: characters that are not printable ASCII",
        "1 refused: fewer than 25 bytes",
    ]
    refused = [json.loads(line) for line in (tmp_path / "refused.jsonl").read_text().splitlines()]
    assert refused[0] == {"place": "copy", "reason": "identical to an earlier piece"}
    assert list(open_corpus(out).column("id")) == ["cat", "ship"]

    document = json.loads(
        asciivae(
            "corpus", "clean", pieces, "--out", out, "--transliterate", "--bytes", "1:99", "--lines", "1:9", "--json"
        ).stdout
    )
    assert (document["schema"], document["kept"], document["read"]) == (2, 4, 5)
    assert document["changed"]["transliterate"] == 1


def test_stats(pieces: Path) -> None:
    document = json.loads(asciivae("corpus", "stats", pieces, "--json").stdout)
    assert (document["schema"], document["pieces"], document["refused"]) == (2, 4, 1)
    rows = dict(line.split("\t") for line in asciivae("corpus", "stats", pieces, "--top", "1").stdout.splitlines())
    assert rows["pieces"] == "4"
    assert rows["no category"] == "2"
    assert rows["2 other categories"] == "2"


def test_verify(pieces: Path, tmp_path: Path) -> None:
    done = asciivae("corpus", "verify", pieces)
    assert (done.exit_code, done.stdout, done.stderr.splitlines()[-1]) == (
        0,
        open_corpus(pieces).digest + "\n",
        "4 pieces, as recorded",
    )
    store = tmp_path / "out.safetensors"
    assert asciivae("corpus", "export", pieces, "--out", store).exit_code == 0
    document = json.loads(asciivae("corpus", "verify", store, "--json").stdout)
    assert (document["pieces"], document["digest"]) == (4, open_corpus(store).digest)
    data = bytearray(store.read_bytes())
    data[-1] ^= 1
    store.write_bytes(data)
    done = asciivae("corpus", "verify", store)
    assert done.exit_code == 1
    assert "its content does not match its digest" in done.stderr


def test_split(pieces: Path, tmp_path: Path) -> None:
    done = asciivae("corpus", "split", pieces, "--out", tmp_path, "--rule", "random", "--share", "0.5", "--json")
    document = json.loads(done.stdout)
    assert (document["schema"], document["fraction"]) == (2, 0.5)
    assert document["train"]["pieces"] == document["validation"]["pieces"] == 2
    parts = [open_corpus(tmp_path / f"{name}.safetensors") for name in ("train", "validation")]
    assert sorted(name for part in parts for name in part.column("id")) == ["cat", "copy", "dot", "ship"]
    assert "unknown split 'half'" in asciivae("corpus", "split", pieces, "--out", tmp_path, "--rule", "half").stderr


def test_show(pieces: Path, tmp_path: Path) -> None:
    done = asciivae("corpus", "show", pieces, "--category", "pets")
    assert done.stdout == CAT
    assert "cat  pets/cats  A. N. Other" in done.stderr
    two = [asciivae("corpus", "show", pieces, "-n", "2", "--seed", "1").stdout for _ in range(2)]
    assert two[0] == two[1] != ""
    assert json.loads(asciivae("corpus", "show", pieces, "-n", "9", "--json").stdout)["pieces"][0]["text"]
    assert "no piece has the category 'x'" in asciivae("corpus", "show", pieces, "--category", "x").stderr

    sheet = tmp_path / "sheet.png"
    assert asciivae("corpus", "show", pieces, "-n", "4", "--png", sheet).stdout == f"{sheet}\n"
    with Image.open(sheet) as image:
        assert image.size == (4 * 252 + 12, 240 + 20 + 24)
        shades = image.convert("L").histogram()
        assert shades[255] > sum(shades[:60]) > 0
    missing = asciivae("corpus", "show", pieces, "--png", tmp_path / "no" / "x.png")
    assert "no/x.png: parent directory does not exist" in missing.stderr


def test_export_and_back(pieces: Path, tmp_path: Path) -> None:
    names = ["out.jsonl", "out.jsonl.gz", "out.parquet", "out.safetensors", "folder"]
    for name in names:
        assert asciivae("corpus", "export", pieces, "--out", tmp_path / name).exit_code == 0
        corpus = open_corpus(tmp_path / name)
        assert {corpus.text(i) for i in range(len(corpus))} == {CAT, SHIP, ".\n"}
    assert (tmp_path / "folder" / "pets" / "cats" / "0.txt").read_text() == CAT
    first = gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes()).splitlines()[0]
    assert json.loads(first)["artist"] == "A. N. Other"
    assert sorted(path.name for path in tmp_path.glob("*.partial")) == []
    assert "it already exists" in asciivae("corpus", "export", pieces, "--out", tmp_path / "folder").stderr
    assert "/proc/x.jsonl: cannot be written" in asciivae("corpus", "export", pieces, "--out", "/proc/x.jsonl").stderr
    assert "'.zip' is not a corpus format" in asciivae("corpus", "export", pieces, "--out", tmp_path / "x.zip").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["clean", "PIECES"], "asciivae corpus clean: needs --out"),
        (["clean", "PIECES", "--out", "x.jsonl"], "x.jsonl: the file name of a store must end with .safetensors"),
        (["clean", "PIECES", "--out", "x.safetensors", "--near", "2"], "--near: 2 is not in (0, 1]"),
        (["clean", "PIECES", "--out", "x.safetensors", "--lines", "3"], "--lines: '3' is not a range"),
        (["clean", "PIECES", "--out", "x.safetensors", "--bytes", "9:3"], "cleaning: 9 to 3 bytes is not a range"),
        (["clean", "PIECES", "--out", "x.safetensors", "--lines", "90:99"], "no piece is left of 5"),
        (["clean", "PIECES", "--out", "/proc/x.safetensors"], "cannot be written"),
        (
            ["clean", "PIECES", "--out", "x.safetensors", "--refused", "/nonexistent/x"],
            "/nonexistent/x: cannot be written",
        ),
        (["stats", "nothing"], "nothing: no such corpus"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], message: str, pieces: Path) -> None:
    done = asciivae("corpus", *(str(pieces) if word == "PIECES" else word for word in arguments))
    assert done.exit_code in (1, 2)
    assert message in done.stderr
    assert "hint:" in done.stderr


@pytest.mark.parametrize("make", ["link", "dangling", "fifo"])
def test_a_scraped_folder_is_cleaned_into_itself_and_nowhere_else(tmp_path: Path, make: str) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "a.txt").write_text("/----------\\\n|          |\n\\----------/\n")
    folder = tmp_path / "scraped"
    assert asciivae("scrape", "folder", tmp_path / "art", "--out", folder).exit_code == 0
    mine = tmp_path / "mine.safetensors"
    if make == "link":
        mine.write_text("mine")
    if make == "fifo":
        os.mkfifo(folder / "clean.safetensors")
    else:
        (folder / "clean.safetensors").symlink_to(mine)
    done = asciivae("corpus", "clean", folder)
    assert done.exit_code == 1
    assert "clean.safetensors: it is " in done.stderr
    assert mine.exists() == (make == "link")
    if make == "link":
        assert mine.read_text() == "mine"
    assert asciivae("corpus", "clean", folder, "--out", mine).exit_code == 0  # named by the user
