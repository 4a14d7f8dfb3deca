"""What several processes can divide, and what is refused."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_runs import LOGGED, tiny_experiment
from torch import Tensor, nn

from asciivae.contract import LossInputs
from asciivae.errors import RecipeError
from asciivae.experiment.shared import shared
from asciivae.losses.objective import Objective, Term
from asciivae.losses.schedule import constant
from asciivae.training.experiment import Experiment
from asciivae.training.muon import Muon
from asciivae.training.ranks import Ranks


def ranks(rank: int = 0, world: int = 2) -> Ranks:
    made = Ranks()
    made.rank, made.world = rank, world
    return made


SQUARE = {"height": 64, "width": 64}
NORMS = {"model": LOGGED, "data": {"corpus": "embedded", "canvas": SQUARE, "max_side": 64}}


class Together(nn.Module):
    """A loss that couples pieces, or keeps state."""

    needs: frozenset[str] = frozenset()

    def __init__(self, couples: bool) -> None:
        super().__init__()
        self.couples_pieces = couples
        if not couples:
            self.register_buffer("seen", torch.zeros(1))

    def forward(self, inputs: LossInputs) -> Mapping[str, Tensor]:
        return {"": inputs.logits.flatten(1).mean(1)}


def with_loss(made: Experiment, loss: Any) -> Experiment:
    old: Any = made.task.objective
    objective = Objective([*old.terms, Term("mine", loss, constant(1.0))], old.renderer)
    return replace(made, task=replace(made.task, objective=objective))


def test_one_process_has_all_of_it(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    assert shared(made, Ranks()) is made


def test_the_leader_validates_and_samples_and_the_others_do_not(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, optim={"use": "muon", "lr": 0.01})
    leader, follower = (shared(made, ranks(rank)) for rank in (0, 1))
    assert leader.validate is made.validate
    assert leader.sample is made.sample
    assert follower.validate(made.state) == {}
    assert follower.sample(made.state, None) == ""  # type: ignore[arg-type]
    assert follower.observers == ()
    assert [len(part.task.batches(0).pieces) for part in (leader, follower)] == [4, 4]
    assert isinstance(made.state.optimiser, Muon)
    assert made.state.optimiser.ranks.rank == 1


@pytest.mark.parametrize(
    ("changes", "loss", "why"),
    [
        (
            NORMS,
            None,
            "the model has batch norms (encoder",
        ),
        ({}, Together(couples=True), "loss 'mine' of asciivae couples the pieces of a batch"),
        ({}, Together(couples=False), "loss 'mine' keeps state, of which each process would have its own"),
    ],
    ids=["batch norm", "coupled", "state"],
)
def test_what_cannot_be_divided_is_refused(tmp_path: Path, changes: dict[str, Any], loss: Any, why: str) -> None:
    made = tiny_experiment(tmp_path, **changes)
    with pytest.raises(RecipeError) as caught:
        shared(with_loss(made, loss) if loss else made, ranks())
    assert caught.value.message.startswith(f"2 processes cannot train it together: {why}")
    assert caught.value.place == "recipe tiny"
    assert caught.value.hint == "train it with one process: asciivae train …, without torchrun"


def test_a_batch_smaller_than_the_number_of_processes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="a batch of 8 cannot be divided among 9 processes") as caught:
        shared(tiny_experiment(tmp_path), ranks(world=9))
    assert caught.value.path == "train.batch"
    assert caught.value.hint == "--set train.batch=9, or start fewer processes"
