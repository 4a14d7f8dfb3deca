"""Several processes train together as one would: the same losses, each piece once, one message whatever ends them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from several import job, several
from tiny_runs import AUGMENT, drawings, records, tiny_experiment, tiny_recipe, written

from asciivae.models.noise import filled_like, noise_stream
from asciivae.rng import Part
from asciivae.training.ranks import Ranks

STEPS = 20
SHARED = {"asciivae", "about", "optim", "train", "every"}
"""The sections of recipes of all kinds."""


def ranks(rank: int, world: int) -> Ranks:
    made = Ranks()
    made.rank, made.world = rank, world
    return made


def rich_recipe(folder: Path, **changes: Any) -> Path:
    """The tiny recipe with everything that is drawn at random, a last batch of one piece, and all kinds of weights."""
    recipe = tiny_recipe(
        drawings(folder / "art", 60),
        optim={"use": "muon", "lr": 0.01, "clip": 1.0},
        train={"steps": STEPS, "batch": 8, "ema": 0.9},
        every={"log": 1, "evaluate": 10, "checkpoint": 5, "sample": 10},
        **changes,
    )
    recipe["data"] |= {"augment": AUGMENT, "roll": {"max": 3, "sigma": 1.0}, "limit": 41}
    return written(folder / "rich.yaml", recipe)


def furthest(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> float:
    """The largest relative difference of a number in two runs' metrics."""
    assert [record["step"] for record in one] == [record["step"] for record in other]
    pairs = [(a[k], b[k]) for a, b in zip(one, other, strict=True) for k in a if isinstance(a[k], float)]
    return max(abs(a - b) / max(abs(a), 1e-9) for a, b in pairs)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 48])
@pytest.mark.parametrize("world", [1, 2, 3, 4, 8])
def test_parts_cover_a_batch_once_and_differ_by_at_most_one_piece(count: int, world: int) -> None:
    parts = [ranks(rank, world).part(count) for rank in range(world)]
    counted = [part for part in parts if not part.idle]
    assert np.concatenate([np.arange(count)[part.rows] for part in counted]).tolist() == list(range(count))
    assert sum(part.share for part in parts) == pytest.approx(1)
    sizes = [part.last - part.first for part in parts]
    assert min(sizes) >= 1
    assert max(sizes) - min(sizes) <= 1
    assert all(part.rows == slice(0, 1) and part.share == 0 for part in parts if part.idle)


def test_the_processes_make_each_piece_once_per_epoch_as_one_would(tmp_path: Path) -> None:
    data = {"corpus": str(drawings(tmp_path / "art", 60)), "augment": AUGMENT, "roll": {"max": 3, "sigma": 1.0}}
    made = tiny_experiment(tmp_path, data=data)
    whole = made.task.batches
    of_ranks = [whole.shared(ranks(rank, 3)) for rank in range(3)]
    for step in range(2 * whole.steps_per_epoch):
        expected, parts = whole(step), [batches(step) for batches in of_ranks]
        parts = [part for part in parts if part.part and not part.part.idle]
        assert np.array_equal(np.concatenate([part.pieces for part in parts]), expected.pieces)
        assert {part.whole for part in parts} == {len(expected.pieces)}
        for name in ("ids", "mask", "noisy"):
            assert torch.equal(torch.cat([getattr(part, name) for part in parts]), getattr(expected, name))


@pytest.mark.parametrize("shape", [(6, 5), (6, 4, 3, 2), (6, 4, 1, 1)])
@pytest.mark.parametrize("layout", ["contiguous", "channels last", "some channels"])
def test_noise_of_parts_is_that_of_the_whole(shape: tuple[int, ...], layout: str) -> None:
    whole = torch.zeros(shape)
    if layout != "contiguous" and len(shape) == 4:
        whole = whole.contiguous(memory_format=torch.channels_last)
        whole = whole[:, :2] if layout == "some channels" else whole

    def filled(like: torch.Tensor, part: Part | None) -> torch.Tensor:
        stream = noise_stream(3, "latent", 7, part=part)
        return filled_like(like, stream, lambda empty: empty.normal_(generator=stream))

    parts = [ranks(rank, 4).part(6) for rank in range(4)]
    assert torch.equal(torch.cat([filled(whole[part.rows], part) for part in parts]), filled(whole, None))


