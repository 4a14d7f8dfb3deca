import gzip
import json
import logging
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asciivae.corpus import builder, formats, mapped, source, store
from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Corpus
from asciivae.errors import AsciivaeError, CorpusError, Place, UsageError
from asciivae.text.art import to_text
from asciivae.text.charset import CHARSET

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
FISH = "><>\n"
FILES = "a .jsonl, .jsonl.gz or .parquet file"
KINDS = f"a corpus is a folder of .txt files, {FILES}, a built .safetensors store, or 'embedded'"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"pets/cat.txt": CAT, "sea/deep/fish.txt": FISH, "Top.txt": "#\n", "notes.md": "no"}.items():
        path = tmp_path / "art" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "art"


def jsonl(path: Path, *records: object) -> Path:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def built(cache: Path) -> list[Path]:
    return sorted((cache / "corpora").iterdir()) if (cache / "corpora").exists() else []


def refused(spec: str | Path, **options: str) -> CorpusError:
    with pytest.raises(CorpusError) as caught:
        open_corpus(spec, **options)  # type: ignore[arg-type]
    assert caught.value.hint
    return caught.value


def same(a: Corpus, b: Corpus) -> bool:
    return a.digest == b.digest and [a.text(i) for i in range(len(a))] == [b.text(i) for i in range(len(b))]


# --- what can be opened


def test_a_folder_of_texts(folder: Path) -> None:
    corpus = open_corpus(folder)
    assert list(corpus.column("id")) == ["Top.txt", "pets/cat.txt", "sea/deep/fish.txt"]
    assert list(corpus.column("category")) == ["", "pets", "sea/deep"]
    assert [corpus.text(i) for i in range(3)] == ["#\n", CAT, FISH]
    assert corpus.heights.tolist() == [1, 3, 1]
    assert corpus.widths.tolist() == [1, 7, 3]
    assert corpus.source == str(folder)
    assert corpus.refused == ()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_json_lines(tmp_path: Path, name: str) -> None:
    first = {"text": CAT, "id": "cat", "artist": "A. N. É", "width": 7, "also_in": ["x"], "cluster": None}
    path = jsonl(tmp_path / name, first, {"text": FISH, "caption": "a\nfish\x1b[2J"})
    corpus = open_corpus(str(path))
    assert [corpus.text(i) for i in range(2)] == [CAT, FISH]
    assert corpus.columns == ("id", "artist", "caption")
    assert list(corpus.column("artist")) == ["A. N. É", ""]
    assert corpus.column("caption")[1] == "a fish [2J", "nothing that steers a terminal comes through"
    assert re.fullmatch("[0-9a-f]{12}", corpus.column("id")[1])


def test_json_lines_may_begin_with_a_mark_and_hold_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "x"}\r\n\r\n{"text": "y"}')
    assert len(open_corpus(tmp_path / "a.jsonl")) == 2


def test_a_built_store_opens_anywhere(folder: Path, cache: Path, tmp_path: Path) -> None:
    corpus = open_corpus(folder)
    (stored,) = built(cache)
    moved = stored.rename(tmp_path / "mine.safetensors")
    again = open_corpus(moved)
    assert same(again, corpus)
    assert again.source == str(moved)


def test_the_embedded_corpus_is_what_it_always_was() -> None:
    corpus = open_corpus("embedded")
    assert corpus.digest == "44b682c49103cc2bc3d1ff6f5b7cdcb3d5f2da2221ee081b95c7d409a11f81cb"  # as old runs record it
    assert corpus.source == "embedded"
    assert len(corpus) == len(set(corpus.column("id"))) == len({corpus.text(i) for i in range(len(corpus))}) == 2631
    assert corpus.column("id")[:132:131] == ["animals/bat", "trees/00000"]
    assert corpus.column("category")[0] == "animals"
    assert corpus.columns == ("id", "category")
    assert not corpus.refused_total
    assert max(corpus.heights.max(), corpus.widths.max()) <= 64


