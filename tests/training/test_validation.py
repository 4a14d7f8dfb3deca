"""Validation: the means over the pieces, whatever the batches, with the same noise every time."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_runs import tiny_experiment

from asciivae.corpus.augment import Roll
from asciivae.latent.reconstruct import reconstruct
from asciivae.metrics.characters import CharacterCounts
from asciivae.training.experiment import Experiment
from asciivae.training.loop import train
from asciivae.training.validation import VAEValidation

SCORES = {"char_recall", "char_precision", "char_f1", "ink_iou", "ink_ratio", "blank_fraction", "char_accuracy"}


def validation(made: Experiment) -> VAEValidation:
    assert isinstance(made.validate, VAEValidation)
    return made.validate


def test_the_plain_pass_gives_every_term_the_total_and_the_scores(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    found = made.validate(made.state)

    assert set(found) == {"ce", "kl", "mse", "total"} | SCORES
    assert found["total"] == pytest.approx(found["ce"] + 0.0 * found["kl"] + found["mse"], rel=1e-5)
    assert made.validate(made.state) == found  # there is no chance in it


def test_the_batch_size_is_only_a_matter_of_speed(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    alone, by_three, at_once = (replace(validation(made), batch_size=size)(made.state) for size in (1, 3, 100))

    assert by_three == pytest.approx(alone, rel=1e-5)
    assert at_once == pytest.approx(alone, rel=1e-5)


def test_the_scores_are_those_of_reconstructing_the_pages(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, train={"steps": 100, "batch": 8})
    for _ in train(made.task, made.state):
        pass
    found = made.validate(made.state)
    made.task.module.eval()
    grids = [made.data.corpus.grid(piece) for piece in made.data.validating]
    counts = CharacterCounts()
    for one in reconstruct(made.task.module, grids, made.data.canvas):
        counts += one.counts

    assert found["char_recall"] == pytest.approx(counts.scores()["char_recall"])
    assert found["char_recall"] > 0


def test_the_sampled_pass_has_noise_that_is_the_same_every_time(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path)
    sampled = replace(validation(made), sampled=True)
    found = sampled(made.state)

    assert set(found) == {"ce", "kl", "mse", "total"} | SCORES | {f"sampled_{n}" for n in ("ce", "kl", "mse", "total")}
    assert sampled(made.state) == found
    assert found["sampled_mse"] != found["mse"]
    assert found["sampled_kl"] == pytest.approx(found["kl"])  # the posterior knows no noise
    rolled = replace(sampled, roll=Roll(3, 2.0))(made.state)
    assert rolled["ce"] == found["ce"]
    assert rolled["sampled_ce"] != found["sampled_ce"]


def test_averaged_weights_are_measured_and_nothing_is_changed(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, train={"steps": 6, "batch": 8, "ema": 0.9})
    for _ in train(made.task, made.state):
        pass
    own = {name: value.clone() for name, value in made.state.model.state_dict().items()}
    averaged = made.validate(made.state)

    assert all(torch.equal(value, own[name]) for name, value in made.state.model.state_dict().items())
    made.state.model.load_state_dict(made.state.weights())
    made.state.average = None
    assert made.validate(made.state) == averaged
    made.state.model.load_state_dict(own)
    assert made.validate(made.state) != averaged


def test_only_so_many_pieces_are_measured_if_the_recipe_says_so(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, evaluation={"pieces": 3})

    assert validation(made).pieces.tolist() == made.data.validating[:3].tolist()
    assert len(made.data.validating) == 8
