"""Summaries of `Measured`: over all pieces, by size and by density of ink.

There are two averages. `over_cells` pools the cells of all pieces, so that large drawings weigh more. `mean_of_pieces`
averages the scores of the pieces, so that all drawings weigh the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from asciivae.metrics.characters import CharacterCounts

if TYPE_CHECKING:
    from asciivae.experiment.measure import Measured, Units
    from asciivae.latent.pieces import Reconstruction

SIDES = (16, 32, 48, 64)
"""Upper bounds, inclusive, of the longer side in cells of the groups by size; the last group has no bound."""

INK_FRACTIONS = (0.2, 0.3, 0.4, 0.5)
"""Upper bounds, exclusive, of the fraction of inked cells of the groups by ink; the last group has no bound."""


@dataclass(frozen=True)
class Group:
    """The scores of a group of pieces.

    Attributes:
        name: name of the group.
        pieces: number of pieces, at least one.
        over_cells: the scores of `CharacterCounts` over all cells, `bits_per_cell` and `bits_per_ink` (per inked cell),
            and `ink_confidence` over all inked cells of the reconstructions.
        mean_of_pieces: the mean of each score in `Measured.scores`.
    """

    name: str
    pieces: int
    over_cells: dict[str, float]
    mean_of_pieces: dict[str, float]


@dataclass(frozen=True)
class Summary:
    """The scores of a model on many pieces.

    Attributes:
        whole: all pieces.
        by_size: groups by the longer side, without empty ones.
        by_ink: groups by the fraction of inked cells, without empty ones.
        units: the latent units.
    """

    whole: Group
    by_size: tuple[Group, ...]
    by_ink: tuple[Group, ...]
    units: Units


class Shown(NamedTuple):
    """A score in tables: its name, its kind of average, whether higher is better (None: neither), and its meaning."""

    name: str
    over_cells: bool
    more_is_better: bool | None
    meaning: str

    @property
    def title(self) -> str:
        """The name with its kind of average."""
        return f"{'all cells' if self.over_cells else 'mean of pieces'}: {self.name}"

    def of(self, group: Group) -> float | None:
        """Its value for a group; None if it was not measured."""
        return (group.over_cells if self.over_cells else group.mean_of_pieces).get(self.name)


SHOWN = (
    Shown("char_recall", True, True, "fraction of the originals' ink that is reproduced exactly"),
    Shown("char_precision", True, True, "fraction of the reconstructions' ink that is right"),
    Shown("char_f1", True, True, "the harmonic mean of recall and precision"),
    Shown("ink_iou", True, True, "intersection over union of the inked cells"),
    Shown("ink_ratio", True, None, "inked cells per inked cell of the originals; 1 is equal"),
    Shown("char_recall", False, True, "the same, all pieces weighted equally"),
    Shown("char_precision", False, True, "the same, all pieces weighted equally"),
    Shown("char_f1", False, True, "the same, all pieces weighted equally"),
    Shown("ink_iou", False, True, "the same, all pieces weighted equally"),
    Shown("blank_fraction", False, False, "fraction of pieces that are reconstructed blank"),
    Shown("shape", False, False, "shape distance: 0 for the same drawing, about 0.6 for a blank page"),
    Shown("glyph_similarity", False, True, "visual similarity of the characters where either page has ink"),
    Shown("contour", False, False, "mean distance between the joined contours, in cell widths, at most 3"),
    Shown("contour_f1", False, True, "F1 of the joined contours within 0.75 cell widths"),
    Shown("components_difference", False, False, "absolute difference in the number of connected components"),
    Shown("holes_difference", False, False, "absolute difference in the number of holes"),
    Shown("reconstruction_nats", False, False, "-log p(x|z) of the page, one z drawn from the posterior"),
    Shown("kl_nats", False, None, "KL(q(z|x) ‖ N(0, 1)), summed over the latent numbers"),
    Shown("bits", False, False, "the sum of both in bits (the negative ELBO)"),
    Shown("bits_per_cell", True, False, "the same, per cell of the pieces"),
    Shown("bits_per_ink", True, False, "the same, per inked cell of the pieces"),
    Shown("latent_numbers", False, None, "latent numbers per piece"),
    Shown("ink_confidence", False, None, "mean probability of the inked cells: the model's estimate of its precision"),
)
"""The scores in tables, in order; contours only if they were measured."""

BROKEN_DOWN = tuple(shown for shown in SHOWN if shown[:2] in {("char_f1", True), ("ink_iou", True), ("shape", False)})
"""The scores that are also shown by size and by ink."""


@dataclass(frozen=True)
class ModelScores:
    """A model and its scores.

    Attributes:
        label: a unique name among the models measured together.
        model: the name of the model, the same for all its sizes of the latent.
        numbers: latent numbers of a page of 64 × 64 cells; None for the model's own.
        step: training step of the weights.
        measured: the scores by piece.
        summary: the scores by group.
        records: the metrics of its training; empty if unknown.
        more: the metrics of plugins among its scores.
    """

    label: str
    model: str
    numbers: int | None
    step: int
    measured: Measured = field(repr=False)
    summary: Summary = field(repr=False)
    records: Sequence[Mapping[str, Any]] = field(repr=False)
    more: tuple[Shown, ...] = ()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {self.over_cells[name]:.3f}" for name in ("char_f1", "ink_iou"))
        return f"ModelScores({self.label!r}, step {self.step}, {self.summary.whole.pieces} pieces: {shown})"

    @property
    def over_cells(self) -> Mapping[str, float]:
        """The scores over the cells of all pieces by name: `char_f1`, `ink_iou`, …"""
        return self.summary.whole.over_cells


def summarise(measured: Measured) -> Summary:
    """Summarise the scores of at least one piece."""
    made = measured.reconstructions
    sizes = [_position(max(one.original.shape), [side + 1 for side in SIDES]) for one in made]
    inks = [_position(one.counts.ink / one.original.size, INK_FRACTIONS) for one in made]
    return Summary(
        whole=_group("all", measured, range(len(made))),
        by_size=_groups(_size_names(), sizes, measured),
        by_ink=_groups(_ink_names(), inks, measured),
        units=measured.units,
    )


class Row(NamedTuple):
    """A row of a table of models: the kind of group, its name, the score, and its value for each model."""

    kind: str
    pieces: str
    shown: Shown
    values: tuple[float, ...]


def rows_of_all(found: Sequence[ModelScores]) -> list[Row]:
    """Rows of the scores of models on all pieces."""
    return _rows("all", "all", [one.summary.whole for one in found], [*SHOWN, *found[0].more])


def rows_by_kind(found: Sequence[ModelScores]) -> list[Row]:
    """Rows of a few scores by size and by ink, of models measured on the same pieces."""
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
    """Indices of the best, median and worst pieces, each from better to worse."""

    best: list[int]
    median: list[int]
    worst: list[int]


def extremes(measured: Sequence[Measured], each: int) -> Extremes:
    """Choose pieces to show, ordered by `char_f1`, then by `ink_iou`, averaged over the models.

    Args:
        measured: at least one model's, all on the same pieces.
        each: maximum number of each kind; fewer if there are few pieces, so that none is chosen twice.
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


