"""Samples: which Gaussian they come from, and what they depend on."""

import numpy as np
import pytest
import torch
from tiny_runs import grids_of
from torch import Tensor, nn

from asciivae.contract import Posterior
from asciivae.latent.reconstruct import TorchCoder
from asciivae.latent.sample import latents_of, sample
from asciivae.models.base import VAE
from asciivae.reproduction import logged
from asciivae.text.canvas import Canvas
from asciivae.text.charset import SIZE


class Numbers(VAE):
    """A model whose pages show z: a cell of z = x is the character number 40 + 10 x; it encodes likewise."""

    def __init__(self) -> None:
        super().__init__()
        self.here = nn.Parameter(torch.zeros(()))

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        return height, width

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        return (height, width)

    def encode(self, ids: Tensor) -> Posterior:
        return Posterior((ids - 40) / 10, torch.zeros(()))

    def decode(self, z: Tensor) -> Tensor:
        ids = (40 + 10 * z).round().clamp(0, SIZE - 1).long()
        return nn.functional.one_hot(ids, SIZE).permute(0, 3, 1, 2).float()


CODER = TorchCoder(Numbers())


def shown(pages: list[np.ndarray]) -> np.ndarray:
    return (np.stack(pages).astype(float) - 40) / 10


def test_the_prior_is_a_standard_normal() -> None:
    z = shown(sample(CODER, (30, 40), 20, seed=1))

    assert z.shape == (20, 30, 40)
    assert abs(z.mean()) < 0.02
    assert z.std() == pytest.approx(1.0, abs=0.02)
    assert shown(sample(CODER, (30, 40), 20, seed=1, temperature=0.5)).std() == pytest.approx(0.5, abs=0.02)


def test_a_page_depends_on_seed_and_place_only() -> None:
    few, many = sample(CODER, (8, 8), 2, seed=4), sample(CODER, (8, 8), 9, seed=4)
    other = sample(CODER, (8, 8), 2, seed=5)

    assert all(np.array_equal(a, b) for a, b in zip(few, many, strict=False))
    assert not np.array_equal(few[0], few[1])
    assert not np.array_equal(few[0], other[0])


def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sample(CODER, (8, 8), 9)
    monkeypatch.setattr("asciivae.latent.pieces.CELLS_AT_ONCE", 2 * 64)

    assert all(np.array_equal(a, b) for a, b in zip(whole, sample(CODER, (8, 8), 9), strict=True))


def test_like_drawings_has_their_mean_and_covariance() -> None:
    draw = np.random.default_rng(0)
    common = draw.integers(-1, 2, (50, 1, 1)) * 10  # all cells of a page go up and down together
    drawings = (40 + common + draw.integers(-3, 4, (50, 3, 4)) + np.arange(4)).astype(np.uint8)
    latents = latents_of(CODER, list(drawings), Canvas(Numbers().canvas), (3, 4))
    z = shown(sample(CODER, (3, 4), 4000, like=latents)).reshape(4000, -1)
    expected = latents.reshape(50, -1).astype(np.float64)

    assert np.abs(z.mean(0) - expected.mean(0)).max() < 0.06
    assert np.abs(np.cov(z.T) - np.cov(expected.T)).max() < 0.08


def test_without_temperature_there_is_only_the_mean() -> None:
    latents = np.array([[[0.0, 1.0]], [[2.0, 1.0]]], np.float32)
    pages = sample(CODER, (1, 2), 3, like=latents, temperature=0.0)

    assert all(shown([page]).tolist() == [[[1.0, 1.0]]] for page in pages)


def test_drawings_are_laid_in_the_middle_of_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asciivae.latent.pieces.CELLS_AT_ONCE", 64)
    grids = grids_of([(2, 2), (4, 4), (8, 8)])
    latents = latents_of(CODER, grids, Canvas(Numbers().canvas, trimmed=True), (8, 8))

    assert latents.shape == (3, 8, 8)
    for grid, latent in zip(grids, latents, strict=True):
        at = (8 - grid.shape[0]) // 2
        assert np.array_equal((latent * 10 + 40).round()[at : 8 - at, at : 8 - at].astype(int), grid)


def test_models_with_a_latent_vector_are_sampled_too() -> None:
    model = logged.LoggedVAE(logged.LoggedConfig(variant="B")).eval()
    latents = latents_of(TorchCoder(model), grids_of([(3, 4), (5, 6)]), Canvas.fixed(64, 64), (64, 64))

    assert [page.shape for page in sample(TorchCoder(model), (64, 64), 2)] == [(64, 64)] * 2
    assert [page.shape for page in sample(TorchCoder(model), (64, 64), 2, like=latents)] == [(64, 64)] * 2
