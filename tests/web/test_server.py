"""The server of the page: what it serves, to whom, and with which headers."""

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from asciivae.errors import UsageError
from asciivae.web.files import site_files
from asciivae.web.server import PageServer


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with PageServer(0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def asked(server: PageServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, content


def test_every_file_is_served_with_its_type(server: PageServer) -> None:
    types = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for name, file in site_files().items():
        status, headers, content = asked(server, f"/{name}")
        assert (status, content) == (200, file.read_bytes())
        kind = types.get(name.rpartition(".")[2], "text/plain" if name.endswith(".txt") else "application/octet-stream")
        assert headers["content-type"].partition(";")[0] == kind
        assert "content-encoding" not in headers
    assert asked(server, "/")[2] == asked(server, "/index.html?a=b")[2] == site_files()["index.html"].read_bytes()


@pytest.mark.parametrize("path", ["/", "/models/model.onnx", "/nothing"])
def test_every_answer_has_the_headers(server: PageServer, path: str) -> None:
    headers = asked(server, path)[1]

    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; ")
    assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "Python" not in headers["server"]


@pytest.mark.parametrize(
    "path",
    [
        "/../__init__.py",
        "/..%2f__init__.py",
        "/models/../../__init__.py",
        "//etc/passwd",
        "/models",
        "/models/",
        "/models/page.safetensors.tmp",
        "/./index.html",
        "/index.html/",
        "/index.html%00",
        "/\\index.html",
        "/LICENCES.TXT",
    ],
)
def test_nothing_else_is_served(server: PageServer, path: str) -> None:
    status, _, content = asked(server, path)

    assert (status, content) == (404, b"there is no such file\n")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1.evil.example:{port}", ""]
)
def test_pages_of_other_names_are_refused(server: PageServer, host: str) -> None:
    status, _, content = asked(server, "/", Host=host.format(port=server.server_port))

    assert (status, content) == (421, f"open {server.url}\n".encode())


def test_localhost_is_this_machine(server: PageServer) -> None:
    assert asked(server, "/", Host=f"LOCALHOST:{server.server_port}")[0] == 200


def test_it_listens_on_the_loopback_only(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_nothing_can_be_written(server: PageServer) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert asked(server, "/", method)[0] == 501
    status, headers, content = asked(server, "/app.js", "HEAD")
    assert (status, content) == (200, b"")
    assert int(headers["content-length"]) == site_files()["app.js"].stat().st_size


def test_what_is_no_request_ends_one_connection_only(server: PageServer) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nHost: " + b"a" * 70_000, b"GET /app.js HTTP/1.1\r\n"):
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
            connection.sendall(data)
    assert asked(server, "/")[0] == 200


def test_a_port_in_use_is_told(server: PageServer) -> None:
    with pytest.raises(UsageError, match=f"port {server.server_port} is in use\n\nhint: take a free one: --port 0"):
        PageServer(server.server_port)


def test_a_port_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: PageServer) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(PageServer, "server_bind", forbidden)

    with pytest.raises(UsageError, match="port 80 cannot be used: Permission denied"):
        PageServer(80)
