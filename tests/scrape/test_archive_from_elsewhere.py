"""An archive that comes from elsewhere is continued without writing anywhere else."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from asciivae.contract import RawArt
from asciivae.errors import CorpusError
from asciivae.scrape.archive import Archive

DIGEST = hashlib.sha256(b"a\n").hexdigest()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with Archive(tmp_path / "corpus") as archive:
        archive.add(RawArt(text="first", category="cats"), source="x", address="y")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("mine")
    return tmp_path / "corpus"


def everything(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in folder.rglob("*") if path.is_file()}


def link_to_file(path: Path, mine: Path) -> None:
    path.symlink_to(mine / "notes")


def link_to_folder(path: Path, mine: Path) -> None:
    path.symlink_to(mine)


def dangling(path: Path, mine: Path) -> None:
    path.symlink_to(mine / "new")


def hard_link(path: Path, mine: Path) -> None:
    os.link(mine / "notes", path)


def fifo(path: Path, mine: Path) -> None:
    os.mkfifo(path)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [link_to_file, link_to_folder, dangling, hard_link, fifo])
@pytest.mark.parametrize("name", ["manifest.jsonl", ".scrape", ".scrape/lock", ".scrape/log", ".scrape/pages", "dogs"])
def test_nothing_is_written_through_what_lies_in_the_way(
    out: Path, tmp_path: Path, name: str, make: Callable[[Path, Path], None]
) -> None:
    place = out / name
    if place.is_dir():
        (place / "lock").unlink()
        place.rmdir()
    place.unlink(missing_ok=True)
    make(place, tmp_path / "mine")
    before = everything(tmp_path / "mine")
    with pytest.raises(CorpusError) as caught, Archive(out) as archive:
        archive.add(RawArt(text="a", category="dogs"), source="x", address="y")
    assert str(place) in str(caught.value)
    assert everything(tmp_path / "mine") == before


@pytest.mark.parametrize(
    "name",
    [
        "../mine/a.txt",
        "/tmp/a.txt",
        "a/../../a.txt",
        "",
        "a\0.txt",
        ".scrape/lock.txt",
        "dogs/.a.txt",
        "authorized_keys",
        "manifest.jsonl",
        7,
        None,
        ["a.txt"],
    ],
)
def test_a_manifest_restores_texts_inside_only(out: Path, tmp_path: Path, name: object) -> None:
    with (out / "manifest.jsonl").open("a") as file:
        file.write(json.dumps({"file": name, "digest": DIGEST}) + "\n")
    before = everything(tmp_path)
    with pytest.raises(CorpusError, match=r"manifest.jsonl:2: the line is damaged: 'file'"):
        Archive(out)
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    "line",
    [
        "[" * 10_000,
        '{"digest": 1e999}',
        '{"digest": "x", "file": "a.txt"}',
        '{"file": "a.txt", "file": "b.txt"}',
        "[]",
        "1",
        "NaN",
        "\ufeff{}",
    ],
)
def test_lines_that_no_archive_writes_are_damage(out: Path, line: str) -> None:
    with (out / "manifest.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(CorpusError, match=r"manifest.jsonl:2: the line is damaged"):
        Archive(out)


def test_a_missing_text_is_restored_where_it_was(out: Path) -> None:
    with (out / "manifest.jsonl").open("a") as file:
        file.write(json.dumps({"file": "dogs/rex.txt", "digest": DIGEST}) + "\n")
    with Archive(out) as archive:
        assert archive.add(RawArt(text="a", category="cats"), source="x", address="y") == "new"
    assert (out / "dogs" / "rex.txt").read_text() == "a\n"
