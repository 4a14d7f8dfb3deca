"""Weights from elsewhere, of every kind of model: links, FIFOs and values that are no numbers are refused at once."""

import os
from collections.abc import Callable
from pathlib import Path

import page_models
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tiny_runs import CPU, asciivae

from asciivae.errors import AsciivaeError
from asciivae.experiment import load
from asciivae.experiment.kinds import kind_of

LOADERS = {"model": load.load_model, "page": load.load_page_model, "tracer": load.load_tracer}
ASSETS = Path(load.__file__).parents[1] / "assets"
COMMANDS = {
    "model": ["reconstruct", "-"],
    "page": ["score", "-"],
    "tracer": ["draw", "picture.png"],
}


def link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def fifo(path: Path, elsewhere: Path) -> None:
    os.mkfifo(path)


def device(path: Path, elsewhere: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path, elsewhere: Path) -> None:
    path.mkdir()


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], Path]:
    """The folder of a run of a kind, with the bundled weights."""

    def make(kind: str) -> Path:
        checkpoint = tmp_path / "run" / "checkpoints" / "step-1"
        checkpoint.mkdir(parents=True)
        (tmp_path / "run" / "resolved.yaml").write_text("asciivae: 1")
        (tmp_path / "run" / "checkpoints" / "latest").write_text("step-1\n")
        (checkpoint / "state.json").write_text("{}")
        return tmp_path / "run"

    return make


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("make", [link, fifo, device, folder])
def test_weights_in_a_run_are_regular_files_of_its_own(
    run: Callable[[str], Path], kind: str, make: Callable[[Path, Path], None]
) -> None:
    made = run(kind)
    checkpoint = made / "checkpoints" / "step-1"
    make(checkpoint / f"{kind}.safetensors", ASSETS / f"{kind}.safetensors")
    for place in (made, checkpoint):
        assert kind_of(place) == kind
        with pytest.raises(AsciivaeError, match=r"symbolic link|not a regular file|is a directory|Is a directory"):
            LOADERS[kind](place, CPU)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("make", [fifo, device])
def test_weights_that_are_no_files_are_refused_by_commands(
    tmp_path: Path, kind: str, make: Callable[[Path, Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    from PIL import Image

    Image.new("L", (40, 40), 255).save("picture.png")
    make(Path("w.safetensors"), ASSETS)
    for words in (COMMANDS[kind], ["sample", "-n", "1"], ["evaluate"], ["export"]):
        given = ["w.safetensors"] if words[0] in ("evaluate", "export") else ["--model", "w.safetensors"]
        done = asciivae(*words, *given, *(["o.safetensors"] if words == ["export"] else []), stdin="/\\\n")
        assert done.exit_code == 1, done.stderr
        assert "not a regular file" in done.stderr


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("kind", ["page", "tracer"])
def test_weights_that_are_not_finite_are_refused(tmp_path: Path, kind: str, value: float) -> None:
    source = ASSETS / f"{kind}.safetensors"
    with safe_open(source, framework="pt") as file:
        header = file.metadata()
    tensors = load_file(source)
    name = next(key for key, tensor in tensors.items() if tensor.is_floating_point() and key != "glyphs")
    tensors[name].flatten()[0] = value
    target = tmp_path / "bad.safetensors"
    save_file(tensors, target, metadata=header)
    with pytest.raises(AsciivaeError, match="contains NaN or infinity in"):
        LOADERS[kind](target, CPU)


@pytest.mark.parametrize("kind", LOADERS)
def test_tensors_of_other_shapes_and_recipes_are_refused(tmp_path: Path, kind: str) -> None:
    source = ASSETS / f"{kind}.safetensors"
    with safe_open(source, framework="pt") as file:
        header = file.metadata()
    tensors = load_file(source)
    name = next(key for key in tensors if key != "glyphs")
    target = tmp_path / "bad.safetensors"
    for changed in (
        {**tensors, name: torch.zeros(3)},
        {key: value for key, value in tensors.items() if key != name},
        {**tensors, "more": torch.zeros(3)},
        {**tensors, "glyphs": torch.full_like(tensors["glyphs"], float("nan"))},
        {**tensors, "glyphs": torch.zeros(95, 9999, 1)},
    ):
        save_file(changed, target, metadata=header)
        with pytest.raises(AsciivaeError, match=r"does not contain the tensors|glyphs with values outside"):
            LOADERS[kind](target, CPU)
    for recipe in ("", "asciivae: 1", "[" * 5000, header["recipe"].replace("about:", "abort:"), "\0"):
        save_file(tensors, target, metadata={**header, "recipe": recipe})
        with pytest.raises(AsciivaeError):
            LOADERS[kind](target, CPU)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("page", ("layers: ", "layers: 1000000000 #")),
        ("page", ("width: ", "width: 1000000000 #")),
        ("tracer", ("channels: ", "channels: 1000000000 #")),
    ],
)
def test_a_recipe_of_enormous_networks_takes_no_memory(tmp_path: Path, kind: str, change: tuple[str, str]) -> None:
    source = ASSETS / f"{kind}.safetensors"
    with safe_open(source, framework="pt") as file:
        header = file.metadata()
    recipe = header["recipe"].replace(*change, 1)
    assert recipe != header["recipe"]
    target = tmp_path / "bad.safetensors"
    save_file(load_file(source), target, metadata={**header, "recipe": recipe})
    with pytest.raises(AsciivaeError):
        LOADERS[kind](target, CPU)


def test_a_tiny_page_model_of_the_tests_still_loads(tmp_path: Path) -> None:
    from asciivae.experiment.export import export

    export(page_models.model(), tmp_path / "p.safetensors")
    assert kind_of(tmp_path / "p.safetensors") == "page"
    assert load.load_page_model(tmp_path / "p.safetensors", CPU).step == 7
