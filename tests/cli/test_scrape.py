import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tiny_runs import asciivae, trained

CAT = " /\\_/\\\n( o.o )\n > ^ <\n(_____)\n"
HOUSE = "    /\\\n   /  \\\n  /____\\\n  |    |\n  | [] |\n"


@pytest.fixture
def art(tmp_path: Path) -> Path:
    folder = tmp_path / "art"
    (folder / "pets").mkdir(parents=True)
    (folder / "pets" / "cat.txt").write_text(CAT)
    (folder / "house.txt").write_text(HOUSE)
    return folder


def test_files_into_a_folder_and_again(art: Path, tmp_path: Path) -> None:
    out = tmp_path / "corpus"
    done = asciivae("scrape", "folder", art, "--out", out)
    assert (done.exit_code, done.stdout) == (0, f"{out}\n")
    assert "2 pages, 0 of them fetched; pieces: 2 new" in done.stderr
    assert f"next: asciivae corpus clean {out}" in done.stderr
    assert len((out / "manifest.jsonl").read_text().splitlines()) == 2

    refused = asciivae("scrape", "folder", art, "--out", out)
    assert refused.exit_code == 2
    assert f"{out}: it already contains a corpus" in refused.stderr
    assert "hint: add --resume to continue it or to add to it" in refused.stderr

    again = json.loads(asciivae("scrape", "folder", art, "--out", out, "--resume", "--json").stdout)
    assert again["schema"] == 1
    assert again["reports"][0]["pieces"] == {"known": 2}


def test_several_sources_with_their_files(art: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": CAT + "x\n"}) + "\n")
    done = asciivae(
        "scrape", "folder", art / "pets", art / "house.txt", "jsonl", tmp_path / "a.jsonl",
        "--out", tmp_path / "o", "--json",
    )  # fmt: skip
    assert json.loads(done.stdout)["reports"][0]["pieces"] == {"new": 3}
    sources = [json.loads(line)["source"] for line in (tmp_path / "o" / "manifest.jsonl").read_text().splitlines()]
    assert sources == ["folder", "folder", "jsonl"]


def test_the_list_and_a_dry_run() -> None:
    listed = json.loads(asciivae("scrape", "--list", "--json").stdout)["sources"]
    assert {
        "asciiart-eu", "asciiart-website", "textart", "ascii-art-de", "textfiles", "folder", "jsonl", "asciiartjsondb",
        "cowfile", "fortune", "html",
    } <= {source["name"] for source in listed}  # fmt: skip
    assert all(source["about"] for source in listed if source["from"].startswith("asciivae "))
    plan = asciivae("scrape", "textfiles", "--set", "root=http://mirror.example/art/", "--dry-run", "--json")
    document = json.loads(plan.stdout)
    assert document["starts"][0]["start"] == "http://mirror.example/art/"
    assert document["agent"].startswith("asciivae/")
    assert (document["limits"]["pages"], document["limits"]["links_from_the_start"]) == (20_000, 200)
    told = asciivae("scrape", "textfiles", "--dry-run").stderr
    assert "of each source at most 20,000 pages, 100,000 addresses, 200 links from the start, " in told
    assert not Path("corpus").exists()


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ([], "asciivae scrape: no source given", "asciivae scrape --list"),
        (["foldr"], "unknown source 'foldr' — did you mean 'folder'", "installed:"),
        (["folder"], "asciivae scrape: 'folder' reads files, and none is given", "asciivae scrape folder art/"),
        (["folder", "no/such"], "no/such: there is no such file or folder", "ls"),
        (["textfiles", "--set", "rot=x"], "source 'textfiles' has no option 'rot'", "it has: root"),
        (["textfiles", "textart", "--set", "root=x"], "--set root=x: must name an option", "--set textfiles.root="),
        (
            ["textfiles", "--delay", "0"],
            "--delay: a delay of 0 seconds is not between 0.01 and 3600",
            "use at least 1 second",
        ),
        (["html", ".", "--out", "."], ".: the folder is not empty and not a corpus", "choose another --out"),
    ],
)
def test_invalid_usage(
    words: list[str], message: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").touch()
    monkeypatch.chdir(tmp_path)
    done = asciivae("scrape", *words)
    assert done.exit_code in (1, 2)
    assert message in done.stderr
    assert hint in done.stderr


def test_no_art_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("<p>none</p>")
    done = asciivae("scrape", "html", tmp_path / "x.html", "--out", tmp_path / "o")
    assert done.exit_code == 1
    assert "no art was found" in done.stderr


@pytest.mark.slow
def test_one_trains_on_what_was_scraped(art: Path, tmp_path: Path) -> None:
    for i in range(12):
        (art / f"{i}.txt").write_text(f"+--{i:02}--+\n|{'#' * (i % 5):6}|\n+------+\n")
    assert asciivae("scrape", "folder", art, "--out", tmp_path / "corpus").exit_code == 0
    assert asciivae("corpus", "clean", tmp_path / "corpus").exit_code == 0
    assert trained(tmp_path / "tiny", "--set", f"data.corpus={tmp_path / 'corpus'}").is_dir()


class Slow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = (
            "<html>" + "".join(f"<a href={i}.txt>{i}</a>" for i in range(99)) if self.path == "/" else CAT + self.path
        )
        self.send_response(404 if "robots" in self.path else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    root = f"root=http://127.0.0.1:{server.server_address[1]}/"
    command = ["-m", "asciivae", "scrape", "textfiles", "--set", root, "--delay", "0.1", "--out", str(tmp_path / "o")]
    scraper = subprocess.Popen(
        [sys.executable, *command],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        # Where the tests run in the background, Ctrl-C is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    manifest = tmp_path / "o" / "manifest.jsonl"
    deadline = time.monotonic() + 60
    while not (manifest.exists() and manifest.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(scraper.pid, signal.SIGINT)  # as a terminal does
    _, told = scraper.communicate(timeout=30)
    server.shutdown()
    thread.join()
    server.server_close()
    assert scraper.returncode == 130, told
    assert "interrupted; the pieces found so far are kept" in told
    assert "hint: repeat the command with --resume" in told
    assert 0 < len(manifest.read_text().splitlines()) < 99
