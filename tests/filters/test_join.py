import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from asciivae.edges import join
from asciivae.filters.joining import BETA, STEEPNESS, _least_support, joined, support_of_gap
from asciivae.render.cells import page
from asciivae.render.strokes import stroke_atlas
from asciivae.text.charset import SIZE

RES = (6, 3)


def strokes(logits: torch.Tensor) -> torch.Tensor:
    atlas = stroke_atlas(res=RES).to(logits.dtype)
    return page(torch.einsum("bcyx,chw->byxhw", logits.softmax(1), atlas))


def bridge(gap: int, cell: tuple[int, int], *, upright: bool) -> torch.Tensor:
    picture = torch.zeros(1, 1, 41, 80 + gap)
    picture[..., 20, :40] = picture[..., 20, 40 + gap :] = 1.0
    joined = join(picture.transpose(2, 3) if upright else picture, cell)
    return (joined.transpose(2, 3) if upright else joined)[0, 0, 20, 40 : 40 + gap]


def slow_support(x: np.ndarray, cell: tuple[int, int], gap: float, n: int, wedge: float) -> np.ndarray:
    """The formula of the module, pixel by pixel."""
    unit_y, unit_x = cell[0] / 2, cell[1]
    a = np.zeros((2 * n, *x.shape))
    c = np.zeros(x.shape)
    for py, px in np.ndindex(*x.shape):
        for jy, jx in np.ndindex(*x.shape):
            dy, dx = (jy - py) / unit_y, (jx - px) / unit_x
            r = math.hypot(dy, dx)
            ink = math.exp(BETA * x[jy, jx]) - 1
            if r > 1.1 * gap:
                continue
            c[py, px] += ink if r == 0 else ink / 6
            for k in range(2 * n):
                off = abs((math.atan2(dy, dx) - k * math.pi / n + math.pi) % (2 * math.pi) - math.pi)
                half = max(math.radians(wedge / 2), math.atan2(0.5 / min(unit_y, unit_x), r))
                weight = 1.0 if r == 0 else 0.5 * max(1 - (off / half) ** 4, 0)
                a[k, py, px] += weight * math.exp(-BETA * r / (2 * gap)) * ink
    a, c = np.log1p(a) / BETA, np.log1p(c) / BETA
    return np.log(np.exp(BETA * (a[:n] + a[n:])).sum(axis=0)) / BETA - c


def test_join_is_its_formula() -> None:
    x = np.random.default_rng(0).random((7, 6)) * (np.random.default_rng(1).random((7, 6)) > 0.7)
    level = support_of_gap((4, 3), 1.5, 4, 80.0)
    expected = np.maximum(x, 1 / (1 + np.exp(-STEEPNESS * (slow_support(x, (4, 3), 1.5, 4, 80.0) - level))))
    actual = join(torch.from_numpy(x)[None, None], (4, 3), directions=4, wedge=80.0)
    np.testing.assert_allclose(actual[0, 0].numpy(), expected, rtol=1e-9)


@pytest.mark.parametrize("cell", [(14, 7), (9, 9), (18, 9), (20, 10)])
def test_the_gap_means_what_it_says(cell: tuple[int, int]) -> None:
    for upright, unit in ((False, cell[1]), (True, cell[0] / 2)):
        assert bridge(int(1.35 * unit), cell, upright=upright).min() > 0.5
        assert bridge(math.ceil(1.65 * unit), cell, upright=upright).min() < 0.5


def test_a_bridge_is_even_and_has_no_blob_midway() -> None:
    along = bridge(9, (14, 7), upright=False)
    assert along.max() - along.min() < 0.2
    assert bridge(13, (14, 7), upright=False).max() < 0.5


def test_join_keeps_the_ink_and_stays_in_range() -> None:
    picture = torch.rand(2, 1, 20, 30, generator=torch.Generator().manual_seed(0))
    joined = join(picture, (14, 7))
    assert (joined >= picture).all()
    assert (joined <= 1).all()
    assert join(torch.zeros(1, 1, 9, 9), (14, 7)).max() < 0.01


def test_moving_the_page_moves_the_join() -> None:
    picture = torch.zeros(1, 1, 140, 140)
    picture[..., 40:80, 40:80] = (torch.rand(40, 40, generator=torch.Generator().manual_seed(0)) > 0.9).float()
    moved = torch.roll(join(picture, (14, 7)), (14, 21), (2, 3))
    torch.testing.assert_close(join(torch.roll(picture, (14, 21), (2, 3)), (14, 7)), moved, atol=1e-4, rtol=0)


def logits_of(kind: str) -> torch.Tensor:
    noise = torch.randn(1, SIZE, 5, 7, generator=torch.Generator().manual_seed(0))
    if kind == "uniform":
        return torch.zeros_like(noise)
    if kind == "noise":
        return noise
    true = torch.zeros(1, 5, 7, dtype=torch.int64)
    true[:, 2, 1:6] = ord("-") - 32
    true = torch.zeros_like(true) if kind.startswith("space") else true
    return noise + functional.one_hot(true, SIZE).permute(0, 3, 1, 2) * float(kind.split("+")[1])


@pytest.mark.parametrize("kind", ["uniform", "noise", "space+4", "space+10", "truth+4"])
def test_gradients_are_finite_and_not_zero(kind: str) -> None:
    logits = logits_of(kind).requires_grad_()
    join(strokes(logits), RES).mean().backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert logits.grad.norm() > 1e-9


@pytest.mark.parametrize("kind", ["space+80", "truth+80", "space+-80"])
def test_extreme_logits_give_no_nan(kind: str) -> None:
    logits = logits_of(kind).requires_grad_()
    joined = join(strokes(logits), RES)
    joined.mean().backward()
    assert logits.grad is not None
    assert joined.isfinite().all()
    assert logits.grad.isfinite().all()


def test_join_is_computed_in_float32_under_autocast() -> None:
    picture = strokes(logits_of("noise"))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        joined = join(picture.bfloat16(), RES)
    assert joined.dtype == torch.float32
    torch.testing.assert_close(joined, join(picture.bfloat16().float(), RES))


def test_gradient_in_float64() -> None:
    picture = torch.rand(1, 1, 5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.autograd.gradcheck(
        lambda p: join(p, (4, 3), directions=4), (picture * 0.9).requires_grad_(), fast_mode=True
    )


def test_nan_goes_through() -> None:
    assert join(torch.full((1, 1, 4, 4), torch.nan), RES).isnan().all()


def test_the_level_lies_between_those_of_the_whole_pixels_around_the_gap() -> None:
    arguments = ((14, 7), 1.5, 8, 60.0)
    near, far = (_least_support(n, True, *arguments) for n in (10, 11))
    assert far < support_of_gap(*arguments) < near


@pytest.mark.parametrize("cell", [(14, 7), (9, 9)])
def test_without_gradients_it_is_the_same(cell: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((40, 57)).astype(np.float32)
    picture[np.random.default_rng(1).random(picture.shape) < 0.9] = 0.0

    expected = join(torch.from_numpy(picture)[None, None], cell)[0, 0].numpy()

    np.testing.assert_allclose(joined(picture, cell), expected, atol=2e-5)
