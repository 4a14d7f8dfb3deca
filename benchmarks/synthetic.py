"""Synthetic corpora with near copies, as a file of JSON lines.

    python benchmarks/synthetic.py PIECES SHARE FILE.jsonl [SEED]

Pieces are strokes on grids with the size distribution of real collections (median 13 × 32 cells). SHARE of them, in
[0, 1), are copies of earlier pieces, changed as copies in collections are: moved on the page, cropped by a line or two
columns, with 1 to 4 % of their ink changed, or with a signature. One copy in ten is of one of the first 1,000 pieces,
so that the largest families grow with the corpus; the others are of one of the last 20,000 originals.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

INK = np.frombuffer(b"/\\|_-.'`,()=:;#oO*<>~^+", np.uint8)
BLANK = ord(" ")
POPULAR, RECENT, TOGETHER = 1000, 20_000, 2000

Grid = NDArray[np.uint8]


def grids(count: int, share: float, seed: int = 0) -> Iterator[tuple[Grid, int]]:
    """(h, w) code points of each piece, and the number of the piece that it is a copy of, or -1."""
    rng = np.random.default_rng(seed)
    popular: list[tuple[int, Grid]] = []
    recent: list[tuple[int, Grid]] = []
    number = 0
    while number < count:
        for original in _drawn(rng, TOGETHER):
            while recent and rng.random() < share and number < count:
                pool = popular if rng.random() < 0.1 else recent
                source, grid = pool[rng.integers(len(pool))]
                yield _copied(rng, grid), source
                number += 1
            if number == count:
                return
            if len(popular) < POPULAR:
                popular.append((number, original))
            if len(recent) < RECENT:
                recent.append((number, original))
            else:
                recent[rng.integers(RECENT)] = number, original
            yield original, -1
            number += 1


def text_of(grid: Grid) -> str:
    lined = np.pad(grid, ((0, 0), (0, 1)), constant_values=ord("\n")).tobytes().decode("ascii")
    return "\n".join(line.rstrip() for line in lined.split("\n")).rstrip("\n")


def write(path: Path, count: int, share: float, seed: int = 0) -> None:
    with path.open("w", encoding="ascii") as file:
        for i, (grid, _) in enumerate(grids(count, share, seed)):
            facts = {"id": f"{i:08}", "source": "synthetic", "category": f"c{i % 50}"}
            file.write(json.dumps({**facts, "text": text_of(grid)}) + "\n")


def _drawn(rng: np.random.Generator, count: int) -> Iterator[Grid]:
    """Strokes on grids, many at a time."""
    heights = np.clip(rng.lognormal(np.log(13), 0.6, count), 3, 60).astype(np.int64)
    widths = np.clip(rng.lognormal(np.log(32), 0.45, count), 8, 90).astype(np.int64)
    sizes = heights * widths
    begins = np.cumsum(sizes) - sizes
    cells = np.full(int(sizes.sum()) + 8, BLANK, np.uint8)
    owner = np.repeat(np.arange(count), sizes // 10)
    x = (rng.random(owner.size) * widths[owner]).astype(np.int64)
    y = (rng.random(owner.size) * heights[owner]).astype(np.int64)
    place = begins[owner] + y * widths[owner] + x
    length = np.minimum(rng.integers(1, 6, owner.size), widths[owner] - x)
    ink = rng.choice(INK, owner.size)
    for step in range(5):
        on = length > step
        cells[place[on] + step] = ink[on]
    for begin, height, width in zip(begins.tolist(), heights.tolist(), widths.tolist(), strict=True):
        yield cells[begin : begin + height * width].reshape(height, width)


def _copied(rng: np.random.Generator, grid: Grid) -> Grid:
    lot = rng.random()
    if lot < 0.1:
        return np.pad(grid, ((int(rng.integers(3)), 0), (int(rng.integers(1, 12)), 0)), constant_values=BLANK)
    if lot < 0.35 and grid.shape[0] > 5 and grid.shape[1] > 10:
        return [grid[1:], grid[:-1], grid[:, 2:], grid[:, :-2]][rng.integers(4)]
    if lot < 0.65:
        signed = np.pad(grid, ((0, 1), (0, 0)), constant_values=BLANK)
        signed[-1, -4:-1] = rng.choice(np.frombuffer(b"abcdefghij", np.uint8), 3)
        return signed
    changed = grid.copy()
    ink = np.flatnonzero(grid != BLANK)
    chosen = rng.choice(ink, max(1, int(ink.size * rng.uniform(0.01, 0.04))), replace=False)
    changed.flat[chosen] = rng.choice(INK, chosen.size)
    return changed


if __name__ == "__main__":
    write(Path(sys.argv[3]), int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
