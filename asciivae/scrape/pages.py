"""The page cache of the crawler, one file per page, so that a resumed run fetches nothing twice. For Scrapy.

Scrapy's own storage leaves partial entries behind when it is killed, and its job folder loses queued requests. Here
files are written atomically, and the queue is rebuilt by reading the cached pages again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asciivae.files.atomic import replaced_file

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Request, Response


class PageCache:
    """Scrapy's `HTTPCACHE_STORAGE`: a line of JSON with address, status and headers, then the raw body."""

    def __init__(self, settings: Any) -> None:
        self._root = Path(settings["HTTPCACHE_DIR"])
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
            head, _, body = self._path(request).read_bytes().partition(b"\n")
            known = json.loads(head)
            if known["length"] != len(body):
                return None
            url, status, headers = known["url"], known["status"], Headers(known["headers"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
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
        path = self._path(request)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replaced_file(path, flush=False) as part:
            part.write_bytes(json.dumps(head).encode() + b"\n" + response.body)

    def _path(self, request: Request) -> Path:
        name: str = self._fingerprinter.fingerprint(request).hex()
        return self._root / name[:2] / name
