"""The crawler process: Scrapy, reading the pages of one or more sources.

`python -m asciivae.scrape.spider` reads a plan from stdin, as one line of JSON, and writes events to stdout as JSON
lines. It exits at once when stdin closes, because then its parent is gone; all results are on disk.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urldefrag, urljoin, urlsplit

import scrapy  # noqa: TID253
from scrapy import signals  # noqa: TID253
from scrapy.crawler import CrawlerProcess  # noqa: TID253
from scrapy.exceptions import CloseSpider  # noqa: TID253
from scrapy.http import Request, Response  # noqa: TID253
from twisted.internet.task import LoopingCall

from asciivae.contract import Link, Page
from asciivae.errors import AsciivaeError, PluginError
from asciivae.scrape.archive import STATE, Archive
from asciivae.scrape.courtesy import ROBOT
from asciivae.scrape.crawl import MAX_ASKED, MAX_DEPTH, MAX_FOUND, MAX_PAGES, MAX_REDIRECTS, MAX_RETRIES
from asciivae.scrape.decode import decode, unknown_charset
from asciivae.scrape.harvest import Harvest, Opened, open_source

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

DISALLOWED = "disallowed by robots.txt"
KEPT_STATUSES = {404, 410}
"""Permanent failures, cached like successes and redirects."""

REASONS = {
    "DownloadTimeoutError": "timed out",
    "DownloadCancelledError": "too large",
    "CannotResolveHostError": "the host name cannot be resolved",
    "DownloadConnectionRefusedError": "the host refuses the connection",
    "DownloadFailedError": "the connection was lost",
    "ResponseDataLossError": "the connection was lost",
}


class ArtSpider(scrapy.Spider):
    """Follows the links of sources, and passes their pages to the harvest."""

    name = "asciivae"

    def __init__(self, sources: list[Opened], harvest: Harvest) -> None:
        super().__init__()
        self.sources = {opened.name: opened for opened in sources}
        self.harvest = harvest
        self.closed: dict[str, float] = {}
        self.broken: Exception | None = None
        self.sites = {name: set(map(site_of, self._starts(name))) for name in self.sources}
        self.unreachable: dict[str, str] = {}  # sites whose robots.txt cannot be fetched, and why
        self.read: Counter[str] = Counter()
        self.asked: dict[str, set[str]] = {name: set() for name in self.sources}
        self.too_deep: dict[str, set[str]] = {name: set() for name in self.sources}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.dropped, signal=signals.request_dropped)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Request the start addresses of each source."""
        for name, opened in self.sources.items():
            for link in opened.source.start():
                if self.harvest.wants(link.category, or_ancestor=True):
                    yield self._request(name, link)

    def parse(self, response: Response, source: str = "", category: str = "") -> Iterator[Request]:
        """Read a page, and follow its links on the same host."""
        report = self.harvest.report
        report.fetched += "cached" not in response.flags
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        try:
            text = decode(response.body, content_type)
        except ValueError as error:
            report.fail(response.url, str(error))
            return
        if (note := unknown_charset(response.body, content_type)) is not None:
            report.notes[note] += 1
        page = Page(text=text, address=response.url, category=category)
        try:
            links = self.harvest.take(self.sources[source], page, most=MAX_FOUND)
            self.harvest.archive.commit()
        except (AsciivaeError, OSError) as error:  # no more pieces can be added
            self.broken = error
            raise CloseSpider("broken") from error
        self.read[source] += 1
        if self.read[source] == MAX_PAGES:
            report.fail(response.url, f"the limit of {MAX_PAGES} pages of a source is reached; the rest is left out")
        if self.read[source] < MAX_PAGES:
            yield from self._followed(source, links, response)
        if self.harvest.full:
            raise CloseSpider("limit")

    def _followed(self, source: str, links: list[Link], response: Response) -> Iterator[Request]:
        """The requests for new addresses on the sites of the source."""
        asked, too_deep = self.asked[source], self.too_deep[source]
        for link in links:
            try:
                address = urldefrag(urljoin(response.url, link.address)).url
            except ValueError:  # not an address at all
                continue
            if not address.startswith(("http://", "https://")) or site_of(address) not in self.sites[source]:
                continue
            if address in asked:
                continue
            if len(asked) + len(too_deep) >= MAX_ASKED:
                reason = f"the limit of {MAX_ASKED} addresses of a source is reached; the rest is left out"
                if not self.harvest.report.failed[reason]:
                    self.harvest.report.fail(response.url, reason)
                return
            if response.meta.get("depth", 0) >= MAX_DEPTH:
                too_deep.add(address)
            else:
                asked.add(address)
                yield self._request(source, Link(address=address, category=link.category))

    def count_too_deep(self) -> None:
        """Count the pages that are too far away from the start; others of their links may have been followed."""
        for source, addresses in self.too_deep.items():
            for address in sorted(addresses - self.asked[source]):
                self.harvest.report.fail(address, f"more than {MAX_DEPTH} links away from the start")

    def failed(self, failure: Any) -> None:
        """Count a failed request by its reason."""
        error, kind = failure.value, type(failure.value).__name__
        if kind == "HttpError":
            reason = f"HTTP status {error.response.status}"
        elif kind == "IgnoreRequest":
            reason = _ignored(str(error))
        else:
            reason = REASONS.get(kind, f"{kind}: {error}")
        if reason == DISALLOWED and (why := self.unreachable.get(site_of(failure.request.url))):
            reason = f"its robots.txt cannot be fetched: {REASONS.get(why, why)}"
        self.harvest.report.fail(failure.request.url, reason)

    def allows(self, request: Request) -> bool:
        """Whether a request stays on the sites where its source starts."""
        source = request.cb_kwargs.get("source")
        sites = self.sites[source] if source in self.sites else set().union(*self.sites.values())
        return site_of(request.url) in sites

    def dropped(self, request: Request) -> None:
        """Count a redirect to an address that was requested before, which Scrapy drops."""
        if request.meta.get("redirect_urls"):
            self.harvest.report.fail(request.meta["redirect_urls"][0], "redirected to an address that was read before")

    def _request(self, source: str, link: Link) -> Request:
        known = {"source": source, "category": link.category}
        return Request(link.address, errback=self.failed, cb_kwargs=known)

    def _starts(self, name: str) -> Iterator[str]:
        return (link.address for link in self.sources[name].source.start())


