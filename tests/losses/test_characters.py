import math
from typing import Any

import pytest
import torch
from tensor_checks import assert_gradient, facts, loss_inputs, one_hot_of, random_pages, random_tensor
from torch import Tensor
from torch.nn import functional

from asciivae.contract import CONTRACT, LossInputs
from asciivae.losses.characters import (
    CharacterConfig,
    CharacterLoss,
    CrossEntropy,
    CrossEntropyConfig,
    NegativeLogLikelihood,
    character_weights,
)

LOGITS, PAGES = random_tensor(3, 95, 2, 4, scale=2.0), random_pages(3, 2, 4)
COUNTS = torch.bincount(random_pages(20, 8, 8, seed=4).flatten(), minlength=95)
MASK = torch.tensor([[[1, 1, 1, 1], [1, 1, 1, 1]], [[1, 1, 1, 0], [1, 1, 1, 0]], [[1, 1, 0, 0], [0, 0, 0, 0]]]).bool()
WEIGHTING = [{}, {"char_power": 0.7}, {"space_deemph": 100.0}, {"char_power": 0.3, "space_deemph": 5.0}]


def value(config: CharacterConfig, inputs: LossInputs, loss: type[CharacterLoss] = CrossEntropy) -> Tensor:
    values = loss(config, facts(counts=COUNTS))(inputs)
    assert list(values) == [""]
    result: Tensor = values[""]
    assert result.shape == (len(inputs.target),)
    return result


def by_hand(weights: Tensor, smoothing: float = 0.0) -> Tensor:
    """The weighted loss of each cell (B, H, W), from the definition."""
    surprise = LOGITS.logsumexp(dim=1, keepdim=True) - LOGITS
    smooth = (1 - smoothing) * one_hot_of(PAGES) + smoothing / 95
    return (smooth * weights.view(1, 95, 1, 1) * surprise).sum(dim=1)


def test_what_they_declare() -> None:
    assert (CrossEntropy.contract, CrossEntropy.Config, CrossEntropy.needs) == (
        CONTRACT,
        CrossEntropyConfig,
        frozenset(),
    )
    assert (NegativeLogLikelihood.contract, NegativeLogLikelihood.Config) == (CONTRACT, CharacterConfig)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("weighting", WEIGHTING)
def test_sum_and_mean_over_the_cells_of_each_piece(weighting: dict[str, Any], smoothing: float) -> None:
    config = CrossEntropyConfig(label_smoothing=smoothing, **weighting)
    cells = by_hand(character_weights(COUNTS, config), smoothing) * MASK
    inputs = loss_inputs(LOGITS, PAGES, mask=MASK)
    torch.testing.assert_close(value(config, inputs), cells.sum(dim=(1, 2)))
    config = CrossEntropyConfig(label_smoothing=smoothing, reduction="mean", **weighting)
    torch.testing.assert_close(value(config, inputs), cells.sum(dim=(1, 2)) / torch.tensor([8.0, 6.0, 2.0]))


