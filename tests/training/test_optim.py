"""The learning rate of every step, and which optimiser takes it."""

import math
from typing import Literal

import pytest
import torch
from torch import nn

from asciivae.training.optim import LearningRate, Optim


def test_a_constant_rate_warms_up_and_stays() -> None:
    settings = Optim(lr=0.5, schedule=LearningRate(warmup=4))

    assert [settings.rate(step, 10) for step in range(6)] == [0.125, 0.25, 0.375, 0.5, 0.5, 0.5]


@pytest.mark.parametrize(("total", "end"), [(50, None), (17, 50), (50, 50), (1000, 50)])
def test_a_cosine_falls_to_its_final_share_at_the_end_that_is_named(total: int, end: int | None) -> None:
    settings = Optim(lr=2.0, schedule=LearningRate("cosine", warmup=10, final=0.1, steps=end))

    for step in range(10, 50):
        angle = math.pi * (step - 10) / 40
        assert settings.rate(step, total) == pytest.approx(0.2 + 1.8 * (1 + math.cos(angle)) / 2)
    assert settings.rate(50, total) == settings.rate(5000, total) == pytest.approx(0.2)


def test_a_run_that_is_all_warm_up_divides_by_nothing() -> None:
    assert Optim(lr=1.0, schedule=LearningRate("cosine", warmup=5)).rate(5, 5) == 1.0


@pytest.mark.parametrize(("kind", "cls"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW)])
def test_the_optimiser_is_given_the_settings(kind: Literal["adam", "adamw"], cls: type) -> None:
    settings = Optim(use=kind, lr=0.3, betas=(0.8, 0.9), eps=1e-5, weight_decay=0.2)
    made = settings.optimiser(nn.Linear(2, 2).parameters())

    assert type(made) is cls
    group = made.param_groups[0]
    assert (group["lr"], group["betas"], group["eps"], group["weight_decay"]) == (0.3, (0.8, 0.9), 1e-5, 0.2)
