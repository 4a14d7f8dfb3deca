import os

import pytest
import torch
from tensor_checks import random_tensor
from torch import nn

from asciivae.models.layout import channels_last, reserve_kernels


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


def test_the_kernel_cache_is_sized_unless_the_user_did(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
    monkeypatch.setenv(name, "7")
    reserve_kernels(512)
    assert os.environ[name] == "7"
    monkeypatch.delenv(name)
    reserve_kernels(512)
    assert os.environ[name] == "512"
