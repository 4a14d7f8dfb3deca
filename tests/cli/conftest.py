from pathlib import Path

import pytest
from page_models import model
from tiny_runs import trained


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 60 steps. Tests read it and leave it as it is."""
    return trained(tmp_path_factory.mktemp("runs"), "--set", "train.steps=60")


@pytest.fixture(scope="session")
def page_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights file of a small page model with random weights."""
    file = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    model().save(file)
    return file
