from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
from tensor_checks import facts, one_hot_of, random_glyphs, random_pages, random_tensor
from torch import Tensor, nn

from asciivae.contract import CONTRACT, Facts, Loss, LossInputs, Posterior
from asciivae.errors import PluginError
from asciivae.losses.characters import CrossEntropy, CrossEntropyConfig
from asciivae.losses.latent import KLConfig, KLDivergence
from asciivae.losses.objective import Objective, Term, facts_of, one_hot, rendered_glyphs
from asciivae.losses.pixels import L1, MSE, PixelConfig
from asciivae.losses.schedule import Ramp, constant
from asciivae.models.base import VAEOutput
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.discrete import Discrete, DiscreteConfig

GLYPHS = random_glyphs(3, 2)
PAGES = random_pages(3, 4, 5)
WHOLE = torch.ones_like(PAGES, dtype=torch.bool)
Answer = Callable[[LossInputs], Any]


@dataclass(frozen=True)
class NoOptions:
    pass


class Given:
    """A loss that answers as the test says. It is no module, as a plugin's need not be."""

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = NoOptions

    def __init__(self, answer: Answer, needs: frozenset[str] = frozenset()) -> None:
        self.answer = answer
        self.needs = needs
        self.seen: list[LossInputs] = []

    def __call__(self, inputs: LossInputs) -> Mapping[str, Tensor]:
        self.seen.append(inputs)
        values: Mapping[str, Tensor] = self.answer(inputs)
        return values


class Watched(Analytic):
    """The analytic renderer, counting the pages that it draws."""

    drawn = 0

    def forward(self, probs: Tensor) -> Tensor:
        self.drawn += len(probs)
        return super().forward(probs)


def brightness(inputs: LossInputs) -> dict[str, Tensor]:
    return {"": inputs.logits.flatten(1).mean(1)}


def analytic() -> Watched:
    return Watched(AnalyticConfig(), GLYPHS)


def draw(scores: Tensor | None = None, *, raw: bool = False) -> tuple[VAEOutput, Tensor]:
    """The output of a model, and its relaxed sample."""
    logits = random_tensor(3, 95, 4, 5, scale=2.0) if scores is None else scores
    nothing = torch.zeros(3, 2, dtype=torch.float64)
    return VAEOutput(Posterior(nothing, nothing), nothing, logits), logits if raw else logits.softmax(dim=1)


def objective(*terms: Term, renderer: Any = None) -> Objective:
    return Objective(terms, renderer or analytic(), torch.float64)


def padded_mask() -> tuple[Tensor, Tensor]:
    """Pages and a mask: the second piece has 3 rows, the third 2 columns."""
    mask = WHOLE.clone()
    mask[1, 3:] = False
    mask[2, :, 2:] = False
    return PAGES.where(mask, 0), mask


def test_the_total_is_the_weighted_sum_of_the_means() -> None:
    pass_, probs = draw()
    double = Given(lambda inputs: {"": 2.0 * inputs.logits.flatten(1).sum(1)})
    result = objective(Term("bright", Given(brightness), constant(0.5)), Term("double", double, constant(-2.0)))(
        pass_, probs, PAGES, WHOLE, 0
    )
    bright, twice = pass_.logits.flatten(1).mean(1), 2.0 * pass_.logits.flatten(1).sum(1)
    torch.testing.assert_close(result.total, 0.5 * bright.mean() - 2.0 * twice.mean())
    torch.testing.assert_close(result.terms, {"bright": bright.mean(), "double": twice.mean()})
    torch.testing.assert_close(result.pieces, {"bright": bright, "double": twice})
    assert result.weights == {"bright": 0.5, "double": -2.0}


def test_weights_follow_their_schedules() -> None:
    made = objective(Term("bright", Given(brightness), Ramp((0.0, 1.0), steps=4)))
    for step, weight in [(0, 0.0), (1, 0.25), (4, 1.0), (9, 1.0)]:
        result = made(*draw(), PAGES, WHOLE, step)
        assert result.weights == {"bright": weight}
        torch.testing.assert_close(result.total, weight * result.terms["bright"])


