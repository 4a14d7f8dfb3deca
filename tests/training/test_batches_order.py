"""Plans over flat arrays against the loop over pieces that made them before: runs resume bitwise across the change."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from asciivae.corpus.augment import Augment, Crop, Draws, DrawsOfEpoch, Shift
from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Corpus
from asciivae.rng import numpy_stream
from asciivae.text.canvas import Canvas
from asciivae.training import batches as module
from asciivae.training.batches import Batches, _chunks, _snake, in_order

Size = tuple[int, int]


def rounded(height: int, width: int) -> Size:
    return -(-height // 4) * 4, -(-width // 8) * 8


def by_size(pieces: NDArray[np.int64], size_of: Callable[[int], Size]) -> dict[Size, NDArray[np.int64]]:
    found: dict[Size, list[int]] = {}
    for piece in pieces.tolist():
        found.setdefault(size_of(piece), []).append(piece)
    return {size: np.array(found[size]) for size in sorted(found, key=lambda s: (s[0] * s[1], s))}


def plan(made: Batches, epoch: int) -> list[NDArray[np.int64]]:
    """The plan of an epoch, piece by piece."""
    corpus, canvas, augment = made.corpus, made.canvas, made.augment
    drawn = numpy_stream(made.seed, "augment", epoch).random((len(corpus), len(Draws._fields)))

    def size_of(piece: int) -> Size:
        if augment is None:
            return canvas.size(corpus.grid(piece))
        draws = Draws(*drawn[piece].tolist())
        return augment.size(augment.content(corpus.grid(piece), canvas, draws).shape, canvas, draws)

    draw = numpy_stream(made.seed, "order", epoch)
    batches: list[Any] = []
    left = {}
    for size, group in by_size(made.pieces, size_of).items():
        shuffled = draw.permutation(group)
        full = len(shuffled) - len(shuffled) % made.batch_size
        batches += np.split(shuffled[:full], full // made.batch_size) if full else []
        left[size] = shuffled[full:]
    batches += list(_chunks(np.concatenate([left[size] for size in _snake(left)]), made.batch_size))
    return [batches[i] for i in draw.permutation(len(batches))]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    whole = open_corpus("embedded")
    return whole.select(np.random.default_rng(0).permutation(len(whole))[:700])


VARIED = Augment(crop=Crop(0.5, 3), mirror=0.5, shift=Shift(0.6, 5), paste=0.2)


@pytest.mark.parametrize("augment", [None, VARIED, Augment(crop=Crop(1.0)), Augment(shift=Shift(1.0, 0))])
@pytest.mark.parametrize("canvas", [Canvas(rounded, trimmed=True), Canvas(rounded), Canvas.fixed(70, 70)])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_order_is_what_it_always_was(
    corpus: Corpus, augment: Augment | None, canvas: Canvas, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PLANNED", 97)
    pieces = np.random.default_rng(seed).permutation(len(corpus))[:500]
    made = Batches(corpus, pieces, 16, canvas, seed, None, augment)
    for epoch in (0, 3):
        found, expected = made.plan(epoch), plan(made, epoch)
        assert [batch.tolist() for batch in found] == [batch.tolist() for batch in expected]


def test_validation_is_in_the_order_it_always_was(corpus: Corpus) -> None:
    canvas = Canvas(rounded, trimmed=True)
    pieces = np.arange(0, len(corpus), 3)
    expected = [
        chunk.tolist()
        for group in by_size(pieces, lambda piece: canvas.size(corpus.grid(piece))).values()
        for chunk in _chunks(group, 8)
    ]
    assert [batch.pieces.tolist() for batch in in_order(corpus, pieces, 8, canvas)] == expected


def test_draws_of_a_piece_are_those_of_the_epoch() -> None:
    whole = numpy_stream(5, "augment", 2).random((40, len(Draws._fields)))
    draws = DrawsOfEpoch(5, 2)
    for first, count in ((0, 40), (17, 1), (39, 1), (3, 20), (0, 1)):
        assert np.array_equal(draws(first, count), whole[first : first + count])
