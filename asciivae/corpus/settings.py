"""The section `data` of a recipe: which pieces, how they are split, placed and varied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from asciivae.corpus.augment import Augment, Roll
from asciivae.settings.types import LONG, SHORT, Count, Many, Seed, Share, Text, long_if

Patterns = Many[str]
Rule = Literal["hash", "tail", "random"]


@dataclass(frozen=True)
class Split:
    """Which pieces are kept for validation.

    Attributes:
        rule: hash: by the cluster, else the id, so a piece stays on its side when the corpus grows; tail: the last in
            the order of the ids; random: drawn by `seed`.
        share: the fraction of pieces kept for validation.
        seed: draws another split by the rule random, the only one that draws.
    """

    rule: Rule = "hash"
    share: Share = 0.1
    seed: Seed = 0


@dataclass(frozen=True)
class FixedCanvas:
    """A canvas of one size for every batch, in cells.

    Attributes:
        height: rows.
        width: columns.
    """

    height: Count
    width: Count


@dataclass(frozen=True)
class Exclude:
    """Pieces to leave out by what is recorded about them: shell patterns (`*`, `?`, `[…]`), case-sensitive; `""`
    matches where nothing is recorded.

    Attributes:
        id: names of pieces.
        category: what they show.
        source: where they are from.
        license: their terms.
        cluster: families of near variants.
        artist: who made them.
        caption: their titles.
        url: their addresses.
    """

    id: Patterns = ()
    category: Patterns = ()
    source: Patterns = ()
    license: Patterns = ()
    cluster: Patterns = ()
    artist: Patterns = ()
    caption: Patterns = ()
    url: Patterns = ()


@dataclass(frozen=True)
class Data:
    """The pieces: which, how they are split, varied, and placed on a canvas.

    Attributes:
        corpus: `embedded`, or the path of a folder of texts, a .jsonl(.gz) file or a store; or a list of such: a piece
            that is in several counts once.
        exclude: which pieces are left out of training and validation; null for none.
        split: which pieces are kept for validation.
        max_side: pieces with more rows or columns (cells) are left out; null keeps all.
        canvas: `fitted`: each batch as large as its pieces need; or one height and width in cells.
        place: how a piece is centred; logged: with the rounding of the logged experiments.
        limit: only the first so many training pieces; null takes all.
        roll: a random circular shift of each piece; null for none.
        augment: how training pieces are varied; null for not at all.
    """

    corpus: Annotated[
        Annotated[Text, SHORT] | Annotated[Annotated[Many[Text], Field(min_length=1)], LONG],
        long_if(lambda value: isinstance(value, list | tuple)),
    ] = "embedded"
    exclude: Exclude | None = None
    split: Split = Split()
    max_side: Count | None = 64
    canvas: Annotated[
        Annotated[Literal["fitted"], SHORT] | Annotated[FixedCanvas, LONG],
        long_if(lambda value: not isinstance(value, str)),
    ] = "fitted"
    place: Literal["symmetric", "logged"] = "symmetric"
    limit: Count | None = None
    roll: Roll | None = None
    augment: Augment | None = None

    @property
    def corpora(self) -> tuple[str, ...]:
        """The corpora, however many there are."""
        return (self.corpus,) if isinstance(self.corpus, str) else self.corpus