def test_a_name_may_begin_with_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    assert len(open_corpus("~/art")) == 3


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.text(st.sampled_from(CHARSET), max_size=9), min_size=1, max_size=6).map("\n".join),
        min_size=1,
        max_size=6,
    ).filter(lambda texts: any(text.strip() for text in texts))
)
def test_texts_come_back_as_they_went_in(tmp_path: Path, texts: list[str]) -> None:
    corpus = open_corpus(jsonl(tmp_path / "h.jsonl", *({"text": text} for text in texts)))
    kept = [text for text in texts if text.strip()]
    assert len(corpus) == len(kept)
    assert corpus.refused_total == len(texts) - len(kept)
    for i, text in enumerate(kept):
        assert corpus.text(i) == "\n".join(line.rstrip(" ") for line in text.split("\n")).rstrip("\n") + "\n"


# --- the cache


def test_a_corpus_is_built_once(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_corpus(folder)
    monkeypatch.setattr(source, "collect", lambda _: pytest.fail("built again"))
    assert same(open_corpus(folder), first)
    assert len(built(cache)) == 1
    assert re.fullmatch(r"[0-9a-f]{16}\.safetensors", built(cache)[0].name)


def test_a_changed_folder_is_built_again(folder: Path) -> None:
    first = open_corpus(folder)
    (folder / "Top.txt").write_text("@\n")  # as long as before
    assert open_corpus(folder).text(0) == "@\n"
    assert first.text(0) == "#\n", "what was opened before is not disturbed"
    (folder / "Top.txt").unlink()
    assert len(open_corpus(folder)) == 2


def test_a_changed_file_or_replacement_is_built_again(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "x"}, {"text": "é"})
    assert len(open_corpus(path)) == 1
    assert len(open_corpus(path, replace="?")) == 2
    jsonl(path, {"text": "y"}, {"text": "é"})
    assert open_corpus(path).text(0) == "y\n"


