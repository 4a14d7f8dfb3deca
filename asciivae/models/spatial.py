"""The default model: fully convolutional, with a latent grid instead of a latent vector.

    ids (B,H,W) ─ embed ─ unshuffle ÷4 ─ blocks ─ unshuffle ÷2 ─ blocks ─► μ, logvar (B, n, H/8, W/8)
    logits (B,95,H,W) ◄─ shuffle ×4 ─ blocks ◄─ shuffle ×2 ─ blocks ◄─ z

Page sides are multiples of 8, so compute is proportional to the area of the drawing. Norms are per position, so nothing
mixes distant cells. Residual blocks are initialised to the identity (the last convolution of each is zero) and the
decoder to the blank page.

The log's models have 512 latent numbers for a canvas of 64 × 64 cells that is mostly blank. Here a page of up to 64
blocks of 8 × 8 cells has a budget, 512 by default, which is divided evenly: n = 8 per block for 64 blocks, more for
fewer blocks, up to 128. Larger pages have 8 per block. All pages share one network, which uses its first n latent
channels and has a bias that depends on n. With `nested`, every training batch draws its own budget, so that the first
channels matter most (Rippel et al. 2014) and the same weights serve any budget: `SpatialVAE.at`.

With `tail_channels`, residual blocks at the full resolution, where every cell has its own features, correct the logits;
the correction starts at zero, so that a model without a tail can go on with one.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import Posterior
from asciivae.models.base import VAE
from asciivae.models.blocks import BUDGETS, STRIDE, density_for, numbers_per_block, page_of_blocks
from asciivae.models.initial import initialise
from asciivae.models.latent import bounded_logvar
from asciivae.models.layout import channels_last
from asciivae.text.charset import SIZE, SPACE

if TYPE_CHECKING:
    import numpy as np

FINE = 4
MOST_CHANNELS, MOST_BLOCKS = 4096, 64
"""Upper bounds, so that a mistyped recipe or a hostile weights file does not exhaust memory."""
DENSEST = 2 * STRIDE**2
"""The maximum of latent numbers per block of 8 × 8 cells: two per cell."""
INITIAL_LOGVAR = -4.0
"""The posterior starts narrow, since a decoder learns to ignore z while it is mostly noise."""
SPACE_LOGIT = 4.0
"""Initial logit of the space: probability e⁴/(e⁴ + 94) ≈ 0.37 in every cell."""


@dataclass(frozen=True)
class SpatialConfig:
    """Options of the `spatial` model.

    Attributes:
        latent: minimum of latent numbers per block of 8 × 8 cells; 8 makes 512 for a 64 × 64 page.
        budget: latent numbers per page, divided evenly among its blocks, at most 128 and at least `latent` each; 0 for
            `latent` per block.
        nested: smallest and largest budget; every training batch draws its own, uniformly in the logarithm: one half
            of the batches between these, the other half within a factor of two of `budget`. Null to train with
            `budget`.
        fine_channels: channels at 1/4 of the resolution.
        coarse_channels: channels at 1/8 of the resolution.
        fine_blocks: residual blocks at 1/4, in the encoder and in the decoder.
        coarse_blocks: residual blocks at 1/8, in the encoder and in the decoder.
        decoder_fine_blocks: residual blocks at 1/4 in the decoder, if not `fine_blocks`.
        decoder_coarse_blocks: residual blocks at 1/8 in the decoder, if not `coarse_blocks`.
        tail_channels: channels at the full resolution, where the logits are corrected; 0 for no correction.
        tail_blocks: residual blocks of the tail.
        embedding: size of the character embedding.
    """

    latent: int = 8
    budget: int = 512
    nested: tuple[int, int] | None = None
    fine_channels: int = 96
    coarse_channels: int = 160
    fine_blocks: int = 2
    coarse_blocks: int = 2
    decoder_fine_blocks: int | None = None
    decoder_coarse_blocks: int | None = None
    tail_channels: int = 0
    tail_blocks: int = 1
    embedding: int = 16

    def __post_init__(self) -> None:
        """Reject sizes that are out of range."""
        for name in ("latent", "fine_channels", "coarse_channels", "embedding"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
            if getattr(self, name) > MOST_CHANNELS:
                raise ValueError(f"{name} must be at most {MOST_CHANNELS}")
        if not 0 <= self.budget <= MOST_CHANNELS:
            raise ValueError(f"budget must be between 0 and {MOST_CHANNELS}")
        if self.nested is not None:
            if not BUDGETS[0] <= self.nested[0] <= self.nested[1] <= BUDGETS[1]:
                raise ValueError(f"nested must be two budgets between {BUDGETS[0]} and {BUDGETS[1]}, the smaller first")
            if not self.nested[0] <= self.budget <= self.nested[1]:
                raise ValueError("budget must be within nested")
        if not 0 <= self.tail_channels <= MOST_CHANNELS:
            raise ValueError(f"tail_channels must be between 0 and {MOST_CHANNELS}")
        for name in ("fine_blocks", "coarse_blocks", "decoder_fine_blocks", "decoder_coarse_blocks", "tail_blocks"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative")
            if value is not None and value > MOST_BLOCKS:
                raise ValueError(f"{name} must be at most {MOST_BLOCKS}")

    @property
    def channels(self) -> int:
        """The maximum of latent numbers per block."""
        return max(self.latent, min(max(self.budget, self.nested[1] if self.nested else 0), DENSEST))


class SpatialVAE(VAE):
    """The fully convolutional variational autoencoder of this project.

    Args:
        config: its sizes.
    """

    Config: ClassVar[type] = SpatialConfig

    def __init__(self, config: SpatialConfig) -> None:
        super().__init__()
        self.config = config
        fine, coarse = config.fine_channels, config.coarse_channels
        self.channels = config.channels
        self.embedding = nn.Embedding(SIZE, config.embedding)
        self.reader = nn.Sequential(
            nn.PixelUnshuffle(FINE),
            nn.Conv2d(config.embedding * FINE**2, fine, 1),
            *(ResidualBlock(fine) for _ in range(config.fine_blocks)),
            nn.PixelUnshuffle(STRIDE // FINE),
            nn.Conv2d(fine * (STRIDE // FINE) ** 2, coarse, 1),
        )
        self.encoder_density = DensityBias(self.channels, coarse)
        self.encoder = nn.Sequential(
            *(ResidualBlock(coarse) for _ in range(config.coarse_blocks)),
            ChannelNorm(coarse),
        )
        self.posterior = nn.Conv2d(coarse, 2 * self.channels, 1)
        self.from_latent = nn.Conv2d(self.channels, coarse, 3, padding=1)
        self.decoder_density = DensityBias(self.channels, coarse)
        self.decoder = nn.Sequential(
            *(ResidualBlock(coarse) for _ in range(_first(config.decoder_coarse_blocks, config.coarse_blocks))),
            nn.Conv2d(coarse, fine * (STRIDE // FINE) ** 2, 1),
            nn.PixelShuffle(STRIDE // FINE),
            *(ResidualBlock(fine) for _ in range(_first(config.decoder_fine_blocks, config.fine_blocks))),
            ChannelNorm(fine),
        )
        self.head = Head(fine)
        self.tail = Tail(fine, config.tail_channels, config.tail_blocks) if config.tail_channels else None
        self._initialise()
        channels_last(self)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page for a piece of this size: the next multiples of 8.

        Raises:
            ModelError: a side is longer than 512 cells.
        """
        return page_of_blocks(height, width)

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z for one page of this size: (n, height / 8, width / 8)."""
        rows, columns = height // STRIDE, width // STRIDE
        own = self.config
        numbers = numbers_per_block(rows, columns, latent=own.latent, budget=own.budget, channels=self.channels)
        return numbers, rows, columns

    def at(self, numbers: int) -> Self:
        """See `VAE.at`; `least` to 4096."""
        latent, budget = density_for(numbers, least=self.least, channels=self.channels)
        other = copy.copy(self)  # shares the parameters
        other.config = replace(self.config, latent=latent, budget=budget)
        return other

    @property
    def least(self) -> int:
        """The fewest latent numbers for `at`: 64, or 128 if it was not trained with `nested`."""
        return BUDGETS[0] if self.config.nested else max(BUDGETS[0], self.channels)

    def varied(self, rng: np.random.Generator) -> Self:
        """With `nested`, the same weights with a random budget."""
        if self.config.nested is None:
            return self
        low, high = self.config.nested
        half, where = rng.random(2).tolist()
        if half < 0.5:
            low, high = max(low, self.config.budget // 2), min(high, self.config.budget * 2)
        return self.at(min(high, int(low * (high / low) ** where)))

    def encode(self, ids: Tensor) -> Posterior:
        """Map pages (B, H, W) int64 to q(z|x) with mean and logvar (B, n, H/8, W/8)."""
        numbers = self.latent_shape(*ids.shape[1:])[0]
        blocks = self.encoder_density(self.reader(self.embedding(ids).permute(0, 3, 1, 2)), numbers)
        heads = self.posterior(self.encoder(blocks)).to(self.posterior.weight.dtype)
        mean, raw = heads.chunk(2, dim=1)
        return Posterior(mean[:, :numbers], bounded_logvar(raw[:, :numbers]))

    def decode(self, z: Tensor) -> Tensor:
        """Map z (B, n, H/8, W/8) to logits (B, 95, H, W)."""
        numbers = z.shape[1]
        # Scaled so that the variance after the convolution does not depend on the number of channels.
        scale = (self.channels / numbers) ** 0.5
        blocks = functional.conv2d(scale * z, self.from_latent.weight[:, :numbers], self.from_latent.bias, padding=1)
        features = self.decoder(self.decoder_density(blocks, numbers))
        # In float32 even under autocast: logits may exceed float16's maximum of 65504.
        with torch.autocast(features.device.type, enabled=False):
            logits: Tensor = self.head(features.to(self.head.weight.dtype))
        return logits if self.tail is None else logits + self.tail(features)

    def _initialise(self) -> None:
        initialise(self)
        for module in self.modules():
            if isinstance(module, ResidualBlock):
                nn.init.zeros_(module.second.weight)
        with torch.no_grad():
            if self.tail is not None:
                self.tail.last.weight.zero_()
            self.posterior.weight[self.channels :].mul_(0.1)
            if self.posterior.bias is not None:
                self.posterior.bias[self.channels :] = INITIAL_LOGVAR
            # Small enough that every cell starts as a space, large enough for z to have a gradient at the first step.
            self.head.weight.mul_(0.5)
            if self.head.bias is not None:
                self.head.bias.view(SIZE, -1)[SPACE] = SPACE_LOGIT


def _first(value: int | None, default: int) -> int:
    return default if value is None else value


class Head(nn.Conv2d):
    """A 1 × 1 convolution and a shuffle: (B, fine, H/4, W/4) to logits (B, 95, H, W).

    With the characters of each cell together the shuffle moves blocks of 95 numbers, which is faster than single ones.

    Args:
        fine: channels at 1/4 of the resolution.
    """

    def __init__(self, fine: int) -> None:
        super().__init__(fine, SIZE * FINE**2, 1)

    def forward(self, features: Tensor) -> Tensor:
        """As `pixel_shuffle` of the convolution."""
        rows, columns = features.shape[2:]
        weight = self.weight.view(SIZE, FINE**2, -1).transpose(0, 1).flatten(0, 1)
        bias = None if self.bias is None else self.bias.view(SIZE, -1).T.flatten()
        cells = functional.linear(features.permute(0, 2, 3, 1), weight, bias)
        blocks = cells.view(-1, rows, columns, FINE, FINE, SIZE).transpose(2, 3)
        return blocks.reshape(-1, rows * FINE, columns * FINE, SIZE).permute(0, 3, 1, 2)


class Tail(nn.Sequential):
    """A correction of the logits at the full resolution: (B, fine, H/4, W/4) to (B, 95, H, W).

    Args:
        fine: channels at 1/4 of the resolution.
        channels: channels at the full resolution.
        blocks: residual blocks.
    """

    def __init__(self, fine: int, channels: int, blocks: int) -> None:
        super().__init__(
            nn.Conv2d(fine, channels * FINE**2, 1),
            nn.PixelShuffle(FINE),
            *(ResidualBlock(channels) for _ in range(blocks)),
            ChannelNorm(channels),
            nn.Conv2d(channels, SIZE, 1),
        )

    @property
    def last(self) -> nn.Conv2d:
        """The convolution to logits."""
        layer = self[len(self) - 1]
        assert isinstance(layer, nn.Conv2d)
        return layer

    def forward(self, features: Tensor) -> Tensor:
        """The correction; like all logits, in float32 even under autocast."""
        *layers, last = self
        for layer in layers:
            features = layer(features)
        with torch.autocast(features.device.type, enabled=False):
            logits: Tensor = last(features.to(self.last.weight.dtype))
        return logits


class DensityBias(nn.Module):
    """A learned bias of (B, C, H, W) that depends on the latent numbers per block: C values for each power of two.

    Between powers of two the values are interpolated linearly in the logarithm. They are initialised to zero.

    Args:
        most: the maximum of latent numbers per block.
        channels: C.
    """

    def __init__(self, most: int, channels: int) -> None:
        super().__init__()
        self.values = nn.Parameter(torch.zeros((most - 1).bit_length() + 1, channels))

    def forward(self, x: Tensor, numbers: int) -> Tensor:
        """Add the bias for a number of latent numbers per block."""
        power = math.log2(numbers)
        below, above = math.floor(power), math.ceil(power)
        bias: Tensor = torch.lerp(self.values[below], self.values[above], power - below)
        return x + bias[:, None, None]


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each position, (B, C, H, W) to the same (Ba et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each position separately."""
        normed: Tensor = self.norm(x.permute(0, 2, 3, 1))
        return normed.permute(0, 3, 1, 2)


class ResidualBlock(nn.Module):
    """x + conv(silu(conv(silu(norm(x))))) with 3 × 3 kernels, (B, C, H, W) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Add the residual."""
        inner = functional.silu(self.first(functional.silu(self.norm(x))))
        out: Tensor = x + self.second(inner)
        return out
