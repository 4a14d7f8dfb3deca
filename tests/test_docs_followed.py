"""The guides, followed: the commands and the Python of their blocks are run in order, in an empty folder.

Trainings take two steps, and the files that a page calls the reader's own are small ones. docs/plugins.md is followed
in `tests/plugins/test_tutorial.py`, in an environment of its own; other pages in `tests/test_docs.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from manual import PROJECT, blocks, desk, follow, shell_lines

DOCS = PROJECT / "docs"
NOT_RUN = {
    "python3 -m venv": "make release-check installs the wheel",
    "pip install": "make release-check installs the wheel",
    "asciivae scrape asciiart-eu": "asks a web site",
    "asciivae scrape textfiles": "asks a web site",
    "asciivae scrape folder": "in tests/scrape",
    "asciivae scrape cowfile": "needs packages of Debian",
    "asciivae train --recipe tracer": "in tests/tracer, on line art",
    "asciivae train --recipe page": "in tests/pages",
    "asciivae draw photo.jpg --model": "needs that tracer",
    "asciivae evaluate runs/tracer/": "needs that tracer",
    "asciivae evaluate bundled-page": "in tests/experiment",
    "asciivae export runs/page": "needs that page model",
    "asciivae web --open": "in tests/cli/test_web.py",
}
"""Beginnings of commands that are not run here, and why."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def follow_page(name: str) -> list[str]:
    """Run what a page says, and return the commands that were run."""
    followed = []
    for language, text in blocks(DOCS / name):
        if language == "python":
            done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
            assert done.returncode == 0, (text, done.stderr)
        elif language in ("sh", "console"):
            for line in shell_lines(text):
                if not line.startswith(tuple(NOT_RUN)):
                    assert line.startswith("asciivae "), line
                    follow(line)
                    followed.append(line)
    return followed


@pytest.mark.slow
def test_ten_minutes(folder: Path) -> None:
    assert len(follow_page("start.md")) == 12
    assert (folder / "cat.png").is_file()
    assert "/" in (folder / "big-cat.txt").read_text()


@pytest.mark.slow
def test_training_on_your_own_art(folder: Path) -> None:
    desk(folder)
    assert len(follow_page("train.md")) == 11
    assert (folder / "report.html").is_file()
    assert (folder / "mine.safetensors").is_file()


@pytest.mark.slow
def test_comparing_experiments(folder: Path) -> None:
    desk(folder)
    assert len(follow_page("compare.md")) == 5
    assert (folder / "curves.png").is_file()


@pytest.mark.slow
def test_the_research_log(folder: Path) -> None:
    assert len(follow_page("research-log.md")) == 5


@pytest.mark.slow
def test_drawing(folder: Path) -> None:
    desk(folder)
    assert len(follow_page("drawing.md")) == 3
    assert (folder / "sketch-ascii.png").is_file()
    assert sorted(os.listdir(folder / "drawn")) == ["one.txt", "two.txt"]


@pytest.mark.slow
def test_pages(folder: Path) -> None:
    desk(folder)
    assert len(follow_page("pages.md")) == 8


def test_the_playground(folder: Path) -> None:
    assert follow_page("playground.md") == ["asciivae web --export site"]
    assert (folder / "site" / "index.html").is_file()
