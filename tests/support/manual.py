"""What the manual's pages hold: shell and Python blocks, and a folder in which their commands have what they name."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

from PIL import Image, ImageDraw
from tiny_runs import asciivae, drawings

PROJECT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MADE = {"cli.md", "recipe-keys.md", "python.md", "changelog.md", "contributing.md", "security.md"}
"""Pages that the build of the site makes, see test_docs_site.py."""
CAT = "   /\\_/\\      ?\n  ( o.o )____\n   > ^ <     \\\n  /     \\    |\n (  | |  )--'\n  \\_|_|_/\n"
DOG = " __\n(oo\\\n \\_/--\n"
SHORT = {
    "model": ["train.steps=2", "train.batch=4", "data.limit=12", "evaluation.pieces=4"],
    "renderer": ["train.steps=2", "inputs.pages=4", "data.limit=12", "evaluation.pieces=4"],
    "page": ["train.steps=2", "cells=300", "data.limit=12", "evaluation.pieces=4"],
    "tracer": ["train.steps=2", "train.batch=2", "data.limit=12", "evaluation.pieces=4"],
}
"""By kind of recipe: settings that make a training of the manual take seconds."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """The language and the text of every block of a page, in order."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def shell_lines(block: str) -> list[str]:
    """The commands of a block of `sh`, or of `console`, where they follow a `$`."""
    joined = re.sub(r"\\\n\s*", " ", block)
    lines = [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ") or "$ " not in joined]
    return [line.split(" #")[0].strip() for line in lines if line.strip()]


def in_few_steps(words: list[str]) -> list[str]:
    """A command that trains, with so few steps that a test can run it; any other command as it is."""
    if words[0] not in ("train", "train-renderer"):
        return words
    if "--resume" in words:
        return [*words, "--set", "train.steps=4"]
    recipe = words[words.index("--recipe") + 1] if "--recipe" in words else ""
    kind = {"page": "page", "tracer": "tracer", "onehot2raa": "renderer"}.get(recipe, "model")
    kind = "renderer" if words[0] == "train-renderer" else kind
    return [*words, *(part for setting in SHORT[kind] for part in ("--set", setting))]


def desk(folder: Path) -> None:
    """Fill a folder with the files that the guides name: drawings, pictures and a corpus."""
    shutil.copytree(PROJECT / "examples", folder / "examples")
    drawings(folder / "art")
    texts = {"cat.txt": CAT, "dog.txt": DOG, "head.txt": "  _____\n /     \\\n"}
    for place in (folder, folder / "art"):
        for name, text in texts.items():
            (place / name).write_text(text)
    pieces = [{"text": file.read_text(), "category": file.parent.name} for file in (folder / "art").rglob("*.txt")]
    (folder / "art.jsonl").write_text("".join(json.dumps(piece) + "\n" for piece in pieces))
    picture = Image.new("L", (120, 120), 255)
    ImageDraw.Draw(picture).ellipse((20, 20, 100, 100), outline=0, width=4)
    (folder / "pictures").mkdir()
    for name in ("photo.jpg", "sketch.png", "pictures/one.png", "pictures/two.png"):
        picture.save(folder / name)


def follow(line: str) -> str:
    """Run a line of the manual that begins with asciivae, and return what it printed."""
    words = in_few_steps(shlex.split(line)[1:])
    done = asciivae(*words)
    assert done.exit_code == 0, (words, done.stdout, done.stderr)
    return str(done.stdout)
