"""The crawler against real web sites of our own, on the loopback interface."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, Site, send

from asciivae.corpus.source import open_corpus
from asciivae.errors import CorpusError, PluginError, UsageError
from asciivae.scrape.crawl import Plan, crawl
from asciivae.scrape.harvest import Report

CAT = "  /\\_/\\\n ( o.o )\n  > ^ <\n"


def listing(*links: str) -> str:
    return "<html><body>" + "".join(f'<a href="{link}">{link}</a>' for link in links) + "</body></html>"


def art(number: int) -> str:
    return f"+-----+\n|  {number:02}  |\n+-----+\n"


def leads_to(address: str, status: int = 302) -> Answer:
    return lambda handler: send(handler, b"", status=status, headers={"Location": address})


def run(site: Site, out: Path, *, root: str = "/", delay: float = 0.02, **options: Any) -> Report:
    *_, report = crawl(Plan(sources={"textfiles": {"root": site.url(root)}}, out=out, delay=delay, **options))
    return report


def manifest(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def test_a_polite_crawl_with_provenance(site: Site, out: Path) -> None:
    active, most = 0, 0
    lock = threading.Lock()

    def counted(data: bytes, kind: str = "text/plain") -> Any:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            nonlocal active, most
            with lock:
                active += 1
                most = max(most, active)
            time.sleep(0.05)
            with lock:
                active -= 1
            send(handler, data, kind=kind)

        return answer

    site.answers = {
        "/robots.txt": "User-agent: *\nAllow: /\n\nUser-agent: asciivae\nDisallow: /secret/\n",
        "/": listing(
            "a.txt", "b.txt", "a.txt#again", "pets/", "secret/x.txt", "gone.txt", "picture.gif", "there.txt",
            "loop.txt", "http://localhost:9/other.txt", "../../etc/passwd.txt", "mailto:a@b", "http://[bad",
        ),
        "/pets/": listing("../a.txt", "cat.txt", "/b.txt", "..", "%2e%2e/%2e%2e/out.txt"),
        "/a.txt": counted(art(1).encode()),
        "/b.txt": counted(art(2).encode()),
        "/pets/cat.txt": counted(CAT.encode()),
        "/pets/%2e%2e/%2e%2e/out.txt": counted(art(3).encode()),
        "/etc/passwd.txt": counted(art(4).encode()),
        "/there.txt": leads_to("/moved.txt", 301),
        "/moved.txt": counted(art(5).encode()),
        "/loop.txt": leads_to("/loop.txt?1"),
        "/secret/x.txt": art(6),
    }  # fmt: skip
    site.answers |= {f"/loop.txt?{i}": leads_to(f"/loop.txt?{i + 1}") for i in range(1, 30)}
    report = run(site, out, delay=0.15, contact="me@example.org")

    asked = Counter(site.paths())
    assert "/secret/x.txt" not in asked
    assert report.failed["disallowed by robots.txt"] == 1
    assert set(asked.values()) == {1}, "no page is fetched twice"
    assert "/picture.gif" not in asked
    assert sum(path.startswith("/loop") for path in asked) == 6, "a chain of redirects is left after five"
    assert report.failed["too many redirects"] == 1
    assert report.failed["HTTP status 404"] == 1
    times = [when for _, when in site.asked]
    assert min(b - a for a, b in pairwise(times)) > 0.1, "the rate is held"
    assert most == 1, "one request at a time"
    assert site.agents == {"asciivae/0.1.0.dev0 (collects ASCII art, obeys robots.txt; me@example.org)"}

    escape = "/pets/%2e%2e/%2e%2e/out.txt"
    records = {record["url"].removeprefix(site.url("")): record for record in manifest(out)}
    assert set(records) == {"/a.txt", "/b.txt", "/pets/cat.txt", "/moved.txt", "/etc/passwd.txt", escape}
    assert records[escape]["category"] == "pets/../.."
    assert records[escape]["file"].startswith("pets/out-")
    cat = records["/pets/cat.txt"]
    assert (cat["source"], cat["category"], cat["caption"]) == ("textfiles", "pets", "cat")
    assert (out / cat["file"]).read_text() == CAT
    assert cat["file"] == f"pets/cat-{cat['id']}.txt"
    assert datetime.now(UTC) - datetime.fromisoformat(cat["time"]) < timedelta(minutes=2)
    assert sorted(path.name for path in out.parent.iterdir()) == ["corpus"]
    assert report.pieces == {"new": 6}
    assert report.fetched == report.pages == 8

    site.asked.clear()
    before = (out / "manifest.jsonl").read_bytes()
    again = run(site, out)
    assert site.paths() == ["/robots.txt"], "a second run fetches nothing twice"
    assert (again.fetched, again.pieces["new"], again.pieces["known"]) == (0, 0, 6)
    assert (out / "manifest.jsonl").read_bytes() == before


@pytest.mark.slow
def test_a_host_is_left_alone_for_as_long_as_it_asks(site: Site, out: Path) -> None:
    begun = time.time()
    site.answers = {"/": listing("busy.txt", "down.txt", *(f"{i}.txt" for i in range(6)))}
    site.answers |= {f"/{i}.txt": art(i) for i in range(6)}
    for path, status, header in (
        ("/busy.txt", 429, "1"),
        ("/down.txt", 503, format_datetime(datetime.fromtimestamp(begun + 7, UTC), usegmt=True)),
    ):

        def answer(
            handler: BaseHTTPRequestHandler, path: str = path, status: int = status, header: str = header
        ) -> None:
            if site.paths().count(path) == 1:
                send(handler, b"later", status=status, headers={"Retry-After": header})
            else:
                send(handler, art(status).encode(), kind="text/plain")

        site.answers[path] = answer
    report = run(site, out)
    assert report.pieces == {"new": 8}
    assert not report.failed
    clock = time.monotonic() - time.time()
    for path, least in (("/busy.txt", 1.0), ("/down.txt", begun + 6 + clock - site.times("/down.txt")[0])):
        first, _ = site.times(path)
        following = [when for _, when in site.asked if when > first]
        assert min(following) - first >= least, "nobody asks meanwhile"


def test_a_host_that_asks_for_very_long_is_given_up(site: Site, out: Path) -> None:
    site.answers = {"/": listing(*(f"{i}.txt" for i in range(5)))}
    for i in range(5):
        site.answers[f"/{i}.txt"] = lambda h: send(h, b"", status=429, headers={"Retry-After": "86400"})
    report = run(site, out)
    assert report.failed == {"the host asks to retry after 86400 seconds": 5}
    assert len(site.asked) == 3, "robots.txt, the listing, and one page"


def refuses(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"oops", status=500)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize(("answer", "reason"), [(refuses, "HTTP status 500"), (hangs_up, "the connection was lost")])
def test_without_its_robots_txt_a_host_is_not_visited(site: Site, out: Path, answer: Any, reason: str) -> None:
    site.answers = {"/": listing("a.txt"), "/a.txt": art(1), "/robots.txt": answer}
    report = run(site, out)
    assert set(site.paths()) == {"/robots.txt"}
    assert report.failed == {f"its robots.txt cannot be fetched: {reason}": 1}


def test_every_request_ends_in_one_count(site: Site, out: Path) -> None:
    port = site.server.server_address[1]
    names = (
        "a.txt",
        "off.txt",
        "self.txt",
        "one.txt",
        "unknown.txt",
        "port.txt",
        "subdomain.txt",
        "gone.txt",
        "odd.txt",
    )
    site.answers = {
        "/": listing(*names),
        "/a.txt": art(1),
        "/off.txt": leads_to(f"http://localhost:{port}/a.txt"),
        "/self.txt": leads_to("/self.txt"),
        "/one.txt": leads_to("/two.txt"),
        "/two.txt": leads_to("/one.txt"),
        "/unknown.txt": leads_to("http://no-such-host.invalid/a.txt"),
        "/port.txt": leads_to("http://127.0.0.1:9/a.txt"),
        "/subdomain.txt": leads_to(f"http://sub.127.0.0.1:{port}/a.txt"),
        "/odd.txt": lambda handler: send(handler, art(2).encode(), kind="text/plain; charset=klingon"),
    }
    report = run(site, out)
    assert report.pieces == {"new": 2}
    assert report.pages == 3
    assert report.failed == {
        "redirected to another host": 4,
        "redirected to an address that was read before": 2,
        "HTTP status 404": 1,
    }
    assert report.pages + report.failed.total() == len(names) + 1
    assert report.notes == {"unknown charset 'klingon': read as UTF-8, or as DOS or Windows text": 1}
    assert not [
        path for path in site.paths() if path not in {"/robots.txt", "/two.txt", "/", *(f"/{n}" for n in names)}
    ]


@pytest.mark.slow
def test_pages_that_are_too_far_away_are_counted(site: Site, out: Path) -> None:
    for depth in range(203):
        here = "/" + "a/" * depth
        site.answers[here] = listing("a/", "/")
    site.answers["/" + "a/" * 3] = listing("a/", "b.txt")
    site.answers["/" + "a/" * 3 + "b.txt"] = art(1)
    report = run(site, out, delay=0.01)
    assert report.pieces == {"new": 1}
    assert report.pages == 202  # 0 to 200 links away, and the text
    assert report.failed == {"more than 200 links away from the start": 1}
    assert report.examples[0][0] == site.url("/" + "a/" * 201)


def test_the_addresses_of_a_source_are_bounded(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scrapy.http import Request, TextResponse

    from asciivae.contract import Link
    from asciivae.scrape import spider
    from asciivae.scrape.archive import Archive
    from asciivae.scrape.harvest import Harvest, open_source

    monkeypatch.setattr(spider, "MAX_ASKED", 10)
    with Archive(out) as archive:
        harvest = Harvest(archive)
        made = spider.ArtSpider([open_source("textfiles", {"root": "http://a.example/"})], harvest)
        page = TextResponse("http://a.example/", body=b"")
        page.request = Request("http://a.example/", meta={"depth": 0})
        links = [Link(address=f"{number}.txt#{part}") for number in range(20) for part in range(3)]
        found = [request.url for request in made._followed("textfiles", links, page)]
        assert found == [f"http://a.example/{number}.txt" for number in range(10)]
        assert not list(made._followed("textfiles", links, page))
        assert dict(harvest.report.failed) == {
            "the limit of 10 addresses of a source is reached; the rest is left out": 1
        }
        deep = TextResponse("http://a.example/deep", body=b"")
        deep.request = Request("http://a.example/deep", meta={"depth": spider.MAX_DEPTH})
        monkeypatch.setattr(spider, "MAX_ASKED", 100)
        assert not list(made._followed("textfiles", [Link(address="0.txt"), Link(address="99.txt")], deep))
        made.count_too_deep()
        assert harvest.report.failed["more than 200 links away from the start"] == 1
        assert harvest.report.examples[-1][0] == "http://a.example/99.txt"


def test_an_unknown_host_is_told(out: Path) -> None:
    *_, report = crawl(Plan(sources={"textfiles": {"root": "http://no-such-host.invalid/"}}, out=out, delay=0.02))
    assert report.failed == {"its robots.txt cannot be fetched: the host name cannot be resolved": 1}


def test_ports_and_subdomains_are_other_sites() -> None:
    from asciivae.scrape.spider import site_of

    assert site_of("http://www.a.example/x") == site_of("https://a.example:443/") == site_of("http://A.example:80")
    assert site_of("http://b.a.example/") != site_of("http://a.example/") != site_of("http://a.example:8080/")
    assert site_of("http://[bad") == site_of("http://a.example:99999") == ""


@pytest.mark.slow
def test_the_pace_of_robots_txt_is_kept_and_the_limit(site: Site, out: Path) -> None:
    site.answers = {"/robots.txt": "User-agent: *\nCrawl-delay: 0.5\n", "/": listing(*(f"{i}.txt" for i in range(9)))}
    site.answers |= {f"/{i}.txt": art(i) for i in range(9)}
    report = run(site, out, limit=3)
    times = [when for _, when in site.asked][1:]
    assert min(b - a for a, b in pairwise(times)) > 0.4
    assert report.pieces["new"] == len(manifest(out)) == 3
    assert len(site.asked) <= 7, "robots.txt, the listing, three pages, and two that were on their way"


@pytest.mark.slow
def test_hostile_pages_are_left_and_bad_encodings_read(site: Site, out: Path) -> None:
    sent = 0
    gigabyte = 1 << 30
    leave = threading.Event()

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            while sent < gigabyte:
                handler.wfile.write(b"#" * (1 << 16))
                sent += 1 << 16
        except OSError:
            pass

    def promised(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Content-Length", str(gigabyte))
        handler.end_headers()
        handler.close_connection = True

    def stalled(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"###")
        leave.wait(30)
        handler.close_connection = True

    bomb = gzip.compress(b"#" * (1 << 26))
    site.answers = {
        "/": listing("endless.txt", "promised.txt", "stalled.txt", "bomb.txt", "binary.txt", "dos.txt", "latin.txt",
                     "wrong.txt", "empty.txt", "fine.txt"),
        "/endless.txt": endless,
        "/promised.txt": promised,
        "/stalled.txt": stalled,
        "/bomb.txt": lambda handler: send(handler, bomb, kind="text/plain", headers={"Content-Encoding": "gzip"}),
        "/binary.txt": b"MZ\0\0\1",
        "/dos.txt": "┌───┐\n│ x │\n└───┘\n".encode("cp437"),
        "/latin.txt": "  é\n ( )\n".encode("latin-1"),
        "/wrong.txt": lambda handler: send(handler, "ö\n/\\\n".encode(), kind="text/plain; charset=ascii-9"),
        "/empty.txt": " \n\n",
        "/fine.txt": CAT,
    }  # fmt: skip
    try:
        report = run(site, out, timeout=1.5, max_bytes=1 << 20)
    finally:
        leave.set()
    assert sent < gigabyte / 10
    assert report.failed == {"too large": 3, "timed out": 1, "it is not text": 1}
    assert report.pieces == {"new": 4, "empty": 1}
    texts = {Path(record["url"]).name: (out / record["file"]).read_text() for record in manifest(out)}
    assert texts == {
        "dos.txt": "┌───┐\n│ x │\n└───┘\n",
        "latin.txt": "  é\n ( )\n",
        "wrong.txt": "ö\n/\\\n",
        "fine.txt": CAT,
    }


SCRAPER = """
import sys
from pathlib import Path
from asciivae.scrape.crawl import Plan, crawl
for report in crawl(Plan(sources={"textfiles": {"root": sys.argv[1]}}, out=Path(sys.argv[2]), delay=0.1)):
    pass
