"""The packages in `plugins/`: built, installed, checked, trained with, tested, uninstalled. And those that we write."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugin_site import PLUGINS, Site, pip
from tiny_runs import asciivae, drawings, tiny_recipe, written

Build = Callable[[Path], Path]
LOSSES = {
    "asciivae-ssim": [{"use": "ms-ssim", "scales": 2}, {"use": "ssim-reflect", "sigma": 1.0}],
    "asciivae-chamfer": [{"use": "chamfer", "reach": 1.0}],
}
TERMS = {"asciivae-ssim": {"ms-ssim", "ssim-reflect"}, "asciivae-chamfer": {"chamfer.extra", "chamfer.missing"}}
OTHERS = ("asciivae-source-boxes", "asciivae-tensorboard", "asciivae-truetype")


def install(site: Site, wheel: Path) -> None:
    pip("install", "--target", site.folder, wheel)


def uninstall(site: Site, package: str) -> None:
    stem = package.replace("-", "_")
    shutil.rmtree(next(site.folder.glob(f"{stem}-*.dist-info")))
    (site.folder / f"{stem}.py").unlink()


def trained(site: Site, folder: Path, **changes: Any) -> list[dict[str, Any]]:
    """The metrics of a run of a few steps."""
    recipe = tiny_recipe(drawings(folder / "art"), train={"steps": 3, "batch": 8}, **changes)
    done = site.run("train", "--recipe", written(folder / "a.yaml", recipe), "--out", folder / "run")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]


def own_tests(site: Site, package: Path, folder: Path) -> None:
    """Run a package's own tests on what is installed."""
    shutil.copytree(package / "tests", folder / "own")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", folder / "own"],
        env={**os.environ, "PYTHONPATH": str(site.folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("package", sorted(LOSSES))
def test_a_package_of_losses(package: str, site: Site, build_wheel: Build, tmp_path: Path) -> None:
    install(site, build_wheel(PLUGINS / package))
    names = [str(loss["use"]) for loss in LOSSES[package]]
    assert site.run("plugins", "check", *names).returncode == 0
    own_tests(site, PLUGINS / package, tmp_path)
    records = trained(site, tmp_path, losses=[{"use": "ce"}, *LOSSES[package]])
    assert all(TERMS[package] <= record.keys() for record in records)
    uninstall(site, package)
    done = site.run("recipes", "check", tmp_path / "a.yaml")
    assert done.returncode == 1
    assert all(f"unknown loss {name!r}" in done.stderr for name in names)


@pytest.mark.slow
def test_the_package_of_a_renderer(site: Site, build_wheel: Build, tmp_path: Path) -> None:
    package = PLUGINS / "asciivae-truetype"
    install(site, build_wheel(package))
    assert site.run("plugins", "check", "truetype", "--set", "height=10").returncode == 0
    own_tests(site, package, tmp_path)
    drawn = {"use": "truetype", "height": 10}
    records = trained(site, tmp_path, renderer=drawn, losses=[{"use": "ce"}, {"use": "mse"}])
    assert all("mse" in record for record in records)
    uninstall(site, package.name)
    assert "unknown renderer 'truetype'" in site.run("recipes", "check", tmp_path / "a.yaml").stderr


@pytest.mark.slow
def test_the_package_of_a_source(site: Site, build_wheel: Build, tmp_path: Path) -> None:
    package = PLUGINS / "asciivae-source-boxes"
    install(site, build_wheel(package))
    assert site.run("plugins", "check", "boxes").returncode == 0
    own_tests(site, package, tmp_path)
    uninstall(site, package.name)
    assert "unknown plugin 'boxes'" in site.run("plugins", "check", "boxes").stderr


@pytest.mark.slow
def test_the_package_of_an_observer(site: Site, build_wheel: Build, tmp_path: Path) -> None:
    package = PLUGINS / "asciivae-tensorboard"
    install(site, build_wheel(package))
    assert site.run("plugins", "check", "tensorboard").returncode == 0
    own_tests(site, package, tmp_path)
    trained(site, tmp_path, observers=[{"use": "tensorboard"}])
    assert len(list((tmp_path / "run" / "tensorboard").iterdir())) == 1


def test_every_real_package_is_tested_here() -> None:
    assert {p.name for p in PLUGINS.glob("*/")} == {*LOSSES, *OTHERS}


def test_real_packages_import_nothing_of_ours_but_the_contract() -> None:
    for module in PLUGINS.glob("*/asciivae_*.py"):
        lines = [line for line in module.read_text().splitlines() if "asciivae" in line and "import" in line]
        assert all(line.startswith("from asciivae.contract import ") for line in lines), module


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["loss", "model", "renderer", "metric", "observer", "optimiser", "step", "source"])
def test_a_package_that_we_write_works_at_once(kind: str, site: Site, build_wheel: Build, tmp_path: Path) -> None:
    package = tmp_path / f"asciivae-new-{kind}"
    assert asciivae("plugins", "new", kind, f"new-{kind}", "--to", package).exit_code == 0
    install(site, build_wheel(package))
    assert site.run("plugins", "check", f"new-{kind}").returncode == 0
    own_tests(site, package, tmp_path)
    if kind not in ("step", "source"):
        done = site.run(
            "train", "--recipe", package / "example.yaml", "--out", tmp_path / "run", "--set", "train.steps=2"
        )
        assert done.returncode == 0, done.stderr
    rules = Path(__file__).parents[2] / "pyproject.toml"
    for command in (
        ["ruff", "check", "--config", rules, "."],
        ["ruff", "format", "--check", "--config", rules, "."],
        ["mypy", "--strict", *package.glob("*.py"), *package.glob("tests/*.py")],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *map(str, command)], cwd=package, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
