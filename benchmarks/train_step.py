"""One training step of experiment 20717f2, against a plain PyTorch transcription of the same step.

    python benchmarks/train_step.py [--batch 32] [--repeats 5]

The transcription follows its commit: one-hot pages, contiguous layout, PyTorch's own Gumbel-softmax, rendered pictures.
Both steps run interleaved in this process; each repeat gives one ratio, and the median is reported. Losses are compared
with the same noise. Peak memory is measured in a separate process for each (Linux only).

Last measured 2026-11-21, two shared cores of an x86-64 server, torch 2.13.0, commit in the file's history: see
docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from asciivae.experiment.build import build
from asciivae.recipe.resolve import load_recipe
from asciivae.training.loop import train
from asciivae.training.state import TrainState
from asciivae.training.vae import VAETask


class PlainVAE(nn.Module):
    """Architecture D, as in its commit."""

    def __init__(self) -> None:
        super().__init__()

        def block(*layers: nn.Module, channels: int) -> list[nn.Module]:
            return [*layers, nn.ReLU(), nn.BatchNorm2d(channels)]

        def dense() -> list[nn.Module]:
            return [nn.Linear(512, 512), nn.ReLU(), nn.BatchNorm1d(512)]

        def up(scale: float) -> nn.Module:
            return nn.Upsample(scale_factor=scale, mode="bilinear", align_corners=False)

        self.encoder = nn.Sequential(
            *block(nn.Conv2d(95, 64, 5, 1, 2), channels=64),
            *block(nn.Conv2d(64, 48, 5, 2, 2), channels=48),
            *block(nn.Conv2d(48, 32, 5, 2, 2), channels=32),
            *block(nn.Conv2d(32, 16, 5), channels=16),
            *block(nn.Conv2d(16, 8, 5), channels=8),
            nn.Flatten(),
            *dense(),
        )
        self.mean, self.logvar = nn.Linear(512, 512), nn.Linear(512, 512)
        self.decoder = nn.Sequential(
            *dense(),
            *dense(),
            nn.Unflatten(1, (8, 8, 8)),
            *block(up(3 / 2), nn.Conv2d(8, 16, 5, 1, 2), channels=16),
            *block(up(4 / 3), nn.Conv2d(16, 32, 5, 1, 2), channels=32),
            *block(up(2), nn.Conv2d(32, 48, 5, 1, 2), channels=48),
            *block(up(2), nn.Conv2d(48, 64, 5, 1, 2), channels=64),
            nn.Conv2d(64, 95, 5, 1, 2),
        )


class PlainStep:
    """The objective and optimiser of recipe 20717f2, without asciivae."""

    def __init__(self, glyphs: Tensor) -> None:
        self.model = PlainVAE()
        self.glyphs = glyphs
        self.weights = torch.ones(95)
        self.weights[0] = 1e-5
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=5e-4)

    def render(self, page: Tensor) -> Tensor:
        batch, _, height, width = page.shape
        cells = torch.einsum("bcyx,chw->byhxw", page, self.glyphs)
        return cells.reshape(batch, height * self.glyphs.shape[1], width * self.glyphs.shape[2])

    def loss(self, ids: Tensor, latent: Tensor | None = None, gumbel: Tensor | None = None) -> dict[str, Tensor]:
        page = functional.one_hot(ids, 95).permute(0, 3, 1, 2).float().contiguous()
        features = self.model.encoder(page)
        mean, logvar = self.model.mean(features), self.model.logvar(features)
        sigma = torch.exp(logvar / 2)
        z = mean + sigma * (torch.randn_like(mean) if latent is None else latent)
        logits = self.model.decoder(z)
        if gumbel is None:
            sample = functional.gumbel_softmax(logits, tau=0.2, dim=1)
        else:
            sample = torch.softmax((logits + gumbel) / 0.2, dim=1)
        ce = functional.cross_entropy(logits, ids, self.weights)
        mse = functional.mse_loss(self.render(sample), self.render(page))
        kl = 0.5 * (sigma**2 + mean**2 - 1 - torch.log(sigma**2)).mean()
        return {"ce": ce, "mse": mse, "kl": kl, "total": ce + 40.0 * mse + 0.1 * kl}

    def __call__(self, ids: Tensor) -> None:
        self.optimiser.zero_grad()
        self.loss(ids)["total"].backward()
        self.optimiser.step()


def ours(batch: int) -> tuple[VAETask, TrainState, Tensor]:
    """The recipe as shipped, on the embedded corpus."""
    overrides = [f"train.batch={batch}", "train.epochs=1000", "data.roll.validation=false"]
    experiment = build(load_recipe("20717f2", overrides), torch.device("cpu"))
    assert isinstance(experiment.task, VAETask)
    return experiment.task, experiment.state, experiment.glyphs


def worst_difference(batch: int) -> float:
    """The largest relative difference of a loss term between the two implementations, with equal weights and noise."""
    task, _, glyphs = ours(batch)
    plain = PlainStep(glyphs)
    for mine, other in zip(task.module.parameters(), plain.model.parameters(), strict=True):
        other.data.copy_(mine.data)
    page = task.batches(0)
    generator = torch.Generator().manual_seed(1)
    latent = torch.randn(len(page.ids), 512, generator=generator)
    gumbel = -torch.empty(len(page.ids), 95, 64, 64).exponential_(generator=generator).log()
    theirs = plain.loss(page.ids, latent, gumbel)
    _, measured = task.evaluate(task.module, page, 0, latent, gumbel.clone())
    found = {**measured.terms, "total": measured.total}
    pairs = [(float(found[k].detach()), float(theirs[k].detach())) for k in theirs]
    return max(abs(mine - plain) / abs(plain) for mine, plain in pairs)


def our_step(batch: int) -> Callable[[], None]:
    """A function that runs one step of asciivae."""
    task, state, _ = ours(batch)
    steps = train(task, state)
    return lambda: (next(steps), None)[1]


def plain_step(batch: int) -> Callable[[], None]:
    """A function that runs one plain step on the same pages."""
    task, _, glyphs = ours(batch)
    plain, pages = PlainStep(glyphs), iter(range(10**9))
    return lambda: plain(task.batches(next(pages)).ids)


STEPS = {"ours": our_step, "plain": plain_step}


def peak_memory(which: str, batch: int) -> float:
    """The increase of the peak memory of a fresh process by one step, in MiB."""
    command = [sys.executable, __file__, "--measure-memory", which, "--batch", str(batch)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _status(key: str) -> float:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(key))


def _measure_memory(which: str, batch: int) -> None:
    step = STEPS[which](batch)
    before = _status("VmRSS")
    for _ in range(3):
        step()
    print(_status("VmHWM") - before)


def seconds(step: Callable[[], None]) -> float:
    """The seconds of one step."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--measure-memory", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure_memory:
        _measure_memory(arguments.measure_memory, arguments.batch)
        return
    steps = {name: make(arguments.batch) for name, make in STEPS.items()}
    for step in steps.values():
        step()
    times = {name: list[float]() for name in STEPS}
    for _ in range(arguments.repeats):
        for name, step in steps.items():
            times[name].append(seconds(step))
    ratios = [plain / mine for plain, mine in zip(times["plain"], times["ours"], strict=True)]
    memory = {name: peak_memory(name, arguments.batch) for name in STEPS}
    report = {
        "batch": arguments.batch,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "pieces_per_second": {n: round(arguments.batch / statistics.median(t), 2) for n, t in times.items()},
        "speedup_median": round(statistics.median(ratios), 3),
        "speedup_all": [round(r, 3) for r in ratios],
        "peak_mib": {n: round(m) for n, m in memory.items()},
        "memory_ratio": round(memory["ours"] / memory["plain"], 3),
        "worst_relative_difference": worst_difference(arguments.batch),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