def test_parts_of_a_loss_are_named_after_it() -> None:
    parts = Given(lambda inputs: {"": torch.ones(3), "fine": torch.full((3,), 2.0), "coarse": torch.zeros(3)})
    result = objective(Term("edge", parts, constant(10.0)))(*draw(), PAGES, WHOLE, 0)
    assert {name: float(value) for name, value in result.terms.items()} == {
        "edge": 1.0,
        "edge.fine": 2.0,
        "edge.coarse": 0.0,
    }
    assert set(result.weights.values()) == {10.0}
    assert float(result.total) == 30.0


def test_what_has_no_weight_is_measured_but_has_no_gradient() -> None:
    scores = random_tensor(3, 95, 4, 5).requires_grad_()
    recorded = []

    def unweighted(inputs: LossInputs) -> dict[str, Tensor]:
        value = inputs.logits.flatten(1).sum(1)
        recorded.append(value.requires_grad)
        return {"": value}

    terms = Term("off", Given(unweighted), constant(0.0)), Term("on", Given(brightness), constant(1.0))
    result = objective(*terms)(*draw(scores), PAGES, WHOLE, 0)
    assert recorded == [False]
    assert float(result.terms["off"]) == pytest.approx(float(scores.detach().flatten(1).sum(1).mean()))
    (gradient,) = torch.autograd.grad(result.total, scores)
    torch.testing.assert_close(gradient, torch.full_like(scores, 1 / scores.numel()))


def test_an_infinite_term_without_weight_leaves_the_total_alone() -> None:
    infinite = Given(lambda inputs: {"": torch.full((3,), torch.inf)})
    terms = Term("sick", infinite, constant(0.0)), Term("well", Given(brightness), constant(1.0))
    result = objective(*terms)(*draw(), PAGES, WHOLE, 0)
    assert float(result.terms["sick"]) == torch.inf
    assert bool(result.total.isfinite())


def test_only_the_total_carries_a_graph() -> None:
    made = objective(Term("bright", Given(brightness), constant(1.0)))
    result = made(*draw(random_tensor(3, 95, 4, 5).requires_grad_()), PAGES, WHOLE, 0)
    assert result.total.requires_grad
    assert not result.terms["bright"].requires_grad
    assert not result.pieces["bright"].requires_grad
    with torch.no_grad():
        assert not made(*draw(random_tensor(3, 95, 4, 5).requires_grad_()), PAGES, WHOLE, 0).total.requires_grad


def test_mse_draws_no_picture() -> None:
    renderer = analytic()
    made = objective(Term("mse", MSE(PixelConfig(), facts(GLYPHS)), constant(1.0)), renderer=renderer)
    renderer.drawn = 0
    made(*draw(), PAGES, WHOLE, 0)
    assert renderer.drawn == 0


def test_the_relaxed_sample_is_needed_only_where_a_loss_reads_it() -> None:
    about = facts(GLYPHS)
    plain = Term("ce", CrossEntropy(CrossEntropyConfig(), about), constant(1.0))
    kl = Term("kl", KLDivergence(KLConfig(), about), constant(0.1))
    sampled = Term("ce", CrossEntropy(CrossEntropyConfig(input="sample"), about), constant(1.0))
    mse = Term("mse", MSE(PixelConfig(), about), constant(1.0))
    foreign = Term("given", Given(brightness), constant(1.0))
    assert not objective(plain, kl).reads_probs
    assert all(objective(plain, term).reads_probs for term in (sampled, mse, foreign))

    pages, mask = padded_mask()
    output, probs = draw()
    with_it, without = (objective(plain, kl)(output, given, pages, mask, 0) for given in (probs, None))
    assert torch.equal(with_it.total, without.total)


