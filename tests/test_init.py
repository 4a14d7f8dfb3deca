"""The front door: what it offers, that it is quick, and that each of its functions does what it says."""

import inspect
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_runs import drawings, tiny_recipe
from torch import Tensor

import asciivae
from asciivae.errors import ArtError, ModelError, RecipeProblems, UsageError
from asciivae.experiment.export import Savable
from asciivae.experiment.page_model import PageModel
from asciivae.text.art import parse

DOCUMENT = Path(asciivae.__file__).parents[1] / "docs" / "api.md"
CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


class Ink:
    """The expected number of inked cells."""

    needs: frozenset[str] = frozenset()

    def __call__(self, inputs: asciivae.LossInputs) -> Mapping[str, Tensor]:
        return {"": (1.0 - inputs.probs[:, 0]).flatten(1).sum(1)}


@pytest.fixture(scope="module")
def bundled() -> asciivae.TrainedModel:
    return asciivae.load("bundled", device="cpu")


def signature(function: Any) -> str:
    shown = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(function)))
    return re.sub(r"^\(self: \w+", "(self", shown)  # what a method of a mixin needs


def surface() -> set[str]:
    """Every public name with its signature; of classes also the methods and attributes of them and their mixins."""
    lines = set()
    for name in asciivae.__all__:
        value = getattr(asciivae, name)
        if inspect.isclass(value):
            lines.add(f"class {name}")
            parts = [*(mixin for mixin in (Savable, PageModel) if issubclass(value, mixin)), value]
            members = {k: v for part in parts for k, v in vars(part).items() if not k.startswith("_")}
            for member, inner in members.items():
                plain = inner.__func__ if isinstance(inner, classmethod) else inner
                shown = f"{member}{signature(plain)}" if callable(plain) else member
                lines.add(f"{name}.{shown}")
            lines |= {f"{name}.{field}" for field in getattr(value, "__dataclass_fields__", {}) if field not in members}
        else:
            lines.add(f"{name}{signature(value)}" if callable(value) else name)
    return lines


