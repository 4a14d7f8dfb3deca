"""What `shape` is for, on the benchmarks' own pieces: it ranks distortions as people do, and no page goes blank."""

import importlib.util
import itertools
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from asciivae.contract import Loss
from asciivae.losses.shape import Shape
from asciivae.losses.shape_tables import ShapeConfig

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
NAMED = ("ellipse", "box", "circle", "nested", "fish", "cat", "boat", "lighthouse")
SEEDS = range(5)


def benchmark(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ranking() -> ModuleType:
    return benchmark("perceptual_ranking")


@pytest.fixture(scope="module")
def blank_page() -> ModuleType:
    return benchmark("blank_page")


@pytest.fixture(scope="module")
def rows(ranking: ModuleType) -> list[dict[str, float]]:
    """The values of `shape` for every distortion of the named pieces, five seeds each."""
    loss: Loss = Shape(ShapeConfig(), None)  # type: ignore[arg-type]
    return [ranking.values(loss, page, seed) for page in ranking.pieces(NAMED).values() for seed in SEEDS]


def share(rows: list[dict[str, float]], *ascending: str) -> float:
    return float(np.mean([all(row[a] < row[b] for a, b in itertools.pairwise(ascending)) for row in rows]))


def test_shape_ranks_distortions_as_people_do(ranking: ModuleType, rows: list[dict[str, float]]) -> None:
    assert np.mean([ranking.kendall([row[name] for name in ranking.ORDER]) for row in rows]) >= 0.85
    assert share(rows, "look-alike", "scrambled", "noise") >= 0.95
    assert share(rows, "shift", "jitter") == 1
    assert share(rows, "delete 10%", "delete 30%", "delete 60%", "delete 100%") >= 0.95
    assert max(row["same"] for row in rows) <= 1e-6
    assert all(0 < row["shift"] <= 0.06 for row in rows)


@pytest.mark.parametrize("distortion", ["look-alike", "shift", "broken", "scrambled"])
def test_the_blank_page_is_the_worst_of_all(rows: list[dict[str, float]], distortion: str) -> None:
    assert share(rows, distortion, "delete 100%") == 1


def test_pixels_do_not_rank_as_people_do(ranking: ModuleType) -> None:
    mse = ranking.installed(["mse"])["mse"]
    rows = [ranking.values(mse, page, 0) for page in ranking.pieces(NAMED).values()]
    assert np.mean([ranking.kendall([row[name] for name in ranking.ORDER]) for row in rows]) < 0.7
    assert share(rows, "shift", "broken") < 0.1
    assert share(rows, "scrambled", "delete 100%") < 0.5  # the blank page is better than wrong characters


def test_every_loss_of_the_registry_is_asked(ranking: ModuleType) -> None:
    losses = ranking.installed()
    assert {"ce", "edge", "ink", "kl", "l1", "mse", "nll", "shape", "similarity", "ssim"} <= set(losses)
    pages = list(ranking.pieces(["box"]).values())
    for name in ("ce", "edge", "similarity", "ssim"):
        assert -1 <= ranking.rank(losses[name], pages).tau <= 1, name


@pytest.mark.parametrize("start", ["space", "uniform"])
def test_doubt_about_a_cell_does_not_blank_the_page(blank_page: ModuleType, start: str) -> None:
    outcome = blank_page.compromise({"shape": 1.0, "ce": 0.02}, blank_page.STARTS[start])
    assert 0.8 <= outcome.ink_ratio <= 1.3
    assert outcome.shape <= 0.1


@pytest.mark.parametrize("start", ["space", "uniform"])
@pytest.mark.parametrize("loss", ["ce", "mse"])
def test_with_the_logs_losses_it_does(blank_page: ModuleType, loss: str, start: str) -> None:
    assert blank_page.compromise({loss: 1.0}, blank_page.STARTS[start]).ink_ratio <= 0.1
