"""Installing packages for a test: as files on the path, or as real wheels into a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import asciivae

from asciivae import registry

PLUGINS = Path(__file__).parents[2] / "plugins"


@dataclass
class Site:
    """A folder of installed packages, and the command line with it on its path."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def add(self, distribution: str, points: str, code: str = "", *, module: str = "", version: str = "1.0") -> None:
        """Put a package there as pip would: metadata, and one module."""
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\nSummary: A package of a test\n"
        )
        (info / "entry_points.txt").write_text(points)
        (self.folder / f"{module or distribution.replace('-', '_')}.py").write_text(code)

    def run(self, *arguments: str | Path, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run the command line in a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "asciivae", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(self.folder), **self.environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


@pytest.fixture
def here(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Run the command line in this process, where that is quicker, with what is installed on the site."""
    monkeypatch.syspath_prepend(site.folder)
    monkeypatch.setattr(registry, "_loaded", {})
    before = set(sys.modules)
    yield asciivae
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(str(site.folder)):
            del sys.modules[name]


@pytest.fixture
def build_wheel(tmp_path: Path) -> Callable[[Path], Path]:
    """Build the wheel of a package, offline."""

    def build(package: Path) -> Path:
        wheels = tmp_path / "wheels" / package.name
        pip("wheel", "--no-build-isolation", "-w", wheels, package)
        (wheel,) = wheels.glob("*.whl")
        return wheel

    return build


def pip(command: str, *arguments: str | Path, python: Path | None = None) -> None:
    """Run pip without the network, for this environment or that of another interpreter."""
    other = [] if python is None else ["--python", str(python)]
    offline = [] if command == "uninstall" else ["--no-deps", "--no-index"]
    line = [sys.executable, "-m", "pip", *other, command, "--quiet", *offline, *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
