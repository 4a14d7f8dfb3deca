"""Recipes of kind page: trained, resumed bit for bit, validated, loaded."""

from pathlib import Path
from typing import Any

import pytest
import torch
from page_models import TINY_SETS
from tiny_runs import drawings

import asciivae
from asciivae.experiment.build import build
from asciivae.experiment.kinds import kind_of
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.pages.batches import PageBatches
from asciivae.recipe.resolve import load_recipe
from asciivae.training.prefetch import batches_ahead

SETS = [*TINY_SETS, "train.steps=6", "train.batch=6", "cells=300", "every.evaluate=3", "every.checkpoint=2"]
SETS += ["every.sample=6", "train.precision=fp32", "network.dropout=0.2", "optim.schedule.warmup=2"]


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawings(tmp_path_factory.mktemp("pieces") / "art", 60)


def settings(art: Path, **more: object) -> dict[str, object]:
    plain = {key: value for key, _, value in (text.partition("=") for text in SETS)}
    parsed = {k: int(v) if v.isdigit() else float(v) if v.replace(".", "").isdigit() else v for k, v in plain.items()}
    return {**parsed, "data.corpus": str(art), **more}


def test_a_run_learns_is_resumed_and_loads(art: Path, tmp_path: Path) -> None:
    whole = asciivae.train("page", settings(art), out=tmp_path / "whole", device="cpu")
    expected = [(step.total, step.terms["nll"], step.grad_norm) for step in whole]
    assert len(expected) == 6
    assert "bits_per_ink" in (tmp_path / "whole" / "metrics.jsonl").read_text()

    run = asciivae.train("page", settings(art), out=tmp_path / "run", device="cpu")
    totals = []
    for step in run:
        totals.append((step.total, step.terms["nll"], step.grad_norm))
        if step.number == 3:
            break
    again = asciivae.resume(tmp_path / "run", device="cpu")
    totals += [(step.total, step.terms["nll"], step.grad_norm) for step in again]
    assert totals == expected
    for name, value in whole.state.model.state_dict().items():
        assert torch.equal(value, again.state.model.state_dict()[name]), name

    assert kind_of(tmp_path / "run") == "page"
    loaded = asciivae.load(tmp_path / "run", device="cpu")
    assert isinstance(loaded, TrainedPageModel)
    assert loaded.score("ab\ncd")[0].bits == pytest.approx(again.model.score("ab\ncd")[0].bits, abs=1e-4)
    more = asciivae.train("page", settings(art), init_from=tmp_path / "run", out=tmp_path / "more", device="cpu")
    assert more.initial_weights is not None
    assert not more.initial_weights.missing


def test_batches_are_functions_of_the_step_and_hold_every_piece(art: Path) -> None:
    loaded = load_recipe("page", [*SETS, f"data.corpus={art}"], ["expect"])
    batches = build(loaded, torch.device("cpu")).task.batches
    assert isinstance(batches, PageBatches)
    for epoch in (0, 1):
        plan = batches.plan(epoch)
        assert len(plan) == batches.steps_per_epoch
        assert sorted(int(i) for pieces in plan for i in pieces) == sorted(batches.pieces.tolist())
        assert max(map(len, plan)) <= 6
    step = batches.steps_per_epoch + 1
    one, other = batches(step), build(loaded, torch.device("cpu")).task.batches(step)
    assert torch.equal(one.character, other.character)
    assert torch.equal(one.features["causal"], other.features["causal"])


def test_workers_make_the_same_batches(art: Path) -> None:
    task = build(load_recipe("page", [*SETS, f"data.corpus={art}"], ["expect"]), torch.device("cpu")).task
    for step, made in enumerate(batches_ahead(task.batches, 3, 7, 2), 3):
        own: Any = task.batches(step)
        assert made.pieces.tolist() == own.pieces.tolist()
        assert torch.equal(made.character, own.character)
        for one, other in zip(made.packing, own.packing, strict=True):
            assert torch.equal(one, other)
        for name, ids in own.features.items():
            assert torch.equal(made.features[name], ids)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("network.local=5", "there are only 4 layers"),
        ("data.augment.noise={probability: 0.5, share: 0.1}", "wrong characters to read past"),
        ("data.canvas={height: 64, width: 64}", "of the pieces' own sizes"),
        ("hints={none: 0, box: 0, side: 0, scattered: 0, rows: 0}", "at least one share"),
        ("network.head=6", "multiple of 4"),
    ],
)
def test_what_cannot_be_is_refused(wrong: str, message: str) -> None:
    with pytest.raises(asciivae.AsciivaeError, match=message):
        load_recipe("page", [wrong], ["expect"])
