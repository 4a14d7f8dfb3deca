"""`--set` and `--unset`: paths, values, order, messages."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asciivae.errors import RecipeError, RecipeProblems
from asciivae.recipe.resolve import LoadedRecipe

Check = Callable[..., LoadedRecipe]
Problems = Callable[..., list[str]]


def test_a_value_is_yaml_and_may_hold_equals_signs(check: Check) -> None:
    loaded = check(sets=["about=a=b = c", "optim.lr=1e-4", "data.corpus=~/art/x=1"])
    assert loaded.recipe.about == "a=b = c"
    assert loaded.recipe.optim.lr == 1e-4
    assert loaded.recipe.data.corpus == "~/art/x=1"


def test_the_last_wins(check: Check) -> None:
    loaded = check(sets=["seed=1", "seed=2"])
    assert loaded.recipe.seed == 2
    assert loaded.overrides == ("seed=1", "seed=2")


def test_items_go_by_index_name_or_use(check: Check) -> None:
    loaded = check(
        sets=["losses[1].name=latent", "losses.latent.weight=3", "losses.kl.free_bits=0.5", "losses.ce={use: nll}"]
    )
    nll, latent = loaded.recipe.losses
    assert (nll.use, nll.name) == ("nll", "nll")
    assert (latent.weight, latent.options["free_bits"]) == (3.0, 0.5)


def test_one_item_can_be_appended(check: Check) -> None:
    assert [loss.use for loss in check(sets=["losses[2]={use: l1}"]).recipe.losses] == ["ce", "kl", "l1"]


def test_removals_come_first(check: Check) -> None:
    loaded = check(sets=["losses[0].weight=7"], unsets=["losses.ce"])
    assert [(loss.use, loss.weight) for loss in loaded.recipe.losses] == [("kl", 7.0)]
    assert loaded.overrides == ("losses.ce", "losses[0].weight=7")


def test_sections_that_the_file_leaves_out_are_created(check: Check) -> None:
    recipe = check(
        sets=["data.roll.max=3", "data.roll.sigma=1", "expect.metrics.val/accuracy={value: 1, atol: 0}"]
    ).recipe
    assert recipe.data.roll is not None
    assert recipe.data.roll.max == 3
    assert recipe.expect.metrics["val/accuracy"].value == 1.0


class TestLength:
    def test_epochs_replace_steps(self, check: Check) -> None:
        loaded = check(sets=["train.epochs=3"])
        assert (loaded.recipe.train.steps, loaded.recipe.train.epochs) == (None, 3)
        assert loaded.origin(("train", "epochs")) == "override"

    def test_steps_replace_epochs(self, check: Check, minimal: str) -> None:
        train = check(minimal.replace("steps: 100", "epochs: 9"), ["train.steps=3"]).recipe.train
        assert (train.steps, train.epochs) == (3, None)

    def test_the_last_of_both_wins(self, check: Check) -> None:
        train = check(sets=["train.epochs=3", "train.steps=4"]).recipe.train
        assert (train.steps, train.epochs) == (4, None)

    def test_setting_one_to_null_removes_nothing(self, check: Check) -> None:
        assert check(sets=["train.epochs=null"]).recipe.train.steps == 100


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("seed", "--set #1 (seed): a setting is written path=value"),
        ("=3", "--set #1 (=3): '' is not a path"),
        ("a..b=3", "--set #1 (a..b=3): 'a..b' is not a path"),
        ("losses[x].weight=3", "--set #1 (losses[x].weight=3): 'losses[x].weight' is not a path"),
        ("seed=[", "--set #1 (seed=[): invalid YAML"),
        ("seed={a: 1, a: 2}", "--set #1 (seed={a: 1, a: 2}): a: duplicate key"),
        ("seed=*x", "--set #1 (seed=*x): aliases are not allowed"),
        ("seed=.nan", "--set #1 (seed=.nan): a number must be finite"),
        ("optim.lr.x=3", "--set #1 (optim.lr.x=3): 'x' does not exist: 0.001 is not a mapping or a list"),
        ("losses.cee.weight=3", "--set #1 (losses.cee.weight=3): no item is called 'cee' — did you mean 'ce'?"),
        ("losses[2].weight=3", "--set #1 (losses[2].weight=3): there is no item [2]; the list has 2"),
        ("losses[3]={use: l1}", "--set #1 (losses[3]={use: l1}): there is no item [3]; the list has 2"),
        ("train[0]=1", "--set #1 (train[0]=1): '[0]' is not set"),
    ],
)
def test_settings_that_cannot_be_meant(problems: Problems, setting: str, expected: str) -> None:
    (found,) = problems(sets=[setting])
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("train.stepz", "--unset #1 (train.stepz): 'stepz' is not set — did you mean 'steps'?"),
        ("trian.steps", "--unset #1 (trian.steps): 'trian' is not set — did you mean 'train'?"),
        ("losses[5]", "--unset #1 (losses[5]): there is no item [5]; the list has 2"),
        ("seed=3", "--unset #1 (seed=3): 'seed=3' is not a path"),
    ],
)
def test_removals_that_cannot_be_meant(problems: Problems, path: str, expected: str) -> None:
    assert problems(unsets=[path]) == [expected]


def test_a_name_that_two_items_share_must_be_an_index(check: Check) -> None:
    with pytest.raises(RecipeProblems) as caught:
        check(sets=["losses[2]={use: mse, name: a}", "losses[3]={use: mse, name: b}", "losses.mse.weight=1"])
    (problem,) = caught.value.problems
    assert problem.headline == "--set #3 (losses.mse.weight=1): 2 items are called 'mse'"
    assert problem.hint == "write [2] for the first of them"


def test_problems_come_together(problems: Problems) -> None:
    found = problems(sets=["seed", "a..b=1"], unsets=["nothing"])
    assert [line.split(" (")[0] for line in found] == ["--unset #1", "--set #1", "--set #2"]


PATHS = st.sampled_from(
    ["train", "losses", "losses[0]", "losses.kl.weight", "data.roll.max", "seed.x", "relax", "model"]
)
VALUES = st.text(max_size=12) | st.sampled_from(["{a: [1]}", "[[]]", "{use: gumbel}", "null", "[null]", "{points: 3}"])


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.builds("{}={}".format, PATHS, VALUES) | st.text(max_size=12), max_size=3), st.lists(PATHS, max_size=1)
)
def test_whatever_is_asked_only_our_own_errors_come_out(check: Check, sets: list[str], unsets: list[str]) -> None:
    with contextlib.suppress(RecipeError, RecipeProblems):
        check(sets=sets, unsets=unsets)
