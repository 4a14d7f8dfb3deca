"""How an error looks to the person who meets it."""

import asciivae.errors as errors
from asciivae.errors import AsciivaeError, DivergedError, Place, RecipeError, RecipeProblems


def test_a_place_shows_what_is_known() -> None:
    assert str(Place("a.txt", 3, 7)) == "a.txt:3:7"
    assert str(Place("a.txt", 3)) == "a.txt:3"
    assert str(Place("a.txt")) == "a.txt"


def test_an_error_is_place_reason_and_next_step() -> None:
    assert str(AsciivaeError("is empty", place=Place("a.txt", 2), hint="see a.txt")) == (
        "a.txt:2: is empty\n\nhint: see a.txt"
    )
    assert str(AsciivaeError("is empty", place="a.txt")) == "a.txt: is empty"
    assert str(AsciivaeError("is empty")) == "is empty"


def test_every_kind_has_its_exit_code() -> None:
    codes = {
        name: kind.exit_code
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, AsciivaeError)
    }
    special = {"UsageError": 2, "DivergedError": 3, "Interrupted": 130}
    assert special.items() <= codes.items()
    assert {code for name, code in codes.items() if name not in special} == {1}


def test_a_problem_of_a_recipe_begins_with_its_path() -> None:
    problem = RecipeError("must be positive", place=Place("a.yaml", 4, 9), path="optim.lr", hint="--set optim.lr=1e-3")

    assert problem.headline == "a.yaml:4:9: optim.lr: must be positive"
    assert problem.path == "optim.lr"


def test_problems_come_together_and_each_hint_once() -> None:
    problems = [
        RecipeError("one", hint="do this"),
        RecipeError("two", hint="do that"),
        RecipeError("three", hint="do this"),
        RecipeError("four"),
    ]
    together = RecipeProblems(problems)

    assert str(together) == "one\ntwo\nthree\nfour\n\nhint: do this\n      do that"
    assert together.problems == tuple(problems)
    assert RecipeProblems(problems[3:]).hint is None


def test_a_divergence_carries_its_report() -> None:
    error = DivergedError("term 'ce' became nan", place="step 3", hint="lower optim.lr", report={"step": 3})

    assert error.report == {"step": 3}
    assert str(error) == "step 3: term 'ce' became nan\n\nhint: lower optim.lr"
