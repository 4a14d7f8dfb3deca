"""The plugin API: protocols and data types. It imports nothing from asciivae.

A plugin is a class behind an entry point. Its options are a frozen standard-library dataclass called `Config`;
a recipe's `{use: NAME, ...}` builds it, and an unknown option is an error before anything runs.

    [project.entry-points."asciivae.losses"]     # or models, renderers, sources
    darkness = "my_package:Darkness"

    [project.entry-points."asciivae.contract"]   # the contract version of the package; a package with another
    1 = "asciivae.contract"                      # version is rejected before any of it is imported

`asciivae plugins new` writes such a package, and `asciivae plugins check` checks it against this contract. A model
extends `asciivae.VAE`, whose docstrings list the methods to define.

Shapes: B pieces in a batch, H × W cells on the canvas, h × w pixels in a cell, 95 characters (code points 32-126;
class 0 is the space). Pictures are (B, 1, H·h, W·w) in [0, 1]: paper is 1, ink is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from torch import Tensor

CHARACTERS = 95
"""The printable characters of ASCII, code points 32 to 126; class 0 is the space."""

CONTRACT = 1
"""The version of this contract. It changes only when an existing plugin would break."""

NEEDS = frozenset({"target_image", "recon_image", "squared_error"})
"""The optional inputs that a loss can request in `needs`; they are computed only on request."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """The diagonal Gaussian q(z|x): `mean` and `logvar` (natural log of the variance), both (B, ...)."""

    mean: Tensor
    logvar: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class LossInputs:
    """The inputs of a loss, which must not be modified.

    Attributes:
        logits: (B, 95, H, W), the decoder's output; float32 or wider in every precision.
        probs: (B, 95, H, W), the relaxed sample drawn from the logits, which is rendered.
        target: (B, H, W) int64, the true characters.
        mask: (B, H, W) bool, False for the padding that makes the pieces of a batch equally large.
        posterior: q(z|x).
        target_image: (B, 1, H·h, W·w), the picture of the target; None unless in `needs`.
        recon_image: (B, 1, H·h, W·w), the picture of `probs`; None unless in `needs`.
        squared_error: (B,), the sum over the pixels of (recon_image - target_image)²; None unless in `needs`.
            Exact; for a linear renderer it is computed without rendering.
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
    """Constants of a run, known before the first step.

    Attributes:
        glyphs: (95, h, w) in [0, 1], the glyph atlas of the run.
        character_counts: (95,) int64, the count of each character in the training split, including the spaces that
            pad the canvas.
    """

    glyphs: Tensor
    character_counts: Tensor


class Loss(Protocol):
    """A loss: named terms, one value per piece.

    The engine applies weights and schedules, takes the mean over the batch, logs, and checks that every term is finite
    before the optimiser steps. A loss that is an `nn.Module` is moved to the run's device.

    A loss is deterministic, and its value for a piece depends on that piece alone. If a perfect reconstruction reaches
    a least value, the loss may state it as an attribute `minimum: float`, which `asciivae plugins check` verifies.

    Attributes:
        needs: the members of `NEEDS` that it uses.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]
    needs: frozenset[str]

    def __init__(self, config: Any, facts: Facts) -> None: ...

    def __call__(self, inputs: LossInputs) -> Mapping[str, Tensor]:
        """Return named tensors of shape (B,). The term `""` gets the name of the loss in the recipe."""
        ...


class Renderer(Protocol):
    """A renderer: maps character probabilities to a picture.

    Attributes:
        cell: (h, w), the pixels of one character.
        differentiable: whether gradients flow to the probabilities.
        linear: whether the picture of a cell is Σ_c p_c · glyph_c; the engine may then skip rendering.
        digest: a hash of the glyphs: equal for equal glyphs, different for different ones.
        baseline: optional, a renderer of the same cell that draws the targets. A learned renderer, which approximates
            the glyphs, names an exact one here, so that losses compare with the exact picture.

    The constructor raises a ValueError or an AsciivaeError for glyphs that the renderer does not support.
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
    """A document as text: a web page, or a file that the user named.

    Attributes:
        text: the decoded content; lines end with a line feed.
        address: the final URL after redirects, or the path of a file.
        folder: for a file below a folder that the user named, the relative path of its folder, with `/`; else empty.
        category: the category of the `Link` that led here; else empty.
    """

    text: str
    address: str
    folder: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A document to fetch: its address, absolute or relative to the page.

    If `category` is known, the link is followed only if that category was requested.
    """

    address: str
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawArt:
    """A piece of art as found on a page, with its metadata; unknown values are empty.

    Attributes:
        text: the art, unprocessed; cleaning is a separate step.
        category: its subject, from broad to narrow, separated by `/`.
        caption: its title.
        artist: its artist.
        license: the terms, in the words of the page.
        address: its own address, if it differs from that of the page.
        several: whether the text may contain several drawings, separated by blank lines.
    """

    text: str
    category: str = ""
    caption: str = ""
    artist: str = ""
    license: str = ""
    address: str = ""
    several: bool = False


class Source(Protocol):
    """A source of art: it lists start addresses, and parses a page into art and further links.

    It opens no file and no socket: the engine handles robots.txt, rate limits, retries, caching, size limits, decoding,
    safe file names and provenance. Links to hosts other than those of `start` are not followed.

    Attributes:
        files: the patterns of file names that it can read (`*.html`), for files and folders that the user names.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]
    files: Sequence[str]

    def __init__(self, config: Any) -> None: ...

    def start(self) -> Iterable[Link]:
        """The start addresses on the web; empty for a source that only reads files."""
        ...

    def read(self, page: Page) -> Iterable[RawArt | Link]:
        """Parse a page. A page of another kind must yield nothing rather than raise."""
        ...
