import math

import torch
from tensor_checks import assert_gradient, facts, loss_inputs, random_pages, random_tensor
from torch import Tensor

from asciivae.losses.ink import Ink, InkConfig
from asciivae.render.glyphs import atlas
from asciivae.text.charset import SPACE

PAGES = random_pages(2, 3, 4)
LOSS = Ink(InkConfig(), facts(atlas(res=(18, 9))))


def of_logits(logits: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
    result: Tensor = LOSS(loss_inputs(logits, target, mask=mask))[""]
    return result


def test_only_the_margin_between_the_space_and_the_best_character_counts() -> None:
    logits = torch.full((1, 95, 1, 2), -3.0, dtype=torch.float64)
    logits[0, SPACE] = 1.0
    logits[0, 7] = 2.5  # m = 1.5
    target = torch.tensor([[[7, SPACE]]])
    expected = math.log1p(math.exp(-1.5)) + math.log1p(math.exp(1.5))
    torch.testing.assert_close(of_logits(logits, target), torch.tensor([expected], dtype=torch.float64))
    assert torch.equal(of_logits(logits, torch.tensor([[[9, SPACE]]])), of_logits(logits, target))  # any character


def test_where_many_characters_are_possible_a_blank_costs_more_than_ink() -> None:
    """The probability of any ink is 0.76, and yet the space is the most probable character."""
    logits = torch.full((1, 95, 1, 1), -20.0, dtype=torch.float64)
    logits[0, SPACE], logits[0, 1:5] = 0.0, -0.2
    assert int(logits.argmax(1)) == SPACE
    inked = torch.tensor([[[3]]])
    logits.requires_grad_()
    of_logits(logits, inked).sum().backward()
    assert logits.grad is not None
    assert logits.grad[0, SPACE].item() > 0.5  # the space's logit falls
    assert logits.grad[0, 1:5].sum().item() < -0.5


def test_cells_outside_of_the_mask_cost_nothing() -> None:
    logits = random_tensor(2, 95, 3, 4)
    mask = torch.ones(2, 3, 4, dtype=torch.bool)
    mask[1, :, 2:] = False
    alone = of_logits(logits[1:, :, :, :2], PAGES[1:, :, :2])
    torch.testing.assert_close(of_logits(logits, PAGES, mask)[1:], alone)


def test_gradient() -> None:
    assert_gradient(lambda logits: of_logits(logits, PAGES), random_tensor(2, 95, 3, 4))
