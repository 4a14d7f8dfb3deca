"""The deterministic inputs of the fidelity fixtures, made anew from their written description."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from asciivae.text.art import centre, from_lines


def parameter_values(kind: str, shape: tuple[int, ...], index: int, phase: float) -> np.ndarray:
    i = np.arange(math.prod(shape), dtype=np.int64)
    scrambled = ((i * i + 7 * i) % 10007).astype(np.float64)
    wave = np.sin(phase + 0.7 * index + 0.013 * scrambled).reshape(shape)
    if kind in ("conv", "convT"):
        return math.sqrt(3.0 / (shape[1 if kind == "conv" else 0] * shape[2] * shape[3])) * wave
    if kind == "linear":
        return math.sqrt(3.0 / shape[1]) * wave
    return 1.0 + 0.1 * wave if kind == "bn_weight" else 0.05 * wave


def fill_parameters(model: nn.Module, tensors: list, phase: float) -> list[nn.Parameter]:
    """Fill a model in the order of its parameters, which must be the fixtures' order; return them."""
    parameters = list(model.parameters())
    assert [list(p.shape) for p in parameters] == [shape for *_, shape in tensors]
    with torch.no_grad():
        for parameter, (index, _, kind, shape) in zip(parameters, tensors, strict=True):
            parameter.copy_(torch.from_numpy(parameter_values(kind, tuple(shape), index, phase)))
    return parameters


def latent_noise(shape: tuple[int, int], phase: float) -> Tensor:
    return torch.from_numpy(1.3 * np.sin(1.7 * np.arange(math.prod(shape)) + phase).reshape(shape))


def gumbel_noise(shape: tuple[int, ...], phase: float) -> Tensor:
    v = np.abs(np.sin(12.9898 * np.arange(math.prod(shape), dtype=np.float64) + phase)) * 43758.5453
    u = np.clip(v - np.floor(v), 1e-6, 1 - 1e-6)
    return torch.from_numpy(-np.log(-np.log(u)).reshape(shape))


def glyph_bank(res: int) -> Tensor:
    c, y, x = np.meshgrid(np.arange(95), np.arange(res), np.arange(res), indexing="ij")
    bank = np.clip(0.5 + 0.5 * np.sin(0.9 * c + 0.6 * y * (1 + c % 5) + 0.8 * x * (1 + c % 7)), 0.0, 1.0)
    bank[0] = 1.0
    return torch.from_numpy(bank)


def pages(pieces: list) -> Tensor:
    """The pieces on their 64 × 64 canvases, (B, 64, 64) int64."""
    grids = [from_lines(piece["lines"]) for piece in pieces]
    return torch.from_numpy(np.stack([centre(grid, 64, 64, rule="logged")[0] for grid in grids]).astype(np.int64))


def projection(values: Tensor) -> float:
    flat = values.detach().double().flatten().numpy()
    return float((flat * np.sin(0.37 * np.arange(flat.size) + 0.2)).sum() / math.sqrt(flat.size))
