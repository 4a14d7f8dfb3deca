"""A whole run: what is written when, and how it goes back after a divergence."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sick_losses import Witness, finish, infected, run_of
from tiny_runs import records, tiny_experiment

from asciivae.errors import DivergedError, Interrupted
from asciivae.training.fit import MOST_ROLLBACKS
from asciivae.training.loop import Step
from asciivae.training.settings import Every

NAN = float("nan")


def logged_steps(folder: Path) -> list[int]:
    return [record["step"] for record in records(folder, "train")]


def test_rollback_goes_back_with_half_the_rate_and_goes_on(tmp_path: Path) -> None:
    # Calls: steps 0, 1, 2 (saved after 1), then 3 is ill, and once more while the guard looks for the module.
    made = infected(tmp_path, lambda call: NAN if call in (3, 4) else 0.0)
    witness = Witness()
    finish(run_of(made, tmp_path / "run", rollback=True), witness)

    assert witness.rollbacks == [(2, 0.5)]
    assert witness.steps == [1, 2, 3, 3, 4, 5, 6]
    assert witness.rates == [0.01] * 3 + [0.005] * 4
    assert logged_steps(tmp_path / "run") == [1, 2, 3, 4, 5, 6]
    assert json.loads((tmp_path / "run" / "diverged" / "report.json").read_text())["step"] == 3


def test_a_run_in_half_precision_rolls_back_too(tmp_path: Path) -> None:
    """The gradient scaler of before must not remember the step that was not taken."""
    train = {"steps": 6, "batch": 8, "precision": "fp16"}
    made = infected(tmp_path, lambda call: NAN if call in (3, 4) else 0.0, train=train)
    witness = Witness()
    finish(run_of(made, tmp_path / "run", rollback=True), witness)

    assert witness.rollbacks == [(2, 0.5)]
    assert witness.steps == [1, 2, 3, 3, 4, 5, 6]
    assert logged_steps(tmp_path / "run") == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_stop_finishes_the_step_and_saves(tmp_path: Path, number: signal.Signals) -> None:
    class Stopping(Witness):
        def stepped(self, step: Step) -> None:
            super().stepped(step)
            if step.number == 3:
                os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    run = run_of(tiny_experiment(tmp_path), tmp_path / "run")
    with pytest.raises(Interrupted, match="after step 3 of 6, and saved") as caught:
        finish(run, Stopping())
    assert caught.value.exit_code == 128 + number
    assert run.folder.latest_step() == 3
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_says_what_is_kept(tmp_path: Path) -> None:
    class Impatient(Witness):
        def stepped(self, step: Step) -> None:
            if step.number == 3:
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted, match="step 2 is the last that is saved"):
        finish(run_of(tiny_experiment(tmp_path), tmp_path / "run"), Impatient())
    with pytest.raises(Interrupted, match="no step is saved"):
        finish(run_of(tiny_experiment(tmp_path), tmp_path / "other", checkpoint=10), Impatient())


def test_a_rate_that_was_lowered_stays_low_when_the_run_is_resumed(tmp_path: Path) -> None:
    made = infected(tmp_path, lambda call: NAN if call in (3, 4) else 0.0)
    run = run_of(made, tmp_path / "run", rollback=True)
    finish(run, Witness())

    again = tiny_experiment(tmp_path)
    assert run.folder.load(again.state)
    assert again.state.rate_scale == 0.5


def test_a_run_that_diverges_again_and_again_halves_again_and_stops_in_the_end(tmp_path: Path) -> None:
    made = infected(tmp_path, lambda call: NAN if call >= 3 else 0.0)
    witness = Witness()
    with pytest.raises(DivergedError, match="term 'sick' became nan"):
        finish(run_of(made, tmp_path / "run", rollback=True), witness)

    assert witness.rollbacks == [(2, 0.5**n) for n in range(1, MOST_ROLLBACKS + 1)]


def test_a_run_that_rolls_back_has_something_to_go_back_to_from_the_start(tmp_path: Path) -> None:
    made = infected(tmp_path, lambda call: NAN if call == 0 else 0.0)
    run = run_of(made, tmp_path / "run", checkpoint=4, rollback=True)
    witness = Witness()
    finish(run, witness)

    assert run.state.rate_scale == 0.5
    assert run.state.step == run.experiment.task.total_steps


def test_without_rollback_a_divergence_is_the_end(tmp_path: Path) -> None:
    made = infected(tmp_path, lambda call: NAN if call >= 1 else 0.0)
    run = run_of(made, tmp_path / "run", checkpoint=4)
    with pytest.raises(DivergedError) as caught:
        finish(run, Witness())

    assert not run.folder.has_checkpoint()
    report = json.loads((tmp_path / "run" / "diverged" / "report.json").read_text())
    assert set(report) == {"step", "wrong", "values", "pieces", "first_module", "parameters"}
    assert str(caught.value.hint) == (
        "lower optim.lr, set optim.clip, or train in fp32; to roll back automatically: "
        f"--set train.on_divergence=rollback; the full report is in {tmp_path / 'run' / 'diverged'}"
    )


def test_a_run_of_no_steps_left_still_leaves_a_checkpoint(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    made.state.step = 6
    run = run_of(made, tmp_path / "run")
    finish(run, Witness())

    assert run.folder.latest().name == "step-6"


def test_a_loop_that_is_left_early_saves_and_the_next_one_goes_on(tmp_path: Path) -> None:
    whole, parts = (run_of(tiny_experiment(tmp_path), tmp_path / name, checkpoint=100) for name in ("whole", "parts"))
    finish(whole, Witness())
    for step in parts:
        if step.number == 4:
            break

    assert parts.folder.latest().name == "step-4"
    assert [step.number for step in parts] == [5, 6]
    assert logged_steps(parts.path) == logged_steps(whole.path) == [1, 2, 3, 4, 5, 6]
    for name, value in whole.state.tensors().items():
        assert torch.equal(value, parts.state.tensors()[name])
    for name, value in whole.state.weights().items():
        assert torch.equal(value, parts.state.weights()[name])


def test_what_looks_on_cannot_reach_the_weights(tmp_path: Path) -> None:
    """Validation and samples draw numbers, change modes and swap weights: the run must not notice."""
    quiet, busy = (tiny_experiment(tmp_path, train={"steps": 6, "batch": 8, "ema": 0.9}) for _ in range(2))
    finish(run_of(quiet, tmp_path / "quiet"), Witness())

    run = run_of(busy, tmp_path / "busy")
    every = Every(log=1, evaluate=1, sample=1, checkpoint=1)
    sampled: list[int] = []

    def sample(state: object, folder: object) -> str:
        sampled.append(int(torch.randint(9, (1,))))
        busy.state.evaluated()
        busy.task.module.eval()
        return "a picture"

    run.experiment = replace(busy, recipe=replace(busy.recipe, every=every), sample=sample)
    finish(run, Witness())

    assert len(sampled) == 6
    for name, value in quiet.state.model.state_dict().items():
        assert torch.equal(value, busy.state.model.state_dict()[name])
    for name, value in quiet.state.tensors().items():
        assert torch.equal(value, busy.state.tensors()[name])
    assert sorted(file.name for file in (tmp_path / "busy" / "samples").iterdir()) == [
        f"step-{n}.txt" for n in range(1, 7)
    ]
