"""What is known of a page, around a hole: an encoder that sees both sides of each cell."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.pages.features import OUTSIDE, TOKENS
from asciivae.pages.kernels import convolve, lookup

DILATIONS = (1, 2, 4, 8)
"""Cells between the taps of one 3 × 3 filter after the other, over and over: 15 cells to each side for every four."""


class Surroundings(nn.Module):
    """Dilated convolutions (Yu & Koltun 2016) over the given characters; those not given are one more character.

    No cell that is not given is looked at, so features of cells ahead keep the likelihood exact. They do not change
    while a page is drawn.

    Args:
        channels: of each cell.
        layers: how many, each a 3 × 3 filter and a mixing of channels.
        dropout: of what a layer adds, in training.
    """

    def __init__(self, channels: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.tokens = nn.Embedding(TOKENS, channels)
        self.spans = [DILATIONS[i % len(DILATIONS)] for i in range(layers)]
        self.filters = nn.ParameterList(torch.empty(channels, channels, 3, 3) for _ in self.spans)
        self.mixers = nn.ModuleList(nn.Linear(channels, channels, bias=False) for _ in self.spans)
        for kernel in self.filters:
            nn.init.normal_(kernel, std=(2 / (9 * channels)) ** 0.5)
        nn.init.normal_(self.tokens.weight, std=0.5)
        for mixer in self.mixers:
            assert isinstance(mixer, nn.Linear)
            nn.init.zeros_(mixer.weight)

    def forward(self, tokens: Tensor) -> Tensor:
        """(G, H, W) tokens, `OUTSIDE` in the padding → (1 + G · H · W, channels), of which the first row is zeros."""
        inside = (tokens != OUTSIDE).unsqueeze(-1)
        x = lookup(self.tokens.weight, tokens) * inside
        if len(x):
            for kernel, mix, span in zip(self.filters, self.mixers, self.spans, strict=True):
                y = functional.relu(convolve(functional.layer_norm(x, x.shape[-1:]), kernel, span)).square()
                # Zeros in the padding: a page's features do not depend on what it is batched with.
                mixed = mix(y.flatten(0, 2)).view_as(x)  # of two dimensions, for engines with a kernel for that
                x = x + functional.dropout(mixed, self.dropout, self.training) * inside
        rows = functional.layer_norm(x, x.shape[-1:]).flatten(0, 2)
        return torch.cat([rows.new_zeros(1, rows.shape[1]), rows])
