"""Links of pages."""

from asciivae.scrape.html import links, parse


def test_the_base_of_a_page_is_obeyed() -> None:
    page = parse("<html><head><base href='/art/'></head><a href='a.txt'>a</a><a href='//b.example/b'>b</a>")
    assert list(links(page, "http://x.example/index/")) == [
        ("http://x.example/art/a.txt", "a"),
        ("http://b.example/b", "b"),
    ]
    broken = parse("<html><head><base href='http://['></head><a href='a.txt'>a</a>")
    assert list(links(broken, "http://x.example/")) == [("http://x.example/a.txt", "a")]
