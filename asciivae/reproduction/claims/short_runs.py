"""Claims that need training: two recipes, cut down to a few pieces and steps, and compared.

The log's learning rates have no effect in so few steps, so both recipes of a claim use the same higher one. These are
small experiments of the same kind, not the log's own; if their numbers do not decide a claim, the verdict says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import torch

from asciivae.experiment.build import build
from asciivae.latent.reconstruct import reconstruct
from asciivae.metrics.characters import CharacterCounts
from asciivae.models.base import VAE
from asciivae.recipe.resolve import load_recipe
from asciivae.reproduction.claims.claim import Claim, Finding, Verdict
from asciivae.text.art import Grid
from asciivae.training.experiment import Experiment
from asciivae.training.loop import train
from asciivae.training.validation import VAEValidation

CPU = torch.device("cpu")
STEPS = 120
CUT = (
    "train.batch=8",
    "data.limit=8",
    "data.roll=null",
    "train.precision=fp32",
    "optim.lr=2e-3",
    "evaluation.pieces=24",
)
QUICK_STEPS = 2
QUICK = ("train.batch=2", "data.limit=4", "evaluation.pieces=2")
SMALL_GLYPHS = "glyphs.res=9"
"""At 16 pixels per character, rendering would take most of the time for losses that need the picture."""
UNIFORM = math.log(95)
"""The cross-entropy of a uniform prediction, in nats."""
LEARNED = 0.3
"""The score above which a model counts as having learned something."""
UNDECIDED: Verdict = "not decidable at this scale"


def _run(recipe: str, quick: bool, *settings: str) -> Experiment:
    sets = [*CUT, *(QUICK if quick else ()), *settings]
    loaded = load_recipe(recipe, sets)
    if loaded.recipe.train.swa:
        sets.append("train.swa=null")  # it would only start after the log's number of epochs
        loaded = load_recipe(recipe, sets)
    experiment = build(loaded, CPU)
    for _ in islice(train(experiment.task, experiment.state), QUICK_STEPS if quick else STEPS):
        pass
    return experiment


def _settings(quick: bool, *settings: str) -> str:
    return f"{QUICK_STEPS if quick else STEPS} steps, {', '.join((*CUT, *(QUICK if quick else ()), *settings))}"


def _scores(experiment: Experiment, pieces: Sequence[int]) -> Mapping[str, float]:
    """Scores of whole pages, including ink outside of the drawing."""
    pages = _pages(experiment, pieces)
    made = reconstruct(_model(experiment), pages, experiment.data.canvas)
    return sum((one.counts for one in made), CharacterCounts()).scores()


def _visible_ink(experiment: Experiment) -> float:
    """Ink of the reconstructed pictures per ink of the originals; a ] that is blank in the log's glyphs counts 0."""
    ink = (1.0 - experiment.glyphs).sum((1, 2)).numpy()
    pages = [
        experiment.data.canvas.place(experiment.data.corpus.grid(piece), (64, 64))[0]
        for piece in _trained_on(experiment)
    ]
    made = reconstruct(_model(experiment), pages, experiment.data.canvas)
    return float(sum(ink[one.grid].sum() for one in made) / sum(ink[page].sum() for page in pages))


def _pages(experiment: Experiment, pieces: Sequence[int]) -> list[Grid]:
    data = experiment.data
    return [data.canvas.place(data.corpus.grid(piece), (64, 64))[0] for piece in pieces]


def _model(experiment: Experiment) -> VAE:
    model = experiment.state.evaluated()
    assert isinstance(model, VAE)
    return model


def _validation(experiment: Experiment) -> VAEValidation:
    assert isinstance(experiment.validate, VAEValidation)
    return experiment.validate


def _trained_on(experiment: Experiment) -> list[int]:
    pieces: list[int] = experiment.data.training.tolist()
    return pieces


def _verdict(quick: bool, *, holds: bool, fails: bool) -> Verdict:
    if quick or holds == fails:
        return UNDECIDED
    return "reproduced" if holds else "refuted"


def image_only(quick: bool) -> Finding:
    """L1 on pictures alone, and in addition to the cross-entropy."""
    alone, both = (_run(name, quick, SMALL_GLYPHS) for name in ("stage0-gumbel", "stage0-gumbel-repaired"))
    ink = [_visible_ink(one) for one in (alone, both)]
    return Finding(
        {"visible ink / ink, L1 alone": ink[0], "visible ink / ink, with ce": ink[1]},
        _verdict(quick, holds=ink[0] < 0.05 and ink[1] > LEARNED, fails=ink[0] > 0.5),
        _settings(quick, SMALL_GLYPHS),
        "If both are blank after so few steps, the L1 loss cannot be shown to be the cause.",
    )