def test_where_the_cache_is(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_corpus(folder, cache=tmp_path / "given")
    assert built(tmp_path / "given")
    monkeypatch.delenv("ASCIIVAE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert source.cache_folder() == tmp_path / "xdg" / "asciivae"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert source.cache_folder() == tmp_path / ".cache" / "asciivae"


@pytest.mark.parametrize("damage", ["truncated", "empty", "a cell", "a character", "the header", "noise"])
def test_a_damaged_store_in_the_cache_is_built_again(
    folder: Path, cache: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = open_corpus(folder)
    (stored,) = built(cache)
    data = bytearray(stored.read_bytes())
    if damage == "a cell":
        at = data.rindex(bytes([ord("o") - 32, ord(".") - 32]))
        data[at] ^= 1
    elif damage == "a character":
        data[data.rindex(b"pets")] ^= 1
    elif damage == "the header":
        data[:8] = b"\xff" * 8
    elif damage == "noise":
        data[8:] = np.random.default_rng(0).bytes(len(data) - 8)
    elif damage == "truncated":
        del data[-1]
    elif damage == "empty":
        data.clear()
    stored.unlink()  # in place it would change under the mapping that is still open
    stored.write_bytes(data)
    with caplog.at_level(logging.WARNING):
        assert same(open_corpus(folder), first)
    assert "rebuilding it" in caplog.text
    caplog.clear()
    assert same(open_corpus(folder), first)
    assert not caplog.text, "the mended store is used"


def test_another_corpus_under_the_same_name_is_not_mistaken(folder: Path, cache: Path, tmp_path: Path) -> None:
    first = open_corpus(folder)
    (mine,) = built(cache)
    open_corpus(jsonl(tmp_path / "b.jsonl", {"text": "b"}))
    (other,) = set(built(cache)) - {mine}
    other.replace(mine)
    assert same(open_corpus(folder), first)


def test_without_a_place_to_cache_it_is_built_in_memory(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        corpus = open_corpus(folder, cache=tmp_path / "file")
    assert "cannot be cached in" in caplog.text
    assert same(corpus, open_corpus(folder))
    with pytest.raises(ValueError, match="read-only"):
        corpus.grid(0)[:] = 1


def test_nothing_is_left_behind_when_a_write_fails(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert len(open_corpus(folder)) == 3
    assert "No space left on device" in caplog.text
    assert built(cache) == []


def test_builders_at_the_same_time_do_no_harm(folder: Path, cache: Path) -> None:
    opened: list[Corpus] = []
    threads = [threading.Thread(target=lambda: opened.append(open_corpus(folder))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    assert all(same(corpus, opened[0]) for corpus in opened)
    assert len(built(cache)) == 1


# --- pieces that cannot be read


def test_bad_pieces_are_refused_with_place_reason_and_count(folder: Path) -> None:
    (folder / "bad.txt").write_text("ok\n█\n")
    (folder / "blank.txt").write_text("\n")
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    for corpus in (open_corpus(folder), open_corpus(folder)):  # built, then mapped
        assert len(corpus) == 3
        assert corpus.refused_total == 3
        assert dict(corpus.refused) == {
            f"{folder / 'bad.txt'}:2:1": "U+2588 '█' is not one of the 95 printable ASCII characters",
            str(folder / "blank.txt"): "it contains only blanks",
            str(folder / "gone.txt"): "it is a symbolic link",
        }
    assert len(open_corpus(folder, replace="#")) == 4


def test_a_pipe_among_the_texts_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert open_corpus(folder).refused == ((str(folder / "pipe.txt"), "it is not a regular file"),)


def test_a_bad_piece_in_json_lines_is_placed_in_the_file_and_in_the_drawing(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "x"}, {"text": "ok\nab\x07"}, {"text": " "}, {"text": "\ud800"})
    assert open_corpus(path).refused == (
        (f"{path}:2", "U+0007 is not one of the 95 printable ASCII characters (line 2, column 3 of the drawing)"),
        (f"{path}:3", "it contains only blanks"),
        (f"{path}:4", "U+D800 is not one of the 95 printable ASCII characters (line 1, column 1 of the drawing)"),
    )


def test_only_the_first_hundred_refusals_are_kept(tmp_path: Path) -> None:
    corpus = open_corpus(jsonl(tmp_path / "a.jsonl", {"text": "x"}, *[{"text": ""}] * 150))
    assert len(corpus.refused) == 100
    assert corpus.refused_total == 150


def test_a_corpus_without_a_readable_piece_is_an_error(tmp_path: Path, cache: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "é"}, {"text": ""})
    error = refused(path)
    assert error.place == str(path)
    assert error.message.startswith(f"none of its 2 pieces can be read; the first is {path}:1: U+00E9 'é' is not")
    assert error.hint is not None
    assert "asciivae corpus clean " in error.hint
    (tmp_path / "none").mkdir()
    error = refused(tmp_path / "none")
    assert error.headline == f"{tmp_path / 'none'}: it contains no ASCII art"
    assert error.hint == KINDS
    assert built(cache) == []


# --- corpora that cannot be read


def test_an_unknown_corpus_is_met_with_the_nearest_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drawings").mkdir()
    error = refused("embeded")
    assert error.headline == "embeded: no such corpus"
    assert error.hint == f"did you mean embedded? {KINDS}"
    assert refused("drawing").hint == f"did you mean drawings? {KINDS}"
    assert refused(tmp_path / "no" / "such").hint == KINDS
    assert refused("a\0b").hint == KINDS
    (tmp_path / "cat.txt").write_text(CAT)
    error = refused("cat.txt")
    assert error.headline == "cat.txt: not a corpus"
    assert error.hint == KINDS


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (b'{"text": }', 10, "this is not JSON: expecting value"),
        (b'{"text": "x"', 13, "this is not JSON: expecting ',' delimiter"),
        (b'{"id": "\xc3\xa9\xff"}', 10, "byte 0xFF is not UTF-8 text"),
        (b"[" * 100_000, 0, "this JSON cannot be used: it is nested more than 32 levels deep"),
        (b'{"text": "x", "n": 1e999}', 0, "this JSON cannot be used: the number 1e999 is too large"),
        (b'{"text": "x", "text": "y"}', 0, "this JSON cannot be used: the key 'text' occurs twice in one object"),
        (b'["text"]', 0, "this is not a JSON object"),
        (b'{"id": "a"}', 0, "the object has no 'text'"),
        (b'{"text": null}', 0, "'text' is not a string"),
        (b'{"text": "x", "id": 7.5}', 0, "'id' is not a string"),
        (b'{"text": "x", "id": true}', 0, "'id' is not a string"),
    ],
)
def test_a_malformed_line_is_refused_and_those_after_it_are_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: bytes, column: int, message: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "x"}\n' + line + b'\n{"text": "z"}\n')
    corpus = open_corpus(path)
    assert [corpus.text(i) for i in range(len(corpus))] == ["x\n", "z\n"]
    place = str(Place(str(path), 2, column))
    assert corpus.refused == ((place, message),)
    assert f"1 of 3 pieces of {path} cannot be read and are left out; the first is {place}: {message}" in caplog.text


def test_integer_ids_are_texts_and_ids_that_occur_twice_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "x", "id": 7}, {"text": "y", "id": "7"}, {"text": "z", "id": "8"})
    assert list(open_corpus(path).column("id")) == ["7", "7", "8"]
    assert f"1 pieces of {path} have the id of another piece" in caplog.text


