from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from asciivae_truetype import CHARACTERS, TrueType, TrueTypeConfig, draw

from asciivae.testing import renderer_checks


@renderer_checks(TrueType, [TrueTypeConfig(), TrueTypeConfig(height=11)])
def test_contract(check: Callable[[], None]) -> None:
    check()


def test_a_cell_is_as_high_as_asked_and_as_wide_as_the_font_wants() -> None:
    aspect = draw("", 60).shape[2] / 60
    for height in (8, 18, 30):
        glyphs = draw("", height)
        assert glyphs.shape[:2] == (95, height)
        assert glyphs.shape[2] == pytest.approx(height * aspect, abs=0.8)


def test_ink_is_where_the_character_has_it() -> None:
    glyphs = draw("", 20)
    ink = dict(zip(CHARACTERS, 1.0 - glyphs, strict=True))
    assert ink[" "].sum() == 0.0
    assert ink["_"].flatten(1).sum(1).argmax() > 12
    assert ink["|"].sum(0).argmax() == pytest.approx(glyphs.shape[2] / 2, abs=1.0)
    assert ink["@"].sum() > ink["o"].sum() > ink["."].sum() > 0.0


def test_weights_of_another_font_size_are_told_apart() -> None:
    glyphs = torch.ones(95, 1, 1)
    digests = {TrueType(TrueTypeConfig(height=height), glyphs).digest for height in (12, 13, 14)}
    assert len(digests) == 3


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no font file 'nowhere\.ttf'"):
        TrueTypeConfig(font="nowhere.ttf")
    file = tmp_path / "text.ttf"
    file.write_text("no font")
    with pytest.raises(ValueError, match="cannot be read as a font"):
        draw(str(file), 18)
    with pytest.raises(ValueError, match="height must be"):
        TrueTypeConfig(height=1)
