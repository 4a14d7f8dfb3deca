"""Write the collection as gzipped JSON lines: python -m tools.drawings [FILE]."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from . import collection, json_lines

ASSET = Path(__file__).parents[2] / "asciivae" / "assets" / "drawings.jsonl.gz"


def main() -> None:
    """Write to the file named on the command line, or to the asset of this checkout."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ASSET
    path.write_bytes(gzip.compress(json_lines(collection()), 9, mtime=0))
    print(path)


if __name__ == "__main__":
    main()
