import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, one_hot_of, random_pages, random_tensor
from torch import Tensor
from torch.nn import functional

from asciivae.losses.shape import Shape, ShapeMeasure
from asciivae.losses.shape_tables import ShapeConfig
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.glyphs import atlas
from asciivae.text.art import parse
from asciivae.text.charset import SIZE

ELLIPSE = torch.from_numpy(
    np.pad(
        parse(
            r"""
     _---------_
    /           |
   /            \
  /              |
 /               |
 -______________/
"""
        ),
        ((1, 2), (1, 3)),
    ).astype(np.int64)
)[None]
BLANK = torch.zeros_like(ELLIPSE)
LOSS = Shape(ShapeConfig(), facts())


def of_pages(output: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
    probs = one_hot_of(output, torch.float32)
    result: Tensor = LOSS(loss_inputs(probs, target, probs=probs, mask=mask))[""]
    return result


def test_equal_pages_are_at_distance_0() -> None:
    pages = torch.cat([ELLIPSE, BLANK, torch.full_like(ELLIPSE, 3)])
    torch.testing.assert_close(of_pages(pages, pages), torch.zeros(3))


def test_it_is_symmetric_and_between_0_and_1() -> None:
    one, other = random_pages(8, 6, 9), random_pages(8, 6, 9, ink=0.2, seed=1)
    torch.testing.assert_close(of_pages(one, other), of_pages(other, one))
    assert (of_pages(one, other) > 0.05).all()
    assert (of_pages(one, other) < 1).all()


def test_the_blank_page_is_far_from_any_drawing() -> None:
    assert 0.5 < float(of_pages(BLANK, ELLIPSE)) < 0.7


@pytest.mark.parametrize("move", [(0, 1), (1, 0), (-1, 0), (0, -1), (1, 1), (-1, 1)])
def test_a_move_by_a_cell_costs_its_price_and_is_reported(move: tuple[int, int]) -> None:
    moved = torch.roll(ELLIPSE, move, (1, 2))
    price = 0.04 * float(np.hypot(*move))
    assert float(of_pages(moved, ELLIPSE)) == pytest.approx(price, abs=1e-6)
    measure = ShapeMeasure(ShapeConfig())
    found = measure.compare(measure.of_characters(ELLIPSE), measure.of_characters(moved))
    assert found.displacement.tolist() == [list(move)]
    assert float(of_pages(torch.roll(ELLIPSE, 2, 2), ELLIPSE)) > 0.06


def test_moving_both_pages_changes_nothing() -> None:
    broken = ELLIPSE.clone()
    broken[0, 3] = 0
    moved = (torch.roll(page, (1, 1), (1, 2)) for page in (broken, ELLIPSE))
    torch.testing.assert_close(of_pages(*moved), of_pages(broken, ELLIPSE))


def test_pieces_are_independent() -> None:
    target, output = torch.cat([ELLIPSE, BLANK, ELLIPSE]), torch.cat([BLANK, BLANK, torch.roll(ELLIPSE, 1, 2)])
    each = [of_pages(output[i : i + 1], target[i : i + 1]) for i in range(3)]
    torch.testing.assert_close(of_pages(output, target), torch.cat(each))


def test_cells_outside_of_the_mask_are_blank() -> None:
    mask = torch.zeros_like(ELLIPSE, dtype=torch.bool)
    mask[:, 2:6] = True
    output = torch.roll(ELLIPSE, 1, 1)
    spoiled = torch.where(mask, output, 7)
    inside = torch.where(mask, ELLIPSE, 0)
    torch.testing.assert_close(of_pages(spoiled, ELLIPSE, mask), of_pages(torch.where(mask, output, 0), inside))


def logits_of(kind: str) -> Tensor:
    noise = torch.randn(1, SIZE, *ELLIPSE.shape[1:], generator=torch.Generator().manual_seed(0))
    if kind == "noise":
        return noise
    ids = BLANK if kind.startswith("space") else ELLIPSE
    return noise * (kind != "uniform+0") + one_hot_of(ids, torch.float32) * float(kind.split("+")[1])


def gradient(kind: str) -> Tensor:
    logits = logits_of(kind).requires_grad_()
    LOSS(loss_inputs(logits, ELLIPSE))[""].sum().backward()
    assert logits.grad is not None
    return logits.grad


@pytest.mark.parametrize("kind", ["uniform+0", "noise", "space+4", "space+10", "truth+4"])
def test_gradients_are_finite_and_not_zero(kind: str) -> None:
    found = gradient(kind)
    assert found.isfinite().all()
    assert found.norm() > 1e-8


@pytest.mark.parametrize("kind", ["space+80", "space+-80", "truth+80", "truth+-80"])
def test_extreme_logits_give_no_nan(kind: str) -> None:
    assert gradient(kind).isfinite().all()


def test_exact_pages_have_finite_gradients() -> None:
    probs = one_hot_of(torch.cat([BLANK, ELLIPSE]), torch.float32).requires_grad_()
    LOSS(loss_inputs(probs, torch.cat([ELLIPSE, BLANK]), probs=probs))[""].sum().backward()
    assert probs.grad is not None
    assert probs.grad.isfinite().all()


def test_from_a_blank_page_it_pulls_towards_ink_where_the_drawing_is() -> None:
    pull = gradient("space+10")[0, 0]  # up the gradient there is more space
    drawn = ELLIPSE[0] > 0
    assert pull[drawn].mean() > 3 * pull[~drawn].abs().mean()


def test_gradient_in_float64() -> None:
    target = random_pages(1, 3, 3)
    assert_gradient(lambda logits: LOSS(loss_inputs(logits, target))[""], random_tensor(1, SIZE, 3, 3))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_it_is_computed_in_float32(dtype: torch.dtype) -> None:
    probs = logits_of("noise").softmax(1).to(dtype)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        lower = LOSS(loss_inputs(probs, ELLIPSE, probs=probs))[""]
    assert lower.dtype == torch.float32
    torch.testing.assert_close(lower, LOSS(loss_inputs(probs, ELLIPSE, probs=probs.float()))[""])


def test_nan_is_not_hidden() -> None:
    probs = logits_of("noise").softmax(1)
    probs[0, 3, 2, 2] = torch.nan
    assert LOSS(loss_inputs(probs, ELLIPSE, probs=probs))[""].isnan().all()


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 7), (2, 5, 1)])
def test_pages_of_any_size(shape: tuple[int, int, int]) -> None:
    ink = torch.full(shape, 13)
    torch.testing.assert_close(of_pages(ink, ink), torch.zeros(shape[0]))
    assert (of_pages(torch.zeros(shape, dtype=torch.int64), ink) > 0.3).all()


