"""Serves the page on 127.0.0.1: its files by their exact names, and nothing else."""

from __future__ import annotations

import contextlib
import errno
import shutil
import socketserver
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asciivae.errors import UsageError
from asciivae.web.files import content_policy, site_files

ADDRESS = "127.0.0.1"
NAMES = (ADDRESS, "localhost")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


class PageServer(ThreadingHTTPServer):
    """Listens as soon as it is made; `serve_forever` answers.

    Args:
        port: 0 for any free one.

    Raises:
        AsciivaeError: the page is missing.
        UsageError: the port cannot be used.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        found = site_files()
        self.pages: Mapping[str, Path] = {
            "/": found["index.html"],
            **{f"/{name}": path for name, path in found.items()},
        }
        self.headers = {
            "Content-Security-Policy": content_policy(found),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-cache",
        }
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
            raise UsageError(f"port {port} {reason}", place="--port", hint="take a free one: --port 0") from None
        self.hosts = {f"{name}:{self.server_port}" for name in NAMES}
        if self.server_port == 80:
            self.hosts.update(NAMES)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{ADDRESS}:{self.server_port}/"

    def server_bind(self) -> None:
        """As in `HTTPServer`, without asking for the name of the host, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    server_version = "asciivae"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def _answer(self, *, with_content: bool) -> None:
        # A page elsewhere whose name was made to point here (DNS rebinding) comes with that name.
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST, f"open {self.server.url}")
        path = self.server.pages.get(self.path.partition("?")[0])
        if path is None:
            return self._refuse(HTTPStatus.NOT_FOUND, "there is no such file")
        with path.open("rb") as file:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(path.stat().st_size))
            self.end_headers()
            if with_content:
                shutil.copyfileobj(file, self.wfile)

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        content = f"{message}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPES[".txt"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        super().end_headers()

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the browser went away
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """The command says only where the page is."""
