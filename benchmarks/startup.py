"""The startup time of the command line, and the heavy packages that it imports.

python benchmarks/startup.py [--repeats 10]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

COMMANDS = (["--help"], ["recipes", "list"], ["train", "--help"])
HEAVY = ("torch", "numpy", "PIL")


def seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "asciivae", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def imported(arguments: list[str]) -> list[str]:
    """The heavy packages imported by a command."""
    command = [sys.executable, "-X", "importtime", "-m", "asciivae", *arguments]
    talk = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    names = {line.rsplit("|", 1)[-1].strip() for line in talk.splitlines()}
    return [name for name in HEAVY if name in names]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10)
    repeats = parser.parse_args().repeats
    bare = statistics.median(seconds_of_python() for _ in range(repeats))
    print(f"{'python -c pass':28} {bare:.3f} s")
    for arguments in COMMANDS:
        median = statistics.median(seconds(arguments) for _ in range(repeats))
        heavy = ", ".join(imported(arguments)) or "nothing heavy"
        print(f"{'asciivae ' + ' '.join(arguments):28} {median:.3f} s, imports {heavy}")


def seconds_of_python() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
