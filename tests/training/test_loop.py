"""The loop: what it yields, what it leaves alone, and that it never steps on a non-finite value."""

import copy
import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sick_losses import infected
from tiny_runs import tiny_experiment

from asciivae.errors import DivergedError
from asciivae.training.loop import _norm, train

NAN = float("nan")


def weights(state: Any) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in state.model.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_every_step_is_told_as_it_was(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    steps = list(train(made.task, made.state))

    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.epoch for step in steps] == [0, 0, 0, 1, 1, 1]
    assert [step.pieces for step in steps] == [8] * 6
    for step in steps:
        assert set(step.terms) == set(step.weights) == {"ce", "kl", "mse"}
        assert step.total == pytest.approx(sum(step.weights[name] * step.terms[name] for name in step.terms), rel=1e-5)
        assert step.weights["kl"] == pytest.approx((step.number - 1) / 20)
        assert step.lr == 0.01
        assert step.grad_norm > 0
    assert list(train(made.task, made.state)) == []  # a run at its end takes no further step


def test_the_loop_lowers_the_objective(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, train={"steps": 60, "batch": 8})
    totals = [step.terms["ce"] for step in train(made.task, made.state)]

    assert sum(totals[-6:]) < 0.7 * sum(totals[:6])


def test_it_trains_and_goes_on_from_a_saved_state_on_every_device(tmp_path: Path, device: torch.device) -> None:
    made, again = (tiny_experiment(tmp_path, device=device) for _ in range(2))
    steps = train(made.task, made.state)
    first = [next(steps) for _ in range(3)]
    saved = made.state.weights(), made.state.tensors(), made.state.numbers()
    again.state.restore(*copy.deepcopy(saved))
    rest, rest_again = ([step.total for step in found] for found in (steps, train(again.task, again.state)))

    assert {parameter.device.type for parameter in made.state.model.parameters()} == {device.type}
    assert all(math.isfinite(step.total) for step in first)
    assert len(rest) == 3
    assert rest_again == (rest if device.type == "cpu" else pytest.approx(rest, rel=1e-4))


def test_the_global_generators_are_left_alone_and_change_nothing(tmp_path: Path) -> None:
    def finished(seed: int) -> tuple[dict[str, torch.Tensor], bool]:
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        random.seed(seed)
        before = torch.get_rng_state(), repr(np.random.get_state()), random.getstate()  # noqa: NPY002
        made = tiny_experiment(tmp_path)
        for _ in train(made.task, made.state):
            made.validate(made.state)
        after = torch.get_rng_state(), repr(np.random.get_state()), random.getstate()  # noqa: NPY002
        return weights(made.state), torch.equal(before[0], after[0]) and before[1:] == after[1:]

    (one, untouched), (other, _) = finished(1), finished(2)
    assert untouched
    assert same(one, other)


def test_another_seed_is_another_run(tmp_path: Path) -> None:
    runs = [tiny_experiment(tmp_path, seed=seed) for seed in (0, 1)]
    assert not same(weights(runs[0].state), weights(runs[1].state))


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_low_precision_trains_in_finite_steps_with_float32_losses(tmp_path: Path, precision: str) -> None:
    full = tiny_experiment(tmp_path, train={"steps": 40, "batch": 8})
    low = tiny_experiment(tmp_path, train={"steps": 40, "batch": 8, "precision": precision})
    exact, steps = list(train(full.task, full.state)), list(train(low.task, low.state))

    assert all(math.isfinite(step.total) for step in steps)
    assert steps[0].total == pytest.approx(exact[0].total, rel=2e-2)
    assert steps[0].total != exact[0].total
    assert steps[-1].terms["ce"] < 0.8 * steps[0].terms["ce"]
    assert all(value.dtype == torch.float32 for value in low.state.model.state_dict().values())
    assert all(bool(value.isfinite().all()) for value in low.state.model.state_dict().values())


def test_a_float16_gradient_that_overflows_is_skipped_and_scaled_less(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, train={"steps": 1, "batch": 8, "precision": "fp16"})
    made.state.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**60)
    before = weights(made.state)
    (step,) = train(made.task, made.state)

    assert not math.isfinite(step.grad_norm)
    assert same(before, weights(made.state))
    assert made.state.scaler.get_scale() == 2.0**59


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("at", [0, 3])
def test_a_term_that_is_no_number_stops_the_run_before_it_steps(tmp_path: Path, at: int, precision: str) -> None:
    made = infected(
        tmp_path, lambda call: NAN if call >= at else 0.0, train={"steps": 6, "batch": 8, "precision": precision}
    )
    loop = train(made.task, made.state)
    for _ in range(at):
        next(loop)
    before = weights(made.state)
    with pytest.raises(DivergedError) as caught:
        next(loop)
    assert str(caught.value).startswith(f"step {at}: term 'sick' became nan; no step was taken\n\nhint: lower optim.lr")
    assert caught.value.exit_code == 3
    assert same(before, weights(made.state))
    assert made.state.step == at
    report = caught.value.report
    assert (report["step"], report["wrong"], report["first_module"]) == (at, "sick", None)
    assert report["pieces"] == made.task.batches(at).pieces.tolist()
    assert report["values"]["sick"] == "nan"
    assert math.isfinite(float(report["values"]["ce"]))


def test_a_gradient_that_is_no_number_stops_the_run_too(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    # A finite weight whose gradient overflows float32.
    made.state.model.get_parameter("head.weight").register_hook(lambda gradient: gradient * float("inf"))

    with pytest.raises(DivergedError, match=r"step 0: the gradient became (nan|inf); no step was taken") as caught:
        next(train(made.task, made.state))
    assert "head.weight (gradient)" in caught.value.report["parameters"]


@pytest.mark.parametrize("name", ["reader.1.weight", "decoder.0.weight", "head.weight"])
def test_a_sick_weight_is_named_with_its_module(tmp_path: Path, name: str) -> None:
    made = tiny_experiment(tmp_path)
    with torch.no_grad():
        made.state.model.get_parameter(name).view(-1)[0] = NAN

    module = name.rpartition(".")[0]
    with pytest.raises(DivergedError, match=f"first in the output of module '{module}'") as caught:
        next(train(made.task, made.state))
    assert caught.value.report["first_module"] == module
    assert name in caught.value.report["parameters"]


def test_the_norm_is_that_of_all_gradients_as_one_vector() -> None:
    assert float(_norm([torch.tensor([3.0]), torch.tensor([[0.0, 4.0]])])) == 5.0
    assert float(_norm([])) == 0.0
