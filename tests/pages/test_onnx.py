"""A page network in ONNX Runtime says what it says in PyTorch: for whole pages, in parts, and cell after cell."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from page_models import model, pages

from asciivae.corpus.source import open_corpus
from asciivae.engine.onnx import DAMAGED, OnnxNetwork, open_beside
from asciivae.errors import ModelError
from asciivae.experiment.bundled import BUNDLED_PAGE, bundled_file
from asciivae.experiment.export_onnx import OPSET, graph_of
from asciivae.experiment.kinds import kind_of
from asciivae.experiment.load import choose_device, load_page_model
from asciivae.experiment.page_models import OnnxPageModel, open_page_model
from asciivae.experiment.trained_page import TrainedPageModel
from asciivae.files.weights import PAGE_FORMAT
from asciivae.pages.cells import Condition
from asciivae.pages.draw import finished
from asciivae.pages.likelihood import cell_bits, probabilities
from asciivae.pages.onnx import OnnxPages
from asciivae.pages.reader import PageReader

SIZES = [(4, 6), (1, 11), (9, 1), (12, 20), (3, 31)]
SAID = [Condition(number, number % 3) for number in range(5)]


@pytest.fixture(scope="module")
def slow() -> TrainedPageModel:
    return load_page_model(BUNDLED_PAGE, choose_device("cpu"))


@pytest.fixture(scope="module")
def fast() -> OnnxPageModel:
    """If it is not one: python scripts/build_graphs.py."""
    opened = open_page_model()
    assert isinstance(opened, OnnxPageModel)
    return opened


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with an encoder of what is given, exported."""
    file = tmp_path_factory.mktemp("exported") / "tiny.onnx"
    file.write_bytes(graph_of(model()).SerializeToString())
    return file


def assert_alike(fast: PageReader, slow: PageReader) -> None:
    grids = pages(SIZES)
    rng = np.random.default_rng(1)
    known = [rng.random(grid.shape) < 0.4 for grid in grids]
    known[1][:] = False
    for given in (None, known):
        expected = {one.piece: one for one in slow.predict(grids, given, SAID)}
        for found in fast.predict(grids, given, SAID):
            assert np.array_equal(found.row, expected[found.piece].row)
            assert np.array_equal(found.column, expected[found.piece].column)
            np.testing.assert_allclose(found.logits, expected[found.piece].logits, atol=1e-4)
        for one, other in zip(*(cell_bits(reader, grids, given, SAID) for reader in (fast, slow)), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
    np.testing.assert_allclose(probabilities(fast, grids[0]), probabilities(slow, grids[0]), atol=1e-5)
    for mask in (None, known[0]):
        drawn, expected_page = (
            finished(reader, grids[0], mask, count=3, condition=SAID[2], seed=4) for reader in (fast, slow)
        )
        assert np.array_equal(drawn.pages, expected_page.pages)
        np.testing.assert_allclose(drawn.bits, expected_page.bits, atol=1e-3)


def test_the_bundled_graph_says_what_pytorch_says(fast: OnnxPageModel, slow: TrainedPageModel) -> None:
    assert_alike(fast.reader, slow.reader)


def test_cells_in_parts_are_cells_at_once(fast: OnnxPageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    grids = pages([(12, 20), (7, 9)])
    whole = cell_bits(fast.reader, grids)
    monkeypatch.setattr("asciivae.pages.onnx.CELLS_AT_ONCE", 50)
    monkeypatch.setattr("asciivae.pages.onnx.ROOM", 1)

    for one, other in zip(cell_bits(fast.reader, grids), whole, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_it_is_described_alike(fast: OnnxPageModel, slow: TrainedPageModel) -> None:
    assert (fast.name, fast.step, fast.path) == (slow.name, slow.step, slow.path)
    assert np.array_equal(fast.glyphs, slow.glyphs.numpy())


@pytest.mark.slow
def test_an_exported_network_with_an_encoder_says_what_pytorch_says(tiny: Path) -> None:
    opened = open_page_model(tiny)

    assert isinstance(opened, OnnxPageModel)
    assert (opened.name, opened.step, opened.path) == ("page", 7, tiny)
    assert kind_of(tiny) == "page"
    assert_alike(opened.reader, model().reader)


@pytest.mark.slow
def test_an_exported_page_model_is_checked_and_of_any_size(tiny: Path) -> None:
    graph = onnx.load(tiny)
    onnx.checker.check_model(graph, full_check=True)
    assert [(one.domain, one.version) for one in graph.opset_import] == [("", OPSET)]
    sizes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*graph.graph.input, *graph.graph.output)
    }
    assert sizes["causal"] == ["pages", "cells", 76]
    assert sizes["keys_1"] == ["pages", 2, 8, "room"]
    assert sizes["values_1"] == ["pages", 2, "room", 8]
    assert sizes["given"] == ["given", "given_rows", "given_columns"]
    assert sizes["new_keys_0"] == ["pages", 2, "cells", 8]
    data = tiny.read_bytes()
    for folder in (tiny.parent, Path.cwd(), Path(onnx.__file__).parent):
        assert str(folder).encode() not in data


@pytest.mark.slow
def test_two_hundred_pieces_are_scored_and_suggested_alike(fast: OnnxPageModel, slow: TrainedPageModel) -> None:
    corpus = open_corpus("embedded")
    pieces = [corpus.grid(number) for number in range(0, len(corpus), len(corpus) // 200)][:200]

    best = [{one.piece: one.logits.argmax(1) for one in each.reader.predict(pieces)} for each in (fast, slow)]

    assert len(pieces) == 200
    for one, other in zip(fast.score(pieces), slow.score(pieces), strict=True):
        np.testing.assert_allclose(one.cells, other.cells, atol=1e-4)
    assert all(np.array_equal(best[0][piece], best[1][piece]) for piece in range(200))


def test_the_graph_of_another_kind_is_refused() -> None:
    weights = bundled_file("tracer")
    network = open_beside(weights.with_suffix(".onnx"), weights)
    assert isinstance(network, OnnxNetwork)

    with pytest.raises(ModelError, match="tracer: is not the graph of a page model"):
        OnnxPages(network, "tracer")


class Wrong(OnnxNetwork):
    """A graph that states the sizes of a page model, and answers with something else."""

    def __init__(self) -> None:
        self.metadata = {"format": PAGE_FORMAT, "heads": "2", "head": "8", "attending": "0", "around": "0"}

    def __call__(self, *outputs: str, **inputs: Any) -> list[Any]:
        return [np.zeros((1, 1, 94), np.float32)]


def test_a_graph_that_predicts_something_else_is_told() -> None:
    reader = OnnxPages(Wrong(), "wrong.onnx")
    with pytest.raises(ModelError, match=r"wrong\.onnx: does not predict characters") as caught:
        cell_bits(reader, [np.zeros((1, 1), np.uint8)])
    assert caught.value.hint == DAMAGED
