"""Write what the page of `asciivae web` shares with Python, web/src/tables.json; run it when one of them changes.

    python scripts/build_web_tables.py

Then build the page again, see CONTRIBUTING.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from asciivae.cli.examples import DRAWINGS
from asciivae.corpus.source import open_corpus
from asciivae.corpus.transforms import MIRRORED
from asciivae.text.art import to_text
from asciivae.text.look_alikes import LOOK_ALIKES

TABLES = Path(__file__).resolve().parent.parent / "web" / "src" / "tables.json"
EXAMPLES = {"camel": 1, "boat": 138, "balloons": 97, "astronaut": 101, "bridge": 137}
"""Of the embedded corpus, by index."""


def tables() -> dict[str, Any]:
    """Characters that are mirror images, characters that look like ASCII, and drawings to begin with."""
    corpus = open_corpus("embedded")
    own = {name.removesuffix(".txt"): text.removeprefix("\n") for name, text in DRAWINGS.items()}
    return {
        "mirrored": MIRRORED.split(),
        "lookAlikes": LOOK_ALIKES,
        "examples": {**own, **{name: to_text(corpus.grid(index)) for name, index in EXAMPLES.items()}},
    }


def main() -> None:
    """Write them."""
    TABLES.write_text(json.dumps(tables(), indent=1) + "\n", encoding="utf-8")
    print(TABLES)


if __name__ == "__main__":
    main()
