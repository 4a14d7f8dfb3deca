"""The architectures of the research log, A to F, layer by layer as in their commits.

Every block is a layer, an activation and a batch norm. The page is always 64 × 64 cells:

    ids (B,64,64) → one-hot convolutions → flat → [linear] → μ, logvar → z → linear → upsampling convolutions → logits

If a commit's decoder ends in a softmax (A) or log-softmax (E, F), this decoder returns the logits before it: all losses
and relaxations of this project apply the softmax themselves, and log-probabilities have the same softmax as logits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal, NamedTuple

import torch
from torch import Tensor, nn

from asciivae.contract import Posterior
from asciivae.errors import ModelError
from asciivae.models.base import VAE
from asciivae.models.layout import channels_last
from asciivae.models.onehot import OneHotConv2d
from asciivae.models.recompute import run
from asciivae.text.charset import SIZE

SIDE = 64
VariantName = Literal["A", "B", "C", "C'", "D", "E", "F"]


class Conv(NamedTuple):
    """A convolution, after bilinear upsampling by `scale` if that is not 1."""

    channels: int
    kernel: int = 5
    stride: int = 1
    padding: int = 2
    scale: Fraction = Fraction(1)


class Transposed(NamedTuple):
    """A transposed 2 × 2 convolution of stride 2."""

    channels: int


@dataclass(frozen=True)
class Variant:
    """One column of the log's architectures.

    Attributes:
        latent: size of z.
        negative_slope: slope of the leaky ReLU; 0 for a plain ReLU.
        encoder: the convolutions from the page to the flattened map.
        trunk: the layers between the flattened map and the two heads: none, an activation and a norm, or a linear
            block.
        decoder_linears: linear blocks between z and the decoder's first map.
        first_map: that map's (channels, height, width).
        decoder: its layers; all but the last are blocks.
        softmax_logvar: whether the log-variance head ends in a log-softmax over the latent axis (F).
    """

    latent: int
    negative_slope: float
    encoder: tuple[Conv, ...]
    trunk: Literal["none", "norm", "linear"]
    decoder_linears: int
    first_map: tuple[int, int, int]
    decoder: tuple[Conv | Transposed, ...]
    softmax_logvar: bool = False


def _up(channels: int, scale: Fraction | int) -> Conv:
    return Conv(channels, scale=Fraction(scale))


_HALVING = (Conv(SIZE, 4, 1, 1), Conv(SIZE, 4, 1, 2), *(Conv(c, 2, 2, 0) for c in (190, 380, 760, 760, 128)))
_C_ENCODER = (Conv(64), Conv(32, stride=2), Conv(16, stride=2), Conv(8, padding=0), Conv(4, padding=0))
_D_ENCODER = (Conv(64), Conv(48, stride=2), Conv(32, stride=2), Conv(16, padding=0), Conv(8, padding=0))
_C_DECODER = (_up(8, Fraction(3, 2)), _up(16, Fraction(4, 3)), _up(32, 2), _up(64, 2), Conv(SIZE))
_D_DECODER = (_up(16, Fraction(3, 2)), _up(32, Fraction(4, 3)), _up(48, 2), _up(64, 2), Conv(SIZE))

_C = Variant(256, 0.01, _C_ENCODER, "norm", 1, (4, 8, 8), _C_DECODER)
_E = Variant(512, 0.0, _D_ENCODER, "none", 1, (8, 8, 8), (*_D_DECODER, Conv(SIZE)))

VARIANTS: dict[str, Variant] = {
    "A": Variant(
        128,
        0.01,
        _HALVING,
        "linear",
        2,
        (128, 2, 2),
        (*(Transposed(c) for c in (760, 760, 380, 190, SIZE)), Conv(SIZE, 4, 1, 2), Conv(SIZE, 4, 1, 1)),
    ),
    "B": Variant(
        128,
        0.01,
        tuple(Conv(c, stride=2) for c in (64, 32, 16, 8)),
        "norm",
        1,
        (8, 4, 4),
        (*(_up(c, 2) for c in (8, 16, 32, 64)), Conv(SIZE)),
    ),
    "C": _C,
    "C'": Variant(_C.latent, 0.0, _C.encoder, _C.trunk, _C.decoder_linears, _C.first_map, _C.decoder),
    "D": Variant(512, 0.0, _D_ENCODER, "linear", 2, (8, 8, 8), _D_DECODER),
    "E": _E,
    "F": Variant(512, 0.0, _E.encoder, _E.trunk, _E.decoder_linears, _E.first_map, _E.decoder, softmax_logvar=True),
}


@dataclass(frozen=True)
class LoggedConfig:
    """Options of the `logged` model.

    Attributes:
        variant: which of the log's architectures.
        init_std: redraw every parameter, biases and batch norms included, from N(0, init_std²) as the log did;
            null keeps PyTorch's own initialisation.
    """

    variant: VariantName = "D"
    init_std: float | None = None

    def __post_init__(self) -> None:
        """Reject a standard deviation that is not positive."""
        if self.init_std is not None and not self.init_std > 0:
            raise ValueError("init_std must be positive")


class LoggedVAE(VAE):
    """A variational autoencoder of the log, for pages of 64 × 64 cells.

    Source: ascii-autoencoder, branch image-based-vae; D is commit 20717f2 (1,883,831 parameters).

    Args:
        config: the variant and its initialisation, drawn from PyTorch's global generator.
    """

    Config: ClassVar[type] = LoggedConfig

    def __init__(self, config: LoggedConfig) -> None:
        super().__init__()
        self.variant = variant = VARIANTS[config.variant]
        self.encoder, width = _encoder(variant)
        self.mean = nn.Linear(width, variant.latent)
        self.logvar = nn.Linear(width, variant.latent)
        self.decoder = _decoder(variant)
        if config.init_std is not None:
            for parameter in self.parameters():
                nn.init.normal_(parameter, 0.0, config.init_std)
        channels_last(self)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page for a piece of this size: always 64 × 64.

        Raises:
            ModelError: the piece is larger.
        """
        if height > SIDE or width > SIDE:
            raise ModelError(
                f"a piece of {height} rows and {width} columns is too large for this model, "
                f"which reads pages of {SIDE} × {SIDE} cells",
                hint="crop the piece, or use a model that takes any size",
            )
        return SIDE, SIDE

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z for one page: (latent,)."""
        return (self.variant.latent,)

    def encode(self, ids: Tensor) -> Posterior:
        """Map pages (B, 64, 64) int64 to q(z|x) with mean and logvar (B, latent)."""
        features = run(self.encoder, ids)
        logvar = self.logvar(features)
        if self.variant.softmax_logvar:
            logvar = torch.log_softmax(logvar, dim=1)
        return Posterior(self.mean(features), logvar)

    def decode(self, z: Tensor) -> Tensor:
        """Map z (B, latent) to logits (B, 95, 64, 64)."""
        return run(self.decoder, z)


def _activation(variant: Variant) -> nn.Module:
    return nn.LeakyReLU(variant.negative_slope) if variant.negative_slope else nn.ReLU()


def _linear_block(variant: Variant, inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Linear(inputs, outputs), _activation(variant), nn.BatchNorm1d(outputs)]


def _encoder(variant: Variant) -> tuple[nn.Sequential, int]:
    layers: list[nn.Module] = []
    channels, side = SIZE, SIDE
    for conv in variant.encoder:
        layer: nn.Module
        if layers:
            layer = nn.Conv2d(channels, conv.channels, conv.kernel, conv.stride, conv.padding)
        else:
            layer = OneHotConv2d(conv.channels, conv.kernel, stride=conv.stride, padding=conv.padding)
        layers += [layer, _activation(variant), nn.BatchNorm2d(conv.channels)]
        channels, side = conv.channels, (side + 2 * conv.padding - conv.kernel) // conv.stride + 1
    layers.append(nn.Flatten())
    width = channels * side * side
    if variant.trunk == "norm":
        layers += [_activation(variant), nn.BatchNorm1d(width)]
    elif variant.trunk == "linear":
        layers += _linear_block(variant, width, variant.latent)
        width = variant.latent
    return nn.Sequential(*layers), width


def _decoder(variant: Variant) -> nn.Sequential:
    channels, height, width = variant.first_map
    widths = [variant.latent] * variant.decoder_linears + [channels * height * width]
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += _linear_block(variant, inputs, outputs)
    layers.append(nn.Unflatten(1, variant.first_map))
    for step in variant.decoder[:-1]:
        layers += [*_upwards(channels, step), _activation(variant), nn.BatchNorm2d(step.channels)]
        channels = step.channels
    layers += _upwards(channels, variant.decoder[-1])
    return nn.Sequential(*layers)


def _upwards(channels: int, step: Conv | Transposed) -> Iterable[nn.Module]:
    if isinstance(step, Transposed):
        return [nn.ConvTranspose2d(channels, step.channels, 2, stride=2)]
    conv = nn.Conv2d(channels, step.channels, step.kernel, stride=step.stride, padding=step.padding)
    if step.scale == 1:
        return [conv]
    return [nn.Upsample(scale_factor=float(step.scale), mode="bilinear", align_corners=False), conv]