"""


@pytest.mark.slow
def test_killed_in_the_middle_and_resumed(site: Site, out: Path) -> None:
    site.answers = {"/": listing(*(f"{i}.txt" for i in range(20)), "sub/"), "/sub/": listing("20.txt")}
    site.answers |= {f"/{i}.txt": art(i) for i in range(20)} | {"/sub/20.txt": art(20)}
    scraper = subprocess.Popen([sys.executable, "-c", SCRAPER, site.url(), str(out)])
    deadline = time.monotonic() + 60
    while len(site.asked) < 9 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(scraper.pid, signal.SIGKILL)
    scraper.wait()
    time.sleep(0.5)  # the crawler notices that it is alone
    asked = len(site.asked)
    time.sleep(0.5)
    assert len(site.asked) == asked, "the crawler ends with whoever started it"
    found = manifest(out)
    assert 0 < len(found) < 21
    with (out / "manifest.jsonl").open("a") as file:
        file.write('{"id": "half a li')

    report = run(site, out)
    pages = Counter(path for path in site.paths() if path != "/robots.txt")
    assert set(pages) == set(site.answers)
    assert sum(pages.values()) <= len(pages) + 1, "at most the page that was on its way comes again"
    records = manifest(out)
    assert records[: len(found)] == found
    assert Counter(record["url"] for record in records) == Counter(
        site.url(path) for path in site.answers if path.endswith("txt")
    )
    assert report.pieces["new"] == 21 - len(found)
    corpus = open_corpus(out, cache=out.parent / "cache")
    assert sorted(corpus.text(i) for i in range(21)) == sorted(art(i) for i in range(21))
    assert set(corpus.column("source")) == {"textfiles"}


def test_categories_lead_the_way(site: Site, out: Path) -> None:
    site.answers = {"/": listing("pets/", "cars/", "top.txt"), "/pets/": listing("big/"), "/cars/": listing("x.txt")}
    site.answers |= {"/pets/big/": listing("cat.txt"), "/pets/big/cat.txt": CAT, "/top.txt": art(1)}
    report = run(site, out, categories=("Pets/Big",))
    assert set(site.paths()) == {"/robots.txt", "/", "/top.txt", "/pets/", "/pets/big/", "/pets/big/cat.txt"}
    assert report.pieces == {"new": 1, "unwanted": 1}


def test_what_the_crawler_meets_is_told_here(out: Path) -> None:
    with pytest.raises(PluginError) as caught:
        list(crawl(Plan(sources={"textfiles": {"rot": "x"}}, out=out)))
    assert caught.value.message == "source 'textfiles' has no option 'rot'"
    assert caught.value.hint == "it has: root"
    for root in ("art/", "ftp://a.example/", "http://[bad"):
        with pytest.raises(PluginError) as caught:
            list(crawl(Plan(sources={"textfiles": {"root": root}}, out=out)))
        assert f"starts at {root!r}, which is not a web address" in caught.value.message


def test_a_folder_that_fails_ends_the_crawl(site: Site, out: Path) -> None:
    site.answers = {"/": listing(*(f"pets/{i}.txt" for i in range(20)))} | {f"/pets/{i}.txt": art(i) for i in range(20)}
    out.mkdir()
    (out / "pets").write_text("in the way")
    with pytest.raises(CorpusError, match="the folder cannot be written"):
        run(site, out)
    assert len(site.asked) < 8


def test_a_crawler_that_breaks_down_is_told(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(CorpusError) as caught:
        list(crawl(Plan(sources={"textfiles": {}}, out=out, contact="x" * 100_000)))
    assert caught.value.message == "the crawler crashed; the pieces found so far are kept"
    assert caught.value.hint == f"see the end of {out}/.scrape/log, then continue with --resume"


def test_a_kept_page_that_is_damaged_is_fetched_again(site: Site, out: Path) -> None:
    site.answers = {"/": listing("a.txt", "b.txt"), "/a.txt": art(1), "/b.txt": art(2)}
    run(site, out)
    pages = sorted((out / ".scrape" / "pages").glob("*/*"), key=lambda path: path.read_bytes())
    damaged = [path for path in pages if b"/a.txt" in path.read_bytes().partition(b"\n")[0]]
    damaged[0].write_bytes(damaged[0].read_bytes()[:-3])
    site.asked.clear()
    assert run(site, out).pieces == {"known": 2}
    assert site.paths() == ["/robots.txt", "/a.txt"]


def test_a_plan_is_polite_or_none() -> None:
    for delay in (0, -1, float("nan"), float("inf")):
        with pytest.raises(UsageError, match=rf"^--delay: a delay of {delay:g} seconds is not between 0.01 and 3600"):
            Plan(sources={}, out=Path("x"), delay=delay)
    with pytest.raises(UsageError, match=r"^--contact: must be one printable line"):
        Plan(sources={}, out=Path("x"), contact="a\nHost: b")