def _mean(values: Sequence[float]) -> float:
    """The mean of the values that are not NaN, as those of a metric that does not apply to a piece are."""
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _group(name: str, measured: Measured, members: Sequence[int]) -> Group:
    made: list[Reconstruction] = [measured.reconstructions[i] for i in members]
    rows = [measured.scores[i] for i in members]
    counts = sum((one.counts for one in made), CharacterCounts())
    bits = sum(row["bits"] for row in rows)
    means = {
        key: _mean([row[key] for row in rows if key in row]) for key in dict.fromkeys(k for row in rows for k in row)
    }
    sure = sum(one.ink_confidence * one.counts.drawn for one in made) / counts.drawn if counts.drawn else 1.0
    costs = {"bits_per_cell": bits / counts.cells, "bits_per_ink": bits / max(counts.ink, 1)}
    return Group(name, len(rows), {**counts.scores(), **costs, "ink_confidence": sure}, means)


def _position(value: float, bounds: Sequence[float]) -> int:
    """The number of bounds that a value reaches."""
    return sum(value >= bound for bound in bounds)


def _size_names() -> list[str]:
    lows = [1, *(side + 1 for side in SIDES)]
    return [f"{low}–{high} cells" for low, high in zip(lows, SIDES, strict=False)] + [f"{lows[-1]} cells and more"]


def _ink_names() -> list[str]:
    percents = [round(100 * fraction) for fraction in INK_FRACTIONS]
    between = [f"{low}–{high} % ink" for low, high in pairwise(percents)]
    return [f"below {percents[0]} % ink", *between, f"{percents[-1]} % ink and more"]
