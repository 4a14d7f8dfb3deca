"""`asciivae recipes list | show | copy | check | schema | translate | verify | claims`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli import completion
from asciivae.cli import verify as verification
from asciivae.cli.output import json_result, printable, reported, result, say, table
from asciivae.errors import AsciivaeError, RecipeProblems, UsageError, did_you_mean

if TYPE_CHECKING:
    from asciivae.recipe.resolve import LoadedRecipe

app = typer.Typer(help="List, show, copy and check recipes.", no_args_is_help=True)
Name = Annotated[
    str,
    typer.Argument(metavar="NAME|PATH", help="A recipe's name, or a .yaml file.", autocompletion=completion.recipes),
]
Sets = Annotated[list[str] | None, typer.Option("--set", help="Override a value: path=value.")]
Unsets = Annotated[list[str] | None, typer.Option("--unset", help="Remove a value: path.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


@app.command("list")
@reported
def list_(as_json: AsJson = False) -> None:
    """List the installed recipes."""
    from asciivae.recipe.library import catalogue

    known = list(catalogue())
    if as_json:
        json_result({"recipes": [{"name": r.name, "about": r.about, "origin": r.origin} for r in known]})
    else:
        table(["name", "about", "from"], [[r.name, r.about, r.origin] for r in known])


@app.command()
@reported
def show(
    recipe: Name,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Include every default, and the origin of each value.")
    ] = False,
    sets: Sets = None,
    unsets: Unsets = None,
    as_json: AsJson = False,
) -> None:
    """Print a recipe: its source, or all values including defaults."""
    from asciivae.recipe import library, loader

    if not (resolved or sets or unsets or as_json):
        result(loader.read_file(library.find(recipe).path))
        return
    from asciivae.recipe.export import dump_yaml
    from asciivae.recipe.resolve import load_recipe

    loaded = load_recipe(recipe, sets or (), unsets or ())
    if as_json:
        json_result({"name": loaded.name, "recipe": loaded.resolved()})
    elif resolved:
        table(["value", "", "set by"], _values(loaded))
    else:
        result(dump_yaml(loaded.data))


@app.command()
@reported
def copy(
    recipe: Name,
    destination: Annotated[Path | None, typer.Argument(help="A file or folder (default: NAME.yaml).")] = None,
) -> None:
    """Copy a recipe to a file, to edit it; an existing file is never replaced, - is stdout."""
    from asciivae.files.atomic import cannot_write, create_text
    from asciivae.recipe import library, loader

    found = library.find(recipe)
    target = destination or Path(f"{found.name}.yaml")
    target = target / f"{found.name}.yaml" if target.is_dir() else target
    text = f"# copied from the recipe {found.name} of {found.origin}\n{loader.read_file(found.path)}"
    if str(target) == "-":
        result(text)
        return
    if not target.name.endswith(library.SUFFIXES):
        raise UsageError(
            "the file name of a recipe must end with .yaml",
            place=str(target),
            hint=f"asciivae recipes copy {recipe} {target}.yaml",
        )
    try:
        create_text(target, text)
    except FileExistsError as error:
        raise UsageError("already exists", place=str(target), hint="name another file") from error
    except OSError as error:
        raise cannot_write(target, error, "name another file", AsciivaeError) from error
    say(f"try it with: asciivae train --recipe {target}")
    result(str(target))


@app.command()
@reported
def check(
    recipes: Annotated[
        list[str],
        typer.Argument(metavar="NAME|PATH…", help="Recipes' names or .yaml files.", autocompletion=completion.recipes),
    ],
    sets: Sets = None,
    unsets: Unsets = None,
    as_json: AsJson = False,
) -> None:
    """Validate recipes without running them; print every problem with its place."""
    from asciivae.recipe.resolve import load_recipe

    problems: list[AsciivaeError] = []
    for name in recipes:
        try:
            load_recipe(name, sets or (), unsets or ())
        except AsciivaeError as error:
            problems += error.problems if isinstance(error, RecipeProblems) else [error]
        else:
            say(f"{name}: ok")
    if as_json:
        json_result({"problems": [_problem(problem) for problem in problems]})
    elif problems:
        hints = dict.fromkeys(problem.hint for problem in problems if problem.hint)
        told = "\n".join(problem.headline for problem in problems) + "\n\nhint: " + "\n      ".join(hints)
        print(printable(told), file=typer.get_text_stream("stderr"))
    if problems:
        raise typer.Exit(1)


@app.command()
@reported
def schema(
    kind: Annotated[
        str, typer.Option(help="The kind of recipe, as its key `kind` names it.", autocompletion=completion.kinds)
    ] = "model",
) -> None:
    """Print the JSON Schema of a kind of recipe, including the options of all installed components."""
    import json

    from asciivae.recipe.export import recipe_schema
    from asciivae.recipe.schema import KINDS

    if kind not in KINDS:
        raise UsageError(f"unknown kind {kind!r}{did_you_mean(kind, KINDS)}", hint=f"--kind {' or '.join(KINDS)}")
    result(json.dumps(recipe_schema(kind, left_out=say), indent=2, ensure_ascii=False))


# The log's flags begin with dashes, quoted or not, and are not options of this command.
@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@reported
def translate(
    flags: Annotated[list[str], typer.Argument(metavar="FLAGS…", help="A command line of the log, quoted or not.")],
    commit: Annotated[
        str | None, typer.Option(help="The commit of the code (default: inferred from the flags).")
    ] = None,
) -> None:
    """Translate a command line of the research log to a recipe.

    Examples:

      asciivae recipes translate "--font-res 9 --font-zoom 21 --gumbel-tau 0.2 -b 164 --validation-prop 0.025"

      asciivae recipes translate --commit e49ec1d "bpython train.py --renderer-type continuous"
    """
    from asciivae.recipe.export import dump_yaml
    from asciivae.reproduction.translate import translate as read

    made = read(" ".join(flags), commit)
    for note in made.notes:
        say(note)
    result(dump_yaml(made.recipe))


app.command()(verification.verify)
app.command()(verification.claims)


def _problem(error: Any) -> dict[str, Any]:
    place = error.place
    line, column = (place.line, place.column) if hasattr(place, "line") else (0, 0)
    return {
        "file": place.file if hasattr(place, "file") else str(place or ""),
        "line": line,
        "column": column,
        "path": getattr(error, "path", ""),
        "message": error.message,
        "hint": error.hint,
    }


def _values(loaded: LoadedRecipe) -> list[list[str]]:
    from asciivae.recipe.nodes import dotted

    rows: list[list[str]] = []

    def walk(value: Any, keys: tuple[str | int, ...]) -> None:
        children: Any = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in children:
            if isinstance(inner, dict | list) and inner:
                walk(inner, (*keys, key))
            else:
                rows.append([dotted((*keys, key)), _plain(inner), loaded.origin((*keys, key))])

    walk(loaded.resolved(), ())
    return rows


def _plain(value: Any) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
