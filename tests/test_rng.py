"""Named randomness: the same name, the same numbers; another name, unrelated ones."""

import hashlib
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from asciivae.rng import derived_seed, numpy_stream, torch_stream

NAMES: list[Any] = [
    (0, "latent", 0),
    (1, "latent", 0),
    (0, "gumbel", 0),
    (0, "latent", 1),
    (0, "latent", 0, 0),
    (0, "latent"),
]


@given(st.integers(0, 2**63 - 1), st.text(max_size=8), st.lists(st.integers(0, 10**9), max_size=3))
def test_a_seed_fits_every_generator_and_follows_its_formula(seed: int, purpose: str, where: list[int]) -> None:
    found = derived_seed(seed, purpose, *where)

    assert 0 <= found < 2**63
    text = "/".join([f"{seed}", purpose, *[f"{n}" for n in where]])
    assert found == int(hashlib.blake2b(text.encode(), digest_size=8).hexdigest(), 16) // 2


@pytest.mark.parametrize("name", NAMES)
def test_equal_names_give_equal_numbers(name: Any) -> None:
    assert torch.equal(torch.randn(9, generator=torch_stream(*name)), torch.randn(9, generator=torch_stream(*name)))
    assert np.array_equal(numpy_stream(*name).random(9), numpy_stream(*name).random(9))


def test_different_names_give_unrelated_numbers() -> None:
    for draws in (
        np.stack([torch.randn(4000, generator=torch_stream(*name)).numpy() for name in NAMES]),
        np.stack([numpy_stream(*name).standard_normal(4000) for name in NAMES]),
    ):
        related = np.corrcoef(draws) - np.eye(len(NAMES))
        assert np.abs(related).max() < 0.08


def test_a_stream_leaves_the_global_generators_alone() -> None:
    before = torch.get_rng_state(), repr(np.random.get_state())  # noqa: NPY002
    torch_stream(3, "latent", 5)
    numpy_stream(3, "roll", 5).random(10)

    assert torch.equal(torch.get_rng_state(), before[0])
    assert repr(np.random.get_state()) == before[1]  # noqa: NPY002
