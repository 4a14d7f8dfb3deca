"""Perceptual ranking of distortions by every installed loss, including those of plugins.

    python benchmarks/perceptual_ranking.py [--loss shape --loss mse] [--json]

Each piece is distorted in five ways, each assumed to look worse than the one before:

    look-alike   characters replaced by similar ones
    shift        the whole drawing moved by one cell (mean of right and down)
    broken       a fifth of the characters removed, two neighbours at a time
    scrambled    every character replaced by a dissimilar one with about the same ink
    noise        the same number of characters at random cells (mean of inside the drawing's box and on the whole page)

and the blank page should be worse than any of the first four. The order is an assumption, not the result of a user
study. Pages have a margin of four blank cells. All pieces but the first were drawn for this project.

Columns: Kendall's τ over the five; the fraction of pieces in exactly this order; the fraction of pieces in which each
neighbouring pair is ordered as assumed; the fraction of the first four better than the blank page; the fraction
of pieces for which the loss increases with removing 10 %, 30 %, 60 % and all characters; milliseconds for one piece of
64 × 64 cells: softmax, rendering, loss and gradient (batch of 16).
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from asciivae import registry
from asciivae.contract import Facts, Loss, LossInputs, Posterior
from asciivae.errors import AsciivaeError
from asciivae.losses.objective import one_hot
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.glyphs import atlas
from asciivae.render.legibility import visual_distance
from asciivae.text.art import Grid, parse, trim
from asciivae.text.charset import SIZE, SPACE, encode

PIECES = Path(__file__).with_name("perceptual_pieces.txt")
ORDER = ("look-alike", "shift", "broken", "scrambled", "noise")
PAIRS = tuple(itertools.pairwise(ORDER))
DELETED = (0.1, 0.3, 0.6, 1.0)
MARGIN = 4
LOOK_ALIKES = "|l -~ /( \\) ([ )] [( ]) <( >) ., ,. '` `' \"^ ^\" +t =~ ~- :; ;: oe O0".replace(" ", "")
GLYPHS = atlas(res=(9, 9))
SMOOTHING = 1e-3
"""The total probability of all other characters in the logits of a known page, which must be finite."""


def pieces(names: Sequence[str] | None = None) -> dict[str, Grid]:
    """The pieces by name, each on its page; all, or those named."""
    sections = PIECES.read_text(encoding="ascii").split("%% ")[1:]
    drawn = {
        title.split(",")[0]: np.pad(trim(parse(text))[0], MARGIN)
        for title, text in (section.split("\n", 1) for section in sections)
    }
    return {name: drawn[name] for name in names or drawn}


# ── distortions ─────────────────────────────────────────────────────────────────────────────────────────────


def distorted(page: Grid, seed: int) -> dict[str, list[Grid]]:
    """All distortions of a page by name. For a pair, the mean of their losses counts."""
    chance = np.random.default_rng(seed)
    return {
        "same": [page],
        "look-alike": [look_alike(page)],
        "shift": [np.roll(page, 1, axis=1), np.roll(page, 1, axis=0)],
        "broken": [broken(page, 0.2, chance)],
        "scrambled": [scrambled(page, chance)],
        "noise": [noise(page, MARGIN, chance), noise(page, 0, chance)],
        "jitter": [jitter(page, chance)],
        **{f"delete {share:.0%}": [deleted(page, share, chance)] for share in DELETED},
    }


def look_alike(page: Grid) -> Grid:
    """Replace characters by similar ones; characters without one, such as `_`, are kept."""
    likeness = np.arange(SIZE, dtype=np.uint8)
    likeness[encode(LOOK_ALIKES[::2])] = encode(LOOK_ALIKES[1::2])
    return likeness[page]


def broken(page: Grid, share: float, chance: np.random.Generator) -> Grid:
    """Remove a fraction of the characters in neighbouring pairs, which breaks the contour."""
    result = page.copy()
    left = round(share * np.count_nonzero(page))
    for row, column in chance.permutation(np.argwhere(page)):
        around = [(row + y, column + x) for y, x in itertools.product((-1, 0, 1), repeat=2) if y or x]
        neighbours = [cell for cell in around if result[cell]]
        if left > 0 and result[row, column] and neighbours:
            result[row, column] = result[neighbours[chance.integers(len(neighbours))]] = SPACE
            left -= 2
    return result


def scrambled(page: Grid, chance: np.random.Generator) -> Grid:
    """Replace every character by one of the four least similar ones with the same ink up to 20 %."""
    glyphs = 1.0 - atlas(res=(18, 9))
    distance, ink = visual_distance(glyphs).numpy(), glyphs.sum((1, 2)).numpy()
    result = page.copy()
    for cell in map(tuple, np.argwhere(page)):
        own = page[cell]
        alike = np.flatnonzero(np.abs(ink - ink[own]) <= 0.2 * ink[own])
        alike = alike[alike != own]
        if alike.size:
            result[cell] = chance.choice(alike[np.argsort(-distance[own, alike], kind="stable")[:4]])
    return result


def noise(page: Grid, margin: int, chance: np.random.Generator) -> Grid:
    """Move the characters of the page to random cells, at least `margin` cells from its border."""
    result = np.zeros_like(page)
    inside = result[margin : page.shape[0] - margin, margin : page.shape[1] - margin]
    places = chance.choice(inside.size, np.count_nonzero(page), replace=False)
    inside[np.unravel_index(places, inside.shape)] = page[page != SPACE]
    return result


def jitter(page: Grid, chance: np.random.Generator) -> Grid:
    """Move every character independently by up to one cell in both directions."""
    result = np.zeros_like(page)
    cells = np.argwhere(page)
    result[tuple((cells + chance.integers(-1, 2, cells.shape)).T)] = page[tuple(cells.T)]
    return result


def deleted(page: Grid, share: float, chance: np.random.Generator) -> Grid:
    """Remove a fraction of the characters independently."""
    result = page.copy()
    ink = np.flatnonzero(page)
    result.flat[chance.choice(ink, round(share * ink.size), replace=False)] = SPACE
    return result


# ── ranking ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Ranking:
    """The ranking by a loss; see the module. Fractions are in [0, 1]."""

    tau: float
    strict: float
    pairs: dict[str, float]
    beats_blank: float
    deletions: float
    means: dict[str, float]


def rank(loss: Loss, drawn: Iterable[Grid], seeds: Iterable[int] = (0,)) -> Ranking:
    """Rank the distortions of pages by a loss."""
    seeds = tuple(seeds)
    rows = [values(loss, page, seed) for page in drawn for seed in seeds]
    deletions = [f"delete {share:.0%}" for share in DELETED]
    return Ranking(
        tau=_mean(kendall([row[name] for name in ORDER]) for row in rows),
        strict=_mean(_increasing([row[name] for name in ORDER]) for row in rows),
        pairs={f"{a} < {b}": _mean(row[a] < row[b] for row in rows) for a, b in PAIRS},
        beats_blank=_mean(row[name] < row["delete 100%"] for row in rows for name in ORDER[:4]),
        deletions=_mean(_increasing([row[name] for name in deletions]) for row in rows),
        means={name: _mean(row[name] for row in rows) for name in rows[0]},
    )


def values(loss: Loss, page: Grid, seed: int) -> dict[str, float]:
    """The loss of every distortion of a page."""
    variants = distorted(page, seed)
    pages = np.stack(list(itertools.chain.from_iterable(variants.values()))).astype(np.int64)
    with torch.no_grad():
        found = evaluate(loss, torch.from_numpy(pages), torch.from_numpy(page.astype(np.int64))).tolist()
    numbers = iter(found)
    return {name: _mean(next(numbers) for _ in variant) for name, variant in variants.items()}


def evaluate(loss: Loss, outputs: torch.Tensor, original: torch.Tensor) -> torch.Tensor:
    """The loss (B,) of known pages (B, H, W) against an original (H, W)."""
    probs = one_hot(outputs, torch.float32)
    logits = (probs * (1.0 - SMOOTHING) + SMOOTHING / SIZE).log()
    return _total(loss, logits, probs, original.expand_as(outputs))


def cost(loss: Loss, batch: int = 16, side: int = 64, repeats: int = 3) -> float:
    """Milliseconds per piece for softmax, rendering, loss and gradient; the fastest of several batches."""
    chance = torch.Generator().manual_seed(0)
    logits = torch.randn(batch, SIZE, side, side, generator=chance).requires_grad_()
    target = torch.randint(0, SIZE, (batch, side, side), generator=chance)
    target *= torch.rand(batch, side, side, generator=chance) < 0.15
    fastest = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        total = _total(loss, logits, logits.softmax(1), target).sum()
        if total.requires_grad:
            total.backward()
        fastest = min(fastest, time.perf_counter() - began)
    return 1000.0 * fastest / batch


def _total(loss: Loss, logits: torch.Tensor, probs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    renderer = Analytic(AnalyticConfig(), GLYPHS)
    latent = torch.zeros(len(target), 1)
    target_image = recon_image = error = None
    if loss.needs:
        recon_image = renderer(probs)
        with torch.no_grad():
            target_image = renderer(one_hot(target, torch.float32))
        error = (recon_image - target_image).square().flatten(1).sum(1)
    terms = loss(
        LossInputs(
            logits=logits,
            probs=probs,
            target=target,
            mask=torch.ones_like(target, dtype=torch.bool),
            posterior=Posterior(latent, latent),
            target_image=target_image,
            recon_image=recon_image,
            squared_error=error,
        )
    )
    return torch.stack(list(terms.values())).sum(0)


def kendall(numbers: Sequence[float]) -> float:
    """Kendall's τ between a sequence and ascending order; a tie counts one half."""
    signs = [np.sign(b - a) for a, b in itertools.combinations(numbers, 2)]
    return float(np.mean(signs))


