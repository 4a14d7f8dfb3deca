import pytest
import torch
from tensor_checks import assert_gradient, one_hot_of, random_glyphs, random_pages, random_tensor
from torch import Tensor

from asciivae.contract import CONTRACT
from asciivae.render.analytic import Analytic, AnalyticConfig, glyph_gram, squared_error
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import digest

GLYPHS = random_glyphs(3, 2)
TARGET = random_pages(2, 4, 5)


@pytest.fixture
def renderer() -> Analytic:
    return Analytic(AnalyticConfig(), GLYPHS)


def distributions() -> Tensor:
    return random_tensor(2, 95, 4, 5, scale=2.0).softmax(dim=1)


def relaxed(kind: str) -> Tensor:
    """Pages to draw: distributions, raw scores that do not sum to one, and another page's one-hot."""
    if kind == "one-hot":
        return one_hot_of(random_pages(2, 4, 5, seed=9))
    return distributions() if kind == "probabilities" else random_tensor(2, 95, 4, 5, scale=3.0)


def test_what_it_declares(renderer: Analytic) -> None:
    assert (renderer.contract, renderer.Config, renderer.cell) == (CONTRACT, AnalyticConfig, (3, 2))
    assert (renderer.differentiable, renderer.linear) == (True, True)
    assert renderer.digest == digest(GLYPHS)
    assert renderer.state_dict() == {}


def test_every_cell_is_the_expected_glyph(renderer: Analytic) -> None:
    probs = distributions()
    picture = renderer(probs)
    assert picture.shape == (2, 1, 12, 10)
    for row in range(4):
        for column in range(5):
            expected = (probs[1, :, row, column, None, None] * GLYPHS).sum(dim=0)
            cell = picture[1, 0, 3 * row : 3 * row + 3, 2 * column : 2 * column + 2]
            torch.testing.assert_close(cell, expected, rtol=1e-12, atol=1e-12)


def test_of_distributions_the_picture_stays_in_the_unit_interval(renderer: Analytic) -> None:
    picture = renderer(distributions())
    assert 0.0 <= float(picture.min()) < float(picture.max()) <= 1.0


def test_of_one_hot_pages_it_draws_what_the_discrete_renderer_draws(renderer: Analytic) -> None:
    page = one_hot_of(TARGET)
    assert torch.equal(renderer(page), Discrete(DiscreteConfig(), GLYPHS)(page))


def test_it_is_linear_in_raw_scores_too(renderer: Analytic) -> None:
    one, other = relaxed("scores"), distributions()
    torch.testing.assert_close(renderer(2.0 * one - 3.0 * other), 2.0 * renderer(one) - 3.0 * renderer(other))


def test_it_draws_in_the_precision_of_its_input(renderer: Analytic) -> None:
    assert renderer(distributions().float()).dtype == torch.float32
    assert renderer(distributions()).dtype == torch.float64


def test_gradient_of_the_picture(renderer: Analytic) -> None:
    assert_gradient(renderer, distributions()[:1, :, :1, :2])


def test_gram_matrix_is_the_glyphs_inner_products() -> None:
    gram = glyph_gram(GLYPHS)
    assert gram.shape == (95, 95)
    assert float(gram[7, 60]) == pytest.approx(float((GLYPHS[7] * GLYPHS[60]).sum()), rel=1e-12)
    assert float(gram[0, 0]) == pytest.approx(6.0)
    torch.testing.assert_close(gram, gram.T)


@pytest.mark.parametrize("kind", ["probabilities", "scores", "one-hot"])
def test_squared_error_is_that_of_the_pictures(renderer: Analytic, kind: str) -> None:
    drawn = relaxed(kind).requires_grad_()
    measured = relaxed(kind).requires_grad_()
    weights = torch.tensor([1.0, -2.5], dtype=torch.float64)
    expected = (renderer(drawn) - renderer(one_hot_of(TARGET))).square().flatten(1).sum(1)
    value = squared_error(measured, TARGET, glyph_gram(GLYPHS))
    assert value.shape == (2,)
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
    (expected @ weights).backward()
    (value @ weights).backward()
    assert measured.grad is not None
    torch.testing.assert_close(measured.grad, drawn.grad, rtol=1e-11, atol=1e-11)


def test_squared_error_of_the_page_itself_is_nothing() -> None:
    page = one_hot_of(TARGET).requires_grad_()
    value = squared_error(page, TARGET, glyph_gram(GLYPHS))
    value.sum().backward()
    assert value.tolist() == [0.0, 0.0]
    assert page.grad is not None
    assert not page.grad.any()


def test_squared_error_does_not_touch_its_inputs() -> None:
    probs = distributions()
    before = probs.clone()
    squared_error(probs, TARGET, glyph_gram(GLYPHS))
    assert torch.equal(probs, before)
    laid_out = before.contiguous(memory_format=torch.channels_last)
    squared_error(laid_out, TARGET, glyph_gram(GLYPHS))
    assert torch.equal(laid_out, before)


def test_squared_error_in_float32_is_close() -> None:
    probs = distributions()
    exact = squared_error(probs, TARGET, glyph_gram(GLYPHS))
    rough = squared_error(probs.float(), TARGET, glyph_gram(GLYPHS).float())
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough.double(), exact, rtol=1e-5, atol=0)


def test_gradient_of_the_squared_error() -> None:
    target, gram = TARGET[:1, :1, :2], glyph_gram(GLYPHS)
    assert_gradient(lambda probs: squared_error(probs, target, gram), distributions()[:1, :, :1, :2])
