"""The composition root: what a recipe becomes, and which weights files are let in."""

import json
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
    SPATIAL,
    asciivae,
    corpus_of,
    drawings,
    grids_of,
    records,
    tiny_experiment,
    tiny_recipe,
    trained,
)
from tiny_runs import own_cache as own_cache

from asciivae.errors import AsciivaeError, CorpusError, ModelError, RecipeError, RecipeProblems, RunError, UsageError
from asciivae.experiment.build import build, character_counts
from asciivae.experiment.load import choose_device, load_model
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import RESERVED, check_recipe
from asciivae.train.batches import Canvas

# ── a recipe becomes an experiment ──────────────────────────────────────────────────────────────────────────


def test_an_experiment_is_what_its_recipe_says(tmp_path: Path) -> None:
    made = tiny_experiment(tmp_path, seed=5, train={"epochs": 2, "batch": 7, "ema": 0.5, "precision": "fp16"})

    assert (len(made.corpus), len(made.training), len(made.validating)) == (40, 24, 8)
    assert not set(made.training) & set(made.validating)
    assert made.task.total_steps == 2 * made.task.batches.steps_per_epoch
    assert (made.task.seed, made.task.precision, made.task.batches.batch_size) == (5, "fp16", 7)
    assert made.state.decay == 0.5
    assert made.state.scaler.is_enabled()
    assert made.glyphs.shape == (95, 18, 9)
    assert set(made.metadata()) == {"asciivae", "name", "recipe"}
    assert check_recipe(made.metadata()["recipe"], "again").recipe == made.recipe


def test_several_corpora_are_one_without_what_is_left_out(tmp_path: Path) -> None:
    art, more = drawings(tmp_path / "art"), tmp_path / "more.jsonl"
    records = [{"text": f"<{i}>", "id": f"m{i}", "license": "MIT" if i % 2 else "CC BY-NC"} for i in range(10)]
    more.write_text("".join(json.dumps(record) + "\n" for record in records))
    data = {"corpus": [str(art), str(more)], "exclude": {"license": ["*-NC*"], "category": ["boat"]}}
    made = tiny_experiment(tmp_path, data=data)

    assert made.left_out == {"category 'boat'": 0, "license '*-NC*'": 5}
    assert len(made.corpus) == len(made.training) + len(made.validating) == 45
    assert list(made.corpus.column("license"))[-5:] == ["MIT"] * 5


def test_a_margin_must_leave_every_training_piece_small_enough_for_the_model(tmp_path: Path) -> None:
    first = drawings(tmp_path / "art") / "birds" / "000.txt"  # by the rule `tail`, trained on
    first.write_text("=" * 510 + "\n")
    data = {"corpus": str(tmp_path / "art"), "max_side": None, "split": {"rule": "tail", "share": 0.2}}
    tiny_experiment(tmp_path, data=data)
    tiny_experiment(tmp_path, data={**data, "augment": {"shift": {"probability": 0.1, "margin": 2}}})
    with pytest.raises(
        ModelError, match=r"piece birds/000\.txt with data\.augment\.shift\.margin 3: .* 513 "
    ) as caught:
        tiny_experiment(tmp_path, data={**data, "augment": {"shift": {"probability": 0.1, "margin": 3}}})
    assert caught.value.hint == "--set data.max_side=509"


