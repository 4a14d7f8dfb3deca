import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def fidelity_dir() -> Path:
    """Numbers from the original experiments' own code: ASCIIVAE_FIDELITY, or ../shared/fidelity."""
    default = Path(__file__).resolve().parents[2] / "shared" / "fidelity"
    folder = Path(os.environ.get("ASCIIVAE_FIDELITY") or default)
    if not (folder / "unit_pieces.json").is_file():
        pytest.skip(f"no fidelity fixtures in {folder}")
    return folder
