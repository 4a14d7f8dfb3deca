"""The page cache of the crawler, one file per page, so that a resumed run fetches nothing twice. For Scrapy.

Scrapy's own storage leaves partial entries behind when it is killed, and its job folder loses queued requests. Here
files are written atomically, and the queue is rebuilt by reading the cached pages again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.files.atomic import replaced_file
from asciivae.files.inside import Inside
from asciivae.files.json_reader import parse_json, whole

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Request, Response

MAX_PAGE = 1 << 26
"""The largest cached page with its headers, in bytes."""


class PageCache:
    """Scrapy's `HTTPCACHE_STORAGE`: a line of JSON with address, status and headers, then the raw body."""

    def __init__(self, settings: Any) -> None:
        self._inside = Inside(Path(settings["HTTPCACHE_DIR"]))
        self._fingerprinter: Any = None

    def open_spider(self, spider: Spider) -> None:
        """Scrapy's hook at the start."""
        self._fingerprinter = spider.crawler.request_fingerprinter

    def close_spider(self, spider: Spider) -> None:
        """Scrapy's hook at the end; does nothing."""

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        """The cached response to a request; None if there is none or it is incomplete."""
        from scrapy.http import Headers
        from scrapy.responsetypes import responsetypes

        try:
            head, _, body = self._inside.read(self._name(request), MAX_PAGE).partition(b"\n")
            url, status, length, plain = _known(parse_json(head))
        except (OSError, ValueError):
            return None
        if length != len(body):
            return None
        headers = Headers(plain)
        kind = responsetypes.from_args(headers=headers, url=url, body=body)
        return kind(url=url, status=status, headers=headers, body=body, flags=["cached"])

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Cache a response, except robots.txt, whose rules may change between runs."""
        if response.url.endswith("/robots.txt"):
            return
        headers = {
            name.decode("latin-1"): [value.decode("latin-1") for value in values]
            for name, values in response.headers.items()
        }
        head = {"url": response.url, "status": response.status, "length": len(response.body), "headers": headers}
        with replaced_file(self._inside.writable(self._name(request)), flush=False) as part:
            part.write_bytes(json.dumps(head).encode() + b"\n" + response.body)

    def _name(self, request: Request) -> str:
        name: str = self._fingerprinter.fingerprint(request).hex()
        return f"{name[:2]}/{name}"


def _known(head: object) -> tuple[str, int, int, dict[str, list[str]]]:
    """Address, status, length and headers of a cached page, which may come from elsewhere.

    Raises:
        ValueError: one is missing or of another type.
    """
    if not isinstance(head, dict):
        raise ValueError("it is not an object")
    url, headers = head.get("url"), head.get("headers")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise ValueError("'url' is not a web address")
    if not isinstance(headers, dict) or not all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in headers.values()
    ):
        raise ValueError("'headers' are not lists of strings")
    return url, whole(head.get("status"), "status", 100, 599), whole(head.get("length"), "length"), headers
