"""`asciivae recipes verify | claims`: reproduce the recorded losses of recipes, and the findings of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli import completion
from asciivae.cli.output import json_result, reported, result, say, table
from asciivae.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from asciivae.reproduction.claims import Claim, Finding
    from asciivae.reproduction.verify import Verification

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


@reported
def verify(
    recipes: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME|PATH…", help="Recipes' names or files.", autocompletion=completion.recipes),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of asciivae's own recipes.")] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Print the losses as an `expect` block for the recipe instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a recipe's first steps on the CPU, and compare the losses with those recorded in it.

    The recipe runs in float64, with the overrides of its `expect.set`.
    """
    if bool(recipes) == everything:
        raise UsageError("give either recipes or --all", hint="asciivae recipes verify quickstart")
    names = recipes or _own_recipes()
    from asciivae.reproduction import verify as engine

    if measure:
        for name in names:
            losses = ", ".join(f"{total:.8g}" for total in engine.measure(name))
            result(f"expect: {{set: [{', '.join(engine.AFFORDABLE)}], losses: [{losses}]}}  # {name}")
        return
    found = []
    for name in names:
        one = engine.verify(name)
        found.append(one)
        say(f"{one.name}: {'ok' if one.holds else 'DIFFERS'}, largest relative error {max(one.relative_errors):.1e}")
    if as_json:
        json_result({"recipes": [_verified(one) for one in found]})
    else:
        table(
            ["recipe", "step", "expected", "measured", "relative", f"rtol {found[0].rtol:g}"],
            [row for one in found for row in _verified_rows(one)],
        )
    if not all(one.holds for one in found):
        raise typer.Exit(1)


@reported
def claims(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="CLAIM…", help="Which ones (default: all).", autocompletion=completion.claims),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Train for a few steps only: takes seconds, without verdicts.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown document instead of a table.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the findings of the research log, by computation or by short runs of its recipes (about 15 CPU minutes).

    Prints for each claim the measured numbers and a verdict: reproduced, refuted, or not decidable at this scale.
    """
    from asciivae.reproduction.claims import CLAIMS

    known = {claim.name: claim for claim in CLAIMS}
    for name in names or ():
        if name not in known:
            raise UsageError(f"unknown claim {name!r}{did_you_mean(name, known)}", hint=f"claims: {', '.join(known)}")
    found = []
    for claim in [known[name] for name in names or known]:
        say(f"{claim.name}: {claim.says} …")
        found.append((claim, claim.check(quick)))
        say(f"  {found[-1][1].verdict}")
    if as_json:
        json_result({"quick": quick, "claims": [_claimed(*one) for one in found]})
    elif markdown:
        from asciivae.reproduction.claims.document import document

        result(document(found, "asciivae recipes claims" + (" --quick" if quick else "") + " --markdown"))
    else:
        columns = ["claim", "verdict", "what was measured", "", "recipes"]
        table(columns, [row for one in found for row in _claim_rows(*one)])


def _claimed(claim: Claim, finding: Finding) -> dict[str, Any]:
    return {
        "name": claim.name,
        "says": claim.says,
        "recipes": list(claim.recipes),
        "settings": finding.settings,
        "remark": finding.remark,
        "numbers": dict(finding.numbers),
        "verdict": finding.verdict,
    }


def _claim_rows(claim: Claim, finding: Finding) -> list[list[str]]:
    numbers = [[name, f"{value:.4g}"] for name, value in finding.numbers.items()]
    first, *others = numbers
    return [[claim.name, finding.verdict, *first, " ".join(claim.recipes)], *(["", "", *row, ""] for row in others)]


def _own_recipes() -> list[str]:
    from asciivae.recipe.library import catalogue

    return [f"{listed.origin}:{listed.name}" for listed in catalogue() if listed.origin == "asciivae"]


def _verified(one: Verification) -> dict[str, Any]:
    return {
        "name": one.name,
        "set": list(one.settings),
        "expected": list(one.expected),
        "measured": list(one.measured),
        "rtol": one.rtol,
        "holds": one.holds,
    }


def _verified_rows(one: Verification) -> list[list[str]]:
    """One row for a recipe that matches; one row per step for one that does not."""
    steps = list(zip(one.expected, one.measured, one.relative_errors, strict=True))
    if one.holds:
        return [[one.name, f"1-{len(steps)}", "", "", f"{max(one.relative_errors):.1e}", "ok"]]
    return [
        [one.name, str(i), f"{old:.8g}", f"{new:.8g}", f"{apart:.1e}", "ok" if apart <= one.rtol else "DIFFERS"]
        for i, (old, new, apart) in enumerate(steps, start=1)
    ]
