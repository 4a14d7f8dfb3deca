"""The model that comes with the package: what it is, and that it is as good as its card says."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from tiny_runs import CPU

from asciivae.corpus.source import open_corpus
from asciivae.corpus.splits import split
from asciivae.experiment.bundled import BUNDLED
from asciivae.experiment.load import TrainedModel, load_model
from asciivae.latent.arc import Arc
from asciivae.latent.interpolate import interpolate
from asciivae.latent.reconstruct import reconstruct
from asciivae.metrics.characters import CharacterCounts
from asciivae.text.art import Grid


@pytest.fixture(scope="module")
def bundled() -> TrainedModel:
    return load_model(BUNDLED, CPU)


def held_out(corpus: str | Path) -> list[Grid]:
    pieces = open_corpus(corpus)
    return [pieces.grid(i) for i in split(pieces, "hash", 0.1)[1].tolist()]


def scores(model: TrainedModel, grids: list[Grid]) -> dict[str, float]:
    made = reconstruct(model.model, grids, model.canvas)
    return sum((one.counts for one in made), CharacterCounts()).scores()


def test_it_is_small_and_says_nothing_about_a_machine(bundled: TrainedModel) -> None:
    assert bundled.path.stat().st_size < 16e6
    with safe_open(bundled.path, framework="pt") as weights:
        header = weights.metadata()
    assert bundled.name == "base-nested"
    assert not any("/" in line for line in header["recipe"].splitlines() if "corpus" in line)
    assert bundled.data.exclude is not None
    assert bundled.data.exclude.license == ("*NC*",)


@pytest.mark.parametrize("numbers", [64, 512, 4096])
def test_a_page_has_as_many_latent_numbers_as_it_may(bundled: TrainedModel, numbers: int) -> None:
    assert torch.Size(bundled.model.latent_shape(64, 64)).numel() == 2048
    assert torch.Size(bundled.at(numbers).model.latent_shape(64, 64)).numel() == numbers


def test_it_reconstructs_built_in_drawings_that_it_never_saw(bundled: TrainedModel) -> None:
    found = scores(bundled, held_out("embedded"))
    assert found["char_f1"] >= 0.98
    assert found["ink_iou"] >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(("numbers", "char_f1", "ink_iou"), [(512, 0.68, 0.86), (1024, 0.82, 0.95), (2048, 0.90, 0.97)])
def test_it_reconstructs_real_drawings_that_it_never_saw(
    bundled: TrainedModel, real_drawings: Path, numbers: int, char_f1: float, ink_iou: float
) -> None:
    found = scores(bundled.at(numbers), held_out(real_drawings))
    assert found["char_f1"] >= char_f1
    assert found["ink_iou"] >= ink_iou


@pytest.mark.slow
def test_the_way_between_any_two_drawings_is_smooth_and_its_ends_are_exact(bundled: TrainedModel) -> None:
    drawings = held_out("embedded")
    pairs = [(drawings[i], drawings[-1 - i]) for i in range(20)]
    for start, end in pairs:
        path = interpolate(Arc(bundled.coder, bundled.canvas, start, end), 12, bundled.glyphs)
        assert all(page.shape == path.frames[0].shape and int(page.max()) < 95 for page in path.frames)
        for page, box, drawing in ((path.frames[0], path.start, start), (path.frames[-1], path.end, end)):
            [made] = reconstruct(bundled.model, [drawing], bundled.canvas)
            shown = page[box.row : box.row + box.height, box.column : box.column + box.width]
            assert np.array_equal(shown, made.grid)
        changes = path.changes
        assert max(changes) <= 3 * sum(changes) / len(changes), (start.shape, end.shape)
        assert all(not np.array_equal(one, next_) for one, next_ in itertools.pairwise(path.frames))
