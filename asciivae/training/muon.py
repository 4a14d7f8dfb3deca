"""Muon: AdamW with orthogonalised updates of convolution kernels and marked matrices (Jordan et al. 2024)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from asciivae.training.ranks import Ranks

MOMENTUM = 0.95
ITERATIONS = 5
POLYNOMIAL = (3.4445, -4.7750, 2.0315)
"""Coefficients of a·x + b·x³ + c·x⁵, which moves singular values in (0, 1] towards 1 (Jordan et al. 2024)."""
TINY = 1e-7
STRIP = 64
"""Rows of a symmetric product that are computed together, from its diagonal on."""


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
            ahead.append(_in_order(kernel, kernel.grad.lerp(momentum, MOMENTUM)).flatten(1))  # Nesterov's
        costs = [matrix.numel() * min(matrix.shape) for matrix in ahead]
        for kernel, update in zip(kernels, self.ranks.spread(_each_orthogonalised, ahead, costs), strict=True):
            rate = lr * 0.2 * max(update.shape) ** 0.5
            values = _in_order(kernel, kernel.mul_(1 - lr * weight_decay))
            values.sub_(update.view(values.shape), alpha=rate)


def _in_order(kernel: Tensor, values: Tensor) -> Tensor:
    """Values of a kernel's shape with the dimensions in the order of its memory, so that no copy makes them a matrix.

    The order of a matrix's columns does not matter to its orthogonalisation.
    """
    return values if kernel.is_contiguous() else values.movedim(1, -1)


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
    gram = _symmetric(matrices, matrices.mT).div_(square)
    product = factor = _factor(gram)
    for _ in range(ITERATIONS - 1):
        gram = _symmetric(_symmetric(factor, gram), factor)
        factor = _factor(gram)
        product = _symmetric(factor, product)
    orthogonal: Tensor = product.div_(square.sqrt_()) @ matrices
    return orthogonal


def _factor(gram: Tensor) -> Tensor:
    """The factor of one iteration: a + b·G + c·G²."""
    a, b, c = POLYNOMIAL
    factor = _symmetric(gram, gram).mul_(c).add_(gram, alpha=b)
    factor.diagonal(dim1=1, dim2=2).add_(a)
    return factor


def _symmetric(left: Tensor, right: Tensor) -> Tensor:
    """left @ right of (k, n, m) and (k, m, n), whose result is known to be symmetric: half of it is computed.

    All polynomials of one symmetric matrix commute, so their products are symmetric.
    """
    size = left.shape[1]
    if size < 2 * STRIP:
        return left @ right
    result = left.new_empty(len(left), size, size)
    for first, last in pairwise([*range(0, size - STRIP + 1, STRIP), size]):
        strip = left[:, first:last] @ right[:, :, first:]
        result[:, first:last, first:] = strip
        result[:, last:, first:last] = strip[:, :, last - first :].mT
    return result


def _is_kernel(parameter: nn.Parameter) -> bool:
    if parameter.ndim == 2:
        return bool(getattr(parameter, "orthogonalise", False))
    return parameter.ndim > 2 and parameter[0, 0].numel() > 1
