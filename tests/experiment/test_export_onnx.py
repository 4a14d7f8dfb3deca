import itertools
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tiny_runs import LOGGED, tiny_recipe, trained
from tracers import tiny_tracer

from asciivae.corpus.source import open_corpus
from asciivae.engine.onnx import open_beside, open_graph
from asciivae.errors import ModelError
from asciivae.experiment.bundled import bundled_file
from asciivae.experiment.export_onnx import OPSET, export_onnx, graph_of, without_weights
from asciivae.experiment.load import load_model, load_tracer
from asciivae.tracer.measure import measurable, traced_again
from asciivae.tracer.onnx import OnnxTracer, drawer_of
from asciivae.tracer.trained import TrainedTracer

CPU = torch.device("cpu")


def test_a_tracer_is_exported_with_what_it_is(tmp_path: Path) -> None:
    recipe = f"kind: tracer\ndata: {{corpus: {tmp_path}/secret/art.jsonl}}\n"
    trained = TrainedTracer(tiny_tracer(), "tiny", 3, Path("tiny"), recipe, torch.ones(95, 2, 1))

    export_onnx(trained, tmp_path / "a.onnx")

    graph = onnx.load(tmp_path / "a.onnx")
    onnx.checker.check_model(graph, full_check=True)
    assert [(one.domain, one.version) for one in graph.opset_import] == [("", OPSET)]
    sizes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in graph.graph.input
    }
    assert sizes["known"] == [1, "rows", "columns"]
    assert sizes["lines"] == [1, 1, "12*rows", "6*columns"]
    drawer = drawer_of(open_graph(tmp_path / "a.onnx"), tmp_path / "a.onnx")
    assert (drawer.name, drawer.step) == ("tiny", 3)
    data = (tmp_path / "a.onnx").read_bytes()
    assert b"art.jsonl" in data
    for folder in (tmp_path, Path.cwd(), Path(torch.__file__).parent):
        assert str(folder).encode() not in data


def test_other_kinds_are_refused(tmp_path: Path) -> None:
    recipe = tiny_recipe(tmp_path / "art", model=LOGGED)
    run = trained(tmp_path, "--set", "train.steps=1", recipe=recipe)
    with pytest.raises(ModelError, match="only tracers, page models, and spatial models with fitted pages"):
        export_onnx(load_model(run, CPU), tmp_path / "a.onnx")
    assert not (tmp_path / "a.onnx").exists()


def test_a_graph_whose_weights_were_folded_is_not_shipped() -> None:
    trained = TrainedTracer(tiny_tracer(), "tiny", 3, Path("tiny"), "kind: tracer\n", torch.ones(95, 2, 1))

    with pytest.raises(ValueError, match=r"the graph has no initializers .*'other'"):
        without_weights(graph_of(trained), {**trained.module.state_dict(), "other": None}, "0", {})


@pytest.mark.slow
def test_two_hundred_pieces_are_traced_alike_in_every_character() -> None:
    weights = bundled_file("tracer")
    network = open_beside(weights.with_suffix(".onnx"), weights)
    assert network is not None
    fast, slow = OnnxTracer(network, "bundled"), load_tracer(weights, CPU).model
    source = open_corpus("embedded")
    pieces = list(itertools.islice(measurable(source.grid(i) for i in range(0, len(source), 3)), 200))

    differing = sum(not np.array_equal(traced_again(fast, one), traced_again(slow, one)) for one in pieces)

    assert len(pieces) == 200
    assert differing == 0
