"""The startup cost of installed plugins for commands that use none of them. Target: under 20 ms on `--help` for 50.

    python benchmarks/plugins_startup.py [--plugins 50] [--repeats 20]

Exits with 1 if the target is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS = (["--help"], ["recipes", "list"], ["plugins", "list"])
MOST = 0.020

CODE = '''"""A plugin that is never used."""

import time
from dataclasses import dataclass

time.sleep(10)


@dataclass(frozen=True)
class Config:
    """Options.

    Attributes:
        size: how large it is.
    """

    size: int = 1


class Dummy:
    """It does nothing."""

    contract = 1
    Config = Config
'''


def install(folder: Path, number: int) -> None:
    """Write the files of one installed package, with a description of typical length."""
    info = folder / f"asciivae_dummy_{number}-1.0.dist-info"
    info.mkdir()
    head = f"Metadata-Version: 2.1\nName: asciivae-dummy-{number}\nVersion: 1.0\nRequires-Dist: asciivae\n\n"
    (info / "METADATA").write_text(head + "A line of the description.\n" * 100)
    points = f"[asciivae.losses]\ndummy-{number} = asciivae_dummy_{number}:Dummy\n"
    (info / "entry_points.txt").write_text(f"{points}\n[asciivae.contract]\n1 = asciivae.contract\n")
    (folder / f"asciivae_dummy_{number}.py").write_text(CODE)


def seconds(arguments: list[str], path: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": str(path)}
    start = time.perf_counter()
    command = [sys.executable, "-m", "asciivae", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plugins", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=20)
    given = parser.parse_args()
    added = {}
    with tempfile.TemporaryDirectory() as name:
        bare, full = Path(name, "bare"), Path(name, "full")
        bare.mkdir()
        full.mkdir()
        for number in range(given.plugins):
            install(full, number)
        for arguments in COMMANDS:
            seconds(arguments, full)  # warm up the bytecode and disk caches
            # Interleaved, so that other load affects both equally.
            pairs = [(seconds(arguments, bare), seconds(arguments, full)) for _ in range(given.repeats)]
            without, with_all = (statistics.median(side) for side in zip(*pairs, strict=True))
            added[arguments[0]] = with_all - without
            line = " ".join(["asciivae", *arguments])
            print(f"{line:24} {1000 * without:6.1f} ms, with {given.plugins} plugins {1000 * with_all:6.1f} ms")
    return int(added["--help"] >= MOST)


if __name__ == "__main__":
    sys.exit(main())
