"""Which weights files are let in."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tiny_runs import (
    CPU,
    LOGGED,
    asciivae,
    drawings,
    tiny_recipe,
    trained,
)

from asciivae.errors import AsciivaeError, ModelError, RecipeError, RecipeProblems, RunError, UsageError
from asciivae.experiment.load import choose_device, load_model
from asciivae.recipe.export import dump_yaml


def test_the_devices_that_there_are() -> None:
    assert choose_device("cpu") == CPU
    assert choose_device("auto").type in ("cpu", "cuda")
    for name in ("gpu", "meta", "", "cuda:99", "cpu:x", "hpu", "privateuseone", "xla", "cuda:-1", "cuda:\u0663"):
        with pytest.raises(UsageError) as caught:
            choose_device(name)
        assert caught.value.message.startswith(f"device {name!r} cannot be used (")
        assert "\n" not in caught.value.message
        assert caught.value.hint == "use --device auto or --device cpu"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("model"))


@pytest.fixture
def altered(run: Path, tmp_path: Path) -> Callable[..., Path]:
    """The run's weights file, written again with other tensors or another header."""
    source = run / "checkpoints" / "step-6" / "model.safetensors"

    def write(tensors: dict[str, torch.Tensor | None] | None = None, **header: str | None) -> Path:
        with safe_open(source, framework="pt") as file:
            metadata = {**file.metadata(), **header}
        held = {**load_file(source), **(tensors or {})}
        target = tmp_path / "model.safetensors"
        save_file(
            {name: value for name, value in held.items() if value is not None},
            target,
            metadata={name: value for name, value in metadata.items() if value is not None},
        )
        return target

    return write


def test_a_run_a_checkpoint_and_a_file_hold_the_same_model(run: Path, altered: Callable[..., Path]) -> None:
    folder = run / "checkpoints" / "step-6"
    models = [load_model(path, CPU) for path in (run, folder, folder / "model.safetensors", altered())]

    saved = load_file(folder / "model.safetensors")
    for found in models:
        assert (found.name, found.step) == ("tiny", 6)
        assert not found.model.training  # type: ignore[attr-defined]
        assert torch.equal(found.glyphs, saved["glyphs"])
        for name, value in found.model.state_dict().items():  # type: ignore[attr-defined]
            assert torch.equal(value, saved[name])


def test_the_logged_model_loads_with_its_canvas(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    data = {"corpus": str(tmp_path / "art"), "limit": 4, "canvas": {"height": 64, "width": 64}, "place": "logged"}
    recipe = tiny_recipe(tmp_path / "art", model=LOGGED, data=data, evaluation={"pieces": 2})
    folder = trained(tmp_path, recipe={**recipe, "train": {"steps": 1, "batch": 2}})
    found = load_model(folder, CPU)

    assert found.canvas.size(np.ones((3, 3), np.uint8)) == (64, 64)
    assert (found.canvas.rule, found.canvas.trimmed) == ("logged", False)


def refused(path: Path, kind: type[AsciivaeError] = ModelError) -> AsciivaeError:
    began = time.process_time()
    with pytest.raises(kind) as caught:
        load_model(path, CPU)
    assert time.process_time() - began < 2
    assert caught.value.hint or kind is not ModelError
    done = asciivae("reconstruct", "--model", path, "-", stdin="x\n")
    assert done.exit_code == 1, done.stderr
    return caught.value


DAMAGED = "the file may be damaged or not from asciivae; copy it again, or train another"


@pytest.mark.parametrize("kept", [0, 1, 8, 100, 0.5, 0.999])
def test_a_truncated_file_is_refused(altered: Callable[..., Path], kept: float) -> None:
    path = altered()
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])

    error = refused(path)
    assert error.message.startswith("cannot be read as a weights file (")
    assert (error.place, error.hint) == (str(path), DAMAGED)


@pytest.mark.parametrize("content", [b"hello", b"\xff" * 64, b"\x80\x02}q\x00.", bytes(4096), b"\xff" * 7 + b"\x7f{}"])
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)

    assert refused(path).hint == DAMAGED


@pytest.mark.parametrize("mark", [None, "pt", "asciivae-model-2"])
def test_a_file_that_is_not_ours_is_refused(altered: Callable[..., Path], mark: str | None) -> None:
    error = refused(altered(format=mark))
    assert error.message == "is not the weights file of a model"
    assert error.hint == "give a model.safetensors or a run"


