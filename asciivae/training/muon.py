"""Muon: AdamW with orthogonalised updates of convolution kernels and marked matrices (Jordan et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from asciivae.training.ranks import Ranks

MOMENTUM = 0.95
ITERATIONS = 5
POLYNOMIAL = (3.4445, -4.7750, 2.0315)
"""Coefficients of a·x + b·x³ + c·x⁵, which moves singular values in (0, 1] towards 1 (Jordan et al. 2024)."""
TINY = 1e-7


class Muon(torch.optim.AdamW):
    """AdamW, with orthogonalised momentum for convolution kernels larger than 1 × 1 and for matrices whose attribute
    `orthogonalise` is true.

    The update of such a kernel, as a matrix (out, in · cells), has all its singular values near 1, so that directions
    of small gradient are learned as fast as those of large gradient. It is scaled to the usual size of AdamW's updates
    (root mean square 0.2: Liu et al. 2025), so that both share one learning rate. Other parameters and all options are
    AdamW's; `betas` and `eps` do not apply to the kernels.

    Attributes:
        ranks: the processes among which the orthogonalisation is divided, which is as expensive as half of the
            gradient; each has the same gradients, and gets the updates of all.
    """

    ranks = Ranks()

    def __init__(self, parameters: Iterable[nn.Parameter], **options: Any) -> None:
        super().__init__(parameters, fused=True, **options)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step; the gradients of the kernels are consumed."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            kernels = [one for one in group["params"] if _is_kernel(one) and one.grad is not None]
            if kernels:
                self._step_kernels(kernels, group["lr"], group["weight_decay"])
            for kernel in kernels:
                kernel.grad = None
        super().step()
        return loss

    def _step_kernels(self, kernels: Sequence[nn.Parameter], lr: float, weight_decay: float) -> None:
        ahead = []
        for kernel in kernels:
            assert kernel.grad is not None
            state = self.state[kernel]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(kernel)
            momentum: Tensor = state["momentum"].lerp_(kernel.grad, 1 - MOMENTUM)
            ahead.append(kernel.grad.lerp(momentum, MOMENTUM).flatten(1))  # Nesterov's
        costs = [matrix.numel() * min(matrix.shape) for matrix in ahead]
        for kernel, update in zip(kernels, self.ranks.spread(_each_orthogonalised, ahead, costs), strict=True):
            rate = lr * 0.2 * max(update.shape) ** 0.5
            kernel.mul_(1 - lr * weight_decay).sub_(update.reshape(kernel.shape), alpha=rate)


def _each_orthogonalised(matrices: Sequence[Tensor]) -> list[Tensor]:
    """Orthogonalise matrices (m, n) of any shapes."""
    # Those of one shape together: a few large operations instead of many small ones.
    alike: dict[torch.Size, list[int]] = {}
    for i, matrix in enumerate(matrices):
        alike.setdefault(matrix.shape, []).append(i)
    made: dict[int, Tensor] = {}
    for places in alike.values():
        made.update(zip(places, orthogonalised(torch.stack([matrices[i] for i in places])), strict=True))
    return [made[i] for i in range(len(matrices))]


def orthogonalised(matrices: Tensor) -> Tensor:
    """Orthogonalise matrices (k, m, n): singular values that are not tiny end up between 0.68 and 1.14.

    All iterates of the Newton–Schulz iteration are polynomials in the Gram matrix of the shorter side, so it runs on
    that matrix, and the long side is multiplied twice in all instead of twice per iteration.
    """
    if matrices.shape[1] > matrices.shape[2]:
        return orthogonalised(matrices.mT).mT
    # The norm scales the small matrices, not the large ones.
    square = torch.linalg.matrix_norm(matrices, keepdim=True).add_(TINY).square_()
    gram = (matrices @ matrices.mT).div_(square)
    product = factor = _factor(gram)
    for _ in range(ITERATIONS - 1):
        gram = factor @ gram @ factor
        factor = _factor(gram)
        product = factor @ product
    orthogonal: Tensor = product.div_(square.sqrt_()) @ matrices
    return orthogonal


def _factor(gram: Tensor) -> Tensor:
    """The factor of one iteration: a + b·G + c·G²."""
    a, b, c = POLYNOMIAL
    factor = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
    factor.diagonal(dim1=1, dim2=2).add_(a)
    return factor


def _is_kernel(parameter: nn.Parameter) -> bool:
    if parameter.ndim == 2:
        return bool(getattr(parameter, "orthogonalise", False))
    return parameter.ndim > 2 and parameter[0, 0].numel() > 1
