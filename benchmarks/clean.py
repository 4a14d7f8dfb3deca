"""Time and memory of cleaning by the size of the corpus; both grow linearly.

    python benchmarks/clean.py [PIECES…]

Pieces are synthetic: strokes on grids with the size distribution of real collections (median 13 × 32 cells); one in
twenty is a copy of an earlier one, one in twenty a near copy. Each size is measured in a separate process, for
everything that `asciivae corpus clean` does on a file of JSON lines. Seconds of wall time; MB (10⁶ bytes) of peak
resident memory.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

INK = np.frombuffer(b"/\\|_-.'`,()=:;#oO*<>~^+", np.uint8)
DEFAULT = (25_000, 50_000, 100_000)


def made_up(count: int, path: Path) -> None:
    rng = np.random.default_rng(0)
    texts: list[str] = []
    with path.open("w") as file:
        for i in range(count):
            lot = rng.random() if i > 100 else 1.0
            text = texts[rng.integers(len(texts))] if lot < 0.1 else drawn(rng)
            if 0.05 <= lot < 0.1:
                place = rng.integers(len(text) // 2)
                text = text[:place] + text[place:].replace("/", "|", 2)
            texts.append(text)
            file.write(
                json.dumps({"id": f"{i:07}", "text": text, "source": "made up", "category": f"c{i % 50}"}) + "\n"
            )


def drawn(rng: np.random.Generator) -> str:
    height = int(np.clip(rng.lognormal(np.log(13), 0.6), 3, 60))
    width = int(np.clip(rng.lognormal(np.log(32), 0.45), 8, 90))
    grid = np.full((height, width), ord(" "), np.uint8)
    for _ in range(height * width // 12):
        y, x, length = rng.integers(height), rng.integers(width), rng.integers(1, 6)
        grid[y, x : x + length] = rng.choice(INK)
    return "\n".join(bytes(row).decode().rstrip() for row in grid)


def measure(path: Path) -> None:
    from asciivae.corpus.cleaning import clean
    from asciivae.corpus.mapped import save
    from asciivae.corpus.raw_texts import read_raw_texts
    from asciivae.corpus.steps import Limits, steps

    start = time.perf_counter()
    storage, refusals, tally = clean(read_raw_texts(path), steps(Limits()))
    save(path.with_suffix(".safetensors"), storage, refusals)
    seconds = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(
        f"{tally.read} pieces in {seconds:.1f} s, {most:.0f} MB; {tally.kept} kept: {dict(tally.refused)}", flush=True
    )


def main() -> None:
    for count in [int(word) for word in sys.argv[1:]] or DEFAULT:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "made-up.jsonl"
            made_up(count, path)
            subprocess.run([sys.executable, __file__, str(path)], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].endswith(".jsonl"):
        measure(Path(sys.argv[1]))
    else:
        main()