@pytest.mark.parametrize(
    "tensors",
    [
        {"head.bias": None},
        {"glyphs": None},
        {"glyphs": torch.zeros(94, 2, 2)},
        {"glyphs": torch.zeros(95, 4)},
        {"glyphs": torch.tensor(0.5)},
        {"glyphs": torch.zeros(95, 65, 8)},
        {"glyphs": torch.zeros(95, 18, 0)},
        {"glyphs": torch.zeros(95, 18, 9, dtype=torch.int64)},
        {"head.bias": torch.zeros(1520, dtype=torch.int64)},
        {"head.bias": torch.zeros(1520, dtype=torch.float64)},
        {"more": torch.zeros(1)},
        {"head.bias": torch.zeros(3)},
        {"head.bias": torch.zeros(1, 1520)},
    ],
)
def test_tensors_that_are_not_the_recipes_are_refused(altered: Callable[..., Path], tensors: Any) -> None:
    error = refused(altered(tensors))
    assert error.message == "does not contain the tensors of its own recipe"
    assert error.hint == DAMAGED


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 1.1])
def test_glyphs_that_are_no_pictures_are_refused(altered: Callable[..., Path], value: float) -> None:
    glyphs = torch.full((95, 18, 9), 0.5)
    glyphs[40, 3, 2] = value
    error = refused(altered({"glyphs": glyphs}))

    assert (error.message, error.hint) == ("contains glyphs with values outside of [0, 1]", DAMAGED)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_in_half_precision_become_float32(altered: Callable[..., Path], dtype: torch.dtype) -> None:
    halves = {name: value.to(dtype) for name, value in load_file(altered()).items() if name != "glyphs"}
    model: Any = load_model(altered(halves), CPU).model

    for name, value in model.state_dict().items():
        assert value.dtype == torch.float32
        assert torch.equal(value, halves[name].float())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latent", 129),
        ("fine_channels", 4096),
        ("embedding", 10**9),
        ("latent", 10**18),
        ("latent", 10**30),
        ("fine_blocks", 64),
        ("coarse_blocks", 10**9),
        ("fine_channels", -1),
        ("latent", 0),
    ],
)
def test_sizes_that_would_take_all_memory_or_time_are_refused_at_once(
    run: Path, altered: Callable[..., Path], name: str, value: int
) -> None:
    recipe = tiny_recipe("somewhere")
    recipe["model"] = {**recipe["model"], name: value}

    refused(altered(recipe=dump_yaml(recipe)), AsciivaeError)


@pytest.mark.parametrize(
    "recipe",
    [
        "",
        "[]",
        "asciivae: 1",
        "asciivae: 99",
        "{" * 5000,
        "!!python/object/apply:os.system [touch hacked]",
        "asciivae: 1\nabout: &a [*a]",
        "\x00",
    ],
)
def test_a_header_whose_recipe_is_none_is_refused_and_runs_nothing(
    altered: Callable[..., Path], recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = refused(altered(recipe=recipe), AsciivaeError)

    assert isinstance(error, RecipeError | RecipeProblems)
    assert "(recipe)" in str(error)
    assert not (tmp_path / "hacked").exists()


def test_a_models_losses_and_renderer_need_not_be_installed(altered: Callable[..., Path]) -> None:
    recipe = tiny_recipe("gone", losses=[{"use": "never-installed", "depth": 3}], renderer={"use": "neither"})

    assert load_model(altered(recipe=dump_yaml(recipe)), CPU).step == 6


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "a\nb", "", "x" * 500])
@pytest.mark.parametrize("step", ["²", "-1", "9" * 5000, "", "six"])
def test_what_a_stranger_says_of_himself_does_not_reach_the_terminal(
    altered: Callable[..., Path], name: str, step: str
) -> None:
    found = load_model(altered(name=name, step=step), CPU)

    assert (found.name, found.step) == ("?", 0)


def test_paths_that_lead_to_no_model(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing").headline == f"{tmp_path / 'nothing'}: does not exist"
    assert refused(tmp_path, RunError).message == "is not the folder of a run"
    (tmp_path / "resolved.yaml").write_text("asciivae: 1")
    assert refused(tmp_path, RunError).hint == f"asciivae train --resume {tmp_path}"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused(altered: Callable[..., Path], value: float) -> None:
    file = altered({"posterior.bias": torch.full((256,), value)})
    with pytest.raises(ModelError, match=r"contains NaN or infinity in 'posterior\.bias'"):
        load_model(file, CPU)
    done = asciivae("reconstruct", "-", "--model", file, stdin="/\\_/\\\n")
    assert done.exit_code == 1
    assert "contains NaN or infinity" in done.stderr
