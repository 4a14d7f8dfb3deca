"""How the pages of the five sites are read: on pages of their structure, made for these tests."""

import os
import time
from typing import Any

import pytest

from asciivae.contract import Link, Page, RawArt
from asciivae.scrape.harvest import open_source

CAT = " /\\_/\\\n( o.o )\n > ^ <"
ESCAPED = CAT.replace("<", "&lt;").replace(">", "&gt;")


def read(name: str, text: str, address: str, **facts: str) -> tuple[list[RawArt], dict[str, str]]:
    found = list(open_source(name).source.read(Page(text=text, address=address, **facts)))
    return [a for a in found if isinstance(a, RawArt)], {x.address: x.category for x in found if isinstance(x, Link)}


def starts(name: str, **options: str) -> list[str]:
    return [link.address for link in open_source(name, options).source.start()]


def test_asciiart_eu() -> None:
    page = f"""<!doctype html><html><body><nav><a href="/animals">Animals</a><a href="/faq">FAQ</a></nav>
      <a href="/animals/cats/big">big</a> <a href="https://elsewhere.example/animals/cats/x">x</a>
      <div class="card art-card h-100" data-id="abc" data-title="Tom &amp; Co" data-artist="A. N. Other"
           data-height="3" data-width="7">
        <div class="card-header"><span>Tom</span></div>
        <div class="card-body"><div class="art-card__ascii">{ESCAPED}
</div></div></div>
      <div class="card art-card" data-id="d" data-title="" data-artist="Unknown">
        <div class="art-card__ascii">x</div></div>
      <div class="card art-card"><p>an advertisement</p></div>
      </body></html>"""
    art, links = read("asciiart-eu", page, "https://www.asciiart.eu/animals/cats")
    assert art == [
        RawArt(
            text=CAT + "\n",
            category="animals/cats",
            caption="Tom & Co",
            artist="A. N. Other",
            address="https://www.asciiart.eu/art/abc",
        ),
        RawArt(text="x", category="animals/cats", address="https://www.asciiart.eu/art/d"),
    ]
    assert links == {"https://www.asciiart.eu/animals/cats/big": "animals/cats/big"}
    assert "https://www.asciiart.eu/animals" in starts("asciiart-eu")
    old = f'<html><div class="asciiarts mt-3"><pre>{ESCAPED}</pre></div></html>'
    assert read("asciiart-eu", old, "saved/cats.html", folder="animals")[0] == [RawArt(text=CAT, category="animals")]


def test_asciiart_website() -> None:
    page = f"""<html><head><script type="application/ld+json">{{"@type": "CollectionPage", "hasPart": [
        {{"name": "Sleeping cat", "url": "https://asciiart.website/art/7", "author": {{"name": "Someone"}}}},
        {{"name": "Cat", "url": "https://asciiart.website/art/8", "author": null}}]}}</script>
      <script type="application/ld+json">not json</script></head><body>
      <pre class="art" data-artwork-id="7">
{ESCAPED}</pre><pre data-artwork-id="8">b</pre><pre data-artwork-id="9">c</pre><pre>no art</pre>
      <a href="cat.php?category_id=32&amp;page=2&sort=x#top">Next</a> <a href="cat.php?category_id=33">Lions (12)</a>
      <a href="cat.php?category_id=x">?</a> <a href="tag.php?tag_id=4">tag</a></body></html>"""
    address = "https://asciiart.website/cat.php?category_id=32"
    art, links = read("asciiart-website", page, address, category="Cats")
    assert art[0] == RawArt(
        text=CAT,
        category="Cats",
        caption="Sleeping cat",
        artist="Someone",
        address="https://asciiart.website/art/7",
    )
    assert [(piece.caption, piece.artist) for piece in art[1:]] == [("Cat", ""), ("", "")]
    assert links == {f"{address}&page=2": "Cats", "https://asciiart.website/cat.php?category_id=33": "Lions"}
    assert starts("asciiart-website") == ["https://asciiart.website/browse.php"]


