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


@pytest.fixture(scope="session")
def real_drawings() -> Path:
    """13,076 real drawings of at most 64 × 64 cells: train64.jsonl.gz in ASCIIVAE_CORPUS, or in ../shared/corpus."""
    default = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    file = Path(os.environ.get("ASCIIVAE_CORPUS") or default) / "train64.jsonl.gz"
    if not file.is_file():
        pytest.skip(f"there is no {file}; set ASCIIVAE_CORPUS")
    return file
