"""A page model in a library: sizes, beginnings, completions, files."""

from pathlib import Path

import numpy as np
import pytest
import torch
from page_models import model
from safetensors.torch import load_file, save_file

import asciivae
from asciivae.errors import ModelError, UsageError
from asciivae.experiment.kinds import kind_of
from asciivae.experiment.load import load_model, load_page_model
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.pages.signatures import find_signatures
from asciivae.text.art import parse

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def tiny() -> TrainedPageModel:
    return model(blank=2.0)


def test_samples_have_exactly_the_size_that_was_asked_for(tiny: TrainedPageModel) -> None:
    for size in ((3, 8), (1, 5), (5, 1)):
        for page in tiny.sample(2, size, form="array"):
            assert page.shape == size
            assert (page != 0).any()
    assert isinstance(tiny.sample(1, (2, 3))[0], str)


def test_a_page_that_comes_out_blank_is_drawn_again() -> None:
    hardly_any_ink = model(blank=9.0)
    pages = hardly_any_ink.sample(6, (1, 2), form="array")

    assert sum((page != 0).any() for page in pages) > 0


def test_the_beginning_stays(tiny: TrainedPageModel) -> None:
    (page,) = tiny.sample(1, (6, 10), begin=CAT, form="array")

    assert np.array_equal(page[:3, :7], parse(CAT))
    assert (page[:3, 7:] == 0).all()
    with pytest.raises(UsageError, match="the beginning has 3 rows and 7 columns, the page 2 and 7"):
        tiny.sample(1, (2, 7), begin=CAT)


@pytest.mark.parametrize("size", [(0, 4), (4, 0), (257, 4), (4, 257)])
def test_sizes_that_cannot_be_drawn_are_refused(tiny: TrainedPageModel, size: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="cannot be drawn"):
        tiny.sample(1, size)


def test_completions_keep_all_the_rest(tiny: TrainedPageModel) -> None:
    grid = parse(CAT)
    (hole, *_) = tiny.complete(CAT, hole=(2, 2, 1, 3))
    kept = np.ones(grid.shape, bool)
    kept[1, 1:4] = False
    assert np.array_equal(hole.page[kept], grid[kept])
    (marked, *_) = tiny.complete(CAT, mark="o")
    assert np.array_equal(marked.page[grid != 79], grid[grid != 79])
    (larger, *_) = tiny.complete(CAT, below=2, right=3)
    assert larger.page.shape == (5, 10)
    assert np.array_equal(larger.page[:3, :7], grid)


def test_what_cannot_be_completed_is_refused(tiny: TrainedPageModel) -> None:
    with pytest.raises(UsageError, match="nothing is to be drawn"):
        tiny.complete(CAT)
    with pytest.raises(UsageError, match="cannot be combined"):
        tiny.complete(CAT, hole=(1, 1, 1, 1), mark="o")
    with pytest.raises(UsageError, match="no category"):
        tiny.complete(CAT, below=1, category="dragonflies")


def test_signatures_are_left_out_of_what_is_drawn_and_stay_where_they_were_given(tiny: TrainedPageModel) -> None:
    signed = CAT + "  jgs\n"
    for one in tiny.complete(signed, below=3, signatures=False):
        assert not find_signatures(one.page)[4:].any()
        assert find_signatures(one.page)[3].any()


def test_scores_of_one_and_of_several(tiny: TrainedPageModel) -> None:
    (one,) = tiny.score(CAT)
    several = tiny.score([CAT, parse(CAT)])

    assert one.bits == pytest.approx(several[0].bits, abs=1e-3) == pytest.approx(several[1].bits, abs=1e-3)
    assert one.ink == 13


def test_a_saved_model_is_the_same_model(tiny: TrainedPageModel, tmp_path: Path) -> None:
    file = tmp_path / "mine.safetensors"
    tiny.save(file)
    assert kind_of(file) == "page"
    again = asciivae.load(file, device="cpu")
    assert isinstance(again, TrainedPageModel)
    assert (again.name, again.step) == ("page", 7)
    assert again.score(CAT)[0].bits == pytest.approx(tiny.score(CAT)[0].bits, abs=1e-4)
    half = tmp_path / "half.safetensors"
    again.save(half, half=True)
    assert half.stat().st_size < 0.6 * file.stat().st_size
    assert load_page_model(half, CPU).score(CAT)[0].bits == pytest.approx(tiny.score(CAT)[0].bits, abs=1.0)


def test_files_of_other_kinds_and_damaged_ones_are_refused(tiny: TrainedPageModel, tmp_path: Path) -> None:
    file = tmp_path / "page.safetensors"
    tiny.save(file)
    with pytest.raises(ModelError, match="is not the weights file of a model"):
        load_model(file, CPU)
    with pytest.raises(ModelError, match="does not exist"):
        load_page_model(tmp_path / "none.safetensors", CPU)
    tensors = load_file(file)
    bad = tmp_path / "bad.safetensors"
    for change in ({"leave.bias": torch.zeros(3)}, {"leave.bias": None}, {"glyphs": tensors["glyphs"] + 2}):
        from safetensors import safe_open

        with safe_open(file, framework="pt") as opened:
            header = opened.metadata()
        kept = {k: v for k, v in {**tensors, **change}.items() if v is not None}
        save_file(kept, bad, header)
        with pytest.raises(ModelError):
            load_page_model(bad, CPU)
    save_file(tensors, bad, {**header, "recipe": "asciivae: 1"})
    with pytest.raises(asciivae.AsciivaeError):
        load_page_model(bad, CPU)