def test_a_file_of_blank_lines_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 10_000_000))
    error = refused(path)
    assert error.headline == f"{path}:100001: there are more than 100000 blank lines in a row"


def test_upper_case_suffixes_count(folder: Path, tmp_path: Path) -> None:
    (folder / "DOS.TXT").write_text("dos")
    assert len(open_corpus(folder)) == 4
    assert len(open_corpus(jsonl(tmp_path / "A.JSONL", {"text": "x"}))) == 1


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.safetensors"])
def test_a_fifo_or_a_device_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert "not a regular file" in refused(tmp_path / name).message
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / name).symlink_to("/dev/zero")
    assert "not a regular file" in refused(tmp_path / "b" / name).message


def test_a_broken_archive_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"not gzip")
    error = refused(path)
    assert error.headline == f"{path}: the file cannot be read: not a gzipped file (b'no')"
    assert error.hint == f"check the file: gzip -t {path}"
    jsonl(path, {"text": "x"})
    path.write_bytes(path.read_bytes()[:-9])
    assert "the file cannot be read: compressed file ended" in refused(path).message


def test_what_unpacks_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_LINE", 1000)
    monkeypatch.setattr(formats, "MAX_UNPACKED", 5000)
    hint = "one line holds one piece; split a large corpus into several files"
    error = refused(jsonl(tmp_path / "a.jsonl.gz", {"text": "x"}, {"text": "x" * 10**6}))
    assert error.headline == f"{tmp_path / 'a.jsonl.gz'}:2: the line is longer than 1000 bytes"
    assert error.hint == hint
    error = refused(jsonl(tmp_path / "b.jsonl.gz", *[{"text": "x" * 600}] * 10))
    assert error.headline == f"{tmp_path / 'b.jsonl.gz'}:9: the file is longer than 5000 bytes"
    assert error.hint == hint


def test_a_corpus_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "MAX_CELLS", 100)
    monkeypatch.setattr(builder, "MEAN_CELLS", 59)
    error = refused(jsonl(tmp_path / "a.jsonl", *[{"text": "x" * 60}] * 2))
    assert error.message == "the corpus has more than 100 cells, and more than 59 a piece"
    assert error.hint == "split it into several, or drop its largest pieces"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "x"})

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("asciivae.corpus.source.open_file", denied)
    error = refused(path)
    assert error.headline == f"{path}: the file cannot be read: permission denied"
    assert error.hint == f"check its permissions: ls -l {path}"


