import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageFont

from asciivae.render.rasterise import rasterise


@pytest.fixture(scope="session")
def font_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proportional font that Pillow carries within itself."""
    default = ImageFont.load_default(size=10)
    assert isinstance(default, ImageFont.FreeTypeFont)
    assert isinstance(default.path, io.BytesIO)
    path = tmp_path_factory.mktemp("fonts") / "proportional.ttf"
    path.write_bytes(default.path.getvalue())
    return path


@pytest.fixture(scope="session")
def sheets(font_file: Path) -> dict[str, NDArray[np.uint8]]:
    return rasterise(font_file)
