"""Small pages, glyphs and loss inputs for the tests of tensor functions, and the gradient check they share."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from asciivae.contract import Facts, LossInputs, Posterior
from asciivae.text.charset import SIZE


def random_pages(batch: int, height: int, width: int, *, ink: float = 0.4, seed: int = 0) -> Tensor:
    """Pages (batch, height, width) int64 in which a share `ink` of the cells is not a space."""
    generator = torch.Generator().manual_seed(seed)
    characters = torch.randint(1, SIZE, (batch, height, width), generator=generator)
    return torch.where(torch.rand(characters.shape, generator=generator) < ink, characters, 0)


def random_glyphs(height: int, width: int, *, seed: int = 1) -> Tensor:
    """An atlas (95, height, width) float64 of grey noise; the space is paper."""
    glyphs = torch.rand(SIZE, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    glyphs[0] = 1.0
    return glyphs


def random_tensor(*shape: int, scale: float = 1.0, seed: int = 2) -> Tensor:
    """Normal noise in float64."""
    return scale * torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def facts(glyphs: Tensor | None = None, counts: Tensor | None = None) -> Facts:
    return Facts(
        glyphs=random_glyphs(3, 2) if glyphs is None else glyphs,
        character_counts=torch.zeros(SIZE, dtype=torch.int64) if counts is None else counts,
    )


def loss_inputs(
    logits: Tensor,
    target: Tensor,
    *,
    mask: Tensor | None = None,
    probs: Tensor | None = None,
    posterior: Posterior | None = None,
    target_image: Tensor | None = None,
    recon_image: Tensor | None = None,
    squared_error: Tensor | None = None,
) -> LossInputs:
    """Loss inputs of which only what the test is about has to be said."""
    nothing = logits.new_zeros(len(logits), 1)
    return LossInputs(
        logits=logits,
        probs=logits.softmax(dim=1) if probs is None else probs,
        target=target,
        mask=torch.ones_like(target, dtype=torch.bool) if mask is None else mask,
        posterior=Posterior(nothing, nothing) if posterior is None else posterior,
        target_image=target_image,
        recon_image=recon_image,
        squared_error=squared_error,
    )


def one_hot_of(ids: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
    """The one-hot page (B, 95, H, W), by PyTorch's own function."""
    return torch.nn.functional.one_hot(ids, SIZE).permute(0, 3, 1, 2).to(dtype)


def assert_gradient(function: Callable[..., Tensor], *inputs: Tensor) -> None:
    """Compare the gradient with finite differences, for every float64 input."""
    leaves = [value.detach().clone().requires_grad_() for value in inputs]
    assert torch.autograd.gradcheck(function, leaves, eps=1e-6, atol=1e-6)
