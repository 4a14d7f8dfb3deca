"""Reading files: the formats, and the ways in which a folder of them is hostile."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asciivae import registry
from asciivae.contract import Link, Page, RawArt
from asciivae.errors import CorpusError, PluginError
from asciivae.scrape.archive import Archive, folder_of, slug
from asciivae.scrape.decode import decode
from asciivae.scrape.harvest import Harvest, Opened, Report, open_source, take_files
from asciivae.scrape.local import FileSource

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
FISH = "><>  ><>\n"
COW = r"""# a comment
$the_cow = <<"EOC";
        $thoughts   ^__^
         ${thoughts}  ($eyes)\\_______
            (__)\\       )\\/\\
             $tongue ||--\@-w |
EOC
"""


def scrape(name: str, out: Path, *paths: Path, limit: int | None = None, categories: tuple[str, ...] = ()) -> Report:
    with Archive(out) as archive:
        harvest = Harvest(archive, limit=limit, categories=categories)
        list(take_files(harvest, open_source(name), paths))
        return harvest.report


def kept(out: Path) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    return [{**record, "text": (out / record["file"]).read_text()} for record in records]


def write(path: Path, data: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_folder_of_texts(tmp_path: Path, out: Path) -> None:
    write(tmp_path / "art/pets/cat.txt", CAT)
    write(tmp_path / "art/fish.TXT", FISH.replace("\n", "\r\n"))
    write(tmp_path / "art/readme.md", "no")
    write(tmp_path / "art/.git/x.txt", "no")
    write(tmp_path / "art/binary.txt", b"\0\1")
    os.mkfifo(tmp_path / "art/pipe.txt")
    report = scrape("folder", out, tmp_path / "art")
    assert {record["category"]: record["text"] for record in kept(out) if "category" in record} == {"pets": CAT}
    assert {record["text"] for record in kept(out)} == {CAT, FISH}
    assert kept(out)[1]["file"].startswith("pets/folder-")
    assert kept(out)[0]["file"].startswith("uncategorised/")
    assert kept(out)[1]["url"] == str(tmp_path / "art/pets/cat.txt")
    assert report.failed == {"it is not text": 1, "it is not a regular file": 1}
    assert scrape("folder", out, tmp_path / "art").pieces == {"known": 2}


def test_scraping_into_the_folder_itself_ends(tmp_path: Path) -> None:
    write(tmp_path / "cat.txt", CAT)
    assert scrape("folder", tmp_path / "corpus", tmp_path).pieces == {"new": 1}
    assert scrape("folder", tmp_path / "corpus", tmp_path).pieces == {"known": 1}


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_json_lines(tmp_path: Path, out: Path, name: str) -> None:
    lines = (
        json.dumps({"text": CAT, "category": "pets/cats", "artist": "Ä", "license": "CC0", "caption": "Cat", "id": 7})
        + "\n\n"
        + json.dumps({"text": FISH, "url": "https://a.example/fish"})
    ).encode()
    report = scrape("jsonl", out, write(tmp_path / name, gzip.compress(lines) if name.endswith("gz") else lines))
    assert report.pieces == {"new": 2}
    cat, fish = kept(out)
    assert (cat["artist"], cat["license"], cat["file"]) == ("Ä", "CC0", f"pets/cats/cat-{cat['id']}.txt")
    assert fish["url"] == "https://a.example/fish"


def test_a_bad_line_is_counted_and_what_was_before_is_kept(tmp_path: Path, out: Path) -> None:
    report = scrape("jsonl", out, write(tmp_path / "a.jsonl", json.dumps({"text": CAT}) + '\n{"text": 3}\n'))
    assert report.pieces == {"new": 1}
    assert report.failed == {"jsonl cannot read it": 1}
    assert report.examples[0][1].endswith("ValueError: line 2 is not an object with a 'text': 'text' is not a string")


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_public_json_dump(tmp_path: Path, out: Path, wrapped: bool) -> None:
    pieces = [{"art": CAT, "desc": "A cat", "category": "animals/cats", "width": 7, "height": 3}]
    write(tmp_path / "db.json", json.dumps({"ASCII_ART_OBJECTS": pieces} if wrapped else pieces))
    scrape("asciiartjsondb", out, tmp_path / "db.json")
    (cat,) = kept(out)
    assert (cat["caption"], cat["category"], cat["text"]) == ("A cat", "animals/cats", CAT)


def test_cow_files(tmp_path: Path, out: Path) -> None:
    write(tmp_path / "cows/cow.cow", COW)
    write(tmp_path / "cows/raw.cow", "$the_cow = <<'X';\n \\_$eyes_/\n \\\\\nX\n")
    write(tmp_path / "cows/broken.cow", "print 'moo'")
    scrape("cowfile", out, tmp_path / "cows")
    cow, raw = kept(out)
    assert cow["text"] == (
        "        \\   ^__^\n         \\  (oo)\\_______\n            (__)\\       )\\/\\\n                ||--@-w |\n"
    )
    assert (cow["category"], cow["caption"]) == ("cows", "cow")
    assert raw["text"] == " \\_$eyes_/\n \\\\\n"


def test_fortunes(tmp_path: Path, out: Path) -> None:
    scrape("fortune", out, write(tmp_path / "ascii-art", f"{CAT}%\n{FISH}%\n\n%\n"))
    assert [(record["category"], record["text"]) for record in kept(out)] == [("ascii-art", CAT), ("ascii-art", FISH)]


def test_saved_pages(tmp_path: Path, out: Path) -> None:
    page = "<html><title>My\n pets</title><pre>\n  a&lt;b<br>c <b>d</b></pre><p>x</p><PRE></PRE><pre>e</pre>"
    scrape("html", out, write(tmp_path / "saved/pets/index.html", page).parent.parent)
    assert [(r["text"], r["caption"], r["category"]) for r in kept(out)] == [
        ("  a<b\nc d\n", "My pets", "pets"),
        ("e\n", "My pets", "pets"),
    ]
    assert kept(out)[0]["several"] is True


def test_limit_and_categories(tmp_path: Path, out: Path) -> None:
    for i in range(9):
        write(tmp_path / f"art/c{i % 3}/{i}.txt", f"piece {i}\n")
    assert scrape("folder", out, tmp_path / "art", limit=4).pieces["new"] == 4
    assert scrape("folder", out, tmp_path / "art", categories=("c2",)).pieces == {"unwanted": 6, "new": 3}


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
    with pytest.raises(CorpusError, match=r"manifest.jsonl:1: the line is damaged: 'digest' is no SHA-256"):
        Archive(out)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        Archive(write(tmp_path / "file", "x"))
    assert "the folder cannot be written" in caught.value.message


# --- sources that misbehave


class Sick(FileSource):
    def __init__(self, found: list[Any]) -> None:
        self.found = found

    def read(self, page: Page) -> Iterator[Any]:
        print("talk")
        for thing in self.found:
            if isinstance(thing, Exception):
                raise thing
            yield thing


@pytest.mark.parametrize(
    ("found", "detail"),
    [
        ([RawArt(text=CAT), KeyError("x")], "sick cannot read it (them 1.0): KeyError: 'x'"),
        (
            [RawArt(text=CAT), "text"],
            "sick cannot read it (them 1.0): TypeError: a source must yield RawArt or Link, not str",
        ),
    ],
)
def test_a_source_that_fails_is_named(
    out: Path, found: list[Any], detail: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Archive(out) as archive:
        harvest = Harvest(archive)
        assert harvest.take(Opened("sick", "them 1.0", Sick(found)), Page(text="", address="p")) == []
    assert harvest.report.failed == {"sick cannot read it": 1}
    assert harvest.report.examples == [("p", detail)]
    assert harvest.report.pieces == {"new": 1}, "what it gave before is kept"
    assert capsys.readouterr().out == "", "stdout is not for its talk"


def test_links_to_other_categories_are_not_followed(out: Path) -> None:
    links = [Link(address=c, category=c) for c in ("", "a", "a/b", "a/b/c", "ab", "d")]
    with Archive(out) as archive:
        taken = Harvest(archive, categories=["A/B"]).take(Opened("s", "", Sick(list(links))), Page(text="", address=""))
    assert [link.address for link in taken] == ["", "a", "a/b", "a/b/c"]


def test_options_are_checked() -> None:
    with pytest.raises(PluginError) as caught:
        open_source("folder", {"x": "1"})
    assert (caught.value.message, caught.value.hint) == ("source 'folder' has no option 'x'", "it has: none")
    with pytest.raises(PluginError, match="unknown source 'foldr' — did you mean 'folder'"):
        open_source("foldr")


@dataclass(frozen=True)
class Typed:
    depth: int = 1
    deep: bool = False


class Choosy(FileSource):
    Config = Typed  # type: ignore[assignment]


def test_options_have_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load", lambda kind, name: Choosy)
    assert open_source("folder", {"depth": "7", "deep": "true"}).source.config == Typed(7, True)
    with pytest.raises(PluginError) as caught:
        open_source("folder", {"depth": "deep"})
    assert caught.value.message.startswith("source 'folder' of asciivae 0.1.0.dev0 cannot be used: ValueError: ")
    assert caught.value.hint == "check its options: --set NAME=VALUE"


def test_reports_travel() -> None:
    report = Report(pages=2)
    report.fail("a", "b", "c")
    report.pieces["new"] += 1
    assert Report.from_dict(json.loads(json.dumps(report.as_dict()))) == report


# --- encodings


@pytest.mark.parametrize(
    ("data", "header", "text"),
    [
        ("é".encode(), "", "é"),
        ("\ufeffé".encode(), "", "é"),
        ("é\n".encode("utf-16"), "", "é\n"),
        (b"\xe9", "text/plain; charset=ISO-8859-1", "é"),
        (b"\x93x\x94", "text/plain; charset=latin1", "“x”"),
        ("é".encode("shift_jis", "replace"), "charset=shift_jis", "?"),
        (b'<meta charset="koi8-r">\xc1', "", '<meta charset="koi8-r">а'),
        (b"\xc4\xc4\xb3", "", "──│"),
        (b"caf\xe9", "", "café"),
        (b"\x81", "", "\x81"),
        (b"\xff", "charset=hex", "ÿ"),
        (b"x", "charset=nonsense", "x"),
        (b"a\r\nb\rc", "", "a\nb\nc"),
    ],
)
def test_encodings(data: bytes, header: str, text: str) -> None:
    assert decode(data, header) == text


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        with pytest.raises(ValueError, match=r"^it is not text$"):
            decode(data)
    else:
        assert "\r" not in decode(data)


# --- the manual


def test_the_example_of_the_manual_is_a_source() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "scraping.md").read_text()
    names: dict[str, Any] = {}
    exec(manual.split("```python\n")[1].split("```")[0], names)
    source = names["Example"](names["Example"].Config())
    assert list(source.start()) == [Link(address="https://art.example/")]
    page = f'<h2>Cat</h2>\n<pre>{CAT}</pre><a href="/topic/dogs">Dogs</a>'
    assert list(source.read(Page(text=page, address="https://art.example/", category="pets"))) == [
        RawArt(text=CAT, caption="Cat", category="pets"),
        Link(address="/topic/dogs", category="Dogs"),
    ]
