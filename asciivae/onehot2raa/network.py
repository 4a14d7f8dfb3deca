"""onehot2raa: the learned renderer, a network that maps a page of character probabilities to its picture.

A cell of a page is either a *soft distribution*, whose picture is the expected glyph, Σ_c p_c · glyph_c; or a *one-hot
with noise*, whose picture is the glyph of the character without the noise. The optimum for the squared error is a
mixture of both, which is the structure of the network:

    cell p (95) ─┬─ soft counts, ‖p‖₄ ─ gate ─► g, the probability of a one-hot with noise
                 └─ q = (1 - g) · p + g · p⁴ / Σ p⁴ ─► Σ_c q_c · picture_c

The gate (three 1 × 1 convolutions) and the 95 pictures are learned; the pictures are initialised to grey. The soft
count at a scale s, Σ_c p_c / (p_c + s), is about the number of characters with probability above s: clipped noise
leaves half of them at exactly 0 and the others at similar values, a softmax never does. Each cell is drawn by itself,
so pages can have any size.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from asciivae.contract import CONTRACT
from asciivae.errors import ModelError
from asciivae.files.weights import RENDERER_FORMAT, WeightsFile, open_weights
from asciivae.render.cells import page
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import digest
from asciivae.text.charset import SIZE

SCALES = (0.0005, 0.003, 0.016, 0.08)
"""The scales of the soft counts."""

MOST_HIDDEN = 1024
"""Upper bound, so that a mistyped recipe or a hostile weights file does not exhaust memory."""

LARGEST_WEIGHT = 1e6
"""Larger weights are rejected; up to here no intermediate value overflows."""

FLOOR = 1e-4
"""Added before the fourth power, to avoid denormal numbers, which are about a hundred times slower on CPUs."""

ROUNDING = 1e-3
"""Tolerance of the sum of a cell's probabilities, which allows for half precision."""

NEGATIVE = 1e-6
"""Tolerance of negative probabilities from rounding; the soft counts stay positive even if all of them are at it."""

SHIPPED = "onehot2raa.safetensors"


class Network(nn.Module):
    """The trainable network; see the module.

    Args:
        cell: (h, w), the pixels of one character.
        hidden: width of the gate. Initial weights are drawn from PyTorch's global generator.
    """

    def __init__(self, cell: tuple[int, int], hidden: int) -> None:
        super().__init__()
        self.cell = cell
        self.pictures = nn.Parameter(torch.full((SIZE, *cell), 0.5))
        self.judge = nn.Sequential(  # the gate; the name is in weights files
            nn.Linear(len(SCALES) + 1, hidden),
            nn.GELU(),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Linear(hidden, 1),
        )

    def forward(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W) to the picture (B, 1, H·h, W·w)."""
        return self.forward_with_gate(probs)[0]

    def forward_with_gate(self, probs: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a page, and classify its cells.

        Args:
            probs: (B, 95, H, W), a distribution in every cell.

        Returns:
            The picture (B, 1, H·h, W·w), in [0, 1] in evaluation mode; and (B, H, W), the log-odds of a cell being a
            one-hot with noise.

        Raises:
            ModelError: the page does not have 95 channels, or its cells are not distributions.
        """
        if probs.ndim != 4 or probs.shape[1] != SIZE:
            raise ModelError(
                f"a page has the shape (B, {SIZE}, H, W), not {tuple(probs.shape)}",
                hint=f"give one channel for each of the {SIZE} printable characters of ASCII, code points 32 to 126",
            )
        batch, _, rows, columns = probs.shape
        cells = probs.permute(0, 2, 3, 1).reshape(-1, SIZE)
        _check_distributions(cells)
        fourth, total, reciprocals = _Statistics.apply(cells)
        counts = (SIZE - cells.new_tensor(SCALES) * reciprocals).log()
        # Trained equally long on counts between scales rather than above each, the gate's loss is 100 times lower.
        between = counts[:, :-1] - counts[:, 1:]
        odds = self.judge(torch.cat([between, counts[:, -1:], total.log() / 4], dim=1))
        mixture = _Mixture.apply(cells, fourth, total, odds.sigmoid())
        # Not in training, where clamped values would have no gradient.
        pictures = self.pictures if self.training else self.pictures.clamp(0.0, 1.0)
        drawn = mixture @ pictures.flatten(1)
        return page(drawn.view(batch, rows, columns, *self.cell)), odds.view(batch, rows, columns)


# Both have handwritten gradients: composed of PyTorch's functions, which need more passes over (N, 95) tensors, a step
# took a third longer.


class _Statistics(torch.autograd.Function):
    """Cells (N, 95) to their fourth powers, the sum of these (N, 1), and Σ_c 1 / (p_c + s) for each s (N, scales)."""

    @staticmethod
    def forward(ctx: Any, cells: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        raised = cells + FLOOR
        cubed = raised.square().mul_(raised)
        fourth = raised.mul_(cubed)
        reciprocals = [(cells + scale).reciprocal_() for scale in SCALES]
        ctx.save_for_backward(cubed, *reciprocals)
        ctx.mark_non_differentiable(fourth)  # its gradient is part of `_Mixture`'s gradient of the cells
        return fourth, fourth.sum(1, keepdim=True), torch.stack([each.sum(1) for each in reciprocals], dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, _: Tensor, total: Tensor, sums: Tensor) -> Tensor:
        cubed, *reciprocals = ctx.saved_tensors
        result: Tensor = cubed * (4.0 * total)
        for each, weight in zip(reciprocals, sums.split(1, dim=1), strict=True):
            result.addcmul_(each, each * weight, value=-1.0)
        return result


class _Mixture(torch.autograd.Function):
    """(1 - g) · p + g · fourth / total: (N, 95), its fourth powers, their sum (N, 1) and g (N, 1) to (N, 95)."""

    @staticmethod
    def forward(ctx: Any, cells: Tensor, fourth: Tensor, total: Tensor, noisy: Tensor) -> Tensor:
        ctx.save_for_backward(cells, fourth, total, noisy)
        return (cells * (1.0 - noisy)).addcmul_(fourth, noisy / total)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, Tensor, Tensor]:
        cells, fourth, total, noisy = ctx.saved_tensors
        of_fourth = (grad * fourth).sum(1, keepdim=True) / total
        of_noisy = of_fourth - (grad * cells).sum(1, keepdim=True)
        # d/dx x⁴ = 4 x⁴ / x.
        through = (fourth / (cells + FLOOR)).mul_(4.0 * noisy / total).add_(1.0 - noisy)
        return through.mul_(grad), None, -noisy * of_fourth / total, of_noisy