def test_only_pieces_that_fit_are_used(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    data = {"corpus": str(tmp_path / "art"), "max_side": 8, "split": {"rule": "random", "share": 0.5}}
    made = tiny_experiment(tmp_path, data=data)

    sizes = [made.corpus.grid(i).shape for i in (*made.training, *made.validating)]
    assert max(map(max, sizes)) <= 8
    assert len(sizes) == sum(max(made.corpus.grid(i).shape) <= 8 for i in range(40))


def test_no_piece_that_fits_is_an_error(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    with pytest.raises(CorpusError, match="leaves none of"):
        tiny_experiment(tmp_path, data={"corpus": str(tmp_path / "art"), "max_side": 3})


@pytest.mark.parametrize(("model", "largest"), [(SPATIAL, 512), (LOGGED, 64)])
@pytest.mark.parametrize("number", [0, 39], ids=["trained", "validated"])
def test_a_piece_that_is_too_large_for_the_model_is_named(
    tmp_path: Path, model: dict[str, Any], largest: int, number: int
) -> None:
    file = sorted(drawings(tmp_path / "art").rglob("*.txt"))[number]
    file.write_text("=" * 600 + "\n")
    data = {"corpus": str(tmp_path / "art"), "max_side": None, "split": {"rule": "tail", "share": 0.2}}
    with pytest.raises(ModelError) as caught:
        tiny_experiment(tmp_path, data=data, model=model)

    assert caught.value.headline.startswith(f"{tmp_path / 'art'}, piece {file.parent.name}/{file.stem}")
    assert "a piece of 1 rows and 600 columns is too large" in caught.value.message
    assert caught.value.hint == f"--set data.max_side={largest}"


def test_what_a_run_writes_beside_its_losses_no_loss_may_be_called(tmp_path: Path) -> None:
    folder = trained(tmp_path)
    names = {name for record in records(folder) for name in record if not name.startswith("sampled_")}

    assert {"total", "char_f1"} <= names - {"ce", "kl", "mse"} <= RESERVED


def test_the_initialisation_depends_on_the_seed_alone(tmp_path: Path) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = tiny_experiment(tmp_path)
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(2)
    other, third = tiny_experiment(tmp_path), tiny_experiment(tmp_path, seed=1)

    weights = [made.state.model.state_dict()["reader.1.weight"] for made in (one, other, third)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("model", "canvas", "message", "hint"),
    [
        (
            tiny_recipe("x")["model"],
            {"height": 20, "width": 64},
            "data.canvas: a canvas of 20 × 64 cells does not suit this model, 24 × 64 does",
            "--set data.canvas='{height: 24, width: 64}'",
        ),
        (LOGGED, {"height": 128, "width": 128}, "data.canvas: ", "--set data.canvas=fitted"),
        (tiny_recipe("x")["model"], {"height": 600, "width": 64}, "data.canvas: ", "--set data.canvas=fitted"),
    ],
)
def test_a_canvas_that_does_not_suit_the_model(
    tmp_path: Path, model: Any, canvas: Any, message: str, hint: str
) -> None:
    drawings(tmp_path / "art")
    with pytest.raises(RecipeError) as caught:
        tiny_experiment(tmp_path, model=model, data={"corpus": str(tmp_path / "art"), "max_side": 20, "canvas": canvas})
    assert caught.value.headline.startswith(message)
    assert caught.value.hint == hint


def test_character_counts_are_those_of_the_laid_pages() -> None:
    grids = grids_of([(3, 4), (9, 8), (2, 2)])
    canvas = Canvas(lambda h, w: (-(-h // 8) * 8, -(-w // 8) * 8), trimmed=True)
    counts = character_counts(corpus_of(grids), np.array([0, 1]), canvas)

    pages = np.concatenate([canvas.lay(grid, canvas.size(grid))[0].ravel() for grid in grids[:2]])
    assert counts.tolist() == np.bincount(pages, minlength=95).tolist()
    assert counts.sum() == 8 * 8 + 16 * 8


def test_the_devices_that_there_are() -> None:
    assert choose_device("cpu") == CPU
    assert choose_device("auto").type in ("cpu", "cuda")
    for name in ("gpu", "meta", "", "cuda:99", "cpu:x", "hpu", "privateuseone", "xla", "cuda:-1", "cuda:\u0663"):
        with pytest.raises(UsageError) as caught:
            choose_device(name)
        assert caught.value.message.startswith(f"device {name!r} cannot be used (")
        assert "\n" not in caught.value.message
        assert caught.value.hint == "use --device auto or --device cpu"


# ── weights files ───────────────────────────────────────────────────────────────────────────────────────────


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
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        load_model(path, CPU)
    assert time.monotonic() - began < 2
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
    assert error.message == "does not hold the tensors of its own recipe"
    assert error.hint == DAMAGED


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 1.1])
def test_glyphs_that_are_no_pictures_are_refused(altered: Callable[..., Path], value: float) -> None:
    glyphs = torch.full((95, 18, 9), 0.5)
    glyphs[40, 3, 2] = value
    error = refused(altered({"glyphs": glyphs}))

    assert (error.message, error.hint) == ("holds glyphs whose greys are not in [0, 1]", DAMAGED)


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


def test_build_takes_what_a_run_resolved(run: Path) -> None:
    again = build(check_recipe((run / "resolved.yaml").read_text(), "resolved.yaml"), CPU)

    assert again.task.total_steps == 6