def test_pictures_are_drawn_once_for_all_who_need_them() -> None:
    renderer = analytic()
    losses: list[Loss] = [
        L1(PixelConfig(), facts(GLYPHS)),
        L1(PixelConfig(), facts(GLYPHS)),
        MSE(PixelConfig(), facts(GLYPHS)),
    ]
    made = objective(*(Term(str(i), loss, constant(1.0)) for i, loss in enumerate(losses)), renderer=renderer)
    renderer.drawn = 0
    made(*draw(), PAGES, WHOLE, 0)
    assert renderer.drawn == 2 * len(PAGES)


@pytest.mark.parametrize("needed", ["target_image", "recon_image", "squared_error", None])
def test_a_loss_is_given_what_it_needs(needed: str | None) -> None:
    loss = Given(brightness, frozenset({needed} if needed else ()))
    pass_, probs = draw()
    objective(Term("bright", loss, constant(1.0)))(pass_, probs, PAGES, WHOLE, 0)
    (seen,) = loss.seen
    assert seen.logits is pass_.logits
    assert seen.probs is probs
    assert seen.target is PAGES
    assert seen.mask is WHOLE
    assert seen.posterior is pass_.posterior
    pictures = needed in ("target_image", "recon_image")
    assert (seen.target_image is not None) == (seen.recon_image is not None) == pictures
    assert (seen.squared_error is not None) == (needed == "squared_error")
    if pictures:
        assert seen.target_image is not None
        assert seen.recon_image is not None
        assert torch.equal(seen.target_image, analytic()(one_hot_of(PAGES)))
        assert torch.equal(seen.recon_image, analytic()(probs))


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("raw", [False, True], ids=["probabilities", "raw logits"])
def test_the_squared_error_of_glyph_space_is_that_of_the_pictures(raw: bool, masked: bool) -> None:
    pages, mask = padded_mask() if masked else (PAGES, WHOLE)
    scores = random_tensor(3, 95, 4, 5, scale=2.0)
    results: list[tuple[Tensor, Tensor | None]] = []
    for renderer in (analytic(), analytic()):
        # A renderer that does not say it is linear has its pictures compared.
        renderer.linear = not results
        leaf = scores.clone().requires_grad_()
        made = objective(Term("mse", MSE(PixelConfig(), facts(GLYPHS)), constant(1.0)), renderer=renderer)
        renderer.drawn = 0
        result = made(*draw(leaf, raw=raw), pages, mask, 0)
        result.total.backward()
        assert (renderer.drawn == 0) == renderer.linear
        results.append((result.pieces["mse"], leaf.grad))
    (quick, quick_gradient), (drawn, drawn_gradient) = results
    torch.testing.assert_close(quick, drawn, rtol=1e-11, atol=1e-12)
    torch.testing.assert_close(quick_gradient, drawn_gradient, rtol=1e-10, atol=1e-13)
    assert quick_gradient is not None
    assert torch.equal(quick_gradient.abs().amax(dim=1) > 0, mask)


def test_beside_pictures_the_squared_error_is_the_same() -> None:
    mse, l1 = MSE(PixelConfig(), facts(GLYPHS)), L1(PixelConfig(), facts(GLYPHS))
    alone = objective(Term("mse", mse, constant(1.0)))(*draw(), PAGES, WHOLE, 0)
    beside = objective(Term("mse", mse, constant(1.0)), Term("l1", l1, constant(1.0)))(*draw(), PAGES, WHOLE, 0)
    torch.testing.assert_close(alone.pieces["mse"], beside.pieces["mse"], rtol=1e-11, atol=1e-12)