def _check_distributions(cells: Tensor) -> None:
    with torch.no_grad():
        # False for NaN as well.
        valid = ((cells.sum(1) - 1.0).abs() < ROUNDING) & (cells.amin(1) > -NEGATIVE)
        if bool(valid.all()):
            return
        non_finite = int((~cells.isfinite()).any(1).sum())
        invalid = int((~valid).sum())
    if non_finite:
        raise ModelError(
            f"{non_finite} of {len(cells)} cells contain non-finite values",
            hint="check the input of the renderer; a diverged training run reports their origin",
        )
    raise ModelError(
        f"{invalid} of {len(cells)} cells are not distributions over the characters",
        hint="it draws probabilities: --set relax.use=softmax, or --set renderer.use=analytic",
    )


@dataclass(frozen=True)
class NeuralConfig:
    """Options of the `neural` renderer.

    Attributes:
        weights: a renderer.safetensors from `asciivae train-renderer`; null for the bundled one, which draws the
            default glyphs.
    """

    weights: str | None = None


class Neural(nn.Module):
    """A trained onehot2raa with frozen weights; gradients flow to the page (`neural`).

    Args:
        config: the weights.
        glyphs: (95, h, w) in [0, 1], the glyphs that the weights were trained for.

    Attributes:
        baseline: draws the originals with the glyphs themselves, as the log's baseline did.

    Raises:
        ModelError: the weights cannot be used, or are for other glyphs.
    """

    contract: ClassVar[int] = CONTRACT
    Config: ClassVar[type] = NeuralConfig
    differentiable = True
    linear = False

    def __init__(self, config: NeuralConfig, glyphs: Tensor) -> None:
        super().__init__()
        self.network, own = _read(config.weights)
        self.cell = self.network.cell
        if digest(own) != digest(glyphs):
            here, there = ("×".join(map(str, atlas.shape[1:])) for atlas in (own, glyphs))
            raise ModelError(
                f"was trained for the glyphs {digest(own)} ({here} pixels), not for those of the recipe, "
                f"{digest(glyphs)} ({there})",
                place=config.weights or SHIPPED,
                hint="train one for these glyphs, with the same --set glyphs…: asciivae train-renderer, "
                "and give its renderer.safetensors as renderer.weights",
            )
        self.network.eval().requires_grad_(False)
        self.baseline = Discrete(DiscreteConfig(), glyphs)
        weights = b"".join(value.numpy().tobytes() for value in self.network.state_dict().values())
        self.digest = hashlib.sha256(digest(own).encode() + weights).hexdigest()[:16]

    def forward(self, probs: Tensor) -> Tensor:
        """Map (B, 95, H, W), a distribution in every cell, to the picture (B, 1, H·h, W·w) in [0, 1].

        Raises:
            ModelError: see `Network.forward_with_gate`.
        """
        picture: Tensor = self.network(probs)
        return picture

    def train(self, mode: bool = True) -> Neural:
        """Stay in evaluation mode; `mode` is ignored."""
        super().train(False)
        return self


def _read(path: str | None) -> tuple[Network, Tensor]:
    """The network of a weights file, and the glyphs (95, h, w) that it was trained to draw."""
    if path is None:
        with resources.as_file(resources.files("asciivae").joinpath("assets", SHIPPED)) as file:
            return read_network(file)
    return read_network(Path(path))


def read_network(file: Path) -> tuple[Network, Tensor]:
    """Read a trained network; nothing in the file is executed, and shapes are checked before memory is allocated.

    Returns:
        The network, on the CPU in float32, and the glyphs (95, h, w) that it was trained to draw.

    Raises:
        ModelError: there is no such file, or it does not contain a renderer.
    """
    if not file.is_file():
        raise ModelError(
            "is a folder" if file.is_dir() else "is not a regular file" if file.exists() else "does not exist",
            place=str(file),
            hint="give a file: a run of `asciivae train-renderer` has checkpoints/step-N/renderer.safetensors",
        )
    with open_weights(file, RENDERER_FORMAT) as weights:
        skeleton = _skeleton(weights)
        values, glyphs = weights.read(skeleton.state_dict(), "a renderer")
        # False for NaN as well.
        if not all(bool((value.abs() <= LARGEST_WEIGHT).all()) for value in values.values()):
            raise weights.refusal("contains values out of range for a renderer")
    network = skeleton.to_empty(device="cpu")
    network.load_state_dict(values)
    return network, glyphs


def _skeleton(weights: WeightsFile) -> Network:
    """A network on the meta device with the sizes of a file's tensors."""
    widths = weights.slices["judge.0.bias"].get_shape() if "judge.0.bias" in weights.slices else []
    if weights.glyph_size is None or len(widths) != 1 or not 1 <= widths[0] <= MOST_HIDDEN:
        raise weights.refusal("does not contain the tensors of a renderer")
    with torch.device("meta"):
        return Network(weights.glyph_size, widths[0])
