from pathlib import Path

import pytest
from tiny_runs import trained


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 60 steps. Tests read it and leave it as it is."""
    return trained(tmp_path_factory.mktemp("runs"), "--set", "train.steps=60")
