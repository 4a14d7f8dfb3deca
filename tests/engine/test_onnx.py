import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tracers import tiny_tracer

from asciivae.engine.onnx import OnnxNetwork, header_digest, open_beside, open_graph, places, widened
from asciivae.errors import ModelError
from asciivae.experiment.bundled import bundled_file
from asciivae.experiment.export_onnx import graph_of, without_weights
from asciivae.experiment.load import load_tracer
from asciivae.tracer.onnx import OnnxTracer
from asciivae.tracer.trained import TrainedTracer


@pytest.fixture(scope="module")
def trained() -> TrainedTracer:
    return TrainedTracer(tiny_tracer(), "tiny", 3, Path("tiny"), "kind: tracer\n", torch.ones(95, 2, 1))


@pytest.fixture(scope="module")
def graph(trained: TrainedTracer) -> bytes:
    return bytes(graph_of(trained).SerializeToString())


def question(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(rows)
    lines = (draw.random((12 * rows, 6 * columns)) < 0.1).astype(np.float32)
    return lines, draw.integers(0, 96, (rows, columns))


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (5, 9), (40, 3)])
def test_a_graph_says_what_pytorch_says(trained: TrainedTracer, graph: bytes, size: tuple[int, int]) -> None:
    tracer = OnnxTracer(OnnxNetwork(graph, place="tiny"), "tiny")
    lines, known = question(*size)

    said, expected = tracer.read(lines, known, 0.3), trained.model.read(lines, known, 0.3)

    assert tracer.reach == trained.model.reach
    np.testing.assert_allclose(said, expected, atol=1e-4)


def test_the_bundled_graph_is_that_of_the_bundled_weights() -> None:
    """If not: python scripts/build_graphs.py."""
    weights = bundled_file("tracer")
    network = open_beside(weights.with_suffix(".onnx"), weights)
    assert network is not None
    lines, known = question(20, 31)

    said = OnnxTracer(network, "bundled").read(lines, known, 1.0)

    expected = load_tracer(weights, torch.device("cpu")).model.read(lines, known, 1.0)
    np.testing.assert_allclose(said, expected, atol=1e-4)


def test_a_graph_of_other_weights_is_not_used(tmp_path: Path) -> None:
    weights = Path(shutil.copy(bundled_file("tracer"), tmp_path / "a.safetensors"))
    (tmp_path / "a.onnx").write_bytes(bundled_file("tracer").with_suffix(".onnx").read_bytes())
    assert open_beside(tmp_path / "a.onnx", weights) is not None

    weights.write_bytes(weights.read_bytes().replace(b'"name":"tracer', b'"name":"TRACER', 1))

    assert open_beside(tmp_path / "a.onnx", weights) is None
    assert open_beside(tmp_path / "none.onnx", weights) is None


def test_a_graph_without_its_weights_is_refused(trained: TrainedTracer, tmp_path: Path) -> None:
    digest = header_digest(bundled_file("tracer"))
    weights = [
        tensor.name for tensor in graph_of(trained).graph.initializer if tensor.name in trained.module.state_dict()
    ]
    stripped = without_weights(graph_of(trained), dict.fromkeys(weights), digest, dict.fromkeys(weights, 0))
    (tmp_path / "a.onnx").write_bytes(stripped)

    assert len(stripped) < 20_000
    with pytest.raises(ModelError, match=r"a\.onnx: cannot be read as an ONNX graph"):
        open_graph(tmp_path / "a.onnx")


@pytest.mark.parametrize("data", [b"", b"\x00" * 64, b"{}"])
def test_what_is_no_graph_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(data)

    with pytest.raises(ModelError, match=r"a\.onnx: "):
        OnnxTracer(open_graph(tmp_path / "a.onnx"), str(tmp_path / "a.onnx"))


def test_a_damaged_graph_is_refused_or_answers(graph: bytes) -> None:
    draw = np.random.default_rng(0)
    lines, known = question(3, 4)
    for _ in range(60):
        data = bytearray(graph)
        for place in draw.integers(0, len(data), 8):
            data[place] = draw.integers(0, 256)
        try:
            logits = OnnxTracer(OnnxNetwork(bytes(data), place="a"), "a").read(lines, known, 1.0)
        except ModelError:
            continue
        assert logits.shape == (95, 3, 4)


def test_inputs_that_do_not_fit_are_refused(graph: bytes) -> None:
    network = OnnxNetwork(graph, place="tiny")

    with pytest.raises(ModelError, match="tiny: does not run"):
        network("logits", lines=np.zeros((1, 1, 12, 6), np.float32))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_graph_whose_weights_are_not_finite_is_refused_as_it_answers(value: float) -> None:
    tracer = tiny_tracer()
    with torch.no_grad():
        next(tracer.parameters()).fill_(value)
    bad = TrainedTracer(tracer, "tiny", 3, Path("tiny"), "kind: tracer\n", torch.ones(95, 2, 1))
    network = OnnxNetwork(bytes(graph_of(bad).SerializeToString()), place="tiny")

    with pytest.raises(ModelError, match="tiny: answers with NaN or infinity"):
        OnnxTracer(network, "tiny").read(*question(3, 4), 1.0)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No such file or directory"):
        open_graph(tmp_path / "none.onnx")
    (tmp_path / "a.safetensors").write_bytes(b"no weights")
    shutil.copy(bundled_file("tracer").with_suffix(".onnx"), tmp_path / "a.onnx")
    with pytest.raises(ModelError, match=r"a\.safetensors: cannot be read"):
        open_beside(tmp_path / "a.onnx", tmp_path / "a.safetensors")


@pytest.mark.parametrize("stated", ["", "1", "three", "99999"])
def test_threads_are_those_that_the_environment_says(
    stated: str, graph: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", stated)
    lines, known = question(2, 2)

    assert OnnxTracer(OnnxNetwork(graph, place="tiny"), "tiny").read(lines, known, 1.0).shape == (95, 2, 2)


@pytest.mark.parametrize("name", ["model", "page", "tracer"])
def test_a_bundled_graph_says_where_its_weights_are(name: str) -> None:
    import onnx
    from safetensors.numpy import load_file

    weights = bundled_file(name)
    tensors, begins = load_file(weights), places(weights)
    block = np.zeros(sum(value.size for value in tensors.values()), np.float32)
    for key, value in tensors.items():
        block[begins[key] // 4 :][: value.size] = value.ravel()

    graph = onnx.load(weights.with_suffix(".onnx"), load_external_data=False).graph
    outside = [tensor for tensor in graph.initializer if tensor.external_data]

    assert {tensor.name for tensor in outside} == tensors.keys() - {"glyphs"}
    for tensor in outside:
        stated = {entry.key: entry.value for entry in tensor.external_data}
        found = block.view(np.uint8)[int(stated["offset"]) :][: int(stated["length"])].view(np.float32)
        np.testing.assert_array_equal(found.reshape(tensor.dims), tensors[tensor.name].astype(np.float32))


def test_every_finite_float16_is_widened_exactly_and_the_others_are_refused() -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    wide = widened(finite.reshape(2, -1))
    assert wide.dtype == np.float32
    np.testing.assert_array_equal(wide.ravel().view(np.int32), finite.astype(np.float32).view(np.int32))
    for wrong in every[~np.isfinite(every)][[0, 1, -1]]:
        with pytest.raises(ValueError, match="a weight is NaN or infinite"):
            widened(np.array([1, wrong], np.float16))
    other = np.ones(3, np.int64)
    assert widened(other) is other
    assert widened(np.zeros((0, 4), np.float16)).shape == (0, 4)
