"""The GIF holds the pages, pixel for pixel, for as long as it should."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from tiny_runs import grids_of

from asciivae.errors import AsciivaeError
from asciivae.render.glyphs import atlas
from asciivae.report.gif import save_animation
from asciivae.report.png import grey_picture

GLYPHS = atlas(res=(10, 5))


def test_a_gif_shows_the_pages_and_begins_again(tmp_path: Path) -> None:
    pages = grids_of([(4, 6)] * 5)
    save_animation(tmp_path / "walk.gif", pages, GLYPHS, 0.1)

    with Image.open(tmp_path / "walk.gif") as gif:
        assert gif.format == "GIF"
        assert gif.info["loop"] == 0
        frames = [(frame.convert("L").copy(), frame.info["duration"]) for frame in ImageSequence.Iterator(gif)]
    assert [duration for _, duration in frames] == [600, 100, 100, 100, 600]
    for (frame, _), page in zip(frames, pages, strict=True):
        assert frame.size == ((6 + 4) * 5, (4 + 4) * 10)
        assert np.array_equal(np.asarray(frame), grey_picture(np.pad(page, 2), GLYPHS))


def test_pages_that_stay_the_same_are_shown_longer(tmp_path: Path) -> None:
    page = grids_of([(4, 6)])[0]
    save_animation(tmp_path / "still.gif", [page] * 4, GLYPHS, 0.1)

    with Image.open(tmp_path / "still.gif") as gif:
        assert getattr(gif, "n_frames", 1) == 1


def test_too_many_pixels_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(AsciivaeError, match="more than 100 million pixels") as caught:
        save_animation(tmp_path / "large.gif", [np.zeros((500, 500), np.uint8)] * 9, GLYPHS, 0.1)
    assert caught.value.hint == "use fewer steps: --steps 12"
    with pytest.raises(AsciivaeError, match="cannot be written"):
        save_animation(tmp_path / "none" / "walk.gif", [np.zeros((5, 5), np.uint8)] * 2, GLYPHS, 0.1)
