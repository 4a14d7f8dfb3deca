"""Stochastic weight averaging: its rate, its mean, its statistics, and that it resumes bit for bit."""

import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_runs import CPU, LOGGED, asciivae, checkpoint, drawings, records, tiny_recipe, trained, written
from torch import nn

from asciivae.experiment.build import build
from asciivae.recipe.resolve import load_recipe
from asciivae.training.loop import train
from asciivae.training.settings import WeightAveraging

SWA = {"start": 3, "lr": 0.05, "anneal": 2}


def recipe_in(folder: Path, epochs: int, **changes: Any) -> dict[str, Any]:
    # 24 pieces in batches of 8: three steps an epoch.
    train = {"epochs": epochs, "batch": 8, "swa": SWA}
    return tiny_recipe(folder / "art", train=train, optim={"lr": 0.01}, **changes)


def test_the_rate_goes_over_along_half_a_cosine() -> None:
    swa = WeightAveraging(start=20000, lr=0.005, anneal=10)
    assert [swa.rate(5e-5, epoch) for epoch in (0, 19998, 19999)] == [5e-5] * 3
    half = swa.rate(5e-5, 19999 + 5)
    assert half == pytest.approx((5e-5 + 0.005) / 2)
    assert swa.rate(5e-5, 19999 + 3) == pytest.approx(5e-5 + (0.005 - 5e-5) * (1 - math.cos(0.3 * math.pi)) / 2)
    assert swa.rate(5e-5, 19999 + 10) == pytest.approx(0.005)
    assert swa.rate(5e-5, 25000) == pytest.approx(0.005)
    assert WeightAveraging(start=2, lr=0.1, anneal=0).rate(1.0, 1) == pytest.approx(0.1)


def test_weights_are_taken_before_the_first_step_of_each_epoch() -> None:
    swa = WeightAveraging(start=3, lr=0.1)
    assert [step for step in range(13) if swa.takes(step, 3)] == [6, 9, 12]


def test_the_average_is_the_plain_mean_of_the_epochs_beginnings(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    experiment = build(load_recipe(written(tmp_path / "tiny.yaml", recipe_in(tmp_path, 5))), CPU)
    state = experiment.state
    name, parameter = next(iter(experiment.task.module.named_parameters()))
    taken, rates = [], []
    for step in train(experiment.task, state):
        rates.append(step.lr)
        if step.number in (6, 9, 12):
            taken.append(parameter.detach().clone())
        if step.number == 6:
            assert state.average is None

    assert state.averaged_weights == 3
    torch.testing.assert_close(state.weights()[name], torch.stack(taken).mean(0))
    assert rates == pytest.approx([0.01] * 9 + [0.03] * 3 + [0.05] * 3)


def test_the_average_has_statistics_of_its_own(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    canvas = {"height": 64, "width": 64}
    data = {"corpus": str(tmp_path / "art"), "limit": 4, "canvas": canvas}
    recipe = recipe_in(tmp_path, 4, data=data, model={**LOGGED, "variant": "B"})
    recipe["train"] |= {"batch": 4, "swa": {"start": 2, "lr": 0.01}}
    experiment = build(load_recipe(written(tmp_path / "tiny.yaml", recipe)), CPU)
    state = experiment.state
    list(train(experiment.task, state))
    assert state.average is not None
    average = state.average.module.state_dict()

    momenta = {norm.momentum for norm in experiment.task.module.modules() if isinstance(norm, nn.BatchNorm2d)}
    assert momenta == {0.1}
    key = next(key for key in average if key.endswith("running_mean"))
    own, averaged = experiment.task.module.state_dict()[key], average[key]
    assert not torch.equal(own, averaged)
    # One pass over four pieces: the mean is that of this very batch, through the averaged first layer.
    assert int(average[key.replace("running_mean", "num_batches_tracked")]) == 1
    with torch.no_grad():
        batch = experiment.task.batches(4)
        first = state.evaluated().encoder[:2](batch.ids)  # type: ignore[index,operator]
    torch.testing.assert_close(averaged, first.mean((0, 2, 3)), rtol=1e-4, atol=1e-6)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of ten steps, two an epoch, that averages from the third epoch on, with every checkpoint."""
    folder = tmp_path_factory.mktemp("whole")
    canvas = {"height": 64, "width": 64}
    data = {"corpus": str(folder / "art"), "limit": 4, "canvas": canvas, "roll": {"max": 5, "sigma": 5.0}}
    every = {"log": 1, "evaluate": 3, "checkpoint": 1, "sample": 100, "keep": 100}
    recipe = recipe_in(folder, 5, data=data, model={**LOGGED, "variant": "B"}, every=every)
    recipe["train"] |= {"batch": 2, "swa": {"start": 3, "lr": 0.02, "anneal": 1}}
    return trained(folder, recipe=recipe)


@pytest.mark.parametrize("step", [pytest.param(step, marks=pytest.mark.slow) for step in (3, 4, 5, 9)] + [7])
def test_it_resumes_bit_for_bit(whole: Path, tmp_path: Path, step: int) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(whole, parts)
    for folder in (parts / "checkpoints").glob("step-*"):
        if int(folder.name.removeprefix("step-")) > step:
            shutil.rmtree(folder)
    (parts / "checkpoints" / "latest").write_text(f"step-{step}\n")
    done = asciivae("train", "--resume", parts)

    assert done.exit_code == 0, done.stderr
    assert checkpoint(parts) == checkpoint(whole)
    assert records(parts) == records(whole)


def test_only_one_average_at_a_time(tmp_path: Path) -> None:
    recipe = recipe_in(tmp_path, 5)
    recipe["train"]["ema"] = 0.9
    done = asciivae("recipes", "check", written(tmp_path / "both.yaml", recipe))
    assert done.exit_code == 1
    assert "ema and swa cannot be combined" in done.stderr