def _increasing(numbers: Sequence[float]) -> bool:
    return all(a < b for a, b in itertools.pairwise(numbers))


def _mean(numbers: Iterable[float]) -> float:
    return float(np.mean(list(numbers)))


# ── the registry's losses ───────────────────────────────────────────────────────────────────────────────────


def installed(names: Sequence[str] | None = None) -> dict[str, Loss | str]:
    """The losses of the registry with default options, or the reason why one cannot run."""
    facts = Facts(glyphs=GLYPHS, character_counts=torch.ones(SIZE, dtype=torch.int64))
    found: dict[str, Loss | str] = {}
    for name in names or [entry.name for entry in registry.entries("loss")]:
        try:
            made: Any = registry.load("loss", name)
            found[name] = made(made.Config(), facts)
        except (AsciivaeError, TypeError, ValueError) as error:
            found[name] = str(error).splitlines()[0]
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loss", action="append", help="a loss of the registry; may be repeated (default: all)")
    parser.add_argument("--seeds", type=int, default=1, help="the number of distortions of each piece")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    drawn = list(pieces().values())
    rankings: dict[str, Any] = {}
    if not arguments.json:
        print(f"{'loss':12} {'tau':>5} {'strict':>6}  {'pairs':23} {'blank':>5} {'delete':>6} {'ms':>7}")
    for name, loss in installed(arguments.loss).items():
        if isinstance(loss, str):
            rankings[name] = {"error": loss}
            line = loss
        else:
            ranking = rank(loss, drawn, range(arguments.seeds))
            milliseconds = cost(loss)
            rankings[name] = {**asdict(ranking), "milliseconds": milliseconds}
            pairs = " ".join(f"{share:5.2f}" for share in ranking.pairs.values())
            line = (
                f"{ranking.tau:5.2f} {ranking.strict:6.2f}  {pairs} {ranking.beats_blank:5.2f} "
                f"{ranking.deletions:6.2f} {milliseconds:7.1f}"
            )
        if not arguments.json:
            print(f"{name:12} {line}", flush=True)
    if arguments.json:
        print(json.dumps({"schema": 1, "pieces": len(drawn), "losses": rankings}, indent=2))


if __name__ == "__main__":
    main()
