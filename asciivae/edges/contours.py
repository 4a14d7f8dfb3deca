"""Vectorising a mask to polylines: skeletonise, trace the pixel graph, prune, simplify.

Points are (x, y) in cell widths: x = column of the page, y = 2 · row, both from the page's top left corner.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asciivae.filters.windows import disc_window

Pixel = tuple[int, int]
Graph = dict[Pixel, list[Pixel]]

SPUR = 0.8
"""Side branches with a free end that are shorter than this, in cell widths, are pruned as skeleton artefacts."""

TOLERANCE = 0.15
"""The tolerance of the Douglas-Peucker simplification, in cell widths."""

CORE = 0.8
"""Regions in which a disc of this radius fits, in cell widths, are shading ..."""

CORE_AREA = 6.0
"""... if they have at least this area, in square cell widths; a crossing of lines has about 2."""


@dataclass(frozen=True)
class Polyline:
    """A line through points (n, 2) of (x, y) in cell widths; if closed, the last is joined to the first.

    `shape` is the number of its component, from 1. A dot is a single point.
    """

    points: NDArray[np.float64]
    closed: bool
    shape: int

    @property
    def length(self) -> float:
        """The length of the line, in cell widths."""
        ends = np.concatenate([self.points, self.points[:1]]) if self.closed else self.points
        return float(np.hypot(*np.diff(ends, axis=0).T).sum())

    def sampled(self, step: float) -> NDArray[np.float64]:
        """Points (n, 2) along the line, at most `step` cell widths apart."""
        ends = np.concatenate([self.points, self.points[:1]]) if self.closed else self.points
        counts = [max(1, math.ceil(math.dist(a, b) / step)) for a, b in itertools.pairwise(ends)]
        parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(ends, ends[1:], counts, strict=False)]
        return np.concatenate([*parts, ends[-1:]])


@dataclass(frozen=True)
class Chain:
    """A chain of pixels between two nodes of the graph; a loop without nodes if `ends` is None."""

    pixels: list[Pixel]
    ends: tuple[int, int] | None


def skeleton_lines(mask: NDArray[np.bool_], labels: NDArray[np.int64], unit: tuple[float, float]) -> list[Polyline]:
    """Thin a mask to lines.

    Args:
        mask: (height, width).
        labels: the number of the component at each pixel of the mask.
        unit: pixels per cell width, (in y, in x).
    """
    from skimage.morphology import skeletonize

    graph = _graph(np.asarray(skeletonize(mask)))
    while spurs := _spurs(graph, unit):
        gone = set(spurs)
        graph = _linked(set(graph) - gone)
    nodes, chains = _chains(graph)
    centres = {number: np.mean(pixels, axis=0) for number, pixels in nodes.items()}
    lines = []
    for chain in chains:
        pixels = np.array(chain.pixels, float).reshape(-1, 2)
        if chain.ends is not None:
            pixels = np.vstack([centres[chain.ends[0]], pixels, centres[chain.ends[1]]])
        closed = chain.ends is None or (chain.ends[0] == chain.ends[1] and len(chain.pixels) > 2)
        row, column = chain.pixels[0] if chain.pixels else nodes[chain.ends[0]][0]  # type: ignore[index]
        lines.append(_simplified(pixels, closed, int(labels[row, column]), unit))
    alone = (pixel for pixel, others in graph.items() if not others)
    lines += [Polyline(_scaled(np.array([dot], float), unit), closed=False, shape=int(labels[dot])) for dot in alone]
    return lines


def shading(mask: NDArray[np.bool_], unit: tuple[float, float]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Split a mask into shaded regions, too thick for lines and too large for crossings of lines, and lines.

    Remains of the opening in the corners of a region belong to neither.
    """
    from skimage.measure import label
    from skimage.morphology import dilation, opening

    area = unit[0] * unit[1]
    parts = np.asarray(label(opening(mask, disc_window(CORE, unit).astype(np.uint8)), connectivity=2))
    large = np.bincount(parts.ravel()) >= CORE_AREA * area
    large[0] = False
    shaded = np.asarray(large[parts])
    rest = np.asarray(label(mask & ~shaded, connectivity=2))
    is_line = np.bincount(rest.ravel()) >= area
    is_line[np.setdiff1d(rest, rest[dilation(shaded, np.ones((3, 3)))])] = True
    is_line[0] = False
    return shaded, np.asarray(is_line[rest])


def outlines(mask: NDArray[np.bool_], labels: NDArray[np.int64], unit: tuple[float, float]) -> list[Polyline]:
    """The borders of the regions of a mask, as closed polylines; the arguments are those of `skeleton_lines`."""
    from skimage.measure import find_contours

    lines = []
    for border in find_contours(np.pad(mask, 1).astype(float), 0.5):
        pixels = border - 1.0
        lines.append(_simplified(pixels[:-1], True, _nearest_label(labels, pixels[0]), unit))
    return lines


