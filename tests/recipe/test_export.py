"""The JSON Schema of a recipe, and how resolved recipes look."""

import json
from typing import Any

import pytest

from asciivae import registry
from asciivae.recipe.export import DIALECT, dump_yaml, recipe_schema


@pytest.fixture
def schema(toys: None) -> dict[str, Any]:
    return recipe_schema()


def variant(schema: dict[str, Any], section: str, name: str) -> dict[str, Any]:
    (found,) = [v for v in schema["$defs"][section]["oneOf"] if v["properties"]["use"]["const"] == name]
    return found


def test_it_is_a_document_of_its_draft(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == DIALECT
    assert json.loads(json.dumps(schema)) == schema
    assert set(schema["required"]) == {"asciivae", "about", "model", "losses", "optim", "train"}
    assert schema["additionalProperties"] is False


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names
    assert names <= set(schema["$defs"])


def test_every_field_is_described(schema: dict[str, Any]) -> None:
    sections = {"Recipe": schema, **{k: v for k, v in schema["$defs"].items() if "properties" in v}}
    missing = [
        f"{name}.{key}"
        for name, section in sections.items()
        for key, field in section["properties"].items()
        if not field.keys() & {"description", "const", "$ref"}
    ]
    assert missing == []


def test_a_loss_shows_its_own_options_beside_ours(schema: dict[str, Any]) -> None:
    ce = variant(schema, "LossEntry", "ce")
    assert {"use", "name", "weight", "space_deemph", "label_smoothing"} <= ce["properties"].keys()
    assert ce["properties"]["input"]["enum"] == ["logits", "softmax", "sample"]
    assert ce["additionalProperties"] is False
    assert ce["required"] == ["use"]
    assert "default" not in ce["properties"]["name"]


def test_only_the_default_renderer_may_be_left_unnamed(schema: dict[str, Any]) -> None:
    assert variant(schema, "RendererEntry", "analytic")["required"] == []
    assert variant(schema, "RendererEntry", "discrete")["required"] == ["use"]


def test_options_are_described_by_their_docstrings(schema: dict[str, Any]) -> None:
    width = variant(schema, "Component", "toy")["properties"]["width"]
    assert (width["description"], width["default"], width["type"]) == ("channels, at least 1.", 4, "integer")


def test_every_installed_component_is_there(schema: dict[str, Any]) -> None:
    for section, kind in (("LossEntry", "loss"), ("RendererEntry", "renderer"), ("Component", "model")):
        names = {v["properties"]["use"]["const"] for v in schema["$defs"][section]["oneOf"]}
        assert names >= {e.name for e in registry.entries(kind) if e.distribution == "asciivae"}


def test_yaml_reads_well() -> None:
    text = dump_yaml({"asciivae": 1, "about": "no", "optim": {"lr": 1e-5, "betas": [0.9, 0.999]}, "x": "1e-4"})
    assert text == "asciivae: 1\nabout: 'no'\noptim:\n  lr: 1.0e-05\n  betas: [0.9, 0.999]\nx: '1e-4'\n"


def test_nested_options_keep_their_definitions_apart_from_ours(schema: dict[str, Any]) -> None:
    reference = variant(schema, "Component", "nested")["properties"]["inner"]["$ref"]
    assert reference == "#/$defs/Component.nested.Data"
    assert schema["$defs"]["Component.nested.Data"]["properties"].keys() == {"x"}
    assert "corpus" in schema["$defs"]["Data"]["properties"]


def test_what_no_recipe_can_name_is_left_out(schema: dict[str, Any]) -> None:
    titles = [v["title"] for v in schema["$defs"]["Component"]["oneOf"]]
    assert titles == ["logged", "nested", "odd", "spatial", "toy"]
