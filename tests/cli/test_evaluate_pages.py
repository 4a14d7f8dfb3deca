"""`asciivae evaluate` of page models."""

import json
from pathlib import Path

import pytest
from page_models import model
from tiny_runs import asciivae, drawings, trained


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    model(blank=1.0).save(file)
    return file


def test_bits_and_checks_of_what_is_drawn(weights: Path, tmp_path: Path) -> None:
    art = drawings(tmp_path / "art", 60, 30)
    options = ("evaluate", weights, "--data", art, "--split", "all", "--draws", 8)
    done = asciivae(*options, "--json")
    assert done.exit_code == 0, done.stderr
    (found,) = json.loads(done.stdout)["models"]

    assert found["pieces"] == 60
    assert found["bits_per_ink"] > 1
    assert found["two_sample"] > 0.8
    assert abs(found["two_sample_real"] - 0.5) < 0.3
    assert (found["blank"], found["copied_real"]) == (0, pytest.approx(0.9, abs=0.1))
    assert 0 < found["diversity"] < 1
    assert found["hole_bits"] != found["hole_bits_masked"]
    assert "bits per ink character\t" in asciivae(*options).stdout


def test_kinds_are_not_mixed(weights: Path, tmp_path: Path) -> None:
    run = trained(tmp_path, "--set", "train.steps=1")
    done = asciivae("evaluate", weights, run)
    assert done.exit_code == 2
    assert "is not a page model, as others are" in done.stderr
    done = asciivae("evaluate", weights, "--contours")
    assert done.exit_code == 2
    assert "are not for page models" in done.stderr
