"""Tiny tracers and small pictures for tests."""

import functools
import io
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from asciivae.models.tracer import Config, Tracer
from asciivae.text.art import Grid, from_lines

TINY = Config(channels=16, stem=24, embedding=4, dilations=(1, 2))

CAT = from_lines([r"  /\_/\  ", r" ( o.o ) ", r"  > ^ <  ", r" /     \ ", r"(_______)"])


def tiny_tracer(seed: int = 0) -> Tracer:
    torch.manual_seed(seed)
    tracer = Tracer(TINY)
    for block in tracer.blocks:
        torch.nn.init.normal_(block.mix.weight, std=0.1)  # type: ignore[union-attr, arg-type]
    return tracer.eval().requires_grad_(False)


@functools.cache
def taught_tracer() -> Tracer:
    """One that knows the cat by heart."""
    from asciivae.tracer.disturb import Disturbed
    from asciivae.tracer.objective import partly_known, tracing_loss
    from asciivae.tracer.pairs import joined, thinned

    torch.manual_seed(0)
    tracer = Tracer(TINY)
    page = np.pad(CAT, 2)[None]
    lines = torch.from_numpy(thinned(joined(page)).astype(np.float32))[:, None]
    pages, mask = torch.from_numpy(page.astype(np.int64)), torch.ones(page.shape, dtype=torch.bool)
    optimiser = torch.optim.Adam(tracer.parameters(), lr=1e-2)
    draw = np.random.default_rng(0)
    for _ in range(260):
        optimiser.zero_grad()
        known = partly_known(pages, 0.5, draw)
        sums, _ = tracing_loss(tracer, pages, mask, Disturbed(lines, torch.ones(1)), known)
        (sums.sum() / page.size).backward()
        optimiser.step()
    return tracer.eval().requires_grad_(False)


def line_picture(grid: Grid) -> NDArray[np.uint8]:
    """The lines of a page as a picture of 6·W × 12·H pixels, black on white."""
    from asciivae.tracer.pairs import joined, thinned

    return np.where(thinned(joined(grid[None]))[0], np.uint8(0), np.uint8(255))


def house(size: int = 240, *, pen: int = 5) -> Image.Image:
    image = Image.new("L", (size, size), 255)
    draw = ImageDraw.Draw(image)
    s = size / 240
    draw.line([(30 * s, 110 * s), (120 * s, 30 * s), (210 * s, 110 * s), (30 * s, 110 * s)], fill=0, width=pen)
    draw.rectangle((50 * s, 110 * s, 190 * s, 210 * s), outline=0, width=pen)
    draw.rectangle((100 * s, 150 * s, 140 * s, 210 * s), outline=0, width=pen)
    return image


def disc(size: int = 200, *, noise: float = 0.0) -> Image.Image:
    """A grey disc on a lighter ground, with noise: a photo of sorts."""
    y, x = np.mgrid[0:size, 0:size]
    grey = np.where(np.hypot(y - size / 2, x - size / 2) < size / 3, 90.0, 190.0)
    grey += noise * np.random.default_rng(0).standard_normal((size, size))
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=form, **options)
    return buffer.getvalue()