def _nearest_label(labels: NDArray[np.int64], point: NDArray[np.float64]) -> int:
    """The component next to a point on a border, halfway between two pixels."""
    rows = {math.floor(point[0]), math.ceil(point[0])}
    columns = {math.floor(point[1]), math.ceil(point[1])}
    inside = [(r, c) for r in rows for c in columns if 0 <= r < labels.shape[0] and 0 <= c < labels.shape[1]]
    return max(int(labels[pixel]) for pixel in inside)


def _simplified(pixels: NDArray[np.float64], closed: bool, shape: int, unit: tuple[float, float]) -> Polyline:
    from skimage.measure import approximate_polygon

    points = _scaled(pixels, unit)
    if closed:
        points = np.vstack([points, points[:1]])
    points = np.asarray(approximate_polygon(points, TOLERANCE))
    return Polyline(points[:-1] if closed else points, closed, shape)


def _scaled(pixels: NDArray[np.float64], unit: tuple[float, float]) -> NDArray[np.float64]:
    """(row, column) of pixels to (x, y) of their centres, in cell widths."""
    return np.asarray((pixels + 0.5)[:, ::-1] / (unit[1], unit[0]))


# ── the graph of pixels ─────────────────────────────────────────────────────────────────────────────────────

_ORTHOGONAL = ((-1, 0), (0, -1), (0, 1), (1, 0))
_DIAGONAL = ((-1, -1), (-1, 1), (1, -1), (1, 1))


def _graph(skeleton: NDArray[np.bool_]) -> Graph:
    return _linked({(int(row), int(column)) for row, column in zip(*np.nonzero(skeleton), strict=True)})


def _linked(pixels: set[Pixel]) -> Graph:
    """Link neighbours; diagonal ones only if no third pixel connects them, so that a corner is not a junction."""
    graph: Graph = {}
    for row, column in pixels:
        links = [(row + y, column + x) for y, x in _ORTHOGONAL if (row + y, column + x) in pixels]
        links += [
            (row + y, column + x)
            for y, x in _DIAGONAL
            if (row + y, column + x) in pixels and (row + y, column) not in pixels and (row, column + x) not in pixels
        ]
        graph[row, column] = links
    return graph


def _chains(graph: Graph) -> tuple[dict[int, list[Pixel]], list[Chain]]:
    """The nodes (junctions, with adjacent ones as one, and free ends) and the chains between them."""
    nodes: dict[int, list[Pixel]] = {}
    node_of: dict[Pixel, int] = {}
    for pixel, links in graph.items():
        if pixel in node_of or len(links) in (0, 2):
            continue
        number = len(nodes)
        nodes[number], pending = [], [pixel]
        while pending:
            member = pending.pop()
            if member not in node_of:
                node_of[member] = number
                nodes[number].append(member)
                pending += [other for other in graph[member] if len(graph[other]) > 2 < len(graph[member])]
    chains = []
    walked: set[Pixel] = set()
    for pixel, number in node_of.items():
        for step in graph[pixel]:
            if step in node_of:
                # Two free ends next to each other, or a free end at a junction; each such pair once.
                if node_of[step] != number and pixel < step:
                    chains.append(Chain([], (number, node_of[step])))
            elif step not in walked:
                path = list(_walk(graph, node_of, pixel, step))
                last = path.pop()
                walked.update(path)
                chains.append(Chain(path, (number, node_of[last])))
    for pixel, links in graph.items():
        if len(links) == 2 and pixel not in walked and pixel not in node_of:
            path = list(_walk(graph, {pixel: 0}, pixel, links[0]))
            walked.update(path)
            chains.append(Chain(path, None))
    return nodes, chains


def _walk(graph: Graph, stops: dict[Pixel, int], start: Pixel, step: Pixel) -> Iterator[Pixel]:
    """The pixels from `step`, away from `start`, up to and including the first stop."""
    before = start
    while True:
        yield step
        if step in stops:
            return
        one, other = graph[step]
        before, step = step, other if one == before else one


def _spurs(graph: Graph, unit: tuple[float, float]) -> list[Pixel]:
    """The pixels of the shortest spur at each junction; a spur is a short chain from a junction to a free end."""
    nodes, chains = _chains(graph)
    at: dict[int, list[tuple[float, list[Pixel]]]] = defaultdict(list)
    for chain in chains:
        if chain.ends is None:
            continue
        free = [end for end in chain.ends if len(graph[nodes[end][0]]) == 1]
        if len(free) == 1:
            junction = chain.ends[0] if chain.ends[1] == free[0] else chain.ends[1]
            whole = [*chain.pixels, *nodes[free[0]]]
            spread = np.ptp(np.array(whole), axis=0) + 1
            length = math.hypot(spread[0] / unit[0], spread[1] / unit[1])
            if length < SPUR:
                at[junction].append((length, whole))
    return [pixel for spurs in at.values() for pixel in min(spurs)[1]]
