"""Time and memory of cleaning by the size of the corpus and the share of near copies.

    python benchmarks/clean.py [PIECES…] [--share SHARE]… [--folder FOLDER] [--workers N] [--keep]

Synthetic pieces (synthetic.py) are cleaned with the defaults of `asciivae corpus clean`, each size in a process of its
own. Seconds of wall time, of processor time of all processes and, of that, of the search for near duplicates once
pieces have sketches; MB (10⁶ bytes) of peak resident memory of the largest process, pages of temporary files included;
the exponent k of time ~ pieces^k between the smallest and the largest size and between the last two.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import synthetic

DEFAULT = (13_000, 41_000, 131_000)


def measure(path: Path, workers: int) -> dict[str, object]:
    from asciivae.corpus import duplicates
    from asciivae.corpus.cleaning import clean
    from asciivae.corpus.mapped import save
    from asciivae.corpus.raw_texts import read_raw_texts
    from asciivae.corpus.steps import Limits, steps

    searching, search = 0.0, duplicates.deduplicate

    def timed(*args: Any, **options: Any) -> duplicates.Deduplicated:
        nonlocal searching
        begin = time.process_time()
        found = search(*args, **options)
        searching = time.process_time() - begin
        return found

    duplicates.deduplicate = timed
    start = time.perf_counter()
    storage, refusals, tally = clean(read_raw_texts(path), steps(Limits()), workers=workers, scratch=path.parent)
    save(path.with_suffix(".safetensors"), storage, refusals)
    seconds = time.perf_counter() - start
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "read": tally.read,
        "kept": tally.kept,
        "refused": dict(tally.refused),
        "families": tally.families,
        "seconds": seconds,
        "search": searching,
        "processor": sum(used.ru_utime + used.ru_stime for used in (own, others)),
        "megabytes": max(own.ru_maxrss, others.ru_maxrss) * 1024 / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pieces", nargs="*", type=int)
    parser.add_argument("--share", action="append", type=float)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep the cleaned stores in the folder")
    parser.add_argument("--measure", type=Path)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.workers)))
        return
    for share in given.share or (0.1, 0.6):
        found = []
        for count in given.pieces or DEFAULT:
            with tempfile.TemporaryDirectory(dir=given.folder) as folder:
                path = Path(folder) / f"{count}-{share:g}.jsonl"
                synthetic.write(path, count, share)
                words = [sys.executable, __file__, "--measure", str(path), "--workers", str(given.workers)]
                figures = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
                if given.keep:
                    store = path.with_suffix(".safetensors")
                    store.rename(Path(given.folder or ".") / store.name)
            found.append(figures)
            each = 1e6 * figures["processor"] / figures["read"]
            print(
                f"{share:.0%} copies: {figures['read']} pieces, {figures['kept']} kept, {figures['seconds']:.1f} s, "
                f"{figures['processor']:.1f} s of processor time ({each:.0f} µs a piece), "
                f"{figures['search']:.2f} s of them to search, "
                f"{figures['megabytes']:.0f} MB; {figures['refused']}",
                flush=True,
            )
        for name in ("processor", "search") if len(found) > 1 else ():
            less, more = found[-2:]
            last = math.log(more[name] / less[name]) / math.log(more["read"] / less["read"])
            whole = math.log(more[name] / found[0][name]) / math.log(more["read"] / found[0]["read"])
            print(f"{share:.0%} copies: exponent of {name} {whole:.3f}; of the last two sizes {last:.3f}", flush=True)


if __name__ == "__main__":
    main()
