"""A scraped folder as a corpus: its manifest and its cleaned store."""

import json
import logging
import os
from pathlib import Path

import pytest

from asciivae.corpus.cleaning import clean
from asciivae.corpus.mapped import save
from asciivae.corpus.raw_texts import read_raw_texts
from asciivae.corpus.source import digest_of, open_corpus
from asciivae.corpus.steps import Limits, steps
from asciivae.corpus.store import Refused
from asciivae.errors import CorpusError

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
FISH = "><>  ><>\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def scraped(tmp_path: Path) -> Path:
    root = tmp_path / "corpus"
    (root / "pets").mkdir(parents=True)
    (root / "pets" / "cat.txt").write_text(CAT)
    (root / "pets" / "tab.txt").write_text("\té\n")
    (root / "stray.txt").write_text("not in the manifest\n")
    facts = {"source": "here", "category": "Pets & Co", "artist": "A", "url": "http://a.example/cat", "time": "now"}
    manifest(root, {"file": "pets/cat.txt", "id": "1", **facts}, {"file": "pets/tab.txt", "id": "2"})
    return root


def manifest(root: Path, *records: object) -> None:
    (root / "manifest.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


def test_the_manifest_tells_what_is_there(scraped: Path) -> None:
    corpus = open_corpus(scraped)
    assert [corpus.text(i) for i in range(len(corpus))] == [CAT]
    assert corpus.columns == ("id", "category", "source", "artist", "url")
    assert corpus.column("category")[0] == "Pets & Co"
    ((place, reason),) = corpus.refused
    assert place == "pets/tab.txt"
    assert reason.startswith("U+00E9 'é' is not one of the 95 printable ASCII characters")


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "a/../../x", "\0"])
def test_a_manifest_cannot_lead_out_of_its_folder(scraped: Path, name: str) -> None:
    manifest(scraped, {"file": name}, {"file": "pets/cat.txt", "id": "1"})
    corpus = open_corpus(scraped)
    assert corpus.refused == (Refused(f"{scraped}/manifest.jsonl:1", "its file is outside this folder"),)


def test_missing_files_are_refused_and_unfinished_lines_left_out(scraped: Path) -> None:
    manifest(scraped, {"file": "gone.txt"}, {"file": "pets/cat.txt", "id": "1"})
    with (scraped / "manifest.jsonl").open("a") as file:
        file.write('{"file": "pets/c')
    corpus = open_corpus(scraped)
    assert len(corpus) == 1
    assert corpus.refused == (Refused("gone.txt", "no such file or directory"),)


def test_a_damaged_manifest_is_an_error(scraped: Path) -> None:
    manifest(scraped, {"id": "1"})
    with pytest.raises(CorpusError) as caught:
        open_corpus(scraped)
    assert caught.value.message == "the object has no 'file'"
    assert caught.value.hint == "the manifest is damaged: scrape again with --resume, or into a new folder"


def test_a_change_is_seen(scraped: Path) -> None:
    assert len(open_corpus(scraped)) == 1
    manifest(scraped, {"file": "pets/cat.txt", "id": "1"}, {"file": "stray.txt", "id": "3"})
    assert len(open_corpus(scraped)) == 2
    (scraped / "stray.txt").write_text(FISH)
    assert open_corpus(scraped).text(1) == FISH


def test_what_was_cleaned_counts(scraped: Path, caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits(min_bytes=1, min_lines=1)
    storage, refusals, tally = clean(read_raw_texts(scraped), steps(limits, transliterate=True))
    assert tally.kept == 2
    save(scraped / "clean.safetensors", storage, refusals, key=digest_of(scraped / "manifest.jsonl"))
    with caplog.at_level(logging.WARNING):
        corpus = open_corpus(scraped)
    assert [corpus.text(i) for i in range(2)] == [CAT, "e\n"]
    assert corpus.column("url")[0] == "http://a.example/cat"
    assert not caplog.text
    manifest(scraped, {"file": "pets/cat.txt"})
    with caplog.at_level(logging.WARNING):
        assert len(open_corpus(scraped)) == 2
    assert f"has changed since it was cleaned: asciivae corpus clean {scraped}" in caplog.text


@pytest.mark.timeout(20)
def test_links_and_fifos_in_the_folder_are_not_read(scraped: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key.txt").write_text("secret")
    (scraped / "link.txt").symlink_to(tmp_path / "secret" / "key.txt")
    (scraped / "below").symlink_to(tmp_path / "secret")
    os.mkfifo(scraped / "pipe.txt")
    names = ("link.txt", "below/key.txt", "pipe.txt", "pets/cat.txt")
    manifest(scraped, *[{"file": name} for name in names])
    for pieces in (list(read_raw_texts(scraped)), open_corpus(scraped).refused):
        assert [one for one in pieces if isinstance(one, Refused)] == [
            Refused("link.txt", "it is a symbolic link"),
            Refused("below/key.txt", "it is a symbolic link"),
            Refused("pipe.txt", "it is not a regular file"),
        ]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["manifest.jsonl", "clean.safetensors"])
@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_an_index_that_is_no_file_is_an_error(scraped: Path, tmp_path: Path, name: str, kind: str) -> None:
    (scraped / name).unlink(missing_ok=True)
    if kind == "link":
        (tmp_path / "elsewhere").write_text("")
        (scraped / name).symlink_to(tmp_path / "elsewhere")
    elif kind == "fifo":
        os.mkfifo(scraped / name)
    else:
        (scraped / name).mkdir()
    with pytest.raises(CorpusError) as caught:
        open_corpus(scraped)
    assert caught.value.place == str(scraped / name)
    assert caught.value.message.startswith("the file cannot be read: ")
