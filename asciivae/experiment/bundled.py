"""The models that the package ships, and how they are named."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from asciivae.errors import ModelError

BUNDLED = Path("bundled")
"""Path that denotes the model bundled with the package."""
BUNDLED_PAGE = Path("bundled-page")
"""Path that denotes the page model bundled with the package."""
BUNDLED_TRACER = Path("bundled-tracer")
"""Path that denotes the tracer bundled with the package."""
ASSETS = {
    "model": (BUNDLED, "model.safetensors"),
    "page": (BUNDLED_PAGE, "page.safetensors"),
    "tracer": (BUNDLED_TRACER, "tracer.safetensors"),
}
_RECIPES = {"model": "quickstart", "page": "page", "tracer": "tracer"}
"""What trains one of each kind."""


def bundled_file(kind: str) -> Path:
    """The weights file that is shipped of a kind.

    Raises:
        ModelError: this installation has none.
    """
    file = _asset(ASSETS[kind][1])
    if not file.is_file():
        recipe = _RECIPES[kind]
        raise ModelError(
            "the bundled model is missing from this installation",
            place=str(file),
            hint=f"train one: asciivae train --recipe {recipe}; or give a run or a .safetensors file: --model FILE",
        )
    return file


def is_bundled(path: Path, kind: str) -> bool:
    """Whether a path denotes the bundled model of a kind, and not a file or folder of that name."""
    return path == ASSETS[kind][0] and not path.exists()


def bundled_name(file: Path) -> str | None:
    """The word for a weights file that the package ships, such as `bundled-page`."""
    return next((str(word) for word, asset in ASSETS.values() if file == _asset(asset)), None)


def _asset(name: str) -> Path:
    return Path(str(resources.files("asciivae").joinpath("assets", name)))
