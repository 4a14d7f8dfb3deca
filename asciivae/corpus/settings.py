"""The section `data` of a recipe: the pieces, their split, placement and augmentation."""

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
    """The validation split.

    Attributes:
        rule: hash: by the hash of the cluster, else of the id, so a piece stays on its side when the corpus grows;
            tail: the last pieces in the order of their ids; random: drawn with `seed`.
        share: the fraction of pieces kept for validation.
        seed: the seed of the rule random.
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
    """Pieces to exclude by their metadata: case-sensitive shell patterns (`*`, `?`, `[…]`); `""` matches a missing
    value.

    Attributes:
        id: names of pieces.
        category: what they show.
        source: the sources they were read from.
        license: their terms.
        cluster: families of near variants.
        artist: their artists.
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
    """The pieces: their selection, split, augmentation, and placement on a canvas.

    Attributes:
        corpus: `embedded`, or the path of a folder of texts, a .jsonl(.gz) or .parquet file or a store; or a list of
            these, where duplicates count once.
        exclude: pieces to exclude from training and validation; null for none.
        split: the validation split.
        max_side: pieces with more rows or columns (cells) are excluded; null keeps all.
        canvas: `fitted`: the smallest canvas for the pieces of each batch; or a fixed height and width in cells.
        place: how a piece is centred; logged: with the rounding of the logged experiments.
        limit: the number of training pieces to use, from the first; null for all.
        roll: a random circular shift of each piece; null for none.
        augment: augmentation of training pieces; null for none.
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
        """The corpora as a tuple, even if there is one."""
        return (self.corpus,) if isinstance(self.corpus, str) else self.corpus
