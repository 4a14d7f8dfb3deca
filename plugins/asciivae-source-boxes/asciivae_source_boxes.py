"""The designs of the program `boxes`: blocks of `BOX name … sample … ends … END name` in its configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asciivae.contract import CONTRACT, Link, Page, RawArt


@dataclass(frozen=True)
class BoxesConfig:
    """Options of `boxes`.

    Attributes:
        root: the URL of the configuration file.
    """

    root: str = "https://raw.githubusercontent.com/ascii-boxes/boxes/master/boxes-config"


class Boxes:
    """The sample of each design is a piece, with its author and tag."""

    contract = CONTRACT
    Config = BoxesConfig
    files = ("boxes-config", "*.boxes", "*.cfg")

    def __init__(self, config: BoxesConfig) -> None:
        self.root = config.root

    def start(self) -> Iterator[Link]:
        """The configuration file of the project."""
        yield Link(address=self.root)

    def read(self, page: Page) -> Iterator[RawArt]:
        """Yield the sample of each design."""
        for design in _BEGIN.split(page.text)[1:]:
            names, _, body = design.partition("\n")
            sample = _SAMPLE.search(body)
            if sample:
                author, tag = _AUTHOR.search(body), _TAG.search(body)
                yield RawArt(
                    text=sample[1],
                    category=f"frames/{tag[1]}" if tag else "frames",
                    caption=names.split(",")[0].strip(),
                    artist=re.sub(r"\s*<[^>]*>", "", author[1]) if author else "",
                    license="GPL-3.0 (the collection)",
                )


_BEGIN = re.compile(r"^BOX[ \t]+", re.MULTILINE)
_SAMPLE = re.compile(r"^\s*sample[ \t]*\n(.*?)^\s*ends\b", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_AUTHOR = re.compile(r'^\s*author[ \t]+"([^"\n]*)"', re.MULTILINE | re.IGNORECASE)
_TAG = re.compile(r'^\s*tags[ \t]*\(?[ \t]*"([^"\n]*)"', re.MULTILINE | re.IGNORECASE)
