import pytest
import torch

from asciivae.render.strokes import stroke_atlas
from asciivae.text.charset import CHARSET


@pytest.mark.parametrize("res", [(6, 3), (8, 4), (14, 7), (9, 9)])
def test_shape_and_range(res: tuple[int, int]) -> None:
    atlas = stroke_atlas(res=res)
    assert atlas.shape == (95, *res)
    assert atlas.dtype == torch.float32
    assert atlas.min() == 0
    assert atlas.max() == 1
    assert atlas[0].sum() == 0
    assert (atlas[1:].amax((1, 2)) > 0.5).all()


@pytest.mark.parametrize("res", [(14, 7), (9, 9)])
def test_thin_strokes_are_full_in_both_directions(res: tuple[int, int]) -> None:
    atlas = stroke_atlas(res=res)
    dash, bar = atlas[CHARSET.index("-")], atlas[CHARSET.index("|")]
    assert dash.amax(0)[res[1] // 2] == 1
    assert (bar.amax(1)[2:-2] == 1).all()


def test_a_bar_stays_in_one_column_of_an_odd_cell() -> None:
    bar = stroke_atlas(res=(14, 7))[CHARSET.index("|")]
    assert torch.equal(bar.amax(0).nonzero().flatten(), torch.tensor([3]))


def test_underscores_touch_the_neighbouring_cells() -> None:
    underscore = stroke_atlas(res=(14, 7))[CHARSET.index("_")]
    assert (underscore.amax(0) == 1).all()
