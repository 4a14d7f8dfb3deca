"""What a plugin author needs to know, on one page. It imports nothing of asciivae.

A plugin is a class behind an entry point. Its options are a frozen standard-library dataclass called `Config`;
a recipe's `{use: NAME, ...}` builds it, and an unknown option is an error before anything runs.

    [project.entry-points."asciivae.losses"]     # or models, renderers, sources
    darkness = "my_package:Darkness"

    [project.entry-points."asciivae.contract"]   # the number of the contract that the package is written for:
    1 = "asciivae.contract"                      # another one is refused before anything of it is imported

`asciivae plugins new` writes such a package, and `asciivae plugins check` holds it to this page. A model extends
`asciivae.VAE`, whose docstrings say what it has to define.

Shapes: B pieces in a batch, H × W cells on the canvas, h × w pixels in a cell, 95 characters (code points 32-126;
class 0 is the space). Pictures are (B, 1, H·h, W·w) in [0, 1]: paper is 1, ink is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from torch import Tensor

CONTRACT = 1
"""The number of this contract. It changes only when an existing plugin would break."""

NEEDS = frozenset({"target_image", "recon_image", "squared_error"})
"""What a loss may ask for in `needs`, because making it costs time."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """The diagonal Gaussian q(z|x). `mean` and `logvar` (natural log of the variance) are (B, ...) alike."""

    mean: Tensor
    logvar: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class LossInputs:
    """Everything that a loss may look at. Nothing in it may be modified.

    Attributes:
        logits: (B, 95, H, W), what the decoder says; float32 or wider, whatever the precision of the run.
        probs: (B, 95, H, W), the relaxed sample drawn from the logits: what is rendered.
        target: (B, H, W) int64, the true characters.
        mask: (B, H, W) bool, False where the canvas is only there to make the pieces of a batch equally large.
        posterior: q(z|x).
        target_image: (B, 1, H·h, W·w), the original's picture; None unless in `needs`.
        recon_image: (B, 1, H·h, W·w), the picture of `probs`; None unless in `needs`.
        squared_error: (B,), the sum over the pixels of (recon_image - target_image)²; None unless in `needs`.
            The engine takes the cheapest exact way, which for a linear renderer needs no picture.
    """

    logits: Tensor
    probs: Tensor
    target: Tensor
    mask: Tensor
    posterior: Posterior
    target_image: Tensor | None = None
    recon_image: Tensor | None = None
    squared_error: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known before the first step.

    Attributes:
        glyphs: (95, h, w) in [0, 1], the atlas that the run renders with.
        character_counts: (95,) int64, how often each character stands in the training split, the spaces that
            fill the canvas included.
    """

    glyphs: Tensor
    character_counts: Tensor


class Loss(Protocol):
    """A loss: named terms, one number per piece.

    The engine does the rest: weight and schedule, the mean over the batch, device, logging, and the check that
    every term is finite before the optimiser steps. A loss that is an `nn.Module` is moved to the run's device.

    A loss has no randomness, and what it says of a piece depends on that piece alone. One that has a least value,
    which a perfect reconstruction reaches, may state it as an attribute `minimum: float`; it is then held to it.

    Attributes:
        needs: which of `NEEDS` it looks at.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]
    needs: frozenset[str]

    def __init__(self, config: Any, facts: Facts) -> None: ...

    def __call__(self, inputs: LossInputs) -> Mapping[str, Tensor]:
        """Return named tensors of shape (B,). One named `""` takes the name that the recipe gives the loss."""
        ...


class Renderer(Protocol):
    """A renderer: character probabilities to a picture.

    Attributes:
        cell: (h, w), the pixels of one character.
        differentiable: whether a gradient reaches the probabilities.
        linear: whether the picture of a cell is Σ_c p_c · glyph_c; the engine may then skip drawing it.
        digest: names the glyphs (a hash): the same for the same glyphs, another one where others are drawn.
        baseline: optional, a renderer of the same cell that draws the originals in its place. One that only imitates
            the glyphs names here what it imitates, so that a loss compares with the truth.

    Made for glyphs that it cannot draw, it refuses with a ValueError or an AsciivaeError.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]
    cell: tuple[int, int]
    differentiable: bool
    linear: bool
    digest: str

    def __init__(self, config: Any, glyphs: Tensor) -> None: ...

    def __call__(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W) to (B, 1, H·h, W·w) in [0, 1]."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A document as text: fetched from the web, or a file that the user named.

    Attributes:
        text: what it says, decoded; lines end with a line feed.
        address: where it was found in the end, redirects followed: a URL, or the path of a file.
        folder: of a file in a folder that the user named, the folders between the two, with `/`; else empty.
        category: what the `Link` that led here called its category; else empty.
    """

    text: str
    address: str
    folder: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A document to fetch: its address, absolute or as it stands on the page.

    Where `category` is known, the pages of categories that nobody asked for are not fetched.
    """

    address: str
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArt:
    """A piece of art as its page has it, and what the page says about it; empty where it says nothing.

    Attributes:
        text: the art, untouched; cleaning comes later.
        category: what it shows, broad to narrow, with `/`.
        caption: its title.
        artist: who made it.
        license: the terms, in the words of the page.
        address: its own address, if it has one besides that of the page.
        several: whether this may be several drawings, divided by blank lines.
    """

    text: str
    category: str = ""
    caption: str = ""
    artist: str = ""
    license: str = ""
    address: str = ""
    several: bool = False


class Source(Protocol):
    """A place where art is: it says where to start, and reads a page into art and further links.

    It opens no file and no socket. Robots rules, rate limits, retries, caching, size limits, decoding, safe file
    names and provenance are the engine's; links to other hosts than those of `start` are not followed.

    Attributes:
        files: patterns of the names of files that it can read (`*.html`), if the user names files or folders.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]
    files: Sequence[str]

    def __init__(self, config: Any) -> None: ...

    def start(self) -> Iterable[Link]:
        """Say where to begin on the web; nothing if there are only files to read."""
        ...

    def read(self, page: Page) -> Iterable[RawArt | Link]:
        """Read a page. It may be anything: what is no such page holds no art."""
        ...
