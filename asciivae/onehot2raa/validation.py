"""Validation of a learned renderer: comparison with the glyphs themselves, on validation pieces."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from asciivae.losses.objective import one_hot
from asciivae.onehot2raa.inputs import noisy_one_hot, relaxed, simplex
from asciivae.onehot2raa.objective import RendererWithDecoder
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.rng import numpy_stream, torch_stream
from asciivae.training.batches import in_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asciivae.corpus.store import Corpus
    from asciivae.onehot2raa.objective import RendererTask
    from asciivae.text.canvas import Canvas
    from asciivae.training.state import TrainState

Drawn = Callable[[Tensor], Tensor]
"""A renderer: (B, 95, H, W) to (B, 1, H·h, W·w)."""

SEED = 0


def examples(ids: Tensor, logits: Tensor) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Generate the inputs on which a renderer is measured from pages and a decoder's logits.

    Args:
        ids: (B, H, W) int64, on the CPU.
        logits: (B, 95, H, W), on the CPU.

    Yields:
        The kind of input, the input, and the page whose expected picture is the target, both (B, 95, H, W).
    """
    certain = one_hot(ids, logits.dtype)
    yield "clean", certain, certain
    yield "noisy", noisy_one_hot(certain, 0.1, torch_stream(SEED, "measured noise")), certain
    soft = {
        "softmax": logits.softmax(1),
        "gumbel": relaxed(logits, 0.5, torch_stream(SEED, "measured gumbel")),
        "simplex": simplex(certain, 1.0, numpy_stream(SEED, "measured simplex")),
        "sparse_simplex": simplex(certain, 0.1, numpy_stream(SEED, "measured sparse simplex")),
    }
    for name, probs in soft.items():
        yield name, probs, probs


def rendering_scores(drawn: Drawn, glyphs: Tensor, pages: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
    """Measure a renderer.

    Args:
        drawn: the renderer, on the CPU.
        glyphs: (95, h, w), the glyphs to compare with.
        pages: pages (B, H, W) int64, each with a decoder's logits (B, 95, H, W).

    Returns:
        psnr_clean, psnr_noisy (one-hots with Gaussian noise, σ = 0.1, clipped and renormalised): against the glyphs of
        the characters; psnr_softmax (of the logits), psnr_gumbel (a sample, τ = 0.5), psnr_simplex and
        psnr_sparse_simplex (Dirichlet, α = 1 and 0.1): against the expected glyphs. All in dB, over all pixels.
        gradient_cosine: cosine between its gradient and the analytic renderer's, of the squared error against the
        original with respect to the softmax; mean over the pieces.
    """
    analytic = Analytic(AnalyticConfig(), glyphs)
    squares: dict[str, float] = {}
    pixels, pieces, cosine = 0, 0, 0.0
    for ids, logits in pages:
        for name, probs, truth in examples(ids, logits):
            with torch.no_grad():
                error = (drawn(probs) - analytic(truth)).square()
            squares[name] = squares.get(name, 0.0) + float(error.sum())
        original = analytic(one_hot(ids, logits.dtype))
        ours, exact = (_gradient(renderer, logits.softmax(1), original) for renderer in (drawn, analytic))
        cosine += float(functional.cosine_similarity(ours.flatten(1), exact.flatten(1)).sum())
        pixels += original.numel()
        pieces += len(ids)
    psnr = {f"psnr_{name}": -10 * math.log10(max(total / pixels, 1e-12)) for name, total in squares.items()}
    return {**psnr, "gradient_cosine": cosine / pieces}


def _gradient(drawn: Drawn, probs: Tensor, original: Tensor) -> Tensor:
    with torch.enable_grad():
        probs = probs.detach().requires_grad_()
        error = (drawn(probs) - original).square().sum()
    return torch.autograd.grad(error, probs)[0]


def comparison(drawn: Drawn, glyphs: Tensor, ids: Tensor, logits: Tensor) -> tuple[Tensor, list[str]]:
    """Draw all kinds of input of one page: the target on the left, the output on the right.

    Args:
        drawn: the renderer, on the CPU.
        glyphs: (95, h, w).
        ids: (1, H, W) int64.
        logits: (1, 95, H, W).

    Returns:
        A picture (rows · (H·h + 2) - 2, 2 · W·w + 2) in [0, 1], separated by grey lines, and the name of each row.
    """
    analytic = Analytic(AnalyticConfig(), glyphs)
    rows, names = [], []
    with torch.no_grad():
        for name, probs, truth in examples(ids, logits):
            pair = [functional.pad(analytic(truth)[0, 0], (0, 2), value=0.5), drawn(probs)[0, 0]]
            rows.append(functional.pad(torch.cat(pair, dim=1), (0, 0, 0, 2), value=0.5))
            names.append(name)
    return torch.cat(rows)[:-2], names


@dataclass(frozen=True)
class RenderingValidation:
    """Measures a renderer on the validation pieces, with the logits of the decoder trained alongside.

    Attributes:
        task: the training task.
        glyphs: (95, h, w), the glyphs to compare with.
        corpus: the corpus of the pieces.
        pieces: their indices.
        canvas: places pieces on pages.
        batch_size: pieces in a batch.
    """

    task: RendererTask
    glyphs: Tensor
    corpus: Corpus
    pieces: NDArray[np.int64]
    canvas: Canvas
    batch_size: int

    def __call__(self, state: TrainState) -> dict[str, float]:
        """Measure the state's renderer, with averaged weights if there are any; see `rendering_scores`."""
        learner = _learner(state)
        return rendering_scores(self._drawn(learner), self._glyphs(learner), self._pages(learner, self.pieces))

    def comparison(self, state: TrainState) -> tuple[Tensor, list[str]]:
        """Draw a piece of median size with the state's renderer; see the function of this name."""
        by_area = sorted(self.pieces.tolist(), key=lambda piece: (self.corpus.grid(piece).size, piece))
        middle = self.pieces[self.pieces == by_area[len(by_area) // 2]]
        learner = _learner(state)
        ((ids, logits),) = self._pages(learner, middle)
        return comparison(self._drawn(learner), self._glyphs(learner), ids, logits)

    def _glyphs(self, learner: RendererWithDecoder) -> Tensor:
        return self.glyphs.to(learner.renderer.pictures.dtype)

    def _drawn(self, learner: RendererWithDecoder) -> Drawn:
        network, device = learner.renderer, self.task.device
        return lambda probs: network(probs.to(device)).cpu()

    def _pages(self, learner: RendererWithDecoder, pieces: NDArray[np.int64]) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in in_order(self.corpus, pieces, self.batch_size, self.canvas):
            with torch.no_grad():
                output = learner.model(batch.ids.to(self.task.device))
            yield batch.ids, output.logits.cpu()


def _learner(state: TrainState) -> RendererWithDecoder:
    learner = state.evaluated()
    assert isinstance(learner, RendererWithDecoder)
    return learner