def test_textart() -> None:
    page = f"""<html><body><a href="/art/tag/dog/1">dog</a><a href="/art/tag/cat/2">2</a><a href="/about">about</a>
      <div class="item"><a href="/art/Xy9/sleeping-cat">sleeping cat</a><div><pre>{ESCAPED}</pre></div></div>
      <div class="item"><pre>b</pre></div></body></html>"""
    art, links = read("textart", page, "https://textart.io/art/tag/cat/1")
    assert art[0] == RawArt(
        text=CAT, category="cat", caption="sleeping cat", address="https://textart.io/art/Xy9/sleeping-cat"
    )
    assert art[1] == RawArt(text="b", category="cat")
    assert links == {"https://textart.io/art/tag/dog/1": "dog", "https://textart.io/art/tag/cat/2": "cat"}
    assert starts("textart") == ["https://textart.io/art"]


def test_ascii_art_de() -> None:
    root = "http://www.ascii-art.de/ascii/"
    index = '<!DOCTYPE html><a href="c/cat.txt">cat</a><a href="c/christmas_tree.txt">x</a><a href="../x.txt">x</a>'
    art, links = read("ascii-art-de", index, root + "index_c.shtml")
    assert not art
    assert links == {root + "c/cat.txt": "cat", root + "c/christmas_tree.txt": "christmas tree"}
    text = f"{CAT}\n\n\n{CAT}\n"
    art, links = read("ascii-art-de", text, root + "c/cat.txt")
    assert art == [RawArt(text=text, category="cat", several=True)]
    assert not links
    assert len(starts("ascii-art-de")) == 11


def test_textfiles() -> None:
    root = "http://www.textfiles.com/art/"
    page = """<HTML><TITLE>T E X T F I L E S</TITLE><TABLE>
      <TR><TD><A HREF="dragon.txt">dragon.txt</A></TD><TD>a dragon</TD></TR>
      <TR><TD><A HREF="RTTY/">RTTY</A><TD><A HREF="x.gif">x</A><TD><A HREF="/humor/">up</A><TD><A HREF="?S=A">s</A>
      </TABLE></HTML>"""
    art, links = read("textfiles", page, root)
    assert not art
    assert links == {root + "dragon.txt": "", root + "RTTY/": "RTTY"}
    art, _ = read("textfiles", CAT, root + "RTTY/big_cat.txt")
    assert art == [RawArt(text=CAT, category="RTTY", caption="big cat", several=True)]


@pytest.mark.parametrize("name", ["asciiart-eu", "asciiart-website", "textart", "ascii-art-de", "textfiles"])
@pytest.mark.parametrize(
    "text", ["", "<html>", "<pre><a href='http://['>", "\0<pre>\0", "<a href=/>" * 500, "{}" * 99, "<pre>" * 9999]
)
def test_any_page_is_read_and_soon(name: str, text: str) -> None:
    begun = time.process_time()
    for address in (*starts(name)[:1], "x.html", "http://elsewhere.example/?a=b"):
        read(name, text, address)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("name", ["asciiart-eu", "asciiart-website", "textart", "ascii-art-de", "textfiles"])
def test_a_mirror_can_be_read(name: str) -> None:
    assert all(start.startswith("http://127.0.0.1:9/copy") for start in starts(name, root="http://127.0.0.1:9/copy/"))


@pytest.mark.live
@pytest.mark.skipif(os.environ.get("ASCIIVAE_LIVE") != "1", reason="asks real sites; set ASCIIVAE_LIVE=1")
@pytest.mark.parametrize("name", ["asciiart-eu", "asciiart-website", "textart", "ascii-art-de", "textfiles"])
def test_the_site_is_still_like_this(name: str, tmp_path: Any) -> None:
    from asciivae.scrape.crawl import Plan, crawl

    *_, report = crawl(Plan(sources={name: {}}, out=tmp_path / "corpus", limit=5, delay=2.0))
    assert report.pieces["new"] == 5, report.as_dict()
