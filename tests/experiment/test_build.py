"""What a recipe becomes."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_runs import (
    CPU,
    LOGGED,
    SPATIAL,
    drawings,
    records,
    tiny_experiment,
    tiny_recipe,
    trained,
)

from asciivae.errors import CorpusError, ModelError, RecipeError
from asciivae.experiment.build import build
from asciivae.recipe.resolve import check_recipe
from asciivae.recipe.schema import RESERVED


def test_an_experiment_is_what_its_recipe_says(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, seed=5, train={"epochs": 2, "batch": 7, "ema": 0.5, "precision": "fp16"})

    assert (len(made.data.corpus), len(made.data.training), len(made.data.validating)) == (40, 24, 8)
    assert not set(made.data.training) & set(made.data.validating)
    assert made.task.total_steps == 2 * made.task.batches.steps_per_epoch
    assert (made.task.seed, made.task.precision, made.task.batches.batch_size) == (5, "fp16", 7)
    assert made.state.decay == 0.5
    assert made.state.scaler.is_enabled()
    assert made.glyphs.shape == (95, 18, 9)
    assert set(made.metadata) == {"asciivae", "name", "recipe"}
    assert check_recipe(made.metadata["recipe"], "again").recipe == made.recipe


def test_several_corpora_are_one_without_what_is_left_out(tmp_path: Path) -> None:
    art, more = drawings(tmp_path / "art"), tmp_path / "more.jsonl"
    records = [{"text": f"<{i}>", "id": f"m{i}", "license": "MIT" if i % 2 else "CC BY-NC"} for i in range(10)]
    more.write_text("".join(json.dumps(record) + "\n" for record in records))
    data = {"corpus": [str(art), str(more)], "exclude": {"license": ["*-NC*"], "category": ["boat"]}}
    made = tiny_experiment(tmp_path, data=data)

    assert made.data.excluded == {"category 'boat'": 0, "license '*-NC*'": 5}
    assert len(made.data.corpus) == len(made.data.training) + len(made.data.validating) == 45
    assert list(made.data.corpus.column("license"))[-5:] == ["MIT"] * 5


def test_a_margin_must_leave_every_training_piece_small_enough_for_the_model(tmp_path: Path) -> None:
    first = drawings(tmp_path / "art") / "birds" / "000.txt"  # by the rule `tail`, trained on
    first.write_text("=" * 510 + "\n")
    data = {"corpus": str(tmp_path / "art"), "max_side": None, "split": {"rule": "tail", "share": 0.2}}
    tiny_experiment(tmp_path, data=data)
    tiny_experiment(tmp_path, data={**data, "augment": {"shift": {"probability": 0.1, "margin": 2}}})
    with pytest.raises(
        ModelError, match=r"piece birds/000\.txt with data\.augment\.shift\.margin 3: .* 513 "
    ) as caught:
        tiny_experiment(tmp_path, data={**data, "augment": {"shift": {"probability": 0.1, "margin": 3}}})
    assert caught.value.hint == "--set data.max_side=509"


def test_only_pieces_that_fit_are_used(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    data = {"corpus": str(tmp_path / "art"), "max_side": 8, "split": {"rule": "random", "share": 0.5}}
    made = tiny_experiment(tmp_path, data=data)

    sizes = [made.data.corpus.grid(i).shape for i in (*made.data.training, *made.data.validating)]
    assert max(map(max, sizes)) <= 8
    assert len(sizes) == sum(max(made.data.corpus.grid(i).shape) <= 8 for i in range(40))


def test_no_piece_that_fits_is_an_error(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    with pytest.raises(CorpusError, match="leaves none of"):
        tiny_experiment(tmp_path, data={"corpus": str(tmp_path / "art"), "max_side": 3})


@pytest.mark.parametrize(("model", "largest"), [(SPATIAL, 512), (LOGGED, 64)])
@pytest.mark.parametrize("number", [0, 39], ids=["trained", "validated"])
def test_a_piece_that_is_too_large_for_the_model_is_named(
    tmp_path: Path, model: dict[str, Any], largest: int, number: int
) -> None:
    file = sorted(drawings(tmp_path / "art").rglob("*.txt"))[number]
    file.write_text("=" * 600 + "\n")
    data = {"corpus": str(tmp_path / "art"), "max_side": None, "split": {"rule": "tail", "share": 0.2}}
    with pytest.raises(ModelError) as caught:
        tiny_experiment(tmp_path, data=data, model=model)

    assert caught.value.headline.startswith(f"{tmp_path / 'art'}, piece {file.parent.name}/{file.stem}")
    assert "a piece of 1 rows and 600 columns is too large" in caught.value.message
    assert caught.value.hint == f"--set data.max_side={largest}"


def test_what_a_run_writes_beside_its_losses_no_loss_may_be_called(tmp_path: Path) -> None:
    folder = trained(tmp_path)
    names = {name for record in records(folder) for name in record if not name.startswith("sampled_")}

    assert {"total", "char_f1"} <= names - {"ce", "kl", "mse"} <= RESERVED


def test_the_initialisation_depends_on_the_seed_alone(tmp_path: Path) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = tiny_experiment(tmp_path)
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(2)
    other, third = tiny_experiment(tmp_path), tiny_experiment(tmp_path, seed=1)

    weights = [made.state.model.state_dict()["reader.1.weight"] for made in (one, other, third)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("model", "canvas", "message", "hint"),
    [
        (
            tiny_recipe("x")["model"],
            {"height": 20, "width": 64},
            "data.canvas: a canvas of 20 × 64 cells does not suit this model, 24 × 64 does",
            "--set data.canvas='{height: 24, width: 64}'",
        ),
        (LOGGED, {"height": 128, "width": 128}, "data.canvas: ", "--set data.canvas=fitted"),
        (tiny_recipe("x")["model"], {"height": 600, "width": 64}, "data.canvas: ", "--set data.canvas=fitted"),
    ],
)
def test_a_canvas_that_does_not_suit_the_model(
    tmp_path: Path, model: Any, canvas: Any, message: str, hint: str
) -> None:
    drawings(tmp_path / "art")
    with pytest.raises(RecipeError) as caught:
        tiny_experiment(tmp_path, model=model, data={"corpus": str(tmp_path / "art"), "max_side": 20, "canvas": canvas})
    assert caught.value.headline.startswith(message)
    assert caught.value.hint == hint


def test_build_takes_what_a_run_resolved(tmp_path: Path) -> None:
    run = trained(tmp_path)
    again = build(check_recipe((run / "resolved.yaml").read_text(), "resolved.yaml"), CPU)

    assert again.task.total_steps == 6
