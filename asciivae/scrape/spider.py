"""The crawler process: Scrapy, reading the pages of one or more sources.

`python -m asciivae.scrape.spider` reads a plan from stdin, as one line of JSON, and writes events to stdout as JSON
lines. It exits at once when stdin closes, because then its parent is gone; all results are on disk.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import scrapy  # noqa: TID253
from scrapy.crawler import CrawlerProcess  # noqa: TID253
from scrapy.exceptions import CloseSpider  # noqa: TID253
from scrapy.http import Request, Response  # noqa: TID253
from twisted.internet.task import LoopingCall

from asciivae.contract import Link, Page
from asciivae.errors import AsciivaeError, PluginError
from asciivae.scrape.archive import STATE, Archive
from asciivae.scrape.courtesy import ROBOT
from asciivae.scrape.decode import decode
from asciivae.scrape.harvest import Harvest, Opened, open_source

MAX_DEPTH = 200
MAX_REDIRECTS = 5
MAX_RETRIES = 3
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
        self.hosts = {name: set(map(_host, self._starts(name))) for name in self.sources}
        self.allowed_domains = sorted(set().union(*self.hosts.values()))

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
        page = Page(text=text, address=response.url, category=category)
        try:
            links = self.harvest.take(self.sources[source], page)
            self.harvest.archive.commit()
        except (AsciivaeError, OSError) as error:  # no more pieces can be added
            self.broken = error
            raise CloseSpider("broken") from error
        for link in links:
            try:
                address = urljoin(response.url, link.address)
            except ValueError:  # not an address at all
                continue
            if address.startswith(("http://", "https://")) and _host(address) in self.hosts[source]:
                yield self._request(source, Link(address=address, category=link.category))
        if self.harvest.full:
            raise CloseSpider("limit")

    def failed(self, failure: Any) -> None:
        """Count a failed request by its reason."""
        error, kind = failure.value, type(failure.value).__name__
        if kind == "HttpError":
            reason = f"HTTP status {error.response.status}"
        elif kind == "IgnoreRequest":
            reason = _ignored(str(error))
        else:
            reason = REASONS.get(kind, f"{kind}: {error}")
        self.harvest.report.fail(failure.request.url, reason)

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
        process = CrawlerProcess(settings(plan, len(set(map(_host, starts)))))
        crawler = process.create_crawler(ArtSpider)
        process.crawl(crawler, sources=sources, harvest=harvest)
        ticker = LoopingCall(lambda: _send("progress", harvest.report.as_dict()))
        ticker.start(0.5, now=False)
        process.start()
        if (broken := getattr(crawler.spider, "broken", None)) is not None:
            raise broken
        _send("report", harvest.report.as_dict())


def _start(opened: Opened, address: str) -> str:
    if not _host(address) or not address.startswith(("http://", "https://")):
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


def _host(address: str) -> str:
    """The host of an address, without a leading `www.`."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _ignored(reason: str) -> str:
    if "robots.txt" in reason:
        return "disallowed by robots.txt"
    if "offsite" in reason:
        return "redirected to another host"
    if "max redirections" in reason:
        return "too many redirects"
    return "too large" if "decompress" in reason else reason


if __name__ == "__main__":
    main()
