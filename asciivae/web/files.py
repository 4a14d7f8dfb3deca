"""The files of the page: what was built from `web/`, and the models, which are in the package once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from asciivae.errors import AsciivaeError
from asciivae.files.atomic import cannot_write, replaced_folder

MODELS = tuple(f"{name}.{kind}" for name in ("model", "page", "tracer") for kind in ("onnx", "safetensors"))
"""What the page loads from `models/`."""

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


def site_files() -> dict[str, Path]:
    """The files by their path below the page's address, such as `index.html` or `models/model.onnx`.

    Raises:
        AsciivaeError: this installation has no page.
    """
    package = Path(str(resources.files("asciivae")))
    built = package / "web" / "site"
    found = {file.name: file for file in built.iterdir() if file.is_file()} if built.is_dir() else {}
    if "index.html" not in found:
        raise AsciivaeError(
            "the page is missing from this installation",
            place=str(built),
            hint="install the package again; in a checkout: cd web && npm ci && npm run build",
        )
    return {**found, **{f"models/{name}": package / "assets" / name for name in MODELS}}


def content_policy(files: Mapping[str, Path]) -> str:
    """The Content-Security-Policy that the page states, with what a page cannot state of itself: nobody frames it."""
    stated = _POLICY.search(files["index.html"].read_text(encoding="utf-8"))
    assert stated, "tests/web/test_files.py"
    return f"{stated[1]}; frame-ancestors 'none'"


def export_site(folder: Path) -> int:
    """Write the page into a new folder, for any static host.

    Returns:
        The size of its files, in bytes.

    Raises:
        AsciivaeError: the page is missing, the folder holds anything, or it cannot be written.
    """
    files = site_files()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise AsciivaeError(
            "holds files" if folder.is_dir() else "is not a folder",
            place=str(folder),
            hint="name a new folder, or remove this one first",
        )
    try:
        with replaced_folder(folder) as part:
            for name, file in files.items():
                (part / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(file, part / name)
    except OSError as error:
        raise cannot_write(folder, error, "name another folder", AsciivaeError) from None
    return sum(file.stat().st_size for file in files.values())