def test_what_the_mask_hides_is_blank_in_both_pictures() -> None:
    pages, mask = padded_mask()
    loss = Given(brightness, frozenset({"recon_image", "target_image"}))
    objective(Term("bright", loss, constant(1.0)))(*draw(), pages, mask, 0)
    (seen,) = loss.seen
    hidden = ~mask.repeat_interleave(3, dim=1).repeat_interleave(2, dim=2)
    assert seen.recon_image is not None
    assert seen.target_image is not None
    assert bool((seen.recon_image[:, 0][hidden] == 1.0).all())
    assert bool((seen.target_image[:, 0][hidden] == 1.0).all())
    space = one_hot_of(torch.zeros(1, 1, 1, dtype=torch.int64)).view(95)
    assert bool((seen.probs.permute(0, 2, 3, 1)[~mask] == space).all())
    assert torch.equal(seen.probs.permute(0, 2, 3, 1)[mask], draw()[1].permute(0, 2, 3, 1)[mask])


def test_without_a_gradient_of_the_renderer_there_is_still_a_value() -> None:
    discrete = Discrete(DiscreteConfig(), GLYPHS)
    made = objective(Term("mse", MSE(PixelConfig(), facts(GLYPHS)), constant(1.0)), renderer=discrete)
    pass_, probs = draw()
    difference = discrete(probs) - discrete(one_hot_of(PAGES))
    result = made(pass_, probs, PAGES, WHOLE, 0)
    torch.testing.assert_close(result.total, difference.square().mean())


def test_modules_among_plugins_move_with_the_objective() -> None:
    mse = MSE(PixelConfig(), facts(GLYPHS))
    made = objective(Term("mse", mse, constant(1.0)), Term("bright", Given(brightness), constant(1.0)))
    assert list(made.modules_of_plugins) == [made.renderer, mse]
    made.float()
    assert isinstance(made.renderer, nn.Module)
    assert made.renderer.glyphs.dtype == made.gram.dtype == torch.float32
    assert made.state_dict() == {}


def error_of(answer: Answer) -> PluginError:
    made = objective(Term("dark", Given(answer), constant(1.0), origin="my-package 1.2"))
    with pytest.raises(PluginError) as caught:
        made(*draw(), PAGES, WHOLE, 7)
    return caught.value


def test_error_when_a_loss_fails() -> None:
    def fail(inputs: LossInputs) -> Any:
        raise ValueError("no ink")

    error = error_of(fail)
    assert str(error) == (
        "loss 'dark' of my-package 1.2, step 7: failed with ValueError: no ink\n\n"
        "hint: repeat with --debug for the traceback, or take the loss out of the recipe"
    )
    assert isinstance(error.__cause__, ValueError)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (torch.zeros(3), "returned Tensor, not named tensors"),
        (None, "returned NoneType, not named tensors"),
        ({}, "returned no terms"),
        ({"deep": torch.zeros(3, 1)}, "term 'deep' is (3, 1), not (3,)"),
        ({"deep": torch.zeros(())}, "term 'deep' is (), not (3,)"),
        ({"": torch.zeros(3), "deep": torch.zeros(2)}, "term 'deep' is (2,), not (3,)"),
        ({"deep": 0.5}, "term 'deep' is float, not (3,)"),
    ],
)
def test_error_when_a_loss_returns_something_else(answer: Any, message: str) -> None:
    assert str(error_of(lambda inputs: answer)) == (
        f"loss 'dark' of my-package 1.2, step 7: {message}\n\n"
        "hint: a loss returns {name: tensor of one number per piece}; see asciivae.contract.Loss"
    )


def test_one_hot_is_pytorchs() -> None:
    assert torch.equal(one_hot(PAGES, torch.float64), one_hot_of(PAGES))
    assert one_hot(PAGES, torch.float32).dtype == torch.float32


@pytest.mark.parametrize("renderer", [Analytic(AnalyticConfig(), GLYPHS), Discrete(DiscreteConfig(), GLYPHS)])
def test_the_glyphs_are_asked_from_the_renderer(renderer: Analytic | Discrete) -> None:
    torch.testing.assert_close(rendered_glyphs(renderer, torch.float64), GLYPHS, rtol=1e-12, atol=1e-12)
    counts = torch.arange(95)
    told = facts_of(renderer, counts)
    assert isinstance(told, Facts)
    assert told.character_counts is counts
    assert told.glyphs.shape == (95, 3, 2)
