"""Export of trained networks as ONNX graphs, which run without PyTorch; see `engine.onnx`."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from asciivae.engine.onnx import FLOAT, WEIGHTS
from asciivae.errors import ModelError, RunError, UsageError
from asciivae.experiment.export import header_of
from asciivae.experiment.trained import TrainedModel
from asciivae.files.atomic import write_output
from asciivae.latent.onnx import FACTS
from asciivae.models.blocks import STRIDE
from asciivae.models.spatial import SpatialVAE
from asciivae.models.spatial_graph import SpatialGraph
from asciivae.models.tracer import CELL, MASKED, Tracer
from asciivae.pages import features
from asciivae.pages import onnx as pages_onnx
from asciivae.pages.graph import PageGraph, numbered
from asciivae.pages.network import PageNetwork

if TYPE_CHECKING:
    from onnx import ModelProto

    from asciivae.experiment.export import Exportable

OPSET = 20
"""The first with Gelu; ONNX Runtime reads it since 1.17."""

LONGEST = 4096
"""Rows and columns, in cells, for which a graph is made."""


class _Traced(NamedTuple):
    """What the exporter needs of a network: example inputs, and which of their sizes may vary."""

    inputs: dict[str, Any]
    sizes: dict[str, Any]
    outputs: list[str]
    facts: dict[str, str]


def export_onnx(trained: Exportable, target: Path) -> None:
    """Write the network of a model, with its weights, as one .onnx file of dynamic sizes.

    Args:
        trained: the model: a tracer, a page model, or a `spatial` model of drawings.
        target: the file; an existing one is replaced atomically.

    Raises:
        ModelError: networks of its kind cannot be exported so far.
        RunError: the disk is full, or the file cannot be written.
        UsageError: the packages that write ONNX are not installed.
    """
    write_output(target, graph_of(trained).SerializeToString(), hint="name another file", kind=RunError)


def graph_of(trained: Exportable) -> ModelProto:
    """The network of a model as an ONNX graph that was checked; see `export_onnx`."""
    try:
        import onnx
        import onnxscript  # noqa: F401  (the exporter of PyTorch needs it)
    except ImportError as error:
        raise UsageError(
            f"writing ONNX needs the package {error.name}", hint="install both: pip install onnx onnxscript"
        ) from None
    network, traced = _traced(trained)
    graph = _exported(network, traced)
    for key, value in {**header_of(trained), **traced.facts}.items():
        entry = graph.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(graph, full_check=True)
    return graph


def without_weights(graph: ModelProto, weights: Mapping[str, Any], digest: str, places: Mapping[str, int]) -> bytes:
    """A graph whose weights are to be found in a safetensors file.

    Args:
        graph: of `graph_of`; its weights are removed.
        weights: the names in that file.
        digest: of its header, see `engine.onnx.header_digest`.
        places: where each of them begins, in bytes, see `engine.onnx.places`.
    """
    from onnx import TensorProto

    missing = set(weights) - {tensor.name for tensor in graph.graph.initializer}
    if missing:  # folded into constants: the graph would not fit other weights
        raise ValueError(f"the graph has no initializers {sorted(missing)}")
    for tensor in graph.graph.initializer:
        if tensor.name in weights:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            # ONNX wants to be told of a file. Python gives ONNX Runtime the arrays instead; in a browser, which has no
            # files, it is given the bytes of one.
            for key, value in (
                ("location", "weights"),
                ("offset", places[tensor.name]),
                ("length", FLOAT * math.prod(tensor.dims)),
            ):
                entry = tensor.external_data.add()
                entry.key, entry.value = key, str(value)
    entry = graph.metadata_props.add()
    entry.key, entry.value = WEIGHTS, digest
    return bytes(graph.SerializeToString())


def _traced(trained: Exportable) -> tuple[nn.Module, _Traced]:
    network = trained.module
    if isinstance(network, Tracer):
        return network, _tracer(network)
    if type(network) is SpatialVAE and isinstance(trained, TrainedModel) and trained.canvas.trimmed:
        return SpatialGraph(network), _spatial(network)
    if isinstance(network, PageNetwork):
        return PageGraph(network), _page(network)
    raise ModelError(
        "networks of this kind cannot be exported as ONNX so far: only tracers, page models, and spatial models with "
        "fitted pages",
        place=trained.name,
        hint="export a .safetensors file",
    )


def _spatial(network: SpatialVAE) -> _Traced:
    config = network.config
    pieces, rows, columns, latents, z_rows, z_columns = (
        torch.export.Dim(name, min=1, max=LONGEST)
        for name in ("pieces", "rows", "columns", "latents", "z_rows", "z_columns")
    )
    return _Traced(
        {
            "ids": torch.zeros(3, STRIDE * 5, STRIDE * 7, dtype=torch.long),
            "z": torch.zeros(2, network.channels, 3, 4),
            "numbers": torch.tensor([float(min(8, network.channels))]),
        },
        {
            "ids": {0: pieces, 1: STRIDE * rows, 2: STRIDE * columns},
            "z": {0: latents, 2: z_rows, 3: z_columns},
            "numbers": {},
        },
        ["mean", "logvar", "logits"],
        dict(zip(FACTS, map(str, (config.latent, config.budget, network.channels, network.least)), strict=True)),
    )


def _tracer(network: Tracer) -> _Traced:
    rows, columns = (torch.export.Dim(name, min=1, max=LONGEST) for name in ("rows", "columns"))
    height, width = 7, 11
    return _Traced(
        {
            "lines": torch.zeros(1, 1, CELL[0] * height, CELL[1] * width),
            "known": torch.full((1, height, width), MASKED),
            "clean": torch.ones(1),
        },
        {"lines": {2: CELL[0] * rows, 3: CELL[1] * columns}, "known": {1: rows, 2: columns}, "clean": {}},
        ["logits"],
        {"reach": str(network.reach)},
    )


def _page(network: PageNetwork) -> _Traced:
    config, attending = network.config, len(PageGraph(network).attending)
    pages, cells, room, given, rows, columns = (
        torch.export.Dim(name, min=1, max=LONGEST**2)
        for name in ("pages", "cells", "room", "given", "given_rows", "given_columns")
    )
    b, n, p, whole = 2, 3, 5, torch.int32
    features_of = {
        "causal": features.CAUSAL_TOKENS,
        "hints": features.HINT_TOKENS,
        "distances": features.DISTANCE_TOKENS,
        "hashed": features.HASHES,
    }
    inputs: dict[str, Any] = {name: torch.zeros(b, n, size, dtype=whole) for name, size in features_of.items()}
    inputs |= {
        "said": torch.zeros(b, 2, dtype=whole),
        "character": torch.zeros(b, n, dtype=whole),
        "position": torch.zeros(b, n, 3),
        "filled": torch.zeros(b, dtype=whole),
        "keys": [torch.zeros(b, config.heads, config.head, p) for _ in range(attending)],
        "values": [torch.zeros(b, config.heads, p, config.head) for _ in range(attending)],
    }
    sizes: dict[str, Any] = {name: {0: pages, 1: cells} for name in (*features_of, "character", "position")}
    sizes |= {
        "said": {0: pages},
        "filled": {0: pages},
        "keys": [{0: pages, 3: room}] * attending,
        "values": [{0: pages, 2: room}] * attending,
    }
    outputs = ["logits", *numbered(("new_keys", "new_values"), attending)]
    if config.around:
        inputs |= {"around": torch.zeros(b, n, config.around), "given": torch.zeros(2, 4, 6, dtype=whole)}
        sizes |= {"around": {0: pages, 1: cells}, "given": {0: given, 1: rows, 2: columns}}
        outputs += ["encoded", *numbered(("given_keys", "given_values"), attending), "guess"]
    facts = (config.heads, config.head, attending, config.around)
    return _Traced(inputs, sizes, outputs, dict(zip(pages_onnx.FACTS, map(str, facts), strict=True)))


def _names(inputs: Mapping[str, Any]) -> list[str]:
    """Of all tensors: those of a list are numbered."""
    return [
        name
        for key, value in inputs.items()
        for name in ([key] if isinstance(value, Tensor) else [f"{key}_{i}" for i in range(len(value))])
    ]


def _exported(network: nn.Module, traced: _Traced) -> ModelProto:
    said = io.StringIO()
    talkative = logging.getLogger("torch.onnx")
    level = talkative.level
    talkative.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network.cpu().eval(),
                kwargs=traced.inputs,
                input_names=_names(traced.inputs),
                output_names=traced.outputs,
                dynamic_shapes=traced.sizes,
                opset_version=OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    finally:
        talkative.setLevel(level)
    assert program is not None
    graph: ModelProto = program.model_proto
    # Where each node came from in the source: paths of this machine.
    for node in graph.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*graph.graph.value_info, *graph.graph.input, *graph.graph.output, *graph.graph.initializer):
        value.ClearField("metadata_props")
    graph.graph.ClearField("metadata_props")
    graph.graph.ClearField("value_info")
    graph.ClearField("metadata_props")
    return graph
