"""What the recipe of a model is built of, and what is refused before anything is trained."""

from pathlib import Path
from typing import Any

import pytest
from tiny_runs import LOGGED, tiny_experiment

from asciivae.errors import RecipeError
from asciivae.training.loop import train


@pytest.mark.parametrize(("batch", "limit"), [(1, 4), (3, 4), (4, 5), (2, 1)])
def test_batches_of_one_piece_are_refused_where_batch_norms_need_two(tmp_path: Path, batch: int, limit: int) -> None:
    data: dict[str, Any] = {"corpus": str(tmp_path / "art"), "limit": limit}
    with pytest.raises(RecipeError, match="single piece") as caught:
        tiny_experiment(tmp_path, model=LOGGED, data=data, train={"steps": 2, "batch": batch})
    assert caught.value.path == "train.batch"


def test_batches_of_one_piece_are_fine_without_batch_norms(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, train={"steps": 2, "batch": 1})
    assert len(list(train(made.task, made.state))) == 2
