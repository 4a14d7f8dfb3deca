"""Reading files: the formats, and the ways in which a folder of them is hostile."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from asciivae.contract import Link, Page, RawArt
from asciivae.scrape.archive import Archive
from asciivae.scrape.harvest import Harvest, Report, open_source, take_files

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
    assert report.failed == {"it is not text": 1, "it cannot be read: it is not a regular file": 1}
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


def test_bad_lines_are_told_and_the_others_kept(tmp_path: Path, out: Path) -> None:
    lines = [json.dumps({"text": CAT}), '{"text": 3}', "{", "[" * 99, json.dumps({"text": FISH})]
    report = scrape("jsonl", out, write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert report.pieces == {"new": 2}
    assert report.failed == {"jsonl cannot read it": 1}
    ((place, reason),) = report.examples
    assert place == str(tmp_path / "a.jsonl")
    assert reason.endswith(": line 2: 'text' is not a string; and 2 more lines")


def test_bad_pieces_of_the_dump_are_told_and_the_others_kept(tmp_path: Path, out: Path) -> None:
    write(tmp_path / "db.json", json.dumps([{"art": CAT}, 7, {"art": None}, {"art": FISH}]))
    report = scrape("asciiartjsondb", out, tmp_path / "db.json")
    assert report.pieces == {"new": 2}
    assert report.examples[0][1].endswith(": piece 2: it is not an object; and 1 more pieces")


def test_files_without_a_drawing_are_counted(tmp_path: Path, out: Path) -> None:
    write(tmp_path / "cows/none.cow", "print 'moo'")
    write(tmp_path / "saved/none.html", "<html>no art</html>")
    write(tmp_path / "saved/moves.cow", '$the_cow = "\\e[2Jmoo";')
    assert scrape("cowfile", out, tmp_path / "cows").failed == {"cowfile cannot read it": 1}
    report = scrape("cowfile", out, tmp_path / "saved")
    assert report.examples[0][1].endswith(": its drawing moves the cursor")
    assert scrape("html", out, tmp_path / "saved").failed == {"it holds no drawing": 1}


def test_only_a_line_of_one_percent_sign_divides_fortunes(tmp_path: Path, out: Path) -> None:
    scrape("fortune", out, write(tmp_path / "art", "a\n%%\nb\n% \nc\n%\nd\n"))
    assert [record["text"] for record in kept(out)] == ["a\n%%\nb\n%\nc\n", "d\n"]


def test_dos_files_end_at_their_end(tmp_path: Path, out: Path) -> None:
    write(tmp_path / "CAT.TXT", b"\xdb\xdb\r\n\xdb\xdb\r\n\x1aSAUCE00rubbish\0")
    scrape("folder", out, tmp_path)
    assert [record["text"] for record in kept(out)] == ["██\n██\n"]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("a<div>b</div>c", "a\nb\nc\n"),
        ("<div>a</div><div>b</div>", "a\nb\n"),
        ("<div><p>a</p></div><p>b</p>c", "a\nb\nc\n"),
        (
            "a<script>x</script>b<style>y</style>c<button>z</button><textarea>t</textarea><template>u</template>",
            "abc\n",
        ),
        ("a<span hidden>x</span><span style='Display : none'>y</span>b", "ab\n"),
        ("a<!-- x -->b<b>c</b>", "abc\n"),
        ("a\n<div>b\n</div>c", "a\nb\nc\n"),
    ],
)
def test_a_page_is_laid_out_as_a_browser_does(tmp_path: Path, out: Path, inner: str, text: str) -> None:
    scrape("html", out, write(tmp_path / "a.html", f"<html><pre>\n{inner}</pre>"))
    assert [record["text"] for record in kept(out)] == [text]


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
