"""Politeness for Scrapy: robots.txt, crawl delays and Retry-After.

Imported only in the crawler's process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import signals  # noqa: TID253
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware  # noqa: TID253
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware  # noqa: TID253
from scrapy.exceptions import IgnoreRequest  # noqa: TID253
from scrapy.extensions.throttle import AutoThrottle  # noqa: TID253

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

MAX_WAIT = 3600.0
"""The longest wait for a host, in seconds; a host that asks for more is not requested again in this run."""

ROBOT = "asciivae"
"""The user agent for robots.txt."""

DENIED = b"User-agent: *\nDisallow: /\n"


class RobotsTxt(RobotsTxtMiddleware):
    """Obeys robots.txt; a host whose robots.txt cannot be fetched is not visited, as RFC 9309 requires.

    Scrapy's own middleware allows everything in that case.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._note(netloc, f"HTTP status {response.status}")
            response = response.replace(body=DENIED)
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting: Any = self._parsers[netloc]
        self._note(netloc, type(exc).__name__)
        denied = self._parserimpl.from_crawler(self.crawler, DENIED)
        self._parsers[netloc] = denied
        waiting.callback(denied)

    def _note(self, netloc: str, reason: str) -> None:
        spider: Any = self.crawler.spider
        spider.unreachable[netloc.removeprefix("www.")] = reason


class HostThrottle(AutoThrottle):
    """Per-host delays: the configured delay, or more if the host is slow or its robots.txt asks for more.

    A 429 or 503 with Retry-After pauses all requests to the host for that time.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._min_delays: dict[str, float] = {}
        crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        delay = robotparser.crawl_delay(ROBOT)
        host = urlsplit(request.url).hostname or ""
        if delay:
            self._min_delays[host] = min(float(delay), MAX_WAIT)
            downloader: Any = self.crawler.engine.downloader
            if host in downloader.slots:
                downloader.slots[host].delay = max(downloader.slots[host].delay, self._min_delays[host])

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        host = urlsplit(response.url).hostname or ""
        slot.delay = max(slot.delay, self._min_delays.get(host, 0.0))
        wait = retry_after(response)
        if wait > MAX_WAIT:
            self.crawler.spider.closed[host] = wait  # type: ignore[union-attr]
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(host_closed(wait))
        elif wait:
            # The downloader waits for a delay after `lastseen`, which it reads right after this.
            slot.lastseen = max(slot.lastseen, monotonic() + wait)


class SameSite(OffsiteMiddleware):
    """Drops requests to sites where their source does not start, and counts redirects to them.

    Scrapy's own middleware allows subdomains and other ports, and drops redirects silently.
    """

    def should_follow(self, request: Request, spider: Any) -> bool:
        """Whether a request stays on the sites of its source."""
        return bool(spider.allows(request))

    def request_scheduled(self, request: Request, spider: Any) -> None:
        """Drop a request before it is queued."""
        try:
            super().request_scheduled(request, spider)
        except IgnoreRequest:
            if redirected := request.meta.get("redirect_urls"):
                spider.harvest.report.fail(redirected[0], "redirected to another host")
            raise


class ClosedHosts:
    """Drops requests to hosts whose Retry-After exceeded `MAX_WAIT`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ClosedHosts:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Drop a request to a closed host."""
        wait = self._crawler.spider.closed.get(urlsplit(request.url).hostname)  # type: ignore[union-attr]
        if wait is not None:
            raise host_closed(wait)


def host_closed(wait: float) -> IgnoreRequest:
    """The exception for a request to a closed host."""
    return IgnoreRequest(f"the host asks to retry after {wait:.0f} seconds")


def retry_after(response: Response) -> float:
    """The Retry-After of a response in seconds; 0 if there is none."""
    if response.status not in (429, 503):
        return 0.0
    value = (response.headers.get("Retry-After") or b"").decode("ascii", "replace").strip()
    try:
        return max(0.0, float(value) if value.isdigit() else _seconds_until(parsedate_to_datetime(value)))
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _seconds_until(moment: datetime) -> float:
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
