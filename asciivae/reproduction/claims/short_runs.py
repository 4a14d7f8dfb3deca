"""Claims that need training: two recipes, cut down to a few pieces and steps, and compared.

A learning rate of the log moves nothing in so few steps, so both recipes of a claim get the same higher one. That makes
these small experiments of the same kind, not the log's own; where their numbers do not tell, the verdict says so.
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
"""Drawing pages at 16 pixels per character takes most of the time where the loss needs the picture itself."""
UNIFORM = math.log(95)
"""The cross-entropy of a model that knows nothing, in nats."""
LEARNED = 0.3
"""A score that tells a model which has learned something from one that has not begun."""
UNDECIDED: Verdict = "not decidable at this scale"


def _run(recipe: str, quick: bool, *settings: str) -> Experiment:
    sets = [*CUT, *(QUICK if quick else ()), *settings]
    loaded = load_recipe(recipe, sets)
    if loaded.recipe.train.swa:
        sets.append("train.swa=null")  # which would only begin after the log's own number of epochs
        loaded = load_recipe(recipe, sets)
    experiment = build(loaded, CPU)
    for _ in islice(train(experiment.task, experiment.state), QUICK_STEPS if quick else STEPS):
        pass
    return experiment


def _settings(quick: bool, *settings: str) -> str:
    return f"{QUICK_STEPS if quick else STEPS} steps, {', '.join((*CUT, *(QUICK if quick else ()), *settings))}"


def _scores(experiment: Experiment, pieces: Sequence[int]) -> Mapping[str, float]:
    """Scores of whole pages: ink beside the drawing counts as well."""
    pages = _pages(experiment, pieces)
    made = reconstruct(_model(experiment), pages, experiment.data.canvas)
    return sum((one.counts for one in made), CharacterCounts()).scores()


def _visible_ink(experiment: Experiment) -> float:
    """The ink of the reconstructed pictures per ink of the originals: a ] that the log's glyphs lose is none."""
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


def _judge(quick: bool, *, holds: bool, fails: bool) -> Verdict:
    if quick or holds == fails:
        return UNDECIDED
    return "reproduced" if holds else "refuted"


def image_only(quick: bool) -> Finding:
    """L1 on pictures alone, and with the cross-entropy beside it."""
    alone, both = (_run(name, quick, SMALL_GLYPHS) for name in ("stage0-gumbel", "stage0-gumbel-repaired"))
    ink = [_visible_ink(one) for one in (alone, both)]
    return Finding(
        {"ink seen / ink, L1 alone": ink[0], "ink seen / ink, with ce": ink[1]},
        _judge(quick, holds=ink[0] < 0.05 and ink[1] > LEARNED, fails=ink[0] > 0.5),
        _settings(quick, SMALL_GLYPHS),
        "Where both are blank after so few steps, nothing shows that it is the L1's doing.",
    )


def exponent(quick: bool) -> Finding:
    """Character weights with an exponent of 0.7, and none, on the sparser and the denser half of the pieces."""
    numbers = {}
    settings = ("losses.ce.weight=1.0", "losses.kl.weight=0.1", SMALL_GLYPHS)
    for name, recipe in (("exponent 0.7", "cb2c7dd"), ("no weights", "cb2c7dd-repaired")):
        experiment = _run(recipe, quick, *settings)
        ink = {piece: int(np.count_nonzero(experiment.data.corpus.grid(piece))) for piece in _trained_on(experiment)}
        by_ink = sorted(ink, key=ink.__getitem__)
        half = len(by_ink) // 2
        numbers[f"inked cells in common, sparse half, {name}"] = _scores(experiment, by_ink[:half])["ink_iou"]
        numbers[f"inked cells in common, dense half, {name}"] = _scores(experiment, by_ink[half:])["ink_iou"]
    sparse, dense, plain_sparse, plain_dense = numbers.values()
    weighted, plain = dense - sparse, plain_dense - plain_sparse
    return Finding(
        numbers,
        _judge(
            quick,
            holds=plain_dense > LEARNED and weighted > max(0.1, plain + 0.05),
            fails=plain_dense > LEARNED and weighted < plain - 0.05,
        ),
        _settings(quick, *settings),
        "A dense piece has more cells in common with anything; without weights to compare with, that tells nothing.",
    )


def image_beside_ce(quick: bool) -> Finding:
    """20717f2 with its image loss and without."""
    runs = _run("20717f2", quick), _run("20717f2", quick, "losses.mse.weight=0.0")
    with_image, without = (_scores(one, _trained_on(one)) for one in runs)
    gain = with_image["ink_iou"] - without["ink_iou"]
    learned = max(with_image["ink_iou"], without["ink_iou"]) > LEARNED
    return Finding(
        {
            "inked cells in common, with": with_image["ink_iou"],
            "inked cells in common, without": without["ink_iou"],
            "right characters of all drawn, with": with_image["char_precision"],
            "right characters of all drawn, without": without["char_precision"],
        },
        _judge(quick, holds=learned and gain > 0.05, fails=learned and gain < -0.05),
        _settings(quick),
    )


def kl_and_gap(quick: bool) -> Finding:
    """20717f2 with its KL weight, and with ten times as much: cross-entropy in training and in validation."""
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
        _judge(quick, holds=decidable and high < 0.9 * low, fails=decidable and high > 1.1 * low),
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
        numbers[f"ink seen / ink, τ {tau}"] = _visible_ink(experiment)
    high, high_ink, low, low_ink = numbers.values()
    return Finding(
        numbers,
        _judge(
            quick,
            holds=high_ink > LEARNED and (low > 1.1 * high or low_ink < 0.5 * high_ink),
            fails=high_ink > LEARNED and low < 0.9 * high,
        ),
        _settings(quick),
    )


def sample_or_likelihood(quick: bool) -> Finding:
    """Cross-entropy of a hard sample against the likelihood, everything else alike."""
    runs = {name: _run(recipe, quick) for name, recipe in (("sample", "2e13fa9-resumed"), ("likelihood", "f27fb91"))}
    scores = {name: _scores(one, _trained_on(one)) for name, one in runs.items()}
    f1 = {name: score["char_f1"] for name, score in scores.items()}
    return Finding(
        {
            **{f"F1 of inked characters, {name}": value for name, value in f1.items()},
            **{f"inked cells in common, {name}": score["ink_iou"] for name, score in scores.items()},
        },
        _judge(
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
    Claim("image-beside-ce", "an image loss beside the cross-entropy helps", ("20717f2",), image_beside_ce),
    Claim("kl-and-gap", "a higher KL weight narrows the gap of training and validation", ("20717f2",), kl_and_gap),
    Claim("temperature", "τ 0.3 draws worse than τ 0.5", ("469523a", "469523a-tau-0.3"), temperature),
    Claim(
        "sample-or-likelihood",
        "cross-entropy of a hard sample draws better than the likelihood",
        ("2e13fa9-resumed", "f27fb91"),
        sample_or_likelihood,
    ),
)
"""In the order of the log."""
