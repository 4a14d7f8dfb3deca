"""The folder that art is kept in: safe names, one writer, a manifest that is repaired or refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asciivae.contract import RawArt
from asciivae.errors import CorpusError
from asciivae.scrape.archive import Archive, folder_of, slug

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


def kept(out: Path) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    return [{**record, "text": (out / record["file"]).read_text()} for record in records]


def write(path: Path, data: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# --- names


@pytest.mark.parametrize(
    ("category", "folder"),
    [
        ("animals/cats", "animals/cats"),
        ("../../../etc", "etc"),
        ("/abs/olute", "abs/olute"),
        ("..\\..\\windows", "windows"),
        ("C:\\x", "c/x"),
        (".hidden/.git", "hidden/git"),
        ("a\0b\n/c", "a-b/c"),
        ("Ärger & Fälle", "arger-falle"),
        ("", "uncategorised"),
        ("漢字", "uncategorised"),
        ("a/b/c/d/e/f", "a/b/c/d"),
        ("x" * 300, "x" * 48),
    ],
)
def test_categories_become_safe_folders(category: str, folder: str) -> None:
    assert folder_of(category) == folder


@given(st.text())
def test_no_name_leaves_the_folder(name: str) -> None:
    for part in folder_of(name).split("/"):
        assert part == slug(part) != ""
    assert "/" not in slug(name)


def test_hostile_art_stays_inside(tmp_path: Path, out: Path) -> None:
    with Archive(out) as archive:
        art = RawArt(text=CAT + "\ud800", category="../../up", caption="../../../etc/passwd", artist="\ud800\x1b[2J")
        assert archive.add(art, source="../x", address="y") == "new"
        assert archive.add(RawArt(text="#" * 2_000_000), source="x", address="y") == "too large"
        assert archive.add(RawArt(text=" \n\t"), source="x", address="y") == "empty"
    assert {path.name for path in tmp_path.iterdir()} == {"corpus"}
    (record,) = kept(out)
    assert record["file"].startswith("up/etc-passwd-")


# --- the archive


def test_only_one_process_writes(out: Path) -> None:
    with Archive(out), pytest.raises(CorpusError) as caught:
        Archive(out)
    assert caught.value.message == "another process is scraping into this folder"
    assert caught.value.hint == "wait for it to end, or choose another --out"


def test_a_manifest_is_repaired_or_refused(out: Path) -> None:
    with Archive(out) as archive:
        for text in ("a", "b"):
            archive.add(RawArt(text=text), source="x", address="y")
    whole = (out / "manifest.jsonl").read_text()
    (out / kept(out)[0]["file"]).unlink()
    (out / "manifest.jsonl").write_text(whole + '{"id": "torn')
    with Archive(out) as archive:
        assert len(archive) == 1
        assert archive.add(RawArt(text="b"), source="x", address="y") == "known"
        assert archive.add(RawArt(text="a", category="moved"), source="x", address="y") == "new"
    assert (out / "manifest.jsonl").read_text() == whole
    assert [record["text"] for record in kept(out)] == ["a\n", "b\n"]
    (out / "manifest.jsonl").write_text("{}\n" + whole)
    with pytest.raises(CorpusError, match=r"manifest.jsonl:1: the line is damaged: 'digest' is not a SHA-256"):
        Archive(out)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        Archive(write(tmp_path / "file", "x"))
    assert "the folder cannot be written" in caught.value.message
