"""The moving parts of a run: averaged weights, and a saved state that comes back bit for bit."""

import pytest
import torch
from torch import nn

from asciivae.models.layout import channels_last
from asciivae.training.optim import Optim
from asciivae.training.state import TrainState

ADAM = Optim(lr=0.1, weight_decay=0.01)


def network() -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Conv2d(3, 2, 3))
    channels_last(model)
    return model


def advance(state: TrainState, steps: int) -> None:
    for _ in range(steps):
        draw = torch.Generator().manual_seed(state.step)
        state.model.train()
        state.optimiser.zero_grad()
        state.model(torch.randn(2, 2, 8, 8, generator=draw)).square().mean().backward()
        state.optimiser.step()
        state.step += 1
        state.update_average()


def test_the_average_follows_its_formula() -> None:
    state = TrainState(network(), ADAM, ema=0.6)
    assert state.average is not None
    average = state.average.module.state_dict()
    name = "0.weight"
    expected = state.model.state_dict()[name].clone()
    for step in range(1, 12):
        advance(state, 1)
        decay = min(0.6, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * state.model.state_dict()[name]
        torch.testing.assert_close(average[name], expected)
    for running in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        assert torch.equal(average[running], state.model.state_dict()[running])


def test_what_is_evaluated_has_the_averaged_weights_and_the_models_own_stay() -> None:
    state = TrainState(network(), ADAM, ema=0.9)
    advance(state, 3)
    own = {name: value.clone() for name, value in state.model.state_dict().items()}
    average = state.weights()
    evaluated = state.evaluated()

    assert evaluated is not state.model
    assert not any(part.training for part in evaluated.modules())
    assert all(torch.equal(value, average[name]) for name, value in evaluated.state_dict().items())
    assert not any(parameter.requires_grad for parameter in evaluated.parameters())
    assert all(torch.equal(value, own[name]) for name, value in state.model.state_dict().items())
    assert not torch.equal(own["0.weight"], state.weights()["0.weight"])


def test_without_an_average_the_weights_are_the_models() -> None:
    state = TrainState(network(), ADAM)
    advance(state, 1)
    assert state.average is None
    assert state.evaluated() is state.model
    assert not any(part.training for part in state.model.modules())
    assert torch.equal(state.weights()["0.weight"], state.model.state_dict()["0.weight"])


@pytest.mark.parametrize("ema", [None, 0.9])
@pytest.mark.parametrize("scaled", [False, True])
def test_a_restored_state_goes_on_bit_for_bit(ema: float | None, scaled: bool) -> None:
    state = TrainState(network(), ADAM, ema=ema, scaled=scaled)
    advance(state, 3)
    state.rate_scale = 0.25
    saved = (
        {name: value.clone().contiguous() for name, value in state.weights().items()},
        {name: value.clone().contiguous() for name, value in state.tensors().items()},
        dict(state.numbers()),
    )
    again = TrainState(network(), ADAM, ema=ema, scaled=scaled)
    again.restore(*saved)

    assert (again.step, again.rate_scale) == (3, 0.25)
    assert again.numbers() == state.numbers()
    for own in (state, again):
        advance(own, 3)
    for name, value in {**state.tensors(), **state.weights()}.items():
        assert torch.equal(value, {**again.tensors(), **again.weights()}[name]), name
    for name, parameter in again.model.named_parameters():
        moment = again.optimiser.state[parameter]["exp_avg"]
        assert moment.stride() == parameter.stride(), name  # a moment in another layout makes every step slower
