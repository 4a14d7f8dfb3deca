"""Each check of a loss catches a loss that breaks just that promise, and no other check does."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from asciivae import registry
from asciivae.contract import Facts, LossInputs
from asciivae.testing import Violation, check_loss, examine, loss_checks
from asciivae.testing.losses import CHECKS


@dataclass(frozen=True)
class Config:
    power: float = 2.0


def target_image(inputs: LossInputs) -> Tensor:
    assert inputs.target_image is not None
    return inputs.target_image


def recon_image(inputs: LossInputs) -> Tensor:
    assert inputs.recon_image is not None
    return inputs.recon_image


class Sound(nn.Module):
    """The squared difference per cell of the mask: it keeps every promise."""

    contract: ClassVar[int] = 1
    Config: ClassVar[type] = Config
    minimum: ClassVar[float] = 0.0

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__()
        self.config = config
        self.needs = frozenset({"target_image", "recon_image"})

    def forward(self, inputs: LossInputs) -> dict[str, Tensor]:
        return {"": self.value(inputs)}

    def value(self, inputs: LossInputs) -> Tensor:
        difference: Tensor = (recon_image(inputs) - target_image(inputs)).abs() ** self.config.power
        return difference.flatten(1).sum(1) / inputs.mask.flatten(1).sum(1)


class OtherContract(Sound):
    contract = 3


class UnknownNeed(Sound):
    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.needs = frozenset({"target_image", "recon_image", "colour"})


class NeedsNothingAtAll(Sound):
    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.needs = "recon_image"  # type: ignore[assignment]


class NotADataclass(Sound):
    class Config:
        power = 2.0


class Thawed(Sound):
    @dataclass
    class Config:
        power: float = 2.0


@dataclass(frozen=True)
class Halving:
    power: float = 4.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "power", self.power / 2)


class Unsettled(Sound):
    Config = Halving


@dataclass(frozen=True)
class Weighted:
    power: float = 2.0
    weight: float = 1.0


class ReservedOption(Sound):
    Config = Weighted


@dataclass(frozen=True)
class Callback:
    power: float = 2.0
    then: Callable[[], None] = field(default=print)


class OptionOfCode(Sound):
    Config = Callback


class Averaged(Sound):
    def forward(self, inputs: LossInputs) -> Any:
        return {"": self.value(inputs).mean()}


class Unnamed(Sound):
    def forward(self, inputs: LossInputs) -> Any:
        return self.value(inputs)


class Wide(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs).double()


class Nan(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) * math.nan


class Raised(Sound):
    """Says that 0 is least, and gives 1 to a perfect reconstruction."""

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) + 1.0


class Negative(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        return -super().value(inputs)


class SharesTheBatch(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) / len(inputs.target)


class Alternating(Sound):
    """Halves of an even batch do not show it, another order does."""

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) * (1 + torch.arange(len(inputs.target)) % 2)


class MeanOfTheCanvas(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        return (recon_image(inputs) - target_image(inputs)).square().flatten(1).mean(1)


class NeedsInVain(Sound):
    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.needs = self.needs | {"squared_error"}


class Constant(Sound):
    """Nothing can be learnt from it."""

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.needs = frozenset()

    def value(self, inputs: LossInputs) -> Tensor:
        return torch.zeros(len(inputs.target))


class Logarithm(Sound):
    """Sound until a probability is 0."""

    minimum = None  # type: ignore[assignment]

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.needs = frozenset()

    def value(self, inputs: LossInputs) -> Tensor:
        chosen = inputs.probs.gather(1, inputs.target.unsqueeze(1)).squeeze(1)
        # Blank cells are left out, so that blank pages are no trouble.
        inked = inputs.mask & (inputs.target != 0) & (inputs.probs.argmax(1) != 0)
        return torch.where(inked, -chosen.log(), 0.0).flatten(1).sum(1)


class DividedByInk(Sound):
    minimum = None  # type: ignore[assignment]

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) / (1.0 - target_image(inputs)).flatten(1).sum(1)


class Pooled(Sound):
    """It cannot do without a second row and column of cells."""

    def value(self, inputs: LossInputs) -> Tensor:
        rows, columns = inputs.mask.shape[1:]
        return super().value(inputs) / torch.tensor(min(rows, columns) > 1)


class HalfTheGradient(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        value = super().value(inputs)
        return 0.5 * value + 0.5 * value.detach()


class WritesIntoItsInputs(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        value = super().value(inputs)
        target_image(inputs).mul_(1.0)
        return value


class DrawsFromPyTorch(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        torch.rand(1)
        return super().value(inputs)


class DrawsFromNumPy(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        np.random.rand()  # noqa: NPY002
        return super().value(inputs)


class DrawsFromPython(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        random.random()
        return super().value(inputs)


class Ageing(Sound):
    """Its second call gives another value; so little that a tolerance forgives it."""

    calls = 0

    def value(self, inputs: LossInputs) -> Tensor:
        self.calls += 1
        value = super().value(inputs)
        return value * (1 + 1e-5 * (self.calls - 1)) if value.dtype == torch.float32 else value


class Individual(Sound):
    born = 0

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        Individual.born += 1
        self.own = 1 + 1e-6 * (Individual.born % 7)

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) * self.own


class RefusesAutocast(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        if torch.is_autocast_enabled("cpu"):
            raise RuntimeError("no mixed precision, please")
        return super().value(inputs)


class NeedsAGraph(Sound):
    """Another value where no gradient is asked for."""

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) * (1.0 if torch.is_grad_enabled() else 2.0)


class SeedsPyTorch(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        torch.manual_seed(0)
        return super().value(inputs)


class SeedsEverything(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        random.seed(0)
        return super().value(inputs)


class TensorThatIsNoBuffer(Sound):
    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.factors = torch.ones(1, 1, 1, 1)

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(replace(inputs, recon_image=recon_image(inputs) * self.factors))


class Trainable(Sound):
    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.factor = nn.Parameter(torch.ones(()))

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) * self.factor


class VectorsOnly(Sound):
    """It adds a penalty of the latents, and takes only latent vectors."""

    minimum = None  # type: ignore[assignment]

    def value(self, inputs: LossInputs) -> Tensor:
        batch, _size = inputs.posterior.mean.shape
        return super().value(inputs) + inputs.posterior.mean.square().view(batch, -1).sum(1)


class UnmaskedLatents(Sound):
    minimum = None  # type: ignore[assignment]

    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) + inputs.posterior.mean.square().flatten(1).sum(1)


class DividedByTheStep(Sound):
    def value(self, inputs: LossInputs) -> Tensor:
        return super().value(inputs) / torch.tensor(float(inputs.step))


class ForgetsItsState(Sound):
    """It counts its calls in a buffer and in an attribute."""

    contract = 2

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.register_buffer("seen", torch.zeros(()))
        self.calls = 0

    def value(self, inputs: LossInputs) -> Tensor:
        if inputs.training:
            self.calls += 1
        return super().value(inputs) * (1 + 0.01 * self.calls)


class LearnsInValidation(Sound):
    contract = 2

    def __init__(self, config: Any, facts: Facts) -> None:
        super().__init__(config, facts)
        self.register_buffer("seen", torch.zeros(()))

    def value(self, inputs: LossInputs) -> Tensor:
        self.seen += len(inputs.target)
        return super().value(inputs)


class SaysThatItCouples(Sound):
    couples_pieces = True


class StatesOfTheProcess(Sound):
    """Changes a setting of the process."""

    def value(self, inputs: LossInputs) -> Tensor:
        if inputs.step == 50:
            torch.use_deterministic_algorithms(True)
        return super().value(inputs)


class ExpectedAndKept(Sound):
    expected_failures: ClassVar[dict[str, str]] = {"padding": "a mean over the canvas"}


CULPRITS: list[tuple[str, type[Sound], str]] = [
    ("declaration", OtherContract, "`contract` is 3, and this asciivae has contracts 1 and 2"),
    ("declaration", UnknownNeed, "`needs` names colour; valid names: recon_image, squared_error, target_image"),
    ("declaration", NeedsNothingAtAll, "`needs` is 'recon_image', not a set of names"),
    ("declaration", NotADataclass, "`Config` is not a dataclass"),
    ("declaration", Thawed, "`Config` is not frozen: @dataclass(frozen=True)"),
    ("options", Unsettled, "{'power': 2.0} was read back as Halving(power=1.0), not as Halving(power=2.0)"),
    ("options", ReservedOption, "the option 'weight' has a name that is reserved in recipes"),
    ("options", OptionOfCode, "PydanticSerializationError: Unable to serialize unknown type"),
    ("terms", Averaged, "term '' is (), not (4,): one number per piece, no mean over the batch"),
    ("terms", Unnamed, "it returned Tensor, not named tensors"),
    ("terms", Wide, "term '' is torch.float64, not torch.float32"),
    ("terms", Nan, "term '' is not finite on ordinary pages"),
    ("minimum", Raised, "term '' of a perfect reconstruction is 1, and its minimum is 0"),
    ("minimum", Negative, "less than 0"),
    ("batch-independence", SharesTheBatch, "term '' of a piece depends on the other pieces of the batch"),
    ("permutation", Alternating, "term '' of a piece depends on its place in the batch"),
    ("padding", MeanOfTheCanvas, "term '' of a piece depends on its canvas: "),
    ("gradient", NeedsInVain, "`needs` names squared_error, which costs time, and no gradient reaches it"),
    ("gradient", Constant, "no gradient reaches logits, probs, posterior or z; if it is only logged: "),
    ("extreme-logits", Logarithm, "term '' is not finite with logits of 10000 that are wrong"),
    ("blank-pages", DividedByInk, "is not finite where both pages are blank"),
    ("small-grids", Pooled, "term '' is not finite on a grid of 1 × 1 cells"),
    ("gradient-value", HalfTheGradient, "its gradient disagrees with finite differences: "),
    ("inputs-unchanged", WritesIntoItsInputs, "it wrote into target_image"),
    ("random-state", DrawsFromPyTorch, "it draws from the global generator of PyTorch"),
    ("random-state", DrawsFromNumPy, "it draws from the global generator of NumPy"),
    ("random-state", DrawsFromPython, "it draws from the global generator of Python"),
    ("determinism", Ageing, "term '' changed from one call to the next, by "),
    ("determinism", Individual, "term '' differs between two losses with the same options"),
    ("autocast", RefusesAutocast, "RuntimeError: no mixed precision, please (test_losses.py:"),
    ("no-grad", NeedsAGraph, "term '' differs without gradients by "),
    ("random-state", SeedsPyTorch, "it draws from the global generator of PyTorch, or seeds it"),
    ("random-state", SeedsEverything, "it draws from the global generator of Python, or seeds it"),
    ("device", TensorThatIsNoBuffer, "`factors` is not a buffer and stays on the CPU: self.register_buffer(…, "),
    ("parameters", Trainable, "its parameter 'factor' is not trained by anything: "),
    ("latent-grids", VectorsOnly, "ValueError: too many values to unpack (expected 2)"),
    ("latent-padding", UnmaskedLatents, "depends on latents of padding, by "),
    ("progress", DividedByTheStep, "term '' is not finite at step 0 of 100"),
    ("progress", StatesOfTheProcess, "it changed torch's deterministic mode to True"),
    ("state", ForgetsItsState, "depends on earlier calls, and its state is not in persistent buffers"),
    ("state", LearnsInValidation, "`seen` changes in validation; change it only where inputs.training is true"),
    ("batch-independence", SaysThatItCouples, "it states `couples_pieces`, and the pieces of a batch do not depend"),
    ("padding", ExpectedAndKept, "it is named in `expected_failures` (a mean over the canvas), and is kept"),
]


@pytest.mark.parametrize(("name", "culprit", "reason"), CULPRITS, ids=lambda v: getattr(v, "__name__", None))
def test_a_check_catches_its_culprit_alone(name: str, culprit: type[Sound], reason: str) -> None:
    broken = {o.check: o.reason for o in examine("loss", culprit, culprit.Config()) if o.state == "broken"}
    broken.pop("latent-padding", None) if culprit is VectorsOnly else None  # its latents are grids too
    assert list(broken) == [name]
    assert reason in broken[name]


def test_every_check_has_a_culprit() -> None:
    assert {name for name, _, _ in CULPRITS} == {check.name for check in CHECKS}


def test_a_sound_loss_keeps_every_promise() -> None:
    found = {o.check: o.state for o in examine("loss", Sound, Config())}
    assert found.pop("state") == "skipped"  # it has none
    assert set(found.values()) == {"kept"}


def test_a_promise_that_was_not_made_is_skipped() -> None:
    class Unbounded(Sound):
        minimum = None  # type: ignore[assignment]

    skipped = [(o.check, o.reason) for o in examine("loss", Unbounded, Config()) if o.state == "skipped"]
    assert skipped == [("minimum", "it states no minimum"), ("state", "it has no persistent buffers")]


def test_after_a_fundamental_failure_nothing_else_is_tried() -> None:
    found = {o.check: (o.state, o.reason) for o in examine("loss", Averaged, Config())}
    assert found["gradient"] == ("skipped", "not tried, because of terms")


def test_a_loss_that_leaves_the_program_is_caught() -> None:
    class Leaves(Sound):
        def value(self, inputs: LossInputs) -> Tensor:
            raise SystemExit("bye")

    with pytest.raises(Violation, match=r"Config\(power=2\.0\): terms: SystemExit: bye \(test_losses\.py:\d+\)"):
        check_loss(Leaves)


def test_as_a_plain_function_it_takes_several_options_and_names_all_that_is_broken() -> None:
    check_loss(Sound, Config(), Config(power=3.0))
    with pytest.raises(Violation) as caught:
        check_loss(Raised, Config(), Config(power=3.0))
    assert [line.partition(": term")[0] for line in str(caught.value).splitlines()] == [
        "Config(power=2.0): minimum",
        "Config(power=3.0): minimum",
    ]


@loss_checks(Sound, [Config(), Config(power=1.0)])
def test_as_a_parametrisation(check: Callable[[], None]) -> None:
    check()


def test_the_kit_leaves_the_caller_s_random_numbers_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    examine("loss", DrawsFromPyTorch, Config())
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", [e.name for e in registry.entries("loss") if e.distribution == "asciivae"])
def test_our_own_losses_keep_the_contract(name: str) -> None:
    check_loss(registry.load("loss", name))


def test_an_expected_failure_is_reported_with_its_reason() -> None:
    class Whole(MeanOfTheCanvas):
        expected_failures: ClassVar[dict[str, str]] = {"padding": "it compares canvases"}
        examples: ClassVar[tuple[Config, ...]] = (Config(power=3.0),)

    found = [o for o in examine("loss", Whole, Config()) if o.state in ("broken", "expected")]
    assert [(o.check, o.state) for o in found] == [("padding", "expected")]
    assert found[0].reason.startswith("it compares canvases (term '' of a piece depends on its canvas: ")
    check_loss(Whole)