def exponent(quick: bool) -> Finding:
    """Character weights with exponent 0.7 against none, on the sparser and the denser half of the pieces."""
    numbers = {}
    settings = ("losses.ce.weight=1.0", "losses.kl.weight=0.1", SMALL_GLYPHS)
    for name, recipe in (("exponent 0.7", "cb2c7dd"), ("no weights", "cb2c7dd-repaired")):
        experiment = _run(recipe, quick, *settings)
        ink = {piece: int(np.count_nonzero(experiment.data.corpus.grid(piece))) for piece in _trained_on(experiment)}
        by_ink = sorted(ink, key=ink.__getitem__)
        half = len(by_ink) // 2
        numbers[f"ink IoU, sparse half, {name}"] = _scores(experiment, by_ink[:half])["ink_iou"]
        numbers[f"ink IoU, dense half, {name}"] = _scores(experiment, by_ink[half:])["ink_iou"]
    sparse, dense, plain_sparse, plain_dense = numbers.values()
    weighted, plain = dense - sparse, plain_dense - plain_sparse
    return Finding(
        numbers,
        _verdict(
            quick,
            holds=plain_dense > LEARNED and weighted > max(0.1, plain + 0.05),
            fails=plain_dense > LEARNED and weighted < plain - 0.05,
        ),
        _settings(quick, *settings),
        "Dense pieces have a higher IoU in any case; without a run that learned without weights, nothing follows.",
    )


def image_beside_ce(quick: bool) -> Finding:
    """20717f2 with and without its image loss."""
    runs = _run("20717f2", quick), _run("20717f2", quick, "losses.mse.weight=0.0")
    with_image, without = (_scores(one, _trained_on(one)) for one in runs)
    gain = with_image["ink_iou"] - without["ink_iou"]
    learned = max(with_image["ink_iou"], without["ink_iou"]) > LEARNED
    return Finding(
        {
            "ink IoU, with": with_image["ink_iou"],
            "ink IoU, without": without["ink_iou"],
            "char precision, with": with_image["char_precision"],
            "char precision, without": without["char_precision"],
        },
        _verdict(quick, holds=learned and gain > 0.05, fails=learned and gain < -0.05),
        _settings(quick),
    )


def kl_and_gap(quick: bool) -> Finding:
    """20717f2 with its KL weight and ten times that: cross-entropy on training and validation pieces."""
    gaps = []
    numbers = {}
    for weight in (0.1, 1.0):
        experiment = _run("20717f2", quick, f"losses.kl.weight={weight}")
        ours = replace(_validation(experiment), pieces=experiment.data.training, sampled=False)(experiment.state)
        others = replace(_validation(experiment), sampled=False)(experiment.state)
        gaps.append(others["ce"] - ours["ce"])
        numbers[f"ce in training, kl x {weight}"] = ours["ce"]
        numbers[f"ce in validation, kl x {weight}"] = others["ce"]
    low, high = gaps
    fitted = all(value < UNIFORM for name, value in numbers.items() if "in training" in name)
    decidable = fitted and low > 0.1
    return Finding(
        numbers,
        _verdict(quick, holds=decidable and high < 0.9 * low, fails=decidable and high > 1.1 * low),
        _settings(quick),
    )


def temperature(quick: bool) -> Finding:
    """469523a with its two temperatures."""
    numbers = {}
    for tau, recipe in ((0.5, "469523a"), (0.3, "469523a-tau-0.3")):
        experiment = _run(recipe, quick)
        measured = replace(_validation(experiment), pieces=experiment.data.training, sampled=True)(experiment.state)
        pixels = experiment.recipe.train.batch * 64 * 64 * experiment.glyphs[0].numel()  # it is summed over a batch
        numbers[f"mse of samples, τ {tau}"] = measured["sampled_mse"] / pixels
        numbers[f"visible ink / ink, τ {tau}"] = _visible_ink(experiment)
    high, high_ink, low, low_ink = numbers.values()
    return Finding(
        numbers,
        _verdict(
            quick,
            holds=high_ink > LEARNED and (low > 1.1 * high or low_ink < 0.5 * high_ink),
            fails=high_ink > LEARNED and low < 0.9 * high,
        ),
        _settings(quick),
    )


def sample_or_likelihood(quick: bool) -> Finding:
    """Cross-entropy of a hard sample against the likelihood, other settings being equal."""
    runs = {name: _run(recipe, quick) for name, recipe in (("sample", "2e13fa9-resumed"), ("likelihood", "f27fb91"))}
    scores = {name: _scores(one, _trained_on(one)) for name, one in runs.items()}
    f1 = {name: score["char_f1"] for name, score in scores.items()}
    return Finding(
        {
            **{f"F1 of inked characters, {name}": value for name, value in f1.items()},
            **{f"ink IoU, {name}": score["ink_iou"] for name, score in scores.items()},
        },
        _verdict(
            quick,
            holds=f1["sample"] > max(LEARNED, f1["likelihood"] + 0.05),
            fails=f1["likelihood"] > max(LEARNED, f1["sample"] + 0.05),
        ),
        _settings(quick),
    )


TRAINED = (
    Claim(
        "image-only", "L1 on pictures alone gives blank pages", ("stage0-gumbel", "stage0-gumbel-repaired"), image_only
    ),
    Claim(
        "exponent",
        "character weights with exponent 0.7 make dense pieces good and sparse ones bad",
        ("cb2c7dd", "cb2c7dd-repaired"),
        exponent,
    ),
    Claim("image-beside-ce", "an image loss in addition to the cross-entropy helps", ("20717f2",), image_beside_ce),
    Claim("kl-and-gap", "a higher KL weight narrows the gap between training and validation", ("20717f2",), kl_and_gap),
    Claim("temperature", "τ 0.3 gives worse drawings than τ 0.5", ("469523a", "469523a-tau-0.3"), temperature),
    Claim(
        "sample-or-likelihood",
        "cross-entropy of a hard sample gives better drawings than the likelihood",
        ("2e13fa9-resumed", "f27fb91"),
        sample_or_likelihood,
    ),
)
"""In the order of the log."""
