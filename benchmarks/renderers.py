"""Comparison of the renderers: accuracy, time and memory of a step.

    python benchmarks/renderers.py MODEL [--weights renderer.safetensors] [--pieces 100] [--glyphs 18x9]

MODEL is a run or a weights file of a VAE, whose decoder's softmax and Gumbel-softmax on held-out drawings are among the
inputs. Times are of forward and backward at 64 × 64 cells, the minimum of many interleaved measurements in one process;
memory is the additional peak in a separate process for each renderer.

Last measured: docs/renderers.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from asciivae.experiment.load import load_model
from asciivae.onehot2raa.network import Neural, NeuralConfig
from asciivae.onehot2raa.validation import Drawn, rendering_scores
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import atlas
from asciivae.training.batches import in_order
from asciivae.training.data import open_data, sides

NAMES = ("discrete", "analytic", "neural")
SIDE = 64


def made(name: str, weights: str | None, glyphs: Tensor) -> torch.nn.Module:
    if name == "discrete":
        return Discrete(DiscreteConfig(), glyphs)
    return Analytic(AnalyticConfig(), glyphs) if name == "analytic" else Neural(NeuralConfig(weights), glyphs)


def differentiable(renderer: torch.nn.Module) -> Drawn:
    """The renderer, with a zero gradient if it has none."""
    return lambda probs: renderer(probs) + 0.0 * probs.sum()


def pages(model_file: Path, count: int) -> Iterator[tuple[Tensor, Tensor]]:
    model = load_model(model_file, torch.device("cpu"))
    corpus, _ = open_data(model.data)
    held_out = sides(model.data, corpus)[1][:count]
    for batch in in_order(corpus, held_out, 16, model.canvas):
        with torch.no_grad():
            yield batch.ids, model.model(batch.ids).logits


def page(batch: int = 1) -> Tensor:
    """A soft page in the memory layout of a decoder's output, contiguous."""
    return torch.randn(batch, 95, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).mul(3).softmax(1)


def step(renderer: torch.nn.Module, probs: Tensor) -> tuple[float, float]:
    """Seconds of the forward pass, and of forward and backward."""
    probs = probs.detach().requires_grad_()
    begun = time.perf_counter()
    picture = renderer(probs)
    drawn = time.perf_counter()
    if picture.requires_grad:
        picture.square().sum().backward()
    return drawn - begun, time.perf_counter() - begun


def times(renderers: dict[str, torch.nn.Module], repeats: int) -> dict[str, tuple[float, float]]:
    found = dict.fromkeys(renderers, (1e9, 1e9))
    for _ in range(repeats):
        for name, renderer in renderers.items():
            forward, both = min(step(renderer, page()) for _ in range(3))
            found[name] = (min(found[name][0], forward), min(found[name][1], both))
    return found


def peak(name: str, weights: str | None, glyphs: Tensor) -> float:
    """MiB of a step on a batch of 8, beyond the page and its gradient (Linux only)."""
    renderer, probs = made(name, weights, glyphs), page(8)
    step(renderer, probs[:, :, :1, :1])
    probs.grad = torch.zeros_like(probs)
    Path("/proc/self/clear_refs").write_text("5")  # reset the peak
    before = high_water()
    step(renderer, probs)
    return (high_water() - before) / 1024


def high_water() -> int:
    """The peak memory of this process, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--weights")
    parser.add_argument("--pieces", type=int, default=100)
    parser.add_argument("--glyphs", default="18x9", help="pixels of a cell, HxW")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--peak-of", choices=NAMES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    height, width = map(int, arguments.glyphs.split("x"))
    glyphs = atlas(res=(height, width))
    if arguments.peak_of:
        print(peak(arguments.peak_of, arguments.weights, glyphs))
        return
    renderers = {name: made(name, arguments.weights, glyphs) for name in NAMES}
    known = list(pages(arguments.model, arguments.pieces))
    print(f"{sum(len(ids) for ids, _ in known)} pieces; 120 dB means no error\n{'':24}", *NAMES)
    columns = [rendering_scores(differentiable(renderer), glyphs, known) for renderer in renderers.values()]
    for name in columns[0]:
        print(f"{name:24}", *(f"{column[name]:8.3f}" for column in columns))
    taken = times(renderers, arguments.repeats)
    for name, (forward, both) in taken.items():
        again = [sys.executable, __file__, *sys.argv[1:], "--peak-of", name]
        memory = float(subprocess.run(again, capture_output=True, text=True, check=True).stdout)
        ratios = (forward / taken["analytic"][0], both / taken["analytic"][1])
        print(
            f"{name:10} forward {1e3 * forward:6.2f} ms ({ratios[0]:.2f} ×)  both {1e3 * both:6.2f} ms "
            f"({ratios[1]:.2f} ×)  {memory:6.1f} MiB"
        )


if __name__ == "__main__":
    main()
