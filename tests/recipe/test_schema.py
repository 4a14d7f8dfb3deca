"""From text to a checked recipe: every phase, its messages, and what is filled in."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from toy_models import DISTRIBUTION, Odd

from asciivae import registry
from asciivae.corpus.settings import Exclude, FixedCanvas
from asciivae.corpus.store import COLUMNS
from asciivae.errors import RecipeError, RecipeProblems
from asciivae.losses.schedule import Points, Ramp
from asciivae.models.relax import Gumbel, Softmax
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, check_recipe

Check = Callable[..., LoadedRecipe]
Problems = Callable[..., list[str]]


class TestDefaults:
    def test_the_least_recipe_has_all_of_them(self, check: Check) -> None:
        recipe = check().recipe
        assert recipe.data.corpus == "embedded"
        assert recipe.data.canvas == "fitted"
        assert recipe.glyphs.res == (18, 9)
        assert isinstance(recipe.relax, Softmax)
        assert recipe.optim.betas == (0.9, 0.999)
        assert recipe.renderer.use == "analytic"
        assert recipe.every.keep == 2
        assert recipe.log is None

    def test_a_loss_is_named_after_what_it_uses(self, check: Check) -> None:
        loaded = check(sets=["losses[0].use='asciivae:ce'", "losses[1].name=latent"])
        assert [loss.name for loss in loaded.recipe.losses] == ["ce", "latent"]

    def test_options_of_components_are_typed_and_complete(self, check: Check) -> None:
        loaded = check(sets=["losses.ce.space_deemph=100", "model.width=8"])
        assert loaded.recipe.losses[0].config == registry.load("loss", "ce").Config(space_deemph=100.0)
        assert loaded.recipe.losses[0].options["char_power"] == 0.0
        assert (loaded.recipe.model.config.width, loaded.recipe.model.config.rate) == (8, 0.5)
        assert loaded.recipe.model.options == {"width": 8, "rate": 0.5}
        assert loaded.recipe.renderer.config == registry.load("renderer", "analytic").Config()

    def test_resolved_loads_back_to_an_equal_recipe(self, check: Check, minimal: str) -> None:
        loaded = check(
            sets=[
                "data.canvas={height: 64, width: 80}",
                "data.roll={max: 3, sigma: 1}",
                "data.corpus=[embedded, art/]",
                "data.exclude.license=['*NC*']",
                "data.augment={shift: {probability: 1}, mirror: 0.5, noise: {probability: 0.5, share: 0.1}}",
                "relax={use: gumbel, hard: true, tau: {min: 0.5, rate: 7e-5}}",
                "losses.kl.weight={ramp: [0, 1], steps: 50}",
                "glyphs.res=9",
                "expect={losses: [4.5, 4.25], metrics: {accuracy: {value: 0.9, atol: 0.01}}}",
            ]
        )
        again = check(dump_yaml(loaded.resolved()))
        assert again.recipe == loaded.recipe
        assert again.resolved() == loaded.resolved()
        assert [loss.config for loss in again.recipe.losses] == [loss.config for loss in loaded.recipe.losses]

    def test_the_origin_of_a_value(self, check: Check) -> None:
        loaded = check(sets=["data.split.share=0.2"])
        assert loaded.origin(("data", "split", "share")) == "override"
        assert loaded.origin(("data", "split", "rule")) == "default"
        assert loaded.origin(("train", "batch")) == "recipe"
        assert loaded.origin(("losses", 1, "weight")) == "recipe"
        assert loaded.origin(("losses", 0, "weight")) == "default"

    def test_the_text_stays_verbatim(self, check: Check, minimal: str) -> None:
        loaded = check(minimal + "# a comment\n", ["seed=3"])
        assert loaded.text == minimal + "# a comment\n"
        assert loaded.data["seed"] == 3
        assert (loaded.name, loaded.file, loaded.overrides) == ("my", "my.yaml", ("seed=3",))


class TestForms:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("losses.ce.weight=2", 2.0),
            ("losses.ce.weight={ramp: [0, 1], steps: 5}", Ramp(ramp=(0.0, 1.0), steps=5)),
            ("losses.ce.weight={points: [[0, 1], [9, 0.5]]}", Points(points=((0, 1.0), (9, 0.5)))),
        ],
    )
    def test_weights(self, check: Check, setting: str, value: Any) -> None:
        assert check(sets=[setting]).recipe.losses[0].weight == value

    def test_others(self, check: Check) -> None:
        recipe = check(
            sets=["data.canvas={height: 64, width: 70}", "glyphs.res=[9, 7]", "relax={use: gumbel, tau: 1}"]
        ).recipe
        assert recipe.data.canvas == FixedCanvas(height=64, width=70)
        assert recipe.glyphs.res == (9, 7)
        assert recipe.relax == Gumbel(use="gumbel", tau=1.0)

    def test_one_corpus_or_several(self, check: Check) -> None:
        assert check().recipe.data.corpora == ("embedded",)
        assert check(sets=["data.corpus=[embedded, art/]"]).recipe.data.corpora == ("embedded", "art/")

    def test_pieces_are_left_out_by_any_column_of_a_corpus(self) -> None:
        assert tuple(field.name for field in fields(Exclude)) == COLUMNS


class TestShape:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("steps: 100", "stepz: 100", "my.yaml:9:9: train.stepz: unknown key — did you mean 'steps'?"),
            ("lr: 1e-3", "lr: '1e-3'", 'my.yaml:8:13: optim.lr: must be a number, not "1e-3"'),
            ("lr: 1e-3", "lr: true", "my.yaml:8:13: optim.lr: must be a number, not true"),
            ("lr: 1e-3", "lr: 0", "my.yaml:8:13: optim.lr: must be greater than 0, not 0"),
            ("batch: 8", "batch: 8.0", "my.yaml:9:28: train.batch: must be an integer, not 8.0"),
            ("batch: 8", "batch: true", "my.yaml:9:28: train.batch: must be an integer, not true"),
            (", batch: 8", "", "my.yaml:9:1: train.batch: is required"),
            ("steps: 100, ", "", "my.yaml:9:8: train: exactly one of steps and epochs is required"),
            ("steps: 100", "steps: 1, epochs: 1", "my.yaml:9:8: train: exactly one of steps and epochs is required"),
            ("asciivae: 1", "asciivae: true", "my.yaml:1:11: asciivae: must be 1, the schema version"),
            ("optim: {lr: 1e-3}\n", "", "my.yaml:1:1: optim: is required"),
            ("{use: toy}", "toy", 'my.yaml:3:8: model: must be a mapping, not "toy"'),
            ("- {use: ce}", "- ce", 'my.yaml:5:5: losses[0]: must be a mapping, not "ce"'),
            ("{use: ce}", "{weight: 1}", "my.yaml:5:5: losses[0].use: is required"),
        ],
    )
    def test_messages(self, problems: Problems, minimal: str, old: str, new: str, expected: str) -> None:
        assert problems(minimal.replace(old, new)) == [expected]

    @pytest.mark.parametrize(
        ("setting", "expected"),
        [
            ("lr=1e-3", "lr: unknown key — did you mean 'optim.lr'?"),
            ("modle.width=3", "modle: unknown key — did you mean 'model'?"),
            (
                "data.split.rule=tial",
                "data.split.rule: must be 'hash', 'tail' or 'random', not \"tial\" — did you mean 'tail'?",
            ),
            (
                "relax={use: gumbell}",
                "relax.use: must be one of 'logits', 'softmax', 'gumbel', not \"gumbell\" — did you mean 'gumbel'?",
            ),
            ("relax={tau: 1}", "relax.use: is required"),
            ("relax={use: gumbel}", "relax.tau: is required"),
            ("relax={use: gumbel, tau: {min: 0.5}}", "relax.tau.rate: is required"),
            ("relax={use: softmax, tau: 1}", "relax.tau: unknown key"),
            ("data.canvas=9", "data.canvas: must be a mapping, not 9"),
            ("data.canvas={height: 64, widht: 64}", "data.canvas.widht: unknown key — did you mean 'width'?"),
            ("glyphs.res=[1, 2, 3]", "glyphs.res: must have at most 2 items, not 3"),
            ("glyphs.res=2", "glyphs.res: must be greater than or equal to 3, not 2"),
            ("optim.betas=[0.9]", "optim.betas[1]: is required"),
            ("optim.betas=[0.9, 1.0]", "optim.betas[1]: must be less than 1, not 1.0"),
            ("losses=[]", "losses: must not be empty"),
            ("losses.ce.weight={steps: 3}", "losses[0].weight.ramp: is required"),
            (
                "losses.ce.weight={points: [[3, 1], [3, 2]]}",
                "losses[0].weight.points: the steps of the points must increase",
            ),
            (
                "losses.ce.name=a b",
                "losses[0].name: must begin with a letter and contain only letters, digits, - and _, not 'a b'",
            ),
            ("seed=-1", "seed: must be greater than or equal to 0, not -1"),
            (
                "seed=9223372036854775808",
                "seed: must be less than or equal to 9223372036854775807, not 9223372036854775808",
            ),
            ("about=''", "about: must be a single line"),
            ("train.ema=1", "train.ema: must be less than 1, not 1"),
            ("log={commit: 1}", "log.commit: must be a string, not 1"),
            ("data.roll.max=3", "data.roll.sigma: is required"),
            ("data.corpus=[]", "data.corpus: must not be empty"),
            ("data.corpus=[embedded, 3]", "data.corpus[1]: must be a string, not 3"),
            ("data.exclude.licence=['*NC*']", "data.exclude.licence: unknown key — did you mean 'license'?"),
            ("data.exclude.license='*NC*'", 'data.exclude.license: must be a list, not "*NC*"'),
            ("data.augment.mirror=1.5", "data.augment.mirror: must be less than or equal to 1, not 1.5"),
            ("data.augment.miror=1", "data.augment.miror: unknown key — did you mean 'mirror'?"),
            ("data.augment.shift={margin: 8}", "data.augment.shift.probability: is required"),
        ],
    )
    def test_messages_of_settings(self, problems: Problems, setting: str, expected: str) -> None:
        found = problems(sets=[setting])
        assert f"--set #1 ({setting}): {expected}" in found or f"--set #1 ({setting[:57]}...): {expected}" in found

    def test_all_problems_of_a_phase_come_together_with_a_next_step(self, check: Check, minimal: str) -> None:
        text = minimal.replace("lr: 1e-3", "lr: x, epz: 1").replace("batch: 8", "batch: 0")
        with pytest.raises(RecipeProblems) as caught:
            check(text, ["seed=x"])
        error = caught.value
        assert [p.path for p in error.problems] == ["optim.lr", "optim.epz", "train.batch", "seed"]
        assert error.hint == "asciivae recipes schema prints every key with its type, unit and range"
        assert error.message.splitlines()[1] == "my.yaml:8:16: optim.epz: unknown key — did you mean 'eps'?"

    def test_a_recipe_of_a_later_schema(self, check: Check, minimal: str) -> None:
        with pytest.raises(RecipeError) as caught:
            check(minimal.replace("asciivae: 1", "asciivae: 2") + "new_section: 3\n")
        assert caught.value.headline == (
            "my.yaml:1:11: asciivae: this recipe is written for schema 2; this asciivae reads schema 1"
        )
        assert caught.value.hint == "pip install --upgrade asciivae"

    @pytest.mark.parametrize("text", ["", "- a\n", "asciivae\n"])
    def test_what_is_no_mapping_is_no_recipe(self, problems: Problems, text: str) -> None:
        assert problems(text) == ["my.yaml:1:1: a recipe is a mapping that begins with `asciivae: 1`"]


class TestNames:
    def test_unknown_names_and_options_come_together(self, check: Check, minimal: str) -> None:
        text = minimal.replace("{use: ce}", "{use: cee}").replace("use: kl", "use: kl\n    reductoin: sum")
        with pytest.raises(RecipeProblems) as caught:
            check(text, ["model.use=tou", "renderer.use=x:analytic"])
        ours = registry.find("loss", "ce").origin
        assert [p.headline for p in caught.value.problems] == [
            f"my.yaml:5:11: losses[0].use: unknown loss 'cee' — did you mean 'ce' ({ours})?",
            "my.yaml:7:5: losses[1].reductoin: unknown key — did you mean 'reduction'?",
            "--set #2 (renderer.use=x:analytic): renderer.use: "
            "renderer 'analytic' is expected from x, which is not installed",
            f"--set #1 (model.use=tou): model.use: unknown model 'tou' — did you mean 'toy' ({DISTRIBUTION} 1.0)?",
        ]
        assert "installed: greedy, logged, nested, odd, riddle, spatial, toy" in str(caught.value.hint)

    @pytest.mark.parametrize(
        ("setting", "expected"),
        [
            ("model.width=0", "model: width must be at least 1"),
            ("model.width=1.5", "model.width: must be an integer, not 1.5"),
            ("model.width='3'", 'model.width: must be an integer, not "3"'),
            ("model.rate=true", "model.rate: must be a number, not true"),
            (
                "losses.kl.reduction=summ",
                "losses[1].reduction: must be 'sum' or 'mean', not \"summ\" — did you mean 'sum'?",
            ),
            ("renderer.zoom=1", "renderer.zoom: unknown key"),
        ],
    )
    def test_options_are_as_strict_as_the_recipe(self, problems: Problems, setting: str, expected: str) -> None:
        (found,) = problems(sets=[setting])
        assert found.endswith(f": {expected}")

    def test_what_the_dataclass_refuses_is_placed_at_its_component(self, problems: Problems, minimal: str) -> None:
        text = minimal.replace("{use: toy}", "{use: toy, width: -1}")
        assert problems(text) == ["my.yaml:3:8: model: width must be at least 1"]

    def test_requirements(self, check: Check) -> None:
        with pytest.raises(RecipeProblems) as caught:
            check(sets=["requires=[asciivae>=0.1, asciivae-nothing>=2]"])
        (problem,) = caught.value.problems
        assert problem.headline.endswith("requires[1]: asciivae-nothing is not installed")
        assert problem.hint == "pip install 'asciivae-nothing>=2'"

    def test_an_option_may_not_take_a_name_of_the_recipe(self, check: Check) -> None:
        with pytest.raises(RecipeProblems, match="the option 'use' of 'greedy' has a name that is reserved in recipes"):
            check(sets=["model.use=greedy"])

    def test_an_option_may_be_called_like_a_method_of_pydantic(self, check: Check) -> None:
        loaded = check(sets=["model.use=odd", "model.copy=4"])
        assert loaded.recipe.model.config == Odd.Config(copy=4)

    def test_types_that_cannot_be_read(self, check: Check) -> None:
        with pytest.raises(RecipeProblems, match="the fields of Riddle cannot be resolved"):
            check(sets=["model.use=riddle"])


class TestMeaning:
    @pytest.mark.parametrize(
        ("sets", "expected"),
        [
            (["glyphs.zoom=2"], "glyphs.zoom: zoom requires `cell: logged`; tight cells are not cropped"),
            (
                ["glyphs.antialias=false"],
                "glyphs.antialias: antialias requires `cell: logged`; tight cells are always antialiased",
            ),
            (["data.place=logged"], "data.place: `place: logged` requires a fixed canvas"),
            (
                ["data.canvas={height: 64, width: 60}"],
                "data.canvas: pieces with a side of more than 60 cells do not fit on this canvas",
            ),
            (
                ["data.max_side=null", "data.canvas={height: 64, width: 64}"],
                "data.canvas: pieces with a side of more than 64 cells do not fit on this canvas",
            ),
            (
                ["data.split={rule: tail, seed: 1}"],
                "data.split.seed: the rule `tail` is not random and takes no seed",
            ),
            (
                ["data.split={rule: hash, seed: 1}"],
                "data.split.seed: the rule `hash` is not random and takes no seed",
            ),
            (
                ["data.augment={shift: {probability: 1, margin: 8}}", "data.canvas={height: 64, width: 64}"],
                "data.augment.shift.margin: a margin enlarges pages and cannot be combined with a fixed canvas",
            ),
            (["losses.kl.name=ce"], "losses[1]: two losses are called 'ce'"),
            (
                ["log={commit: abc, chosen: [optim.rl]}"],
                "log.chosen[0]: 'optim.rl' is not a path of this recipe — did you mean 'optim.lr'?",
            ),
        ],
    )
    def test_contradictions(self, problems: Problems, sets: list[str], expected: str) -> None:
        (found,) = problems(sets=sets)
        assert found.endswith(f": {expected}")

    @pytest.mark.parametrize("name", ["step", "total", "rate", "lr", "grad_norm", "char_f1", "sampled_ce"])
    def test_a_loss_may_not_be_called_like_what_a_run_measures(self, check: Check, name: str) -> None:
        with pytest.raises(RecipeProblems) as caught:
            check(sets=[f"losses.kl.name={name}"])
        (problem,) = caught.value.problems
        assert problem.headline.endswith(f": losses[1]: the name {name!r} is reserved for the run's own metrics")
        assert problem.hint == "give it another `name`"

    def test_the_rule_random_takes_a_seed(self, check: Check) -> None:
        assert check(sets=["data.split={rule: random, seed: 1}"]).recipe.data.split.seed == 1

    def test_chosen_paths_reach_defaults_options_and_named_losses(self, check: Check) -> None:
        chosen = "[seed, losses.ce.char_power, 'losses[1].weight', model.width, data.split]"
        check(sets=[f"log={{commit: abc, chosen: {chosen}}}"])

    def test_a_loss_on_pictures_may_meet_a_renderer_without_gradient(self, check: Check) -> None:
        check(sets=["renderer.use=discrete", "losses[2]={use: mse}"])


def test_a_merge_key_is_an_unknown_key_like_any_other() -> None:
    text = "asciivae: 1\nabout: x\nmodel: {use: spatial}\nlosses: [{use: kl}]\noptim: {lr: 1.0}\n"
    with pytest.raises(RecipeProblems, match="<<: unknown key"):
        check_recipe(text + "train: {steps: 1, batch: 1}\n<<:\n", "merged.yaml")
