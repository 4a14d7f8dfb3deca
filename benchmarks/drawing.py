"""Draw pictures with asciivae, chafa, jp2a and by glyph matching: figures, a gallery and a blind comparison for docs/.

    python benchmarks/drawing.py figures [--model FILE] [--corpus FILE.jsonl.gz]
    python benchmarks/drawing.py gallery docs/images/gallery
    python benchmarks/drawing.py blind docs/drawing-blind.md

chafa and jp2a must be installed (Debian: apt-get install chafa jp2a).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from context_model import ContextModel
from numpy.typing import NDArray
from pictures import DRAWN, NINE, PICTURES
from PIL import Image

from asciivae.corpus.source import open_corpus
from asciivae.drawing.draw import DrawConfig
from asciivae.drawing.likeness import line_distance
from asciivae.drawing.lines import CELL, Lines, find_lines, page_cells
from asciivae.drawing.picture import Picture, from_array
from asciivae.experiment.load import load_tracer
from asciivae.render.glyphs import atlas
from asciivae.report.png import grey_picture
from asciivae.text.art import Grid, from_lines, to_text
from asciivae.tracer.measure import measurable

PAGE = (16, 8)
GALLERY = (*DRAWN, "horse", "camera", "coffee", "chelsea", "astronaut", "coins", "rocket")
COLUMNS = 56
LEARNED = 4000
"""Pieces that the context model learns from."""

Drawer = Callable[[Picture, tuple[int, int]], Grid]


@cache
def tracer(path: str = "bundled-tracer"):
    return load_tracer(Path(path), torch.device("cpu"))


def as_page(text: str, cells: tuple[int, int]) -> Grid:
    """A tool's text on a page of (H, W) cells; what is not printable ASCII becomes a question mark."""
    lines = ["".join(c if " " <= c <= "~" else "?" for c in line) for line in text.replace("\r", "").split("\n")]
    lines = [line[: cells[1]].ljust(cells[1]) for line in lines[: cells[0]]]
    return from_lines(lines + [" " * cells[1]] * (cells[0] - len(lines)))


def in_a_file(picture: Picture, suffix: str, run: Callable[[str], str]) -> str:
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        Image.fromarray(picture.rgb).save(file.name, quality=95)
        return run(file.name)


def chafa(picture: Picture, cells: tuple[int, int]) -> Grid:
    options = ["--format=symbols", "--symbols=ascii", "--colors=none", "--fg-only", "--invert", "--stretch"]
    size = f"--size={cells[1]}x{cells[0]}"

    def run(path: str) -> str:
        command = ["chafa", *options, size, path]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    text = in_a_file(picture, ".png", run)
    return as_page("".join(_without_escapes(text)), cells)