def test_a_replacement_outside_the_charset_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="is not one printable ASCII character"):
        open_corpus(folder, replace="█")


# --- hostile stores


def hostile(path: Path, change: Callable[[dict[str, dict[str, object]]], object], cells: bytes = b"\1\2") -> Path:
    """A store of one piece of 1 × 2 cells, its header changed."""
    one = np.array([1], np.uint16)
    column = store.Column(np.frombuffer(b"a", np.uint8), np.array([0, 1]))
    piece = store.Storage(np.frombuffer(cells, np.uint8), np.array([0, 2]), one, one * 2, {"id": column})
    mapped.save(path, piece, store.Refusals())
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    change(header)
    head = json.dumps(header).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + data[end:])
    return path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda h: h.pop("cells"), "'cells' is missing"),
        (lambda h: h.pop("__metadata__"), "'__metadata__' is missing"),
        (lambda h: h["__metadata__"].pop("format"), "'format' is missing"),
        (lambda h: h["__metadata__"].update(format="x"), "its format is 'x', not 'asciivae-corpus-1'"),
        (lambda h: h["__metadata__"].update(digest="0"), "its content does not match its digest"),
        (lambda h: h["cells"].update(shape=[10**18], data_offsets=[0, 10**18]), "its header does not match its length"),
        (lambda h: h["cells"].update(shape=[-2]), "its header does not match its length"),
        (lambda h: h["cells"].update(shape=[2.0]), "its header has an invalid entry 'cells'"),
        (lambda h: h["cells"].update(dtype="F64"), "its header has an invalid entry 'cells'"),
        (lambda h: h["cells"].update(shape=[1], data_offsets=[20, 21]), "its offsets do not match its cells"),
        (lambda h: h["widths"].update(h["heights"]), "its heights and widths do not match its cells"),
        (lambda h: h["id.offsets"].update(h["offsets"]), "the offsets of 'id' do not match its text"),
        (lambda h: h.update(weights=h["cells"]), "it has unexpected arrays 'weights'"),
        (lambda h: h.pop("id") and h.pop("id.offsets"), "it has no pieces, or required arrays are missing"),
        (lambda h: h["cells"].update(data_offsets="ab"), "its header has an invalid entry 'cells'"),
        (lambda h: h.update(cells=None), "'NoneType' object is not subscriptable"),
    ],
)  # fmt: skip
def test_a_hostile_header_is_refused_before_anything_is_allocated(
    tmp_path: Path, change: Callable[[dict[str, dict[str, object]]], object], reason: str
) -> None:
    path = hostile(tmp_path / "a.safetensors", change)
    error = refused(path)
    assert error.headline == f"{path}: not a corpus store, or a damaged one: {reason}"
    assert error.hint == "rebuild it from its source: a folder of .txt files, or a .jsonl file"


def test_a_store_with_classes_outside_the_charset_is_refused(tmp_path: Path) -> None:
    error = refused(hostile(tmp_path / "a.safetensors", lambda _: None, cells=b"\1\x5f"))
    assert error.message.endswith("it contains characters outside the charset")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff" * 7 + b"\x7f" + b"{}", "its header is longer than the limit or the file"),
        (b"1234", "its header is longer than the limit or the file"),
        (b"\2" + b"\0" * 7 + b"[]", "its header is not an object"),
    ],
)
def test_a_store_with_an_impossible_header_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.safetensors").write_bytes(data)
    assert refused(tmp_path / "a.safetensors").message.endswith(reason)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_store_with_any_byte_changed_opens_as_it_was_or_not_at_all(tmp_path: Path, data: st.DataObject) -> None:
    path = hostile(tmp_path / "a.safetensors", lambda _: None)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(len(content) - 3, len(content)))])
    try:
        corpus = open_corpus(path)
    except AsciivaeError:
        return
    assert to_text(corpus.grid(0)) == '!"\n'
