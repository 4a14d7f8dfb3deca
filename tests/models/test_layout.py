import torch
from tensor_checks import random_tensor
from torch import nn

from asciivae.models.layout import channels_last


def test_convolutions_are_laid_out_channels_last_and_compute_the_same() -> None:
    model = nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.ConvTranspose2d(6, 4, 2), nn.Flatten(), nn.Linear(196, 2))
    model.double()
    x = random_tensor(2, 4, 8, 8)
    before = model(x)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    channels_last(model)
    for module in model:
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            assert module.weight.is_contiguous(memory_format=torch.channels_last)
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    torch.testing.assert_close(model(x), before)
