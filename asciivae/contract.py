"""The plugin API: protocols and data types. It imports nothing from asciivae.

A plugin is a class behind an entry point. Its options are a frozen standard-library dataclass called `Config`;
a recipe's `{use: NAME, ...}` builds it, and an unknown option is an error before anything runs.

    [project.entry-points."asciivae.losses"]     # or models, renderers, metrics, observers, optimisers, steps, sources
    darkness = "my_package:Darkness"

    [project.entry-points."asciivae.contract"]   # the contract version of the package; a package with another
    2 = "asciivae.contract"                      # version is rejected before any of it is imported

A recipe may also name a class in a file, `{use: "./darkness.py:Darkness"}`, without a package; see docs/plugins.md.

`asciivae plugins new` writes such a package or file, and `asciivae plugins check` checks it against this contract. A
model extends `asciivae.VAE`, whose docstrings list the methods to define. Every class may have two more attributes:

    examples: options that the checks try besides the defaults, instances of `Config`.
    expected_failures: names of checks that fail by design, each with its reason.

Shapes: B pieces in a batch, H × W cells on the canvas, h × w pixels in a cell, 95 characters (code points 32-126;
class 0 is the space). Pictures are (B, 1, H·h, W·w) in [0, 1]: paper is 1, ink is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

CHARACTERS = 95
"""The printable characters of ASCII, code points 32 to 126; class 0 is the space."""

CONTRACT = 2
"""The version of this contract."""

CONTRACTS = (1, 2)
"""The versions that are supported. A plugin of version 1 has no state that is saved, and is otherwise the same."""

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
        posterior: q(z|x). The shape of z is the model's: (B, D) for `logged`, (B, C, H/8, W/8) for `spatial`, whose
            number of channels C depends on the size of the page.
        z: (B, ...), the sample from the posterior that was decoded.
        latent_mask: bool, broadcasts with z: False for the latents of padding; all True for latent vectors.
        step, epoch: counted from 0.
        total_steps: the steps of the whole run.
        training: whether it is a training step; False in validation.
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
    z: Tensor = None  # type: ignore[assignment]  # always given by the engine; tests of contract 1 omit it
    latent_mask: Tensor = None  # type: ignore[assignment]
    step: int = 0
    epoch: int = 0
    total_steps: int = 1
    training: bool = True
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
    before the optimiser steps. A loss that is an `nn.Module` is moved to the run's device: its tensors are buffers.
    Its parameters are not trained (`requires_grad_(False)`), and its mode (`train` or `eval`) is never changed.

    A loss is deterministic, and its value for a piece depends on that piece alone. Its state, if it has any, is in the
    persistent buffers of an `nn.Module`: it changes only where `inputs.training` is true, and is saved and restored
    with the run.

    Attributes:
        needs: the members of `NEEDS` that it uses.
        minimum: optional, the value of a perfect reconstruction, which is the least.
        couples_pieces: optional, True if its value for a piece depends on the other pieces of the batch.
        differentiable: optional, False for a loss that is only logged, with weight 0.
        reads_probs: optional, False if it does not read `inputs.probs`, which is left out if nothing reads it.
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

    A renderer that is not linear may draw across the borders of cells, for instance blur; far cells do not matter. Its
    glyphs are the pictures of single characters. It is deterministic; a picture depends on its page alone.

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


class Metric(Protocol):
    """A metric: named values, one per piece, measured in validation (`metrics` in a recipe) and by `evaluate --metric`.

    It is called as a loss is, without gradients. `inputs.logits.argmax(1)` is the reconstruction.

    Attributes:
        needs: as for a `Loss`.
        higher_is_better: whether higher values are better; None for neither.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]
    needs: frozenset[str]
    higher_is_better: bool | None

    def __init__(self, config: Any, facts: Facts) -> None: ...

    def __call__(self, inputs: LossInputs) -> Mapping[str, Tensor]:
        """Return named tensors of shape (B,); NaN for a piece without a value, which is left out of the mean."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run, as an observer sees it.

    Attributes:
        name: the name of its recipe.
        folder: its folder, in which an observer may write files of its own.
        recipe: the recipe with every default, as plain data.
        step: the steps taken so far; more than 0 for a resumed run.
        total_steps: the steps of the whole run.
    """

    name: str
    folder: Path
    recipe: Mapping[str, Any]
    step: int
    total_steps: int


class RunObserver(Protocol):
    """An observer of a run (`observers` in a recipe), for instance a logger. Methods may be missing.

    It cannot affect the run: if it raises an exception, there is a warning, and it is not called again.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]

    def __init__(self, config: Any) -> None: ...

    def started(self, run: RunFacts) -> None:
        """The run starts, or is resumed."""

    def stepped(self, step: int, values: Mapping[str, float]) -> None:
        """A step was taken; the values are `total`, the unweighted terms, `grad_norm`, `lr` and `epoch`."""

    def validated(self, step: int, values: Mapping[str, float]) -> None:
        """The run was validated."""

    def sampled(self, step: int, text: str) -> None:
        """A few pieces were reconstructed."""

    def finished(self, step: int, error: str) -> None:
        """The run ended at this step: completely if `error` is empty, else it says why."""


class Optimiser(Protocol):
    """An optimiser (`optim.use` in a recipe): makes a `torch.optim.Optimizer` of parameters.

    The engine sets `lr` of every group before each step and clips gradients. Each parameter's state is named tensors.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]

    def __init__(self, config: Any) -> None: ...

    def __call__(self, parameters: Iterable[Any], lr: float, weight_decay: float) -> Any:
        """Return the optimiser of these parameters."""
        ...


class Refusal(NamedTuple):
    """The reason why a cleaning step refuses a text: a fixed phrase, so that reasons can be counted."""

    reason: str


class CleaningStep(Protocol):
    """A step of `asciivae corpus clean --step NAME`: maps the text of a piece to a text, to several, or to a refusal.

    It runs after the steps on characters and before those on prose and size. It is deterministic and idempotent.
    """

    contract: ClassVar[int]
    Config: ClassVar[type]

    def __init__(self, config: Any) -> None: ...

    def __call__(self, art: RawArt) -> str | Sequence[str] | Refusal:
        """Clean `art.text`: printable ASCII, lines end with a line feed."""
        ...


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
