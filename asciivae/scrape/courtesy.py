"""What we owe to a host: its robots.txt, the pace it asks for, and to come back when it says. For Scrapy.

Imported in the crawler's own process only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import signals  # noqa: TID253
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware  # noqa: TID253
from scrapy.exceptions import IgnoreRequest  # noqa: TID253
from scrapy.extensions.throttle import AutoThrottle  # noqa: TID253

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

LONGEST_WAIT = 3600.0
"""The longest that we wait for a host, in seconds; a host that asks for more is left alone for this time."""

ROBOT = "asciivae"
"""Our name in a robots.txt."""

DENIED = b"User-agent: *\nDisallow: /\n"


class Robots(RobotsTxtMiddleware):
    """Obeys robots.txt; as RFC 9309 says, a host whose robots.txt fails to come is not visited.

    (Scrapy itself would take its absence for consent.)
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            response = response.replace(body=DENIED)
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting: Any = self._parsers[netloc]
        denied = self._parserimpl.from_crawler(self.crawler, DENIED)
        self._parsers[netloc] = denied
        waiting.callback(denied)


class Courtesy(AutoThrottle):
    """Keeps the pace of each host: the delay that was set, or more if the host is slow or its robots.txt asks.

    A 429 or 503 with Retry-After stops all requests to the host for as long as it says.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._least: dict[str, float] = {}
        crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: Any, request: Request) -> None:
        delay = robotparser.crawl_delay(ROBOT)
        host = urlsplit(request.url).hostname or ""
        if delay:
            self._least[host] = min(float(delay), LONGEST_WAIT)
            downloader: Any = self.crawler.engine.downloader
            if host in downloader.slots:
                downloader.slots[host].delay = max(downloader.slots[host].delay, self._least[host])

    def _adjust_delay(self, slot: Any, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        host = urlsplit(response.url).hostname or ""
        slot.delay = max(slot.delay, self._least.get(host, 0.0))
        wait = retry_after(response)
        if wait > LONGEST_WAIT:
            self.crawler.spider.closed[host] = wait  # type: ignore[union-attr]
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(too_long(wait))
        elif wait:
            # The downloader sends nothing until a delay after `lastseen`, and asks right after this.
            slot.lastseen = max(slot.lastseen, monotonic() + wait)


class Closed:
    """Keeps away from hosts that asked to be left alone for long."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Closed:
        """Build it, as Scrapy asks for."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse a request to a closed host."""
        wait = self._crawler.spider.closed.get(urlsplit(request.url).hostname)  # type: ignore[union-attr]
        if wait is not None:
            raise too_long(wait)


def too_long(wait: float) -> IgnoreRequest:
    """Why a page of a closed host is not fetched."""
    return IgnoreRequest(f"the host asks to come back after {wait:.0f} seconds")


def retry_after(response: Response) -> float:
    """The seconds that a response asks us to wait; 0 if it does not."""
    if response.status not in (429, 503):
        return 0.0
    value = (response.headers.get("Retry-After") or b"").decode("ascii", "replace").strip()
    try:
        return max(0.0, float(value) if value.isdigit() else _seconds_until(parsedate_to_datetime(value)))
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _seconds_until(moment: datetime) -> float:
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
