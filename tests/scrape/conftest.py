from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Site


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "corpus"
