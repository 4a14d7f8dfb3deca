"""The page model that comes with the package."""

import gzip
import json
from hashlib import sha256
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import torch

import asciivae
from asciivae.experiment.bundled import BUNDLED_PAGE
from asciivae.experiment.kinds import kind_of
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.pages.likelihood import bits_per_ink
from asciivae.pages.signatures import find_signatures
from asciivae.text.art import parse

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"
FILE = resources.files("asciivae").joinpath("assets", "page.safetensors")


@pytest.fixture(scope="module")
def bundled() -> TrainedPageModel:
    return asciivae.load("bundled-page", device="cpu")


def test_it_is_small_and_says_what_it_is(bundled: TrainedPageModel) -> None:
    assert Path(str(FILE)).stat().st_size <= 8_000_000
    assert kind_of(BUNDLED_PAGE) == "page"
    assert bundled.name == "page"
    assert bundled.step > 0
    assert "/" not in bundled.text.partition("corpus:")[2].splitlines()[0]


def test_it_draws_what_is_not_blank_and_leaves_signatures_out(bundled: TrainedPageModel) -> None:
    pages = bundled.sample(8, (8, 24), seed=1, signatures=False, form="array")
    assert all(page.shape == (8, 24) and (page != 0).any() for page in pages)
    assert not any(find_signatures(page).any() for page in pages)


def test_it_knows_drawings_from_noise(bundled: TrainedPageModel) -> None:
    shuffled = np.random.default_rng(0).permuted(parse(CAT).ravel()).reshape(3, 7)
    assert bundled.score(CAT)[0].bits < 0.7 * bundled.score(shuffled)[0].bits


def test_newer_code_draws_and_measures_what_the_code_that_trained_it_did(bundled: TrainedPageModel) -> None:
    """Measured before the encoder of what is given was added, which these weights do not have."""
    corpus = asciivae.open_corpus("embedded")
    anchor = corpus.grid(list(corpus.column("id")).index("sea/anchor"))
    (hole, *_) = bundled.complete(anchor, hole=(2, 2, 3, 4), count=1, seed=0)
    assert bundled.score(anchor)[0].bits == pytest.approx(79.96596677792779, abs=1e-3)
    assert hole.bits == pytest.approx(42.53810852401849, abs=1e-3)
    assert bundled.sample(1, (6, 20), seed=3)[0].splitlines() == [
        "            __",
        "           /.-\\",
        "  __.-----//   \\",
        "__\\         /   \\ /|",
        "  \\         |   |/ |",
        "   \\________)___/ \\",
    ]
    assert bundled.network.config.around == 0


@pytest.mark.slow
def test_held_out_drawings_cost_what_the_documents_say(bundled: TrainedPageModel, real_drawings: Path) -> None:
    with gzip.open(real_drawings, "rt", encoding="utf-8") as lines:
        pieces = [json.loads(line) for line in lines]
    held = [
        p for p in pieces if int(sha256(p["cluster"].encode()).hexdigest(), 16) % 10 == 0 and "NC" not in p["license"]
    ]
    torch.set_num_threads(1)
    grids = [parse(p["text"]) for p in held[::8]]
    assert bits_per_ink(bundled.reader, grids) < 3.2