def _without_escapes(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def jp2a(picture: Picture, cells: tuple[int, int]) -> Grid:
    def run(path: str) -> str:
        command = ["jp2a", "--background=light", f"--size={cells[1]}x{cells[0]}", path]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    return as_page(in_a_file(picture, ".jpg", run), cells)


def glyph_matching(lines: Lines) -> Grid:
    """The nearest glyph of each cell by squared error, of the lines."""
    glyphs = (1.0 - atlas(res=CELL).numpy()).reshape(95, -1)
    rows, columns = lines.cells
    cells = (lines.strength > 0).astype(np.float32).reshape(rows, CELL[0], columns, CELL[1]).swapaxes(1, 2)
    cells = cells.reshape(rows * columns, -1)
    errors = (glyphs**2).sum(1) - 2.0 * cells @ glyphs.T
    return errors.argmin(1).astype(np.uint8).reshape(rows, columns)


def figures(model: str, corpus: str) -> None:
    trained = tracer(model)
    context = ContextModel()
    source = open_corpus(corpus)
    held_out = np.array([_is_held_out(cluster) for cluster in _clusters(source)])
    learned = np.flatnonzero(~held_out)
    for piece in learned[:: max(1, len(learned) // LEARNED)]:
        context.learn(source.grid(int(piece)))
    others = measurable(source.grid(int(piece)) for piece in np.flatnonzero(held_out))[:150]
    print(f"context model of {corpus}: {context.bits_per_ink(others):.2f} bits/ink on held-out line art")
    names = ("jp2a", "chafa", "glyph matching", "tracer", "tracer + search", "tracer + search + fit")
    distances: dict[str, list[float]] = {name: [] for name in names}
    seconds: dict[str, list[float]] = {name: [] for name in names[3:]}
    pages: dict[str, list[Grid]] = {name: [] for name in names}
    for name, columns in NINE.items():
        picture = from_array(PICTURES[name]())
        cells = page_cells(picture.rgb.shape[:2], columns)
        lines = find_lines(picture, cells)
        made: dict[str, Grid] = {
            "jp2a": jp2a(picture, cells),
            "chafa": chafa(picture, cells),
            "glyph matching": glyph_matching(lines),
        }
        for label, config in (
            ("tracer", DrawConfig(width=columns, search=False)),
            ("tracer + search", DrawConfig(width=columns)),
            ("tracer + search + fit", DrawConfig(width=columns, fit=True)),
        ):
            began = time.process_time()
            drawn = trained.draw(picture, config)
            seconds[label].append(time.process_time() - began)
            made[label] = drawn.grid
            # `fit` moves the lines: it is measured by those that it moved.
            distances[label].append(drawn.distance)
        for label, grid in made.items():
            pages[label].append(grid)
            if label in names[:3]:
                distances[label].append(line_distance(grid, lines))
        print(f"{name:8}", *(f"{label} {distances[label][-1]:.3f}" for label in names), sep="  ")
    for label in names:
        bits = context.bits_per_ink(pages[label])
        took = f"  {np.mean(seconds[label]):.2f} s, at most {max(seconds[label]):.2f}" if label in seconds else ""
        print(f"{label:22} shape {np.mean(distances[label]):.4f}  bits/ink {bits:.2f}{took}")


def _clusters(source) -> Sequence[str]:
    return source.column("cluster") if "cluster" in source.columns else source.column("id")


def _is_held_out(cluster: str) -> bool:
    import hashlib

    return int(hashlib.sha256(cluster.encode()).hexdigest(), 16) % 10 == 0


def drawn_by_all(name: str, columns: int) -> tuple[Picture, dict[str, Grid]]:
    picture = from_array(PICTURES[name]())
    cells = page_cells(picture.rgb.shape[:2], columns)
    return picture, {
        "chafa": chafa(picture, cells),
        "jp2a": jp2a(picture, cells),
        "asciivae": tracer().draw(picture, DrawConfig(width=columns)).grid,
    }


def gallery(folder: Path, model: str) -> None:
    """One PNG for each picture: the picture, chafa, jp2a, asciivae."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in GALLERY:
        picture, made = drawn_by_all(name, NINE.get(name, COLUMNS))
        save(side_by_side(picture, list(made.values())), folder / f"{name}.png")
        print(folder / f"{name}.png")


def side_by_side(picture: Picture, grids: Sequence[Grid]) -> NDArray[np.uint8]:
    glyphs = atlas(res=PAGE)
    rows, columns = grids[0].shape
    source = Image.fromarray(picture.rgb).convert("L").resize((columns * PAGE[1], rows * PAGE[0]))
    tiles = [np.asarray(source), *(grey_picture(grid, glyphs) for grid in grids)]
    return np.concatenate([np.pad(tile, ((4, 4), (6, 6)), constant_values=255) for tile in tiles], axis=1)


def save(picture: NDArray[np.uint8], path: Path) -> None:
    # Sixteen greys are enough for text, and halve the file.
    Image.fromarray(picture).quantize(16, dither=Image.Dither.NONE).save(path, optimize=True)


def shade_example(path: Path) -> None:
    """A photo, chafa, and `--style shade`."""
    picture = from_array(PICTURES["astronaut"]())
    cells = page_cells(picture.rgb.shape[:2], COLUMNS)
    shaded = tracer().draw(picture, DrawConfig(width=COLUMNS, style="shade")).grid
    save(side_by_side(picture, [chafa(picture, cells), shaded]), path)


def blind(path: Path, seed: int) -> None:
    """A page of pairs without names, in random order, and the key at its end."""
    draw = np.random.default_rng(seed)
    parts, key = [], []
    pairs = [(name, tool) for name in GALLERY for tool in ("chafa", "glyph matching")]
    for number, place in enumerate(draw.permutation(len(pairs)), start=1):
        name, tool = pairs[place]
        columns = NINE.get(name, 44)
        picture = from_array(PICTURES[name]())
        cells = page_cells(picture.rgb.shape[:2], columns)
        other = chafa(picture, cells) if tool == "chafa" else glyph_matching(find_lines(picture, cells))
        ours = tracer().draw(picture, DrawConfig(width=columns)).grid
        swapped = bool(draw.integers(2))
        first, second = (ours, other) if swapped else (other, ours)
        parts.append(
            f"## {number}: {name}\n\nA\n\n```text\n{to_text(first)}```\n\nB\n\n```text\n{to_text(second)}```\n"
        )
        key.append(f"{number}{'A' if swapped else 'B'}")
    path.write_text(
        "# A blind comparison\n\nEach pair shows one picture, drawn by asciivae and by another tool (chafa, or the "
        "nearest glyph to the same lines), in random\norder. For each, note which looks made by hand; the key is at "
        "the end. Made by `python benchmarks/drawing.py blind`.\n\n"
        + "\n".join(parts)
        + f"\n## Key\n\nasciivae drew: {', '.join(key)}.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["figures", "gallery", "shade", "blind"])
    parser.add_argument("target", nargs="?", type=Path)
    parser.add_argument("--model", default="bundled-tracer")
    parser.add_argument("--corpus", default="embedded")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what != "figures" and given.target is None:
        sys.exit("name what to write")
    if given.what == "figures":
        figures(given.model, given.corpus)
    elif given.what == "gallery":
        gallery(given.target, given.model)
    elif given.what == "shade":
        shade_example(given.target)
    else:
        blind(given.target, given.seed)


if __name__ == "__main__":
    main()
