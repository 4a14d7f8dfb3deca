from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import ImageFont
from safetensors import safe_open
from tiny_runs import CPU, LOGGED, asciivae, tiny_recipe, trained
from torch import nn

from asciivae.errors import ModelError, RunError
from asciivae.experiment.export import export
from asciivae.experiment.load import load_any, load_model
from asciivae.experiment.trained import TrainedModel
from asciivae.recipe import loader


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("trained"))


def state(model: TrainedModel) -> dict[str, torch.Tensor]:
    assert isinstance(model.model, nn.Module)
    return model.model.state_dict()


def test_what_was_exported_is_the_model(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    export(load_any(run, CPU), file)
    before, after = load_model(run, CPU), load_model(file, CPU)
    assert (after.name, after.step) == (before.name, before.step)
    torch.testing.assert_close(state(after), state(before), rtol=0, atol=0)
    torch.testing.assert_close(after.glyphs, before.glyphs, rtol=0, atol=0)


def test_half_precision_halves_the_file_and_little_else(run: Path, tmp_path: Path) -> None:
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    export(load_any(run, CPU), whole)
    export(load_any(run, CPU), half, half=True)
    with safe_open(half, framework="pt") as weights:
        kinds = {name: weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118
    assert kinds.pop("glyphs") == "F32"
    assert set(kinds.values()) == {"F16"}
    found = load_model(half, CPU)
    torch.testing.assert_close(state(found), state(load_model(run, CPU)), rtol=1e-3, atol=1e-6)
    # The glyphs stay whole, and are most of a model as tiny as this.
    saved = sum(value.numel() * 2 for value in state(found).values())
    assert whole.stat().st_size - half.stat().st_size == pytest.approx(saved, abs=100)


def test_no_folder_of_this_machine_goes_along(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    export(load_any(run, CPU), file)
    assert str(run.parent) in load_model(run, CPU).text
    assert str(run.parent).encode() not in file.read_bytes()
    exported = loader.parse(load_model(file, CPU).text, "exported").plain()
    assert exported["data"]["corpus"] == "art"


def test_no_folder_of_a_font_goes_along_and_one_may_end_with_a_slash(run: Path, tmp_path: Path) -> None:
    font = ImageFont.load_default(size=10).path  # type: ignore[union-attr]
    assert isinstance(font, BytesIO)
    (tmp_path / "own.ttf").write_bytes(font.getvalue())
    recipe = tiny_recipe(f"{run.parent / 'art'}/", glyphs={"font": str(tmp_path / "own.ttf"), "res": 8})
    other = trained(tmp_path, recipe=recipe)
    export(load_any(other, CPU), tmp_path / "model.safetensors")
    exported = loader.parse(load_model(tmp_path / "model.safetensors", CPU).text, "exported").plain()
    assert (exported["data"]["corpus"], exported["glyphs"]["font"]) == ("art", "own.ttf")


def test_half_precision_leaves_counters_whole(tmp_path: Path) -> None:
    data = {"corpus": "embedded", "canvas": {"height": 64, "width": 64}, "limit": 2}
    recipe = tiny_recipe("unused", model=LOGGED, data=data, evaluation={"pieces": 1}, train={"steps": 1, "batch": 2})
    other = trained(tmp_path, recipe=recipe)
    export(load_any(other, CPU), tmp_path / "half.safetensors", half=True)
    counted = [
        value for value in state(load_model(tmp_path / "half.safetensors", CPU)).values() if value.dtype == torch.int64
    ]
    assert counted
    assert all(value == 1 for value in counted)


def test_several_corpora_keep_their_names(run: Path, tmp_path: Path) -> None:
    recipe = tiny_recipe("unused")
    recipe["data"]["corpus"] = ["embedded", str(run.parent / "art")]
    other = trained(tmp_path, recipe=recipe)
    export(load_any(other, CPU), tmp_path / "model.safetensors")
    exported = loader.parse(load_model(tmp_path / "model.safetensors", CPU).text, "exported").plain()
    assert exported["data"]["corpus"] == ["embedded", "art"]


def test_a_full_disk_leaves_the_file_that_was_there(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.safetensors"
    export(load_any(run, CPU), file)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("asciivae.files.atomic.os.fsync", full)
    with pytest.raises(RunError, match="cannot be written: No space left on device"):
        export(load_any(run, CPU), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_error_for_a_place_that_cannot_be_written(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        export(load_any(run, CPU), tmp_path / "missing" / "model.safetensors")
    assert str(caught.value).startswith(f"{tmp_path}/missing/model.safetensors: cannot be written: ")
    assert not list(tmp_path.iterdir())


def test_error_for_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        export(load_any(tmp_path / "nothing", CPU), tmp_path / "model.safetensors")


def test_the_command_writes_the_file_and_says_how_to_try_it(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    done = asciivae("export", run, file, "--half")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{file}\n"
    assert f"try it: asciivae reconstruct FILE --model {file}" in done.stderr
    assert load_model(file, CPU).step == 6


def test_a_model_exported_with_another_size_of_the_latent_has_it(tmp_path: Path) -> None:
    file = tmp_path / "small.safetensors"
    done = asciivae("export", "bundled", file, "--half", "--numbers", 256)
    assert done.exit_code == 0, done.stderr
    found, bundled = load_model(file, CPU), load_model(Path("bundled"), CPU)
    assert found.model.latent_shape(64, 64) == bundled.at(256).model.latent_shape(64, 64) == (4, 8, 8)
    drawing = "/\\_/\\\n(o.o)\n" * 4
    assert found.reconstruct(drawing) == bundled.at(256).reconstruct(drawing)
    assert loader.parse(found.text, "recipe").plain()["model"]["budget"] == 256


def test_only_vaes_have_latent_numbers(tmp_path: Path) -> None:
    done = asciivae("export", "bundled-page", tmp_path / "page.safetensors", "--numbers", 256)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--numbers: is not for a page\n\nhint: omit it" in done.stderr