@pytest.mark.parametrize("mask", [torch.ones_like(MASK), MASK], ids=["whole", "masked"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighting", WEIGHTING)
def test_the_engines_mean_of_weighted_mean_is_pytorchs(
    weighting: dict[str, Any], smoothing: float, mask: Tensor
) -> None:
    config = CrossEntropyConfig(label_smoothing=smoothing, reduction="weighted-mean", **weighting)
    expected = functional.cross_entropy(
        LOGITS, PAGES.masked_fill(~mask, -100), character_weights(COUNTS, config), label_smoothing=smoothing
    )
    torch.testing.assert_close(value(config, loss_inputs(LOGITS, PAGES, mask=mask)).mean(), expected)


def test_nll_is_the_improbability_of_the_page() -> None:
    cells = LOGITS.softmax(dim=1).gather(1, PAGES.unsqueeze(1)).log().neg()
    nll = value(CharacterConfig(), loss_inputs(LOGITS, PAGES), NegativeLogLikelihood)
    torch.testing.assert_close(nll, cells.flatten(1).sum(dim=1))
    torch.testing.assert_close(nll, value(CrossEntropyConfig(), loss_inputs(LOGITS, PAGES)))


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_pieces_do_not_depend_on_each_other(reduction: Any) -> None:
    config = CrossEntropyConfig(reduction=reduction, char_power=0.5, label_smoothing=0.1)
    alone = [value(config, loss_inputs(LOGITS[i : i + 1], PAGES[i : i + 1], mask=MASK[i : i + 1])) for i in range(3)]
    torch.testing.assert_close(value(config, loss_inputs(LOGITS, PAGES, mask=MASK)), torch.cat(alone))


@pytest.mark.parametrize("reduction", ["sum", "mean", "weighted-mean"])
def test_what_the_mask_hides_has_no_say(reduction: Any) -> None:
    config = CrossEntropyConfig(reduction=reduction, char_power=0.5, label_smoothing=0.1)
    logits = LOGITS.clone().requires_grad_()
    before = value(config, loss_inputs(logits, PAGES, mask=MASK))
    before.sum().backward()
    assert logits.grad is not None
    assert torch.equal(logits.grad.abs().amax(dim=1) > 0, MASK)
    other = torch.where(MASK[:, None], LOGITS, 5.0 * LOGITS.flip(1))
    torch.testing.assert_close(value(config, loss_inputs(other, PAGES, mask=MASK)), before.detach())


def test_a_softmax_can_be_taken_for_logits() -> None:
    config = CrossEntropyConfig(input="softmax")
    expected = functional.cross_entropy(LOGITS.softmax(dim=1), PAGES, reduction="none").flatten(1).sum(1)
    torch.testing.assert_close(value(config, loss_inputs(LOGITS, PAGES)), expected)


def test_a_sample_can_be_taken_for_logits_and_then_has_two_levels() -> None:
    config = CrossEntropyConfig(input="sample", reduction="mean")
    right, wrong = (
        value(config, loss_inputs(LOGITS, PAGES, probs=one_hot_of(shown))) for shown in (PAGES, (PAGES + 1) % 95)
    )
    torch.testing.assert_close(right, torch.full((3,), math.log(math.e + 94) - 1, dtype=torch.float64))
    torch.testing.assert_close(wrong, right + 1)


@pytest.mark.parametrize("reduction", ["sum", "mean", "weighted-mean"])
@pytest.mark.parametrize("what", ["logits", "softmax"])
def test_gradient(reduction: Any, what: Any) -> None:
    config = CrossEntropyConfig(reduction=reduction, input=what, label_smoothing=0.1, char_power=0.5)
    pages = PAGES[:2, :1, :2]
    assert_gradient(lambda logits: value(config, loss_inputs(logits, pages)), LOGITS[:2, :, :1, :2])


def test_extreme_logits_leave_value_and_gradient_finite() -> None:
    logits = (1e4 * LOGITS).float().requires_grad_()
    loss = value(CrossEntropyConfig(label_smoothing=0.1), loss_inputs(logits, PAGES))
    loss.sum().backward()
    assert logits.grad is not None
    assert loss.dtype == torch.float32
    assert bool(loss.isfinite().all())
    assert bool(logits.grad.isfinite().all())


def test_weights_fall_with_the_counts() -> None:
    counts = torch.zeros(95, dtype=torch.int64)
    counts[0], counts[7] = 999, 15
    weights = character_weights(counts, CharacterConfig(char_power=0.5, space_deemph=4.0))
    assert weights.dtype == torch.float64
    assert weights[[0, 7, 50]].tolist() == pytest.approx([1000**-0.5 / 4, 0.25, 1.0])
    assert bool((character_weights(counts, CharacterConfig()) == 1.0).all())


def test_weights_move_with_the_loss_but_are_not_saved() -> None:
    loss = CrossEntropy(CrossEntropyConfig(), facts())
    assert loss.state_dict() == {}
    assert loss.float().weights.dtype == torch.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"char_power": -0.1}, "char_power must not be negative"),
        ({"space_deemph": 0.0}, "space_deemph must be positive"),
        ({"space_deemph": float("nan")}, "space_deemph must be positive"),
        ({"label_smoothing": 1.0}, "label_smoothing must be at least 0 and less than 1"),
        ({"label_smoothing": -0.1}, "label_smoothing must be at least 0 and less than 1"),
    ],
)
def test_error_for_options_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        CrossEntropyConfig(**options)
