"""Workers make the same batches, in the same order, and end with the run."""

import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from sick_losses import Witness, finish, run_of
from tiny_runs import records, tiny_experiment

from asciivae.training.loop import Step, train
from asciivae.training.prefetch import WorkerError, batches_ahead


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_the_batches_are_those_of_their_steps_in_order(workers: int) -> None:
    made = list(batches_ahead(lambda step: (step, np.full(2, step)), 3, 12, workers))
    assert [step for step, _ in made] == list(range(3, 12))
    assert all(isinstance(values, np.ndarray) and (values == step).all() for step, values in made)


def test_tensors_keep_dtype_shape_and_values_and_no_files_open() -> None:
    sent = [
        torch.arange(6, dtype=torch.uint8).view(2, 3),
        torch.tensor([True, False]),
        torch.rand(2, 0),
        torch.tensor(2.5),
    ]
    made = list(batches_ahead(lambda step: {"step": step, "ids": sent}, 0, 3, 1))
    for batch in made:
        for own, expected in zip(batch["ids"], sent, strict=True):
            assert own.dtype == expected.dtype
            assert torch.equal(own, expected)
            assert not own.is_shared()
            own += own  # writable
    assert [batch["step"] for batch in made] == [0, 1, 2]


def test_no_steps_left_are_no_batches() -> None:
    assert list(batches_ahead(lambda step: step, 5, 5, 2)) == []


def test_a_run_with_workers_is_the_run_without(tmp_path: Path) -> None:
    alone, helped = (
        tiny_experiment(tmp_path, train={"steps": 6, "batch": 8, "workers": workers}) for workers in (0, 2)
    )
    assert [step.total for step in train(alone.task, alone.state)] == [
        step.total for step in train(helped.task, helped.state)
    ]
    for name, value in alone.state.model.state_dict().items():
        assert torch.equal(value, helped.state.model.state_dict()[name])
    assert multiprocessing.active_children() == []


def test_a_killed_worker_is_told_and_the_last_step_is_saved(tmp_path: Path) -> None:
    class Killing(Witness):
        def stepped(self, step: Step) -> None:
            super().stepped(step)
            if step.number == 3:
                for child in multiprocessing.active_children():
                    os.kill(child.pid or 0, signal.SIGKILL)

    run = run_of(tiny_experiment(tmp_path, train={"steps": 60, "batch": 8, "workers": 1}), tmp_path / "run")
    with pytest.raises(WorkerError, match="a process that makes batches was killed; the last step is saved") as caught:
        finish(run, witness := Killing())
    assert caught.value.place == "train.workers = 1"
    assert caught.value.hint == "free some memory, or go on without: --set train.workers=0"
    assert run.folder.latest_step() == witness.steps[-1] >= 3
    assert records(tmp_path / "run", "train")


def test_an_error_in_a_worker_is_the_error_of_the_batch() -> None:
    def sick(step: int) -> int:
        if step == 2:
            raise ValueError("no batch 2")
        return step

    with pytest.raises(ValueError, match="no batch 2"):
        list(batches_ahead(sick, 0, 4, 1))
