import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from asciivae.corpus.source import open_corpus
from asciivae.engine.onnx import OnnxNetwork, open_beside
from asciivae.errors import ModelError
from asciivae.experiment.bundled import BUNDLED, bundled_file
from asciivae.experiment.coders import OnnxModel, open_model
from asciivae.experiment.export_onnx import graph_of
from asciivae.experiment.load import load_model
from asciivae.experiment.trained import TrainedModel
from asciivae.latent.onnx import OnnxSpatial
from asciivae.latent.pieces import rebuilt
from asciivae.latent.reconstruct import reconstruct

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def slow() -> TrainedModel:
    return load_model(BUNDLED, CPU)


@pytest.fixture(scope="module")
def fast() -> OnnxModel:
    """If it is not one: python scripts/build_graphs.py."""
    opened = open_model(BUNDLED)
    assert isinstance(opened, OnnxModel)
    return opened


@pytest.mark.parametrize("size", [(1, 8, 8), (3, 16, 40), (2, 64, 64), (1, 120, 72)])
@torch.no_grad()
def test_the_bundled_graph_says_what_pytorch_says(
    fast: OnnxModel, slow: TrainedModel, size: tuple[int, int, int]
) -> None:
    ids = np.random.default_rng(0).integers(0, 95, size)
    posterior = slow.model.encode(torch.from_numpy(ids))

    mean, logvar = fast.coder.encode(ids)
    logits = fast.coder.decode(mean)

    np.testing.assert_allclose(mean, posterior.mean.numpy(), atol=1e-4)
    np.testing.assert_allclose(logvar, posterior.logvar.numpy(), atol=1e-4)
    np.testing.assert_allclose(logits, slow.model.decode(posterior.mean).numpy(), atol=1e-3)


def test_it_is_described_alike(fast: OnnxModel, slow: TrainedModel) -> None:
    assert (fast.name, fast.step, fast.path) == (slow.name, slow.step, slow.path)
    assert np.array_equal(fast.glyphs, slow.glyphs.numpy())
    assert fast.canvas.trimmed == slow.canvas.trimmed


def test_two_hundred_pieces_are_reconstructed_alike_in_every_character(fast: OnnxModel, slow: TrainedModel) -> None:
    corpus = open_corpus("embedded")
    pieces = [corpus.grid(number) for number in itertools.islice(range(0, len(corpus), 13), 200)]

    made, expected = rebuilt(fast.coder, pieces, fast.canvas), reconstruct(slow.model, pieces, slow.canvas)

    assert len(pieces) == 200
    for one, other in zip(made, expected, strict=True):
        assert np.array_equal(one.grid, other.grid)
        assert one.ink_outside == other.ink_outside
        np.testing.assert_allclose(one.confidence, other.confidence, atol=1e-4)


def test_a_piece_that_is_too_large_is_refused(fast: OnnxModel, slow: TrainedModel) -> None:
    for model in (fast, slow):
        with pytest.raises(ModelError, match="a piece of 600 rows and 3 columns is too large"):
            model.canvas.size(np.ones((600, 3), np.uint8))


def test_an_exported_model_is_the_model(slow: TrainedModel, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(graph_of(slow).SerializeToString())
    piece = open_corpus("embedded").grid(0)

    opened = open_model(tmp_path / "a.onnx")

    assert isinstance(opened, OnnxModel)
    made, expected = rebuilt(opened.coder, [piece], opened.canvas), reconstruct(slow.model, [piece], slow.canvas)
    assert np.array_equal(made[0].grid, expected[0].grid)
    assert (opened.name, opened.step) == (slow.name, slow.step)


def test_other_engines_are_asked_for_what_needs_them() -> None:
    assert isinstance(open_model(bundled_file("model")), TrainedModel)


def test_the_graph_of_another_kind_is_refused() -> None:
    weights = bundled_file("tracer")
    network = open_beside(weights.with_suffix(".onnx"), weights)
    assert isinstance(network, OnnxNetwork)

    with pytest.raises(ModelError, match="tracer: is not the graph of a model of drawings"):
        OnnxSpatial(network, "tracer")