def test_the_public_surface_is_the_documented_one() -> None:
    block = re.search(r"```text\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    documented = set(block[1].splitlines()) - {""}
    assert surface() == documented, (
        "docs/api.md lists the public names: change it with them, and say so in CHANGELOG.md"
    )


def test_importing_it_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys, time; begun = time.perf_counter(); import asciivae; taken = time.perf_counter() - begun;"
        "print({'torch', 'numpy', 'pydantic'} & sys.modules.keys(), taken)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy, taken = done.stdout.rsplit(" ", 1)
    assert heavy == "set()"
    assert float(taken) < 0.05


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        _ = asciivae.tarin  # type: ignore[attr-defined]
    assert {"train", "load"} <= set(dir(asciivae))


def test_drawings_come_back_in_the_form_they_were_given(bundled: asciivae.TrainedModel, tmp_path: Path) -> None:
    file = tmp_path / "cat.txt"
    file.write_text(CAT)
    grid = parse(CAT)
    text = bundled.reconstruct(CAT)
    assert isinstance(text, str)
    assert bundled.reconstruct(file) == bundled.reconstruct(str(file)) == text
    assert np.array_equal(bundled.reconstruct(grid), parse(text))
    several = bundled.reconstruct([CAT, grid.astype(np.int64), file])
    assert [type(one) for one in several] == [str, np.ndarray, str]
    assert several[1].shape == grid.shape


@pytest.mark.parametrize("wrong", [np.full((2, 2), 95), np.zeros((2, 2)), np.zeros(4, np.int64), np.full((1, 1), -1)])
def test_an_array_that_is_not_a_page_is_refused(bundled: asciivae.TrainedModel, wrong: Any) -> None:
    with pytest.raises(ArtError, match="is not a page of characters"):
        bundled.reconstruct(wrong)


def test_latents_are_encoded_and_decoded(bundled: asciivae.TrainedModel) -> None:
    z = bundled.encode(CAT)
    assert z.shape == bundled.model.latent_shape(8, 8)
    assert CAT.strip("\n").splitlines()[0].strip() in bundled.decode(z)
    assert bundled.decode(z, "array").shape == (8, 8)
    assert bundled.encode(CAT, size=(32, 64)).shape == bundled.model.latent_shape(32, 64)
    with pytest.raises(ModelError, match="too large"):
        bundled.encode(CAT, size=(32, 6400))


def test_interpolation_ends_at_the_reconstructions(bundled: asciivae.TrainedModel) -> None:
    box = "+-----+\n|     |\n+-----+\n"
    pages = bundled.interpolate(CAT, box, steps=4)
    assert len(pages) == 4
    assert pages[0] == bundled.reconstruct(CAT)
    assert pages[-1] == bundled.reconstruct(box)


def test_samples_have_a_seed_and_a_size(bundled: asciivae.TrainedModel) -> None:
    one, other = bundled.sample(2, (8, 16), seed=1, form="array")
    assert one.shape == other.shape == (8, 16)
    assert np.array_equal(one, bundled.sample(1, (8, 16), seed=1, form="array")[0])
    assert len(bundled.sample(3, (8, 16), like=[CAT, "+--+\n|  |\n+--+"])) == 3


def test_a_page_is_rendered_with_the_glyphs_of_the_model(bundled: asciivae.TrainedModel) -> None:
    picture = bundled.render(CAT)
    assert picture.size == (7 * 9, 3 * 18)
    assert picture.mode == "L"


def test_a_saved_model_is_the_same_model(bundled: asciivae.TrainedModel, tmp_path: Path) -> None:
    bundled.save(tmp_path / "mine.safetensors")
    assert torch.equal(asciivae.load(tmp_path / "mine.safetensors", device="cpu").encode(CAT), bundled.encode(CAT))


def test_a_recipe_is_a_name_or_plain_data(tmp_path: Path) -> None:
    assert asciivae.load_recipe("quickstart", set={"train.steps": 7}).recipe.train.steps == 7
    data = tiny_recipe(drawings(tmp_path / "art"))
    assert asciivae.load_recipe(data, set={"glyphs.res": [9, 7]}).recipe.glyphs.res == (9, 7)
    with pytest.raises(RecipeProblems, match="unknown key"):
        asciivae.load_recipe({**data, "lossess": []})


def test_a_run_is_left_looked_into_gone_on_with_and_resumed(tmp_path: Path) -> None:
    recipe = tiny_recipe(drawings(tmp_path / "art"))
    losses = {"ink": (Ink(), 0.5)}
    whole = asciivae.train(recipe, losses=losses, out=tmp_path / "whole", device="cpu")
    expected = [step.total for step in whole]

    run = asciivae.train(recipe, losses=losses, out=tmp_path / "run", device="cpu")
    totals = []
    for step in run:
        totals.append(step.total)
        if step.number == 2:
            break
    assert isinstance(run.model.reconstruct(CAT), str)
    for step in run:
        totals.append(step.total)
        if step.number == 4:
            break
    assert run.folder.latest_step() == 4
    again = asciivae.resume(tmp_path / "run", losses=losses, device="cpu")
    assert again.state.step == 4
    totals += [step.total for step in again]
    assert totals == expected
    assert "ink" in step.terms


def test_two_loops_over_one_folder_do_not_mix(tmp_path: Path) -> None:
    recipe = tiny_recipe(drawings(tmp_path / "art"))
    run = asciivae.train(recipe, out=tmp_path / "run", device="cpu")
    for _ in asciivae.resume(tmp_path / "run", device="cpu"):
        pass
    assert list(run) == []  # the other one took it to its end
    assert run.state.step == 6


def test_a_model_of_the_caller_takes_the_place_of_the_recipes(tmp_path: Path, bundled: asciivae.TrainedModel) -> None:
    recipe = tiny_recipe(drawings(tmp_path / "art"))
    own = asciivae.load("bundled", device="cpu").model.train().requires_grad_()
    run = asciivae.train(recipe, model=own, out=tmp_path / "run", set={"train.steps": 1}, device="cpu")
    list(run)
    assert run.model.model is own
    assert not torch.equal(run.model.encode(CAT), bundled.encode(CAT))


def test_what_trains_no_model_has_none(tmp_path: Path) -> None:
    run = asciivae.train(
        "onehot2raa",
        set={"train.steps": 1, "data.limit": 8, "evaluation.pieces": 2},
        out=tmp_path / "run",
        device="cpu",
    )
    with pytest.raises(UsageError, match="does not train a VAE"):
        _ = run.model


def test_evaluation_gives_scores(tmp_path: Path, bundled: asciivae.TrainedModel) -> None:
    scores = asciivae.evaluate(bundled, drawings(tmp_path / "art", 5), split="all")
    assert 0.0 < scores.over_cells["char_f1"] < 1.0
    assert len(scores.measured.reconstructions) == 5


def test_renderers_are_made_by_name() -> None:
    probs = torch.full((1, 95, 2, 3), 1 / 95)
    assert asciivae.renderer("analytic")(probs).shape == (1, 1, 36, 27)
    with pytest.raises(asciivae.AsciivaeError, match="did you mean 'analytic'"):
        asciivae.renderer("analytik")


def test_a_run_cannot_end_before_it_is(tmp_path: Path) -> None:
    list(asciivae.train(tiny_recipe(drawings(tmp_path / "art")), out=tmp_path / "run", device="cpu"))
    with pytest.raises(UsageError, match="has taken 6 steps, and its recipe now ends after 4"):
        asciivae.resume(tmp_path / "run", set={"train.steps": 4}, device="cpu")
    assert asciivae.resume(tmp_path / "run", set={"train.steps": 7}, device="cpu").state.step == 6


class NoNeeds:
    """A loss that declares nothing."""

    def __call__(self, inputs: asciivae.LossInputs) -> Mapping[str, Tensor]:
        return {"": inputs.logits.square().flatten(1).mean(1)}


def test_losses_from_python_are_given_again_when_a_run_is_resumed(tmp_path: Path) -> None:
    recipe = tiny_recipe(drawings(tmp_path / "art"))
    for step in asciivae.train(recipe, losses={"ink": (NoNeeds(), 0.5)}, out=tmp_path / "run", device="cpu"):
        if step.number == 2:
            break
    with pytest.raises(UsageError, match="was started from Python with 'ink' among its losses") as caught:
        asciivae.resume(tmp_path / "run", device="cpu")
    assert "losses={'ink': (loss, weight)}" in str(caught.value.hint)
    assert asciivae.resume(tmp_path / "run", losses={"ink": (NoNeeds(), 0.5)}, device="cpu").state.step == 2


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ({"ink": NoNeeds()}, "is NoNeeds, not (loss, weight)"),
        ({"ce": (NoNeeds(), 1.0)}, "is the name of another term or metric"),
        ({"step": (NoNeeds(), 1.0)}, "is the name of another term or metric"),
        ({"sampled_x": (NoNeeds(), 1.0)}, "is the name of another term or metric"),
        ({"a b": (NoNeeds(), 1.0)}, "is not a name"),
    ],
)
def test_losses_from_python_have_a_name_and_a_weight(tmp_path: Path, losses: Any, reason: str) -> None:
    with pytest.raises(UsageError, match=re.escape(reason)):
        asciivae.train(tiny_recipe(drawings(tmp_path / "art")), losses=losses, out=tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


def test_settings_are_a_mapping() -> None:
    with pytest.raises(UsageError, match="set is list, not a mapping"):
        asciivae.load_recipe("quickstart", set=["train.steps=5"])  # type: ignore[arg-type]


def test_a_model_from_python_is_known_by_its_class(tmp_path: Path) -> None:
    recipe = tiny_recipe(drawings(tmp_path / "art"))
    own = asciivae.load("bundled", device="cpu").model.train().requires_grad_()
    run = asciivae.train(recipe, model=own, out=tmp_path / "run", set={"train.steps": 1}, device="cpu")
    list(run)
    with pytest.raises(UsageError, match="was trained with SpatialVAE, a model passed from Python"):
        run.model.save(tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="was trained with SpatialVAE, a model passed from Python"):
        asciivae.load(tmp_path / "run", device="cpu")
    with pytest.raises(UsageError, match="with a model of its own"):
        asciivae.resume(tmp_path / "run", device="cpu")
    assert asciivae.resume(tmp_path / "run", model=own, device="cpu").state.step == 1


def test_what_a_notebook_shows_is_short(tmp_path: Path, bundled: asciivae.TrainedModel) -> None:
    run = asciivae.train(tiny_recipe(drawings(tmp_path / "art")), out=tmp_path / "run", device="cpu")
    assert repr(run) == f"Run('recipe', step 0 of 6, '{tmp_path / 'run'}')"
    assert repr(bundled).startswith("TrainedModel('base-nested', step ")
    scores = asciivae.evaluate(bundled, tmp_path / "art", split="all", limit=3)
    assert re.fullmatch(
        r"ModelScores\('.*', step \d+, 3 pieces: char_f1 [01]\.\d{3}, ink_iou [01]\.\d{3}\)", repr(scores)
    )


def test_a_file_that_is_not_there_is_not_taken_for_a_drawing(bundled: asciivae.TrainedModel) -> None:
    with pytest.raises(ArtError, match="no such file"):
        bundled.reconstruct("houes.txt")


def test_a_latent_of_the_wrong_shape_is_refused(bundled: asciivae.TrainedModel) -> None:
    with pytest.raises(ModelError, match="has 3 dimensions, not 2"):
        bundled.decode(bundled.encode(CAT)[0])


def test_a_name_that_is_nearly_right_is_told() -> None:
    with pytest.raises(ModelError, match="did you mean 'bundled'"):
        asciivae.load("bundld", device="cpu")