def settings(plan: dict[str, Any], hosts: int) -> dict[str, Any]:
    """Scrapy's settings for a plan that visits this many hosts."""
    state = Path(plan["out"]).resolve() / STATE
    return {
        "USER_AGENT": plan["agent"],
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_REQUESTS": hosts + 1,  # requests queued in the downloader cannot be cancelled
        "DOWNLOAD_DELAY": plan["delay"],
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": plan["delay"],
        "DOWNLOAD_TIMEOUT": plan["timeout"],
        "DOWNLOAD_MAXSIZE": plan["max_bytes"],
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": MAX_RETRIES,
        "RETRY_HTTP_CODES": [429, 500, 502, 503, 504, 522, 524, 408],
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "DEPTH_LIMIT": MAX_DEPTH,
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_DIR": str(state / "pages"),
        "HTTPCACHE_STORAGE": "asciivae.scrape.pages.PageCache",
        "HTTPCACHE_IGNORE_HTTP_CODES": [code for code in range(400, 600) if code not in KEPT_STATUSES],
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "asciivae.scrape.courtesy.SameSite": 50,
            "asciivae.scrape.courtesy.ClosedHosts": 90,
            "asciivae.scrape.courtesy.RobotsTxt": 100,
        },
        "EXTENSIONS": {
            "scrapy.extensions.throttle.AutoThrottle": None,
            "asciivae.scrape.courtesy.HostThrottle": 0,
        },
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_FILE": str(state / "log"),
        "LOG_FILE_APPEND": True,
        "LOG_LEVEL": "INFO",
    }


def crawl(plan: dict[str, Any]) -> None:
    """Run a plan; see `asciivae.scrape.crawl.Plan`.

    Raises:
        AsciivaeError: a source cannot be used, or the folder cannot be written.
    """
    sources = [open_source(name, options) for name, options in plan["sources"].items()]
    with Archive(Path(plan["out"])) as archive:
        harvest = Harvest(archive, categories=plan["categories"], limit=plan["limit"])
        starts = [_start(opened, link.address) for opened in sources for link in opened.source.start()]
        process = CrawlerProcess(settings(plan, len(set(map(site_of, starts)))))
        crawler = process.create_crawler(ArtSpider)
        process.crawl(crawler, sources=sources, harvest=harvest)
        ticker = LoopingCall(lambda: _send("progress", harvest.report.as_dict()))
        ticker.start(0.5, now=False)
        process.start()
        if (broken := getattr(crawler.spider, "broken", None)) is not None:
            raise broken
        if isinstance(crawler.spider, ArtSpider):
            crawler.spider.count_too_deep()
        _send("report", harvest.report.as_dict())


def _start(opened: Opened, address: str) -> str:
    if not site_of(address) or not address.startswith(("http://", "https://")):
        raise PluginError(
            f"source {opened.name!r} of {opened.origin} starts at {address!r}, which is not a web address",
            hint="check its options: --set NAME=VALUE",
        )
    return address


def main() -> None:
    """Run the plan read from stdin."""
    plan = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    try:
        crawl(plan)
    except AsciivaeError as error:
        place = None if error.place is None else str(error.place)
        _send("error", {"kind": type(error).__name__, "message": error.message, "place": place, "hint": error.hint})


def _stop_with_parent() -> None:
    while os.read(0, 1):  # not sys.stdin, whose lock would be held at exit
        pass
    os._exit(1)


def _send(event: str, content: dict[str, Any]) -> None:
    sys.__stdout__.write(json.dumps({"event": event, **content}) + "\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]


def site_of(address: str) -> str:
    """Host and port of an address, without a leading `www.` and the default port; empty for what is not an address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    return host if port in (None, 80 if parts.scheme == "http" else 443) else f"{host}:{port}"


def _ignored(reason: str) -> str:
    if "robots.txt" in reason:
        return DISALLOWED
    if "offsite" in reason:
        return "redirected to another host"
    if "max redirections" in reason:
        return "too many redirects"
    return "too large" if "decompress" in reason else reason


if __name__ == "__main__":
    main()
