"""Reconstruction cell for cell: order, sizes, offsets and noise, with a model that repeats what it reads."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_runs import grids_of
from torch import Tensor, nn

from asciivae.contract import Posterior
from asciivae.errors import ModelError
from asciivae.latent.reconstruct import reconstruct
from asciivae.models import spatial
from asciivae.models.base import VAE
from asciivae.text.canvas import Canvas
from asciivae.text.charset import SIZE, SPACE


class Echo(VAE):
    """A model whose latent is the page itself; `noise_shown` adds the noise of the latent to the characters."""

    def __init__(self, stray: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.here = nn.Parameter(torch.zeros(()))
        self.stray = stray
        self.batches: list[tuple[int, ...]] = []

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        return -(-max(height, 1) // 8) * 8, -(-max(width, 1) // 8) * 8

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        return (height, width)

    def encode(self, ids: Tensor) -> Posterior:
        self.batches.append(tuple(ids.shape))
        return Posterior(ids.float(), torch.full(ids.shape, 2.0))

    def decode(self, z: Tensor) -> Tensor:
        ids = z.round().long().remainder(SIZE)
        if self.stray is not None:
            ids[:, self.stray[0], self.stray[1]] = 33
        return nn.functional.one_hot(ids, SIZE).permute(0, 3, 1, 2).float()


def fitted(model: Any) -> Canvas:
    return Canvas(model.canvas, trimmed=True)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=12), st.booleans())
def test_pieces_of_all_sizes_come_back_in_order(sizes: list[tuple[int, int]], trimmed: bool) -> None:
    model, grids = Echo(), grids_of(sizes)
    found = reconstruct(model, grids, fitted(model) if trimmed else Canvas.fixed(32, 40))

    assert len(found) == len(grids)
    for grid, one in zip(grids, found, strict=True):
        assert one.original is grid
        assert np.array_equal(one.grid, grid)
        assert one.ink_outside == 0
        assert one.counts.right == grid.size


@pytest.mark.parametrize("trimmed", [True, False])
def test_blank_margins_stay_where_they_were(trimmed: bool) -> None:
    grid = np.full((12, 15), SPACE, np.uint8)
    grid[3:5, 9:12] = [[1, 2, 3], [4, 5, 6]]
    model = Echo()
    (one,) = reconstruct(model, [grid], fitted(model) if trimmed else Canvas.fixed(16, 16))

    assert np.array_equal(one.grid, grid)
    assert model.batches == [(1, 8, 8) if trimmed else (1, 16, 16)]


def test_a_blank_piece_comes_back_blank() -> None:
    grid = np.full((3, 4), SPACE, np.uint8)
    model = Echo()
    (one,) = reconstruct(model, [grid], fitted(model))

    assert np.array_equal(one.grid, grid)


def test_ink_beyond_the_piece_is_counted_and_not_shown() -> None:
    grids = grids_of([(3, 4), (5, 6)])
    model = Echo(stray=(0, 0))
    found = reconstruct(model, grids, fitted(model))

    assert [one.ink_outside for one in found] == [1, 1]
    assert all(np.array_equal(one.grid, one.original) for one in found)


def test_pieces_of_one_page_size_go_together_and_not_too_many() -> None:
    model = Echo()
    reconstruct(model, grids_of([(5, 5)] * 3 + [(12, 5)] + [(6, 7)] * 2), fitted(model))
    assert sorted(model.batches) == [(1, 16, 8), (5, 8, 8)]

    model = Echo()
    reconstruct(model, grids_of([(100, 500)] * 4), fitted(model))
    assert model.batches == [(2, 104, 504)] * 2


def test_the_noise_of_a_piece_is_its_own() -> None:
    model = Echo()
    grids = grids_of([(9, 9), (4, 4), (4, 4), (20, 9)])
    others = [grids_of([(4, 4)], seed=8)[0], grids[1], grids_of([(30, 4)], seed=9)[0]]

    def drawn(pieces: Any, seed: int = 0) -> Any:
        return [one.grid for one in reconstruct(model, pieces, fitted(model), noise=seed)]

    again = drawn(grids)
    assert all(np.array_equal(a, b) for a, b in zip(drawn(grids), again, strict=True))
    assert np.array_equal(drawn(others)[1], again[1])  # other neighbours, other batches
    assert not np.array_equal(drawn(grids, seed=1)[1], again[1])
    assert not np.array_equal(again[1], grids[1])  # it is noise
    assert np.array_equal(drawn(grids[1:])[0], again[1])  # another place
    assert np.array_equal(*drawn([grids[1], grids[1].copy()]))
    noise = [one.astype(int) - grid for one, grid in zip(again, grids, strict=True)]
    assert not np.array_equal(noise[1] % SIZE, noise[2] % SIZE)  # another piece of the same size


def test_the_global_generator_is_left_alone() -> None:
    model = Echo()
    before = torch.get_rng_state()
    reconstruct(model, grids_of([(9, 9)]), fitted(model), noise=0)

    assert torch.equal(before, torch.get_rng_state())


def test_a_piece_that_the_model_cannot_take_is_its_error() -> None:
    model = spatial.SpatialVAE(spatial.SpatialConfig(fine_channels=8, coarse_channels=8)).eval()
    with pytest.raises(ModelError, match="a piece of 513 rows and 4 columns is too large"):
        reconstruct(model, grids_of([(4, 4), (513, 4)]), fitted(model))


def test_nothing_gives_nothing() -> None:
    model = Echo()
    assert reconstruct(model, [], fitted(model)) == []


def test_confidence_is_the_probability_of_what_was_chosen() -> None:
    grid = np.full((3, 12), SPACE, np.uint8)
    grid[1, 4:7] = [1, SPACE, 3]
    model = Echo()
    (trimmed,) = reconstruct(model, [grid], fitted(model))
    (whole,) = reconstruct(model, [grid], Canvas.fixed(8, 16))
    chosen = np.e / (np.e + SIZE - 1)

    assert whole.confidence == pytest.approx(np.full(grid.shape, chosen))
    assert trimmed.confidence[1, 4:7] == pytest.approx(np.full(3, chosen))
    assert (np.delete(trimmed.confidence.ravel(), [16, 17, 18]) == 1).all()  # the margin, which no model was asked
    assert whole.ink_confidence == pytest.approx(chosen)


def test_what_draws_nothing_is_sure_of_its_ink() -> None:
    model = Echo()
    (blank,) = reconstruct(model, [np.full((3, 4), SPACE, np.uint8)], Canvas.fixed(8, 8))
    assert blank.ink_confidence == 1
