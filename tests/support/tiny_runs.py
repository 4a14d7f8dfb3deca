"""The smallest experiments that are whole: a folder of drawings, a recipe for it, and the command line on both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from safetensors import safe_open
from typer.testing import CliRunner

from asciivae.cli import app
from asciivae.cli.output import GlobalOptions
from asciivae.corpus.builder import collect
from asciivae.corpus.store import Corpus, Piece
from asciivae.experiment.build import build
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import load_recipe
from asciivae.training.experiment import Experiment

CPU = torch.device("cpu")
SPATIAL = {
    "use": "spatial",
    "latent": 2,
    "fine_channels": 8,
    "coarse_channels": 8,
    "fine_blocks": 1,
    "coarse_blocks": 0,
    "embedding": 4,
}
AUGMENT = {
    "crop": {"probability": 0.5, "smallest": 4},
    "mirror": 0.5,
    "shift": {"probability": 0.5, "margin": 5},
    "paste": 0.3,
    "noise": {"probability": 0.5, "share": 0.1},
}
LOGGED = {"use": "logged", "variant": "D"}


def corpus_of(grids: Sequence[NDArray[np.uint8]]) -> Corpus:
    """A corpus of these grids (h, w) of characters, in this order, in memory."""
    storage, refusals = collect(Piece(grid, {"id": f"{i:04}"}) for i, grid in enumerate(grids))
    return Corpus(storage, source="these grids", digest=storage.digest(), refusals=refusals)


def grids_of(sizes: Sequence[tuple[int, int]], seed: int = 0) -> list[NDArray[np.uint8]]:
    """Random characters, none of them a space, in grids of these sizes."""
    draw = np.random.default_rng(seed)
    return [draw.integers(1, 95, size).astype(np.uint8) for size in sizes]


def drawings(folder: Path, count: int = 40, largest: int = 14) -> Path:
    """A folder of random drawings in three categories, between 3 × 3 and `largest` × `largest` cells."""
    draw = np.random.default_rng(7)
    for number in range(count):
        height, width = draw.integers(3, largest + 1, 2)
        cells = draw.choice(list(" ./\\|_-'()"), (height, width))
        cells[:, 0], cells[-1] = "|", "="  # so that nothing is trimmed away
        file = folder / ("birds", "boats", "cats")[number % 3] / f"{number:03}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join("".join(row) for row in cells) + "\n")
    return folder


def tiny_recipe(corpus: Path | str, **changes: Any) -> dict[str, Any]:
    """A recipe of 24 pieces, batches of 8, 6 steps, as plain data; `changes` replace whole sections."""
    return {
        "asciivae": 1,
        "about": "as small as a run can be",
        "data": {"corpus": str(corpus), "split": {"rule": "tail", "share": 0.2}, "limit": 24},
        "model": SPATIAL,
        "relax": {"use": "gumbel", "tau": 0.5},
        "losses": [{"use": "ce"}, {"use": "kl", "weight": {"ramp": [0.0, 1.0], "steps": 20}}, {"use": "mse"}],
        "optim": {"lr": 0.01, "clip": 1.0},
        "train": {"steps": 6, "batch": 8},
        "every": {"log": 1, "evaluate": 3, "checkpoint": 3, "sample": 3},
        **changes,
    }


def written(file: Path, recipe: dict[str, Any]) -> Path:
    """The recipe as a file."""
    file.write_text(dump_yaml(recipe))
    return file


def tiny_experiment(folder: Path, device: torch.device = CPU, **changes: Any) -> Experiment:
    """The tiny recipe, built, on drawings of its own."""
    corpus = folder / "art"
    if not corpus.is_dir():
        drawings(corpus)
    return build(load_recipe(written(folder / "tiny.yaml", tiny_recipe(corpus, **changes))), device)


def asciivae(*arguments: str | Path, stdin: str | bytes | None = None) -> Any:
    """Run the command line in this process: the result has `exit_code`, `stdout` and `stderr`."""
    GlobalOptions.debug = GlobalOptions.quiet = False
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def trained(folder: Path, *arguments: str | Path, recipe: dict[str, Any] | None = None) -> Path:
    """The folder `run` of a run of the tiny recipe, or of another."""
    if not (folder / "art").is_dir():
        drawings(folder / "art")
    file = written(folder / "tiny.yaml", recipe or tiny_recipe(folder / "art"))
    done = asciivae("train", "--recipe", file, "--out", folder / "run", *arguments)
    assert done.exit_code == 0, done.stderr
    return folder / "run"


def checkpoint(run: Path) -> dict[str, Any]:
    """All that a run's latest checkpoint holds: every tensor's digest, every header, every number.

    Digests, because where two checkpoints differ pytest compares what it was given line by line: in raw weights that
    takes longer than a test may.
    """
    latest = run / "checkpoints" / (run / "checkpoints" / "latest").read_text().strip()
    found: dict[str, Any] = {}
    for file in sorted(latest.iterdir()):
        if file.suffix != ".safetensors":
            found[file.name] = file.read_text()
            continue
        with safe_open(file, framework="np") as tensors:  # their order in the file differs from one writing to the next
            found[f"{file.name} header"] = tensors.metadata()
            found[file.name] = {name: sha256(tensors.get_tensor(name).tobytes()).hexdigest() for name in tensors.keys()}  # noqa: SIM118
    return found


def records(run: Path, kind: str | None = None) -> list[dict[str, Any]]:
    """A run's metrics, without what depends on the clock."""
    found = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    for record in found:
        record.pop("pieces_per_second", None)
    return [record for record in found if kind in (None, record["kind"])]


def resolved(run: Path) -> dict[str, Any]:
    """The recipe that a run was made with, with every default."""
    data: dict[str, Any] = yaml.safe_load((run / "resolved.yaml").read_text())
    return data
