"""Rebuild the bundled glyph sheets from a font file.

    python scripts/build_glyphs.py --font DejaVuSansMono.ttf

Writes `asciivae/assets/dejavu-sans-mono.{tight,logged}.png`: the 95 characters in 19 columns and 5 rows, 64 × 64 each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from asciivae.render.rasterise import rasterise
from asciivae.render.sheets import save_sheet

ASSETS = Path(__file__).resolve().parent.parent / "asciivae" / "assets"


def main() -> None:
    """Draw both sheets of the font named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--font", type=Path, required=True, help="a .ttf or .otf file")
    parser.add_argument("--name", default="dejavu-sans-mono", help="the name under which recipes find it")
    parser.add_argument("--out", type=Path, default=ASSETS)
    arguments = parser.parse_args()
    for layout, sheet in rasterise(arguments.font).items():
        path = arguments.out / f"{arguments.name}.{layout}.png"
        save_sheet(sheet, path)
        print(path)


if __name__ == "__main__":
    main()