@pytest.mark.parametrize("config", [ShapeConfig(res=(8, 4), stride=2), ShapeConfig(res=(6, 3), stride=1)])
def test_finer_features_agree(config: ShapeConfig) -> None:
    broken = ELLIPSE.clone()
    broken[0, 3] = 0
    measure = ShapeMeasure(config)
    fine = measure.compare(measure.of_characters(ELLIPSE), measure.of_characters(broken)).distance
    torch.testing.assert_close(fine, of_pages(broken, ELLIPSE), rtol=0.4, atol=0)


@pytest.mark.parametrize(
    ("options", "complaint"), [({"res": (8, 4), "stride": 3}, "divide"), ({"move_price": -1.0}, "negative")]
)
def test_options_without_a_meaning_are_refused(options: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ShapeConfig(**options)  # type: ignore[arg-type]


@pytest.mark.slow
def test_it_costs_at_most_six_times_the_rendered_squared_error() -> None:
    target = random_pages(16, 64, 64, ink=0.15)
    logits = torch.randn(16, SIZE, 64, 64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    renderer = Analytic(AnalyticConfig(), atlas(res=(9, 9)))
    picture = renderer(one_hot_of(target, torch.float32))

    def mse() -> Tensor:
        return functional.mse_loss(renderer(logits.softmax(1)), picture)

    def shape() -> Tensor:
        return LOSS(loss_inputs(logits, target))[""].mean()

    assert fastest(shape) <= 6 * fastest(mse)


def fastest(loss: Callable[[], Tensor], repeats: int = 4) -> float:
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        loss().backward()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
