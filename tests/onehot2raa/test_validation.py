"""How truly a renderer draws, as numbers, on renderers of which that is known."""

from __future__ import annotations

import pytest
import torch
from tensor_checks import random_pages, random_tensor

from asciivae.onehot2raa.validation import comparison, examples, rendering_scores
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import atlas

GLYPHS = atlas(res=(6, 4))
IDS = random_pages(3, 8, 8)
LOGITS = random_tensor(3, 95, 8, 8, scale=2.0).float()
ANALYTIC = Analytic(AnalyticConfig(), GLYPHS)


def scores(drawn) -> dict[str, float]:  # type: ignore[no-untyped-def]
    return rendering_scores(drawn, GLYPHS, [(IDS[:2], LOGITS[:2]), (IDS[2:], LOGITS[2:])])


def test_the_analytic_renderer_is_right_of_beliefs_and_wrong_of_noise() -> None:
    found = scores(ANALYTIC)
    assert found.pop("psnr_noisy") < 25
    assert found.pop("gradient_cosine") == pytest.approx(1.0)
    assert found.keys() == {"psnr_clean", "psnr_softmax", "psnr_gumbel", "psnr_simplex", "psnr_sparse_simplex"}
    assert min(found.values()) > 100


def test_the_discrete_renderer_is_right_of_noise_and_wrong_of_beliefs() -> None:
    def drawn(probs: torch.Tensor) -> torch.Tensor:  # with a gradient, of which nothing is claimed
        return Discrete(DiscreteConfig(), GLYPHS)(probs) + 0 * probs.sum()

    found = scores(drawn)
    assert min(found["psnr_clean"], found["psnr_noisy"]) > 60
    assert max(found["psnr_softmax"], found["psnr_simplex"]) < 25
    assert found["gradient_cosine"] == pytest.approx(0.0, abs=1e-3)


def test_a_known_error_has_a_known_psnr() -> None:
    found = scores(lambda probs: ANALYTIC(probs) + 0.01)
    assert found["psnr_softmax"] == pytest.approx(40.0, abs=1e-3)
    assert found["gradient_cosine"] < 1


def test_the_same_pages_every_time() -> None:
    for one, again in zip(examples(IDS, LOGITS), examples(IDS, LOGITS), strict=True):
        assert one[0] == again[0]
        assert torch.equal(one[1], again[1])


def test_a_comparison_has_a_row_for_each_kind() -> None:
    picture, names = comparison(ANALYTIC, GLYPHS, IDS[:1], LOGITS[:1])
    assert names == ["clean", "noisy", "softmax", "gumbel", "simplex", "sparse_simplex"]
    assert picture.shape == (6 * (8 * 6 + 2) - 2, 2 * 8 * 4 + 2)
    row = picture[: 8 * 6]
    assert torch.equal(row[:, :32], row[:, 34:])
    assert set(row[:, 32:34].unique().tolist()) == {0.5}
