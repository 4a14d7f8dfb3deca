"""Time and memory of opening a corpus: first built, then mapped from the cache.

    python benchmarks/corpus_load.py [CORPUS]

Each case is measured in a separate process, without the import of numpy. Seconds of wall time; MB (10⁶ bytes) of
additional resident memory.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def resident() -> float:
    """The resident memory of this process, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(spec: str, cache: Path) -> None:
    from asciivae.corpus.source import open_corpus

    memory, start = resident(), time.perf_counter()
    corpus = open_corpus(spec, cache=cache)
    seconds, opened = time.perf_counter() - start, resident() - memory
    for index in range(len(corpus)):
        corpus.grid(index).max()
    used = resident() - memory
    print(f"{len(corpus)} pieces of {spec} in {seconds:.3f} s, {opened:.1f} MB; all cells read: {used:.1f} MB")


def main() -> None:
    spec = sys.argv[1] if len(sys.argv) > 1 else "embedded"
    with tempfile.TemporaryDirectory() as cache:
        for what in ("built ", "mapped"):
            print(what, end=" ", flush=True)
            subprocess.run([sys.executable, __file__, spec, cache], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