@pytest.mark.slow
def test_one_two_and_four_processes_take_the_same_steps(tmp_path: Path) -> None:
    recipe = rich_recipe(tmp_path)
    ended = several(
        *(job(world, "train", "--recipe", recipe, "--out", tmp_path / f"{world}", wide=True) for world in (1, 2, 4)),
        cwd=tmp_path,
    )
    assert [code for processes in ended for code, _, _ in processes] == [0] * 7, ended
    one = records(tmp_path / "1")
    assert len([record for record in one if record["kind"] == "train"]) == STEPS
    for world in (2, 4):
        assert furthest(one, records(tmp_path / f"{world}")) < 1e-9  # 1e-5 is asked for
    for processes in ended[1:]:
        assert "step 20/20" in processes[0][2]
        assert processes[0][1].strip() == str(tmp_path / f"{len(processes)}")
        assert all((out, err) == ("", "") for _, out, err in processes[1:])


OTHER_KINDS = {
    "page": {
        "network": {
            "width": 16,
            "layers": 2,
            "heads": 2,
            "head": 4,
            "inner": 16,
            "around": 8,
            "reach": 1,
            "dropout": 0.0,
        },
        "cells": 400,
        "guess": 0.5,
        "data": {"augment": {"mirror": 0.5}},
    },
    "tracer": {
        "network": {"channels": 8, "stem": 8, "embedding": 4, "dilations": [1]},
        "pieces": {"share": 0.0, "most_ink": 1.0, "smallest": 3},
        "data": {"augment": {"mirror": 0.5}},
    },
}
"""Small recipes of the other kinds that can be divided. Dropout would differ between numbers of processes."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_pages_and_tracers_take_the_same_steps_too(tmp_path: Path, kind: str) -> None:
    sections = OTHER_KINDS[kind]
    data = {"corpus": str(drawings(tmp_path / "art", 60)), "limit": 41, **sections["data"]}
    recipe = {key: value for key, value in tiny_recipe("", train={"steps": 8, "batch": 8}).items() if key in SHARED}
    recipe |= {"kind": kind, **sections, "data": data, "optim": {"use": "muon", "lr": 0.01, "clip": 1.0}}
    file = written(tmp_path / "tiny.yaml", recipe)
    ended = several(
        *(job(world, "train", "--recipe", file, "--out", tmp_path / f"{world}", wide=True) for world in (1, 3)),
        cwd=tmp_path,
    )
    assert [code for processes in ended for code, _, _ in processes] == [0] * 4, ended
    assert len(records(tmp_path / "1", "train")) == 8
    assert furthest(records(tmp_path / "1"), records(tmp_path / "3")) < 1e-9


@pytest.mark.slow
def test_a_run_goes_on_with_another_number_of_processes(tmp_path: Path) -> None:
    recipe = rich_recipe(tmp_path)
    alone, changing = tmp_path / "alone", tmp_path / "changing"
    ended = several(
        job(1, "train", "--recipe", recipe, "--out", alone, wide=True),
        job(2, "train", "--recipe", recipe, "--out", changing, "--set", "train.steps=7", wide=True),
        job(3, "train", "--resume", changing, "--set", "train.steps=13", wide=True),
        job(1, "train", "--resume", changing, "--set", f"train.steps={STEPS}", wide=True),
        cwd=tmp_path,
    )
    assert [code for processes in ended for code, _, _ in processes] == [0] * 7, ended
    one, other = (records(folder, "train") for folder in (alone, changing))
    assert furthest(one, other) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_killed_process_ends_all_with_one_message_and_the_run_goes_on(tmp_path: Path, rank: int) -> None:
    recipe = rich_recipe(tmp_path)
    run = tmp_path / "run"
    ((*processes,), *_) = several(
        job(3, "train", "--recipe", recipe, "--out", run, "--set", "train.steps=2000", kill=(rank, 8)), cwd=tmp_path
    )
    codes = [code for code, _, _ in processes]
    assert codes[rank] == -9
    assert [code for code in codes if code != -9] == [1, 1], processes
    told = [err for _, _, err in processes if "error:" in err]
    assert len(told) == 1, processes
    assert told[0].count("error:") == 1
    assert "a process of this training ended in step" in told[0]
    assert f"hint: asciivae train --resume {run}" in told[0]
    saved = int((run / "checkpoints" / "latest").read_text().removeprefix("step-"))
    assert f"step {saved} is the last that is saved" in told[0]
    assert saved >= (5 if rank == 0 else 8)
    again = several(job(2, "train", "--resume", run, "--set", f"train.steps={saved + 3}"), cwd=tmp_path)
    assert [code for code, _, _ in again[0]] == [0, 0], again
    assert [record["step"] for record in records(run, "train")] == list(range(1, saved + 4))
