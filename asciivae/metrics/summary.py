"""What the rows of `Measured` amount to: over all cells, as means of pieces, and by kind of piece.

Two averages are told apart. `over_cells` pools the cells of all pieces, so that large drawings count for more.
`mean_of_pieces` averages the pieces' own scores, so that every drawing counts alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from asciivae.metrics.characters import CharacterCounts

if TYPE_CHECKING:
    from asciivae.experiment.measure import Measured, Units
    from asciivae.latent.reconstruct import Reconstruction

SIDES = (16, 32, 48, 64)
"""Pieces are told apart by their longer side: at most so many cells, or more than all of these."""

INK_SHARES = (0.2, 0.3, 0.4, 0.5)
"""And by the share of their cells that is ink: below so much, or at least all of these."""


@dataclass(frozen=True)
class Group:
    """Some of the pieces.

    Attributes:
        name: which.
        pieces: how many, at least one.
        over_cells: the scores of `CharacterCounts` over all their cells, `bits_per_cell`, and `ink_confidence` over all
            the ink that was drawn.
        mean_of_pieces: the mean of everything that `Measured` has a row for.
    """

    name: str
    pieces: int
    over_cells: dict[str, float]
    mean_of_pieces: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """A model on many pieces, in short.

    Attributes:
        whole: all pieces.
        by_size: groups by the longer side; only those that have pieces.
        by_ink: groups by the share of ink, likewise.
        units: the latent units.
    """

    whole: Group
    by_size: tuple[Group, ...]
    by_ink: tuple[Group, ...]
    units: Units


class Shown(NamedTuple):
    """A score that tables show, where it is found, and whether more of it is better (None: neither is)."""

    name: str
    over_cells: bool
    more_is_better: bool | None
    meaning: str

    @property
    def title(self) -> str:
        """The name, and which average it is."""
        return f"{'all cells' if self.over_cells else 'mean of pieces'}: {self.name}"

    def of(self, group: Group) -> float | None:
        """Its value for a group; None if it was not measured."""
        return (group.over_cells if self.over_cells else group.mean_of_pieces).get(self.name)


SHOWN = (
    Shown("char_recall", True, True, "of the originals' ink, the share that came back as the same character"),
    Shown("char_precision", True, True, "of the reconstructions' ink, the share that is exactly right"),
    Shown("char_f1", True, True, "the harmonic mean of recall and precision"),
    Shown("ink_iou", True, True, "intersection over union of the inked cells, whatever stands in them"),
    Shown("ink_ratio", True, None, "ink drawn per ink of the originals; 1 is as much"),
    Shown("char_recall", False, True, "the same, every piece counting alike"),
    Shown("char_precision", False, True, "the same, every piece counting alike"),
    Shown("char_f1", False, True, "the same, every piece counting alike"),
    Shown("ink_iou", False, True, "the same, every piece counting alike"),
    Shown("blank_share", False, False, "the share of pieces that came back blank"),
    Shown("shape", False, False, "distance of the drawn shapes: 0 is the same drawing, about 0.6 a blank page"),
    Shown("glyph_similarity", False, True, "how alike the characters look where either page has ink"),
    Shown("contour", False, False, "mean distance between the joined contours, in cell widths, at most 3"),
    Shown("contour_f1", False, True, "how much of the joined contours agrees within 0.75 cell widths"),
    Shown("components_difference", False, False, "by how many the parts that hang together differ in number"),
    Shown("holes_difference", False, False, "by how many the holes differ in number"),
    Shown("reconstruction_nats", False, False, "-log p(x|z) of the page, one z drawn from the posterior"),
    Shown("kl_nats", False, None, "KL(q(z|x) ‖ N(0, 1)), summed over the latent numbers"),
    Shown("bits", False, False, "the sum of both in bits: a bound on what the piece costs (the ELBO)"),
    Shown("bits_per_cell", True, False, "the same, by the cells of the pieces"),
    Shown("latent_numbers", False, None, "how many numbers stand for a piece"),
    Shown(
        "ink_confidence", False, None, "the probability given to the ink drawn: what the model takes its precision for"
    ),
)
"""The scores of the tables, in their order; contours only where they were compared."""

BROKEN_DOWN = tuple(shown for shown in SHOWN if shown[:2] in {("char_f1", True), ("ink_iou", True), ("shape", False)})
"""Those that are shown by kind of piece too."""


@dataclass(frozen=True)
class ModelScores:
    """A model and how good it is.

    Attributes:
        label: what to call it, unlike any other beside it.
        step: of its training.
        measured: piece by piece.
        summary: in short.
        records: the metrics of its training, where they are known.
    """

    label: str
    step: int
    measured: Measured = field(repr=False)
    summary: Summary = field(repr=False)
    records: Sequence[Mapping[str, Any]] = field(repr=False)

    @property
    def over_cells(self) -> Mapping[str, float]:
        """The scores over the cells of all pieces, by name: `char_f1`, `ink_iou`, …"""
        return self.summary.whole.over_cells


def summarise(measured: Measured) -> Summary:
    """Sum up at least one piece."""
    made = measured.reconstructions
    sizes = [_position(max(one.original.shape), [side + 1 for side in SIDES]) for one in made]
    inks = [_position(one.counts.ink / one.original.size, INK_SHARES) for one in made]
    return Summary(
        whole=_group("all", measured, range(len(made))),
        by_size=_groups(_size_names(), sizes, measured),
        by_ink=_groups(_ink_names(), inks, measured),
        units=measured.units,
    )


class Row(NamedTuple):
    """A row of a table of models: which pieces, told apart by what, which score, and its value for every model."""

    kind: str
    pieces: str
    shown: Shown
    values: tuple[float, ...]


def rows_of_all(found: Sequence[ModelScores]) -> list[Row]:
    """The scores of at least one model on all pieces."""
    return _rows("all", "all", [one.summary.whole for one in found], SHOWN)


def rows_by_kind(found: Sequence[ModelScores]) -> list[Row]:
    """A few scores by size and by ink, of models that were measured on the same pieces."""
    rows = []
    for kind, own in (
        ("size", [one.summary.by_size for one in found]),
        ("ink", [one.summary.by_ink for one in found]),
    ):
        for groups in zip(*own, strict=True):
            rows += _rows(kind, f"{groups[0].name}, {groups[0].pieces} pieces", groups, BROKEN_DOWN)
    return rows


def _rows(kind: str, pieces: str, groups: Sequence[Group], scores: Sequence[Shown]) -> list[Row]:
    values = ((shown, tuple(value for group in groups if (value := shown.of(group)) is not None)) for shown in scores)
    return [Row(kind, pieces, shown, row) for shown, row in values if row]


class Extremes(NamedTuple):
    """Numbers of pieces: the best ones, those in the middle, and the worst ones, each from better to worse."""

    best: list[int]
    median: list[int]
    worst: list[int]


def extremes(measured: Sequence[Measured], each: int) -> Extremes:
    """Choose pieces to look at: by `char_f1`, the mean over the models, and among equals by `ink_iou`.

    Args:
        measured: at least one model's, all on the same pieces.
        each: how many at most of each kind; fewer if pieces are few, so that none is chosen twice.
    """
    rows = list(zip(*(one.scores for one in measured), strict=True))
    order = sorted(
        range(len(rows)), key=lambda i: [-sum(row[name] for row in rows[i]) for name in ("char_f1", "ink_iou")]
    )
    each = min(each, max(1, len(order) // 3))
    best, rest = order[:each], order[each:]
    worst = rest[max(0, len(rest) - each) :]
    between = rest[: len(rest) - len(worst)]
    start = max(0, len(order) // 2 - each // 2 - each)
    return Extremes(best, between[start : start + each], worst)


def _groups(names: Sequence[str], positions: Sequence[int], measured: Measured) -> tuple[Group, ...]:
    members: list[list[int]] = [[] for _ in names]
    for piece, position in enumerate(positions):
        members[position].append(piece)
    return tuple(_group(name, measured, own) for name, own in zip(names, members, strict=True) if own)


def _group(name: str, measured: Measured, members: Sequence[int]) -> Group:
    made: list[Reconstruction] = [measured.reconstructions[i] for i in members]
    rows = [measured.scores[i] for i in members]
    counts = sum((one.counts for one in made), CharacterCounts())
    bits = sum(row["bits"] for row in rows) / counts.cells
    means = {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}
    sure = sum(one.ink_confidence * one.counts.drawn for one in made) / counts.drawn if counts.drawn else 1.0
    return Group(name, len(rows), {**counts.scores(), "bits_per_cell": bits, "ink_confidence": sure}, means)


def _position(value: float, bounds: Sequence[float]) -> int:
    """How many of the bounds a value has reached."""
    return sum(value >= bound for bound in bounds)


def _size_names() -> list[str]:
    lows = [1, *(side + 1 for side in SIDES)]
    return [f"{low}–{high} cells" for low, high in zip(lows, SIDES, strict=False)] + [f"{lows[-1]} cells and more"]


def _ink_names() -> list[str]:
    percents = [round(100 * share) for share in INK_SHARES]
    between = [f"{low}–{high} % ink" for low, high in pairwise(percents)]
    return [f"below {percents[0]} % ink", *between, f"{percents[-1]} % ink and more"]
