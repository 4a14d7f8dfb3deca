"""Skeletons are the models that they stand for, without numbers, and take the numbers that they are given."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest
import torch

from asciivae.models import spatial
from asciivae.models.base import VAE
from asciivae.models.skeleton import fill, skeleton
from asciivae.reproduction import logged

SMALL = partial(spatial.SpatialVAE, spatial.SpatialConfig(fine_channels=8, coarse_channels=8))
MODELS = {
    "spatial": SMALL,
    "A": partial(logged.LoggedVAE, logged.LoggedConfig(variant="A")),
    "D": partial(logged.LoggedVAE, logged.LoggedConfig(variant="D")),
}
CPU = torch.device("cpu")


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_filled_skeleton_is_the_model(make: Callable[[], VAE]) -> None:
    model, bones = make().eval(), skeleton(make).eval()
    expected = model.state_dict()
    assert all(parameter.is_meta for parameter in bones.parameters())
    assert {n: (t.shape, t.dtype) for n, t in bones.state_dict().items()} == {
        n: (t.shape, t.dtype) for n, t in expected.items()
    }

    fill(bones, expected, CPU)
    assert all(torch.equal(tensor, expected[name]) for name, tensor in bones.state_dict().items())
    for (name, own), other in zip(bones.named_parameters(), model.parameters(), strict=True):
        assert own.stride() == other.stride(), name  # as fast
        assert own.requires_grad
        assert own.data_ptr() != other.data_ptr()
    ids = torch.randint(0, 95, (2, 64, 64), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(bones.encode(ids).mean, model.encode(ids).mean)


def test_half_precision_becomes_single() -> None:
    model = SMALL()
    bones = skeleton(SMALL)
    fill(bones, {name: tensor.half() for name, tensor in model.state_dict().items()}, CPU)
    for name, tensor in bones.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, model.state_dict()[name].half().float())


def test_the_global_generator_is_left_alone() -> None:
    before = torch.get_rng_state()
    skeleton(SMALL)
    assert torch.equal(before, torch.get_rng_state())


def test_no_compiler_is_imported_for_it() -> None:
    code = (
        "import sys, torch; from asciivae.models import spatial; from asciivae.models.skeleton import fill, skeleton;"
        "bones = skeleton(lambda: spatial.SpatialVAE(spatial.SpatialConfig()));"
        "fill(bones, {n: torch.zeros(t.shape) for n, t in bones.state_dict().items()}, torch.device('cpu'));"
        "print({'torch._dynamo', 'sympy'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
