"""The section `data` of a recipe: which pieces, how they are split, placed and varied."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field

from asciivae.recipe.values import LONG, SHORT, Count, Many, Positive, Probability, Section, Seed, Share

CorpusName = Annotated[str, Field(min_length=1)]
Patterns = Many[str]


class Split(Section):
    """Which pieces are kept for validation."""

    rule: Literal["hash", "tail", "random"] = "hash"
    """hash: by the cluster, else the id, so a piece stays on its side when the corpus grows; tail: the last in the
    order of the ids; random: drawn by `seed`."""
    share: Share = 0.1
    """The share of pieces kept for validation."""
    seed: Seed = 0
    """Draws another split by the rule random, the only one that draws."""


class Canvas(Section):
    """A canvas of one size for every batch, in cells."""

    height: Count
    """Rows."""
    width: Count
    """Columns."""


class Roll(Section):
    """A circular shift of each training piece, by a rounded normal number of cells along either axis."""

    max: Count
    """The largest shift, in cells."""
    sigma: Positive
    """The standard deviation, in cells."""
    validation: bool = False
    """Whether validation pieces are shifted as well."""


class Exclude(Section):
    """Pieces to leave out by what is recorded about them: patterns as in a shell (`*`, `?`, `[…]`), case as
    written; `""` is where nothing is recorded."""

    id: Patterns = ()
    """Names of pieces."""
    category: Patterns = ()
    """What they show."""
    source: Patterns = ()
    """Where they are from."""
    license: Patterns = ()
    """Their terms."""
    cluster: Patterns = ()
    """Families of near variants."""
    artist: Patterns = ()
    """Who made them."""
    caption: Patterns = ()
    """Their titles."""
    url: Patterns = ()
    """Their addresses."""


class Shift(Section):
    """A piece anywhere on its page instead of in the middle."""

    probability: Probability
    """How often."""
    margin: Annotated[int, Field(ge=0, le=256)] = 0
    """Rows and columns, each drawn from 0 to so many, that the page is to hold beyond the piece, in cells."""


class Crop(Section):
    """A window of a piece instead of all of it."""

    probability: Probability
    """How often."""
    smallest: Count = 8
    """The least height and width of a window, in cells; a side that is no longer stays whole."""


class Noise(Section):
    """Wrong characters in what the model reads; what it is to write stays as it is."""

    probability: Probability
    """How often a page has any."""
    share: Share
    """The share of such a page's cells that hold any of the 95 characters instead of their own."""


class Augment(Section):
    """How training pieces are varied, anew in every epoch, in the order of these keys."""

    crop: Crop | None = None
    """A random window of the piece; null for none."""
    mirror: Probability = 0.0
    """How often a piece is mirrored left to right, `/` becoming `\\`; words stay readable."""
    shift: Shift | None = None
    """A random place on the page; null for the middle."""
    paste: Probability = 0.0
    """How often another training piece is drawn into the blank cells of the page."""
    noise: Noise | None = None
    """Wrong characters to read past; null for none."""


class Data(Section):
    """The pieces: which, how they are split, varied, and placed on a canvas."""

    corpus: Annotated[
        Annotated[CorpusName, SHORT] | Annotated[Annotated[Many[CorpusName], Field(min_length=1)], LONG],
        Discriminator(lambda value: "<long>" if isinstance(value, list | tuple) else "<short>"),
    ] = "embedded"
    """`embedded`, or the path of a folder of texts, a .jsonl(.gz) file or a store; or a list of such: a piece that
    stands in several counts once."""
    exclude: Exclude | None = None
    """Which pieces are left out of training and validation; null for none."""
    split: Split = Split()
    """Which pieces are kept for validation."""
    max_side: Count | None = 64
    """Pieces with more rows or columns (cells) are left out; null keeps all."""
    canvas: Annotated[
        Annotated[Literal["fitted"], SHORT] | Annotated[Canvas, LONG],
        Discriminator(lambda value: "<short>" if isinstance(value, str) else "<long>"),
    ] = "fitted"
    """`fitted`: each batch as large as its pieces need; or one height and width in cells."""
    place: Literal["symmetric", "logged"] = "symmetric"
    """How a piece is centred; logged: with the rounding of the logged experiments."""
    limit: Count | None = None
    """Only the first so many training pieces; null takes all."""
    roll: Roll | None = None
    """A random circular shift of each piece; null for none."""
    augment: Augment | None = None
    """How training pieces are varied; null for not at all."""

    @property
    def corpora(self) -> tuple[str, ...]:
        """The corpora, however many the recipe names."""
        return (self.corpus,) if isinstance(self.corpus, str) else self.corpus
