"""What the learned renderer is given to draw, and what it should draw of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from tensor_checks import random_pages, random_tensor
from torch import Tensor

from asciivae.losses.objective import one_hot
from asciivae.onehot2raa.inputs import KINDS, SoftBatch, SoftPages, noisy_one_hot, relaxed, simplex
from asciivae.onehot2raa.settings import Inputs, Shares
from asciivae.render.glyphs import atlas
from asciivae.text.charset import CHARSET

IDS = random_pages(2, 8, 12)
LOGITS = random_tensor(2, 95, 8, 12, scale=3.0).float()


def drawn(kind: str | None = None, *, step: int = 0, logits: Tensor = LOGITS, **changes: Any) -> SoftBatch:
    if kind is not None:
        changes["shares"] = Shares(**{name: float(name == kind) for name in KINDS})
    return SoftPages(Inputs(**changes), atlas(), seed=3)(IDS, logits, step)


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_every_cell_is_a_distribution(kind: str | None) -> None:
    soft = drawn(kind)
    for pages in (soft.probs, soft.truth):
        assert pages.shape == (64, 95, 8, 8)
        assert pages.dtype == torch.float32
        assert bool((pages >= 0).all())
        assert torch.allclose(pages.sum(1), torch.ones(64, 8, 8), atol=1e-5)


def test_only_noise_is_to_be_seen_through() -> None:
    soft = drawn()
    assert 0 < int(soft.noisy.sum()) < 64
    assert torch.equal(soft.probs[~soft.noisy], soft.truth[~soft.noisy])
    below = soft.truth[soft.noisy]
    assert set(below.unique().tolist()) == {0.0, 1.0}
    assert not torch.equal(soft.probs[soft.noisy], below)


def test_each_step_is_a_function_of_the_seed() -> None:
    assert all(torch.equal(*pair) for pair in zip(drawn(), drawn(), strict=True))
    assert not torch.equal(drawn().probs, drawn(step=1).probs)
    before = torch.get_rng_state()
    drawn()
    assert torch.equal(before, torch.get_rng_state())


def test_shares_and_scattering() -> None:
    assert drawn("noisy").noisy.all()
    assert not drawn("clean").noisy.any()
    in_page = set(IDS.unique().tolist())
    kept = drawn("clean", scattered=0.0).probs.argmax(1).unique().tolist()
    assert set(kept) <= in_page
    all_over = drawn("clean", scattered=1.0).probs.argmax(1).unique().tolist()
    assert len(all_over) == 95


def test_the_decoder_is_drawn_at_its_temperature() -> None:
    soft = drawn("decoder", temperature=(1.0, 1.0))
    known = LOGITS.softmax(1).permute(0, 2, 3, 1).reshape(-1, 95)
    cells = soft.probs.permute(0, 2, 3, 1).reshape(-1, 95)
    assert float(torch.cdist(cells.double(), known.double()).min(dim=1).values.max()) < 1e-5


def test_made_up_beliefs_take_like_characters_for_each_other() -> None:
    soft = drawn("softmax", scattered=1.0, certainty=0.0, disorder=0.0, likeness=50.0)
    at = torch.nonzero(soft.probs.argmax(1) == CHARSET.index("O"))
    page, row, column = at[0].tolist()
    nearest = soft.probs[page, :, row, column].topk(4).indices.tolist()
    assert {CHARSET[i] for i in nearest} <= set("OQ0oCGDU")


def test_precision_follows_the_decoder() -> None:
    assert drawn(logits=LOGITS.double()).probs.dtype == torch.float64


def test_noise_is_what_it_says() -> None:
    certain = one_hot(random_pages(4, 32, 32), torch.float64)
    noisy = noisy_one_hot(certain, 0.1, torch.Generator().manual_seed(0))
    others = noisy[certain == 0]
    assert float((others == 0).double().mean()) == pytest.approx(0.5, abs=0.01)  # clipped
    # Of a one-hot with σ = 0.1 about 94 · 0.1 / √(2π) stands beside the 1.
    assert float(noisy[certain == 1].mean()) == pytest.approx(1 / (1 + 94 * 0.1 / np.sqrt(2 * np.pi)), abs=0.01)


def test_relaxed_samples_choose_as_often_as_they_should() -> None:
    logits = torch.tensor([2.0, 0.0, 1.0]).log1p().view(1, 3, 1, 1).expand(1, 3, 100, 100).contiguous()
    sample = relaxed(logits, 0.1, torch.Generator().manual_seed(0)).argmax(1)
    shares = torch.bincount(sample.flatten(), minlength=3) / sample.numel()
    assert shares.tolist() == pytest.approx([3 / 6, 1 / 6, 2 / 6], abs=0.02)


@pytest.mark.parametrize("alpha", [0.05, 1.0])
def test_points_of_the_simplex(alpha: float) -> None:
    points = simplex(torch.empty(1, 95, 64, 64), alpha, np.random.default_rng(0))
    assert float(points.mean()) == pytest.approx(1 / 95)
    variance = (1 / 95) * (1 - 1 / 95) / (95 * alpha + 1)
    assert float(points.var()) == pytest.approx(variance, rel=0.05)
