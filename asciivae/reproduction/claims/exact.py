"""Claims that need no training: consequences of formulas, glyphs and number formats, computed exactly."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

from asciivae.contract import Facts, LossInputs, Posterior
from asciivae.experiment.build import build
from asciivae.filters.kernels import log_kernel
from asciivae.losses.characters import CrossEntropy, CrossEntropyConfig
from asciivae.losses.edges import Edge, EdgeConfig
from asciivae.losses.objective import one_hot
from asciivae.recipe.resolve import load_recipe
from asciivae.render.analytic import glyph_gram, squared_error
from asciivae.render.glyphs import atlas
from asciivae.reproduction.claims.claim import Claim, Finding, verdict
from asciivae.text.charset import SIZE, SPACE

CPU = torch.device("cpu")
PIECES = 200
LARGEST_HALF = 65504.0


def double_softmax(quick: bool) -> Finding:
    """Cross-entropy of a softmax used as logits: its range, and its gradient at the start of training."""
    target = torch.zeros(1, 1, 1, dtype=torch.int64)
    gradient = {}
    for kind in ("softmax", "logits"):
        logits = torch.zeros(1, SIZE, 1, 1, dtype=torch.float64, requires_grad=True)
        _cross_entropy(kind, logits, target).backward()
        assert logits.grad is not None
        gradient[kind] = float(logits.grad.norm())
    sure = torch.full((1, SIZE, 1, 1), -1e3, dtype=torch.float64)
    right, wrong = sure.clone(), sure.clone()
    right[:, 0], wrong[:, 1] = 1e3, 1e3
    lowest, highest = (float(_cross_entropy("softmax", logits, target)) for logits in (right, wrong))
    return Finding(
        {
            "ce, certain and right": lowest,
            "ce, certain and wrong": highest,
            "gradient norm at uniform logits": gradient["softmax"],
            "gradient norm with one softmax": gradient["logits"],
        },
        verdict(math.isclose(highest - lowest, 1.0) and gradient["softmax"] < 0.05 * gradient["logits"]),
    )


def _cross_entropy(kind: str, logits: Tensor, target: Tensor) -> Tensor:
    facts = Facts(glyphs=torch.ones(SIZE, 1, 1), character_counts=torch.ones(SIZE, dtype=torch.int64))
    posterior = Posterior(torch.zeros(1, 1), torch.zeros(1, 1))
    mask = torch.ones_like(target, dtype=torch.bool)
    inputs = LossInputs(logits=logits, probs=logits.softmax(1), target=target, mask=mask, posterior=posterior)
    config = CrossEntropyConfig(input="softmax" if kind == "softmax" else "logits", reduction="weighted-mean")
    loss: Tensor = CrossEntropy(config, facts)(inputs)[""].mean()
    return loss


def glyph_collapse(quick: bool) -> Finding:
    """Distances between glyphs at 7 pixels as cropped in the log, and in cells 14 pixels high and 7 wide.

    The font is the bundled one, not the log's. Distances are mean squared differences, relative to the median of all
    pairs; two characters count as collapsed at 0.25 or less.
    """
    cells = {"logged": atlas(cell="logged", res=(7, 7), zoom=21, antialias=False), "tight": atlas(res=(14, 7))}
    numbers = {}
    for name, glyphs in cells.items():
        flat = glyphs.double().flatten(1)
        apart = torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist").square()
        median = apart[~torch.eye(SIZE, dtype=torch.bool)].median()
        for one, other in ("[|", "] "):
            pair = apart[ord(one) - ord(" "), ord(other) - ord(" ")]
            numbers[f"'{one}' to '{other}', {name} cell"] = float(pair / median)
    logged, tight = list(numbers.values())[:2], list(numbers.values())[2:]
    return Finding(numbers, verdict(max(logged) <= 0.25 < min(tight)))


def blank_page(quick: bool) -> Finding:
    """Pixel losses of a blank page, and of the drawing shifted right by one cell."""
    experiment = build(load_recipe("20717f2"), CPU)
    glyphs = experiment.glyphs.double()
    gram = glyph_gram(glyphs)
    apart = (glyphs[:, None] - glyphs[None]).abs().flatten(2).sum(2)  # of two glyphs, over their pixels
    pixels = 64 * 64 * glyphs[0].numel()
    sums = {"mse, blank": 0.0, "mse, shifted": 0.0, "l1, blank": 0.0, "l1, shifted": 0.0}
    cheaper = 0
    pieces = experiment.data.training[:: max(1, len(experiment.data.training) // PIECES)][:PIECES]
    for piece in pieces.tolist():
        page, _ = experiment.data.canvas.place(experiment.data.corpus.grid(piece), (64, 64))
        target = torch.from_numpy(page.astype("int64"))[None]
        blank, shifted = torch.full_like(target, SPACE), target.roll(1, dims=2)
        errors = {}
        for name, guess in (("blank", blank), ("shifted", shifted)):
            errors[name] = float(squared_error(one_hot(guess, torch.float64), target, gram)) / pixels
            sums[f"mse, {name}"] += errors[name] / len(pieces)
            sums[f"l1, {name}"] += float(apart[guess, target].sum()) / pixels / len(pieces)
        cheaper += errors["blank"] < errors["shifted"]
    fraction = cheaper / len(pieces)
    return Finding({**sums, "fraction of pieces whose mse is lower if blank": fraction}, verdict(fraction > 0.5))


def log_of_a_fifth(quick: bool) -> Finding:
    """The Laplacian of Gaussian with σ = 0.2 pixels, against the identity and against the repaired filter."""
    logged, repaired = log_kernel(15, 0.2), log_kernel(7, 1.0)
    centre, others = float(logged[7, 7]), float(logged.abs().sum() - logged[7, 7].abs())
    draw = torch.Generator().manual_seed(0)
    one, other = torch.rand(2, 1, 1, 90, 90, generator=draw, dtype=torch.float64).unbind(0)
    plain = float((one - other).square().mean())
    ratio = _edge_error(EdgeConfig(size=15, sigma=0.2, pad="zero"), one, other) / plain
    return Finding(
        {
            "centre of the kernel": centre,
            "sum of the other absolute values": others,
            "edge loss / mse, on noise": ratio,
            "sum of the repaired kernel / its absolute sum": float(repaired.sum() / repaired.abs().sum()),
            "sum of the logged kernel / its absolute sum": float(logged.sum() / logged.abs().sum()),
        },
        verdict(others < 1e-3 * abs(centre) and abs(ratio / centre**2 - 1) < 1e-3),
    )


def _edge_error(config: EdgeConfig, one: Tensor, other: Tensor) -> float:
    mask = torch.ones(1, 10, 10, dtype=torch.bool)
    posterior = Posterior(torch.zeros(1, 1), torch.zeros(1, 1))
    inputs = LossInputs(
        logits=torch.zeros(1, SIZE, 10, 10),
        probs=torch.zeros(1, SIZE, 10, 10),
        target=torch.zeros(1, 10, 10, dtype=torch.int64),
        mask=mask,
        posterior=posterior,
        target_image=one,
        recon_image=other,
    )
    facts = Facts(glyphs=torch.ones(SIZE, 9, 9), character_counts=torch.ones(SIZE, dtype=torch.int64))
    return float(Edge(config, facts)(inputs)[""])


def overflow(quick: bool) -> Finding:
    """The last convolution of the log's decoder in 16-bit and in 32-bit floats, as its weights grow."""
    torch_state = torch.Generator().manual_seed(0)
    features = torch.randn(1, SIZE, 16, 16, generator=torch_state)
    head = nn.Conv2d(SIZE, SIZE, 5, padding=2)
    with torch.no_grad():
        for parameter in head.parameters():
            parameter.normal_(0.0, 0.1, generator=torch_state)
        scale = next(s for s in (2.0**n for n in itertools.count()) if _largest(head(features) * s) > LARGEST_HALF)
        logits = head(features) * scale
        half = logits.half()
        in_half = torch.log_softmax(half, dim=1).float()
        in_float = torch.log_softmax(logits, dim=1)
        shifted = torch.log_softmax(logits + 1000.0, dim=1)
    return Finding(
        {
            "largest logit": _largest(logits),
            "infinite logits, fp16": float(half.isinf().sum()),
            "NaN after log-softmax, fp16": float(in_half.isnan().sum()),
            "NaN after log-softmax, fp32": float(in_float.isnan().sum()),
            "change when 1000 is added to all logits, fp32": float((shifted - in_float).abs().max()),
        },
        verdict(bool(in_half.isnan().any()) and bool(in_float.isfinite().all())),
    )


def _largest(values: Tensor) -> float:
    return float(values.abs().max())


EXACT = (
    Claim(
        "double-softmax",
        "the softmax of a softmax keeps the gradient small",
        ("discrete-render", "discrete-render-repaired"),
        double_softmax,
    ),
    Claim(
        "glyph-collapse",
        "at 7 px [ and | look alike, and so do ] and the space",
        ("9b3168b", "9b3168b-repaired"),
        glyph_collapse,
    ),
    Claim("blank-page", "a blank page is cheap for pixel losses", ("20717f2",), blank_page),
    Claim(
        "log-identity",
        "the edge filter with σ 0.2 is a scaled identity",
        ("66ea1d6", "66ea1d6-repaired"),
        log_of_a_fifth,
    ),
    Claim(
        "fp16-overflow",
        "unbounded logits overflow in fp16, and a head in fp32 does not",
        ("2e13fa9", "2e13fa9-repaired"),
        overflow,
    ),
)
"""In the order of the log."""
