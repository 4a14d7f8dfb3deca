"""The moving parts of a run: averaged weights, and a saved state that comes back bit for bit."""

import pytest
import torch
from torch import nn

from asciivae.models.layout import channels_last
from asciivae.training.optim import Optim
from asciivae.training.state import TrainState

ADAM = Optim("adamw", lr=0.1, weight_decay=0.01)


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
    name = "0.weight"
    expected = state.model.state_dict()[name].clone()
    for step in range(1, 12):
        advance(state, 1)
        decay = min(0.6, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * state.model.state_dict()[name]
        assert state.average is not None
        torch.testing.assert_close(state.average[name], expected)
    assert state.average is not None
    for running in ("1.running_mean", "1.running_var", "1.num_batches_tracked"):
        assert torch.equal(state.average[running], state.model.state_dict()[running])


def test_averaged_lends_the_average_and_gives_the_weights_back() -> None:
    state = TrainState(network(), ADAM, ema=0.9)
    advance(state, 3)
    own = {name: value.clone() for name, value in state.model.state_dict().items()}
    average = state.weights()

    def inside() -> None:
        with state.averaged():
            assert all(torch.equal(value, average[name]) for name, value in state.model.state_dict().items())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inside()
    assert all(torch.equal(value, own[name]) for name, value in state.model.state_dict().items())
    assert not torch.equal(own["0.weight"], state.weights()["0.weight"])


def test_without_an_average_the_weights_are_the_models() -> None:
    state = TrainState(network(), ADAM)
    with state.averaged():
        advance(state, 1)
    assert state.average is None
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
