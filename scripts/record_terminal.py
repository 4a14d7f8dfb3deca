"""Record commands of asciivae as pictures of a terminal (SVG): docs/images/terminal/.

    python scripts/record_terminal.py [NAME…]

Each command is run in an empty folder that has the drawings of `asciivae examples` and the picture sketch.png, a cat of
`benchmarks/pictures.py`; what it prints is shown as it is. The pictures name fonts of the reader and load nothing.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "docs" / "images" / "terminal"
SESSIONS = {
    "draw": "asciivae draw sketch.png --width 44",
    "reconstruct": "asciivae reconstruct cat.txt dog.txt --side-by-side --diff",
    "complete": "asciivae complete cat.txt --below 4 -n 2 --no-signatures",
}
SIZE, LINE = 15, 18
"""Of the type, and the distance of lines, in pixels; characters are 0.6 of the size wide."""
WIDTH = 0.6 * SIZE
MARKED = {"30;41": "#ff7b72", "30;42": "#7ee787", "30;43": "#f2cc60"}
"""Paper by the SGR parameters with which `--diff` marks cells, in black; others are shown plain."""
PAPER, INK, PROMPT = "#161b22", "#e6edf3", "#7ee787"
SGR = re.compile(r"\x1b\[([\d;]*)m")
OTHER_ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-ln-z]")


def printed_by(command: str, folder: Path) -> str:
    """What a command writes to a terminal, standard error first."""
    words = [sys.executable, "-m", *shlex.split(command)]
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color", "OMP_NUM_THREADS": "1"}
    environment.pop("NO_COLOR", None)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(words, cwd=folder, stdout=theirs, stderr=subprocess.PIPE, env=environment, text=True)
    os.close(theirs)
    output = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not part:
            break
        output += part
    os.close(ours)
    said = process.communicate()[1]
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}\n{said}")
    text = output.decode().replace("\r\n", "\n")
    if OTHER_ESCAPES.search(text):
        raise SystemExit(f"{command}: moves the cursor, which a picture cannot show")
    return text


def spans(line: str) -> list[tuple[str, str]]:
    """A line as pieces of one paper: (its colour or nothing, text)."""
    parts = SGR.split(line)
    return [(MARKED.get(sgr, ""), text) for sgr, text in zip(["", *parts[1::2]], parts[::2], strict=True) if text]


def picture(command: str, text: str) -> str:
    """The SVG of a terminal in which a command was run."""
    lines = [[("", f"$ {command}")], *(spans(line) for line in text.rstrip("\n").split("\n"))]
    columns = max(64, *(sum(len(part) for _, part in line) for line in lines))
    width, height = round((columns + 4) * WIDTH), (len(lines) + 2) * LINE + 12
    body = []
    for row, line in enumerate(lines):
        x, y = 2 * WIDTH, (row + 2) * LINE + 8
        for paper, part in line:
            if paper:
                place = f'x="{x:g}" y="{y - SIZE + 2}" width="{len(part) * WIDTH:g}" height="{LINE}"'
                body.append(f'<rect {place} fill="{paper}"/>')
            for word in re.finditer(r"\S+", part):  # blanks are places, since viewers treat them in different ways
                place = f'x="{x + word.start() * WIDTH:g}" y="{y}" textLength="{len(word[0]) * WIDTH:g}"'
                fill = PAPER if paper else PROMPT if row == 0 and word[0] == "$" else INK
                body.append(f'<text {place} fill="{fill}">{escape(word[0])}</text>')
            x += len(part) * WIDTH
    dots = "".join(
        f'<circle cx="{20 + 18 * i}" cy="18" r="5.5" fill="{colour}"/>'
        for i, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(command)}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>{dots}\n'
        f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{SIZE}">\n'
        + "\n".join(body)
        + "\n</g>\n</svg>\n"
    )


def main() -> None:
    """Record the named sessions, or all."""
    from PIL import Image

    sys.path.insert(0, str(PROJECT))
    from benchmarks.pictures import PICTURES

    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Image.fromarray(PICTURES["cat"]()).save(folder / "sketch.png")
        subprocess.run(
            [sys.executable, "-m", "asciivae", "examples"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        for session in sys.argv[1:] or SESSIONS:
            command = SESSIONS[session]
            file = TARGET / f"{session}.svg"
            file.write_text(picture(command, printed_by(command, folder)), encoding="utf-8")
            print(file.relative_to(PROJECT))


if __name__ == "__main__":
    main()
