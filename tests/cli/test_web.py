"""`asciivae web`: in a process of its own where it serves, in this one where it does not."""

import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tiny_runs import asciivae


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 0, "stopped"), (signal.SIGTERM, 143, "interrupted")]
)
def test_it_serves_until_it_is_stopped(number: signal.Signals, code: int, said: str) -> None:
    command = [sys.executable, "-c", "from asciivae.cli import main; main()", "web", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url, timeout=20) as response:
            assert b"<title>asciivae playground</title>" in response.read()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (code, "")
    assert err == f"Ctrl-C stops it\n{said}\n"


def test_a_port_in_use_is_an_error() -> None:
    from asciivae.web.server import PageServer

    with PageServer(0) as server:
        done = asciivae("web", "--port", str(server.server_port))

    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: --port: port {server.server_port} is in use\n\nhint: ")


def test_the_browser_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    import webbrowser

    from asciivae.web.server import PageServer

    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr(PageServer, "serve_forever", lambda self: None)

    done = asciivae("web", "--open", "--port", "0")

    assert done.exit_code == 0
    assert done.stdout == f"{opened[0]}\n"


def test_export_writes_a_folder(tmp_path: Path) -> None:
    done = asciivae("web", "--export", str(tmp_path / "site"))

    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'site'}\n")
    assert "put the folder on any static host" in done.stderr
    assert (tmp_path / "site" / "models" / "model.safetensors").is_file()
    again = asciivae("web", "--export", str(tmp_path / "site"))
    assert again.exit_code == 1
    assert "holds files" in again.stderr


@pytest.mark.parametrize("more", [["--open"], ["--port", "1"]])
def test_export_serves_nothing(more: list[str], tmp_path: Path) -> None:
    done = asciivae("web", "--export", str(tmp_path / "site"), *more)

    assert done.exit_code == 2
    assert "--export: cannot be combined with --port or --open" in done.stderr
    assert asciivae("web", "--export", "-").exit_code == 2
    assert not (tmp_path / "site").exists()
