"""The default model: fully convolutional, with a latent number grid instead of a latent vector.

    ids (B,H,W) ─ embed ─ unshuffle ÷4 ─ blocks ─ unshuffle ÷2 ─ blocks ─► μ, logvar (B, n, H/8, W/8)
    logits (B,95,H,W) ◄─ shuffle ×4 ─ blocks ◄─ shuffle ×2 ─ blocks ◄─ z

Any page whose sides are multiples of 8 will do, so the work follows the area of the drawing. Nothing mixes
distant cells: every norm looks at one position. Blocks start as the identity (the last convolution of each is
zero) and the decoder starts at the blank page.

The log's models have 512 latent numbers for a canvas of 64 × 64 cells that is mostly blank. Here a page has as many at
the most, and the fewer blocks of 8 × 8 cells it has, the more numbers n each of them gets: 8 of 64 blocks, and no more
than 128. Only larger pages have more in all, 8 for each block. All pages share one network, whose first n latent
channels are used; a bias tells it n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.contract import Posterior
from asciivae.errors import ModelError
from asciivae.models.base import VAE
from asciivae.models.latent import bounded_logvar
from asciivae.models.layout import channels_last
from asciivae.text.charset import SIZE, SPACE

STRIDE = 8
FINE = 4
LARGEST_SIDE = 512
MOST_CHANNELS, MOST_BLOCKS = 4096, 64
"""More is a slip, or a weights file that wants to be refused only after it has taken all memory."""
DENSEST = 2 * STRIDE**2
"""The most latent numbers of a block of 8 × 8 cells: two for each cell."""
INITIAL_LOGVAR = -4.0
"""The posterior starts narrow: while z is mostly noise, a decoder learns to do without it."""
SPACE_LOGIT = 4.0
"""Where the output starts: a space with probability e⁴/(e⁴ + 94) ≈ 0.37 in every cell."""


@dataclass(frozen=True)
class SpatialConfig:
    """Options of the `spatial` model.

    Attributes:
        latent: latent numbers per 8 × 8 cells that every page has; 8 makes 512 for a 64 × 64 page.
        budget: latent numbers that a page may have in all, where that is more: then every 8 × 8 cells have an equal
            share of it, but no more than 128. 0 leaves it at `latent`.
        fine_channels: width at a quarter of the resolution.
        coarse_channels: width at an eighth.
        fine_blocks: residual blocks at a quarter, in the encoder and again in the decoder.
        coarse_blocks: residual blocks at an eighth, likewise.
        embedding: numbers per character on the way in.
    """

    latent: int = 8
    budget: int = 512
    fine_channels: int = 96
    coarse_channels: int = 160
    fine_blocks: int = 2
    coarse_blocks: int = 2
    embedding: int = 16

    def __post_init__(self) -> None:
        """Refuse sizes that are not sizes."""
        for name in ("latent", "fine_channels", "coarse_channels", "embedding"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
            if getattr(self, name) > MOST_CHANNELS:
                raise ValueError(f"{name} must be at most {MOST_CHANNELS}")
        if not 0 <= self.budget <= MOST_CHANNELS:
            raise ValueError(f"budget must be between 0 and {MOST_CHANNELS}")
        for name in ("fine_blocks", "coarse_blocks"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
            if getattr(self, name) > MOST_BLOCKS:
                raise ValueError(f"{name} must be at most {MOST_BLOCKS}")


class SpatialVAE(VAE):
    """The fully convolutional variational autoencoder of this project.

    Args:
        config: its sizes. The initial parameters are drawn from PyTorch's global generator.
    """

    Config: ClassVar[type] = SpatialConfig

    def __init__(self, config: SpatialConfig) -> None:
        super().__init__()
        self.config = config
        fine, coarse = config.fine_channels, config.coarse_channels
        self.channels = max(config.latent, min(config.budget, DENSEST))
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
            *(ResidualBlock(coarse) for _ in range(config.coarse_blocks)),
            nn.Conv2d(coarse, fine * (STRIDE // FINE) ** 2, 1),
            nn.PixelShuffle(STRIDE // FINE),
            *(ResidualBlock(fine) for _ in range(config.fine_blocks)),
            ChannelNorm(fine),
        )
        self.head = nn.Conv2d(fine, SIZE * FINE**2, 1)
        self._initialise()
        channels_last(self)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        """The page for a piece of this size: the next multiples of 8.

        Raises:
            ModelError: a side is longer than 512 cells.
        """
        if max(height, width) > LARGEST_SIDE:
            raise ModelError(
                f"a piece of {height} rows and {width} columns is too large: "
                f"this model reads at most {LARGEST_SIDE} × {LARGEST_SIDE} cells",
                hint="crop the piece or cut it into parts",
            )
        return -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        """The shape of z for one page of this size: (n, height / 8, width / 8)."""
        rows, columns = height // STRIDE, width // STRIDE
        return (max(self.config.latent, min(self.config.budget // (rows * columns), self.channels)), rows, columns)

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
        # The fewer channels are there, the louder each: what follows hears all pages at the same volume.
        louder = (self.channels / numbers) ** 0.5
        blocks = functional.conv2d(louder * z, self.from_latent.weight[:, :numbers], self.from_latent.bias, padding=1)
        features = self.decoder(self.decoder_density(blocks, numbers))
        # In float32 even under autocast: float16 ends at 65504, and logits have no bound.
        with torch.autocast(features.device.type, enabled=False):
            logits: Tensor = functional.pixel_shuffle(self.head(features.to(self.head.weight.dtype)), FINE)
        return logits

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight)
        for module in self.modules():
            if isinstance(module, ResidualBlock):
                nn.init.zeros_(module.second.weight)
        with torch.no_grad():
            self.posterior.weight[self.channels :].mul_(0.1)
            if self.posterior.bias is not None:
                self.posterior.bias[self.channels :] = INITIAL_LOGVAR
            # Small enough that every cell starts as a space, and large enough that z is heard from the first step.
            self.head.weight.mul_(0.5)
            if self.head.bias is not None:
                self.head.bias.view(SIZE, -1)[SPACE] = SPACE_LOGIT


class DensityBias(nn.Module):
    """Adds to (B, C, H, W) what depends on the latent numbers of a block: C values for each power of two.

    Between two powers the values are interpolated, linearly in the logarithm. All begin at zero.

    Args:
        most: the most numbers that a block may have.
        channels: C.
    """

    def __init__(self, most: int, channels: int) -> None:
        super().__init__()
        self.values = nn.Parameter(torch.zeros((most - 1).bit_length() + 1, channels))

    def forward(self, x: Tensor, numbers: int) -> Tensor:
        """Tell the channels how many numbers a block has."""
        power = math.log2(numbers)
        below, above = math.floor(power), math.ceil(power)
        told: Tensor = torch.lerp(self.values[below], self.values[above], power - below)
        return x + told[:, None, None]


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each position, (B, C, H, W) to the same (Ba et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise every position on its own."""
        normed: Tensor = self.norm(x.permute(0, 2, 3, 1))
        return normed.permute(0, 3, 1, 2)


class ResidualBlock(nn.Module):
    """x + conv(silu(conv(silu(norm(x))))), 3 × 3, (B, C, H, W) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Add what the block has to say."""
        inner = functional.silu(self.first(functional.silu(self.norm(x))))
        out: Tensor = x + self.second(inner)
        return out
