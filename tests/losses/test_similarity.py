import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, one_hot_of, random_pages, random_tensor
from torch import Tensor

from asciivae.losses.similarity import Similarity, SimilarityConfig
from asciivae.render.glyphs import atlas
from asciivae.text.charset import CHARSET

PAGES = random_pages(2, 3, 4)
GLYPHS = atlas(res=(18, 9))


def of_pages(output: Tensor, target: Tensor, mask: Tensor | None = None, reduction: str = "mean") -> Tensor:
    loss = Similarity(SimilarityConfig(reduction=reduction), facts(GLYPHS))  # type: ignore[arg-type]
    probs = one_hot_of(output)
    result: Tensor = loss(loss_inputs(probs, target, probs=probs, mask=mask))[""]
    return result


def test_the_right_page_costs_nothing_and_a_wrong_space_everything() -> None:
    assert torch.equal(of_pages(PAGES, PAGES), torch.zeros(2, dtype=torch.float64))
    every = torch.full((1, 2, 2), CHARSET.index("#"))
    torch.testing.assert_close(of_pages(torch.zeros_like(every), every), torch.ones(1, dtype=torch.float64))


def test_like_characters_cost_little() -> None:
    true, alike, unlike = (torch.full((1, 1, 1), CHARSET.index(c)) for c in "O0-")
    assert of_pages(alike, true) < 0.1
    assert of_pages(unlike, true) > 0.7


def test_it_is_linear_in_the_probabilities() -> None:
    loss = Similarity(SimilarityConfig(), facts(GLYPHS))
    one, other = one_hot_of(random_pages(2, 3, 4, seed=3)), one_hot_of(random_pages(2, 3, 4, seed=4))
    mixed = loss(loss_inputs(one, PAGES, probs=0.3 * one + 0.7 * other))[""]
    parts = [loss(loss_inputs(one, PAGES, probs=probs))[""] for probs in (one, other)]
    torch.testing.assert_close(mixed, 0.3 * parts[0] + 0.7 * parts[1])


def test_mean_and_sum_are_over_the_cells_of_the_mask() -> None:
    mask = torch.ones(2, 3, 4, dtype=torch.bool)
    mask[1, :, 2:] = False
    output = random_pages(2, 3, 4, seed=5)
    summed = of_pages(output, PAGES, mask, "sum")
    torch.testing.assert_close(of_pages(output, PAGES, mask), summed / torch.tensor([12, 6]))
    torch.testing.assert_close(summed[1:], of_pages(output[1:, :, :2], PAGES[1:, :, :2], reduction="sum"))


def test_gradient() -> None:
    loss = Similarity(SimilarityConfig(), facts(GLYPHS))
    assert_gradient(lambda logits: loss(loss_inputs(logits, PAGES))[""], random_tensor(2, 95, 3, 4))


@pytest.mark.parametrize("page", [torch.zeros(1, 1, 1, dtype=torch.int64), torch.full((1, 2, 3), 3)])
def test_degenerate_pages(page: Tensor) -> None:
    assert of_pages(page, page).tolist() == [0.0]
