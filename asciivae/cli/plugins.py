"""`asciivae plugins list | show | check | new | install | uninstall`."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from asciivae import registry
from asciivae.cli import completion, plugins_install
from asciivae.cli.inputs import check_folder
from asciivae.cli.output import json_result, reported, result, say, table
from asciivae.errors import AsciivaeError, PluginError, UsageError, did_you_mean
from asciivae.registry import files

if TYPE_CHECKING:
    from asciivae.cli.help_outline import Outline

app = typer.Typer(help="List, show, check and install plugins, and create new ones.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
Kinds = Literal["losses", "models", "renderers", "metrics", "observers", "optimisers", "steps", "sources", "recipes"]
NewKinds = Literal["loss", "model", "renderer", "metric", "observer", "optimiser", "step", "source"]
IN_RECIPES = ("loss", "model", "renderer", "metric", "observer", "optimiser")
KIND = {f"{kind}es" if kind.endswith("s") else f"{kind}s": kind for kind in registry.KINDS}


@app.command("list")
@reported
def list_(
    kinds: Annotated[Kinds | None, typer.Argument(help="Only this kind.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List plugins of all kinds, and packages of recipes. No plugin code is run."""
    wanted = [KIND[kinds]] if kinds else list(registry.KINDS)
    known = [entry for kind in wanted for entry in registry.entries(kind)]
    if as_json:
        json_result({"plugins": [_described(entry) for entry in known]})
    else:
        table(["kind", "name", "from", "state", "what it is", "options"], [_row(entry) for entry in known], title=1)


@app.command()
@reported
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A plugin's name.", autocompletion=completion.plugins)],
    as_json: AsJson = False,
) -> None:
    """Show a plugin and its options, then import it to check that it loads."""
    found = _named(name)
    if as_json:
        json_result({"plugins": [_described(entry) for entry in found]})
    for entry in [] if as_json else found:
        read = _outline(entry)
        result(f"{entry.kind} {entry.name}, from {entry.origin}, {entry.value}\n{read.about}")
        if read.options:
            rows = [[option.name, option.type, option.default, option.about] for option in read.options]
            table(["option", "type", "default", "what it does"], rows)
    for entry in found:
        if entry.kind != "recipe":
            registry.load(entry.kind, name)


@app.command()
@reported
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Names of plugins.", autocompletion=completion.plugins),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Check all installed plugins.")] = False,
    kind: Annotated[Kinds, typer.Option(help="The kind of a plugin in a file, PATH.py:CLASS.")] = "losses",
    sets: Annotated[list[str] | None, typer.Option("--set", help="Set an option of the plugin: NAME=VALUE.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print every check, not only failures.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check plugins against the contract; print the failures and exit with 1 if there are any."""
    if everything == bool(names):
        raise UsageError("name plugins, or use --all", hint="asciivae plugins check --all, or: asciivae plugins list")
    if everything:
        entries = [entry for kind in registry.KINDS for entry in registry.entries(kind)]
    else:
        entries = [entry for name in names or [] for entry in _named(name, KIND[kind])]
    options = _options(sets or [])
    checked = [(entry, list(_outcomes(entry, options))) for entry in entries]
    if as_json:
        documents = [{**_identity(entry), "outcomes": outcomes} for entry, outcomes in checked]
        json_result({"checked": documents})
    else:
        for entry, outcomes in checked:
            _report(entry, outcomes, verbose)
    if any(found["state"] == "broken" for _, outcomes in checked for found in outcomes):
        raise typer.Exit(1)


@app.command()
@reported
def new(
    kind: Annotated[NewKinds, typer.Argument(help="The kind of plugin.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name in recipes, such as my-loss.")],
    destination: Annotated[Path | None, typer.Option("--to", help="The folder (default: asciivae-NAME).")] = None,
    single: Annotated[bool, typer.Option("--file", help="One file, NAME.py, and a recipe that names it.")] = False,
) -> None:
    """Create a package with a working plugin and its tests, or a single file."""
    from asciivae.cli.scaffold import write_file, write_package

    check_folder("--to", destination)
    if single:
        if kind not in IN_RECIPES:
            raise UsageError(f"a {kind} is not named in recipes", hint="make a package: omit --file")
        recipe = write_file(kind, name, destination)
        say(f"the code is in {recipe.with_suffix('.py')}; train with it:\n  asciivae train --recipe {recipe}")
        result(str(recipe))
        return
    folder = write_package(kind, name, destination)
    say(
        f"install and check it:\n  asciivae plugins install --editable {folder}\n  asciivae plugins check {name}\n"
        f"then read {folder / 'README.md'}"
    )
    result(str(folder))


app.command()(plugins_install.install)
app.command()(plugins_install.uninstall)


def _named(name: str, kind: str = "loss") -> list[registry.Entry]:
    """The entries of any kind with this name; `distribution:name` selects one of two that clash.

    A file, `path.py:Class`, is of the kind that is given.
    """
    if files.is_file(name):
        return [registry.find(kind, files.allow(name, Path.cwd()))]
    distribution, _, short = name.rpartition(":")
    known = [entry for kind in registry.KINDS for entry in registry.entries(kind)]
    found = [entry for entry in known if entry.name == short and distribution in ("", entry.distribution)]
    if not found:
        guess = did_you_mean(short, dict.fromkeys(entry.name for entry in known))
        raise PluginError(f"unknown plugin {name!r}{guess}", hint="asciivae plugins list")
    for entry in found:
        if entry.state == "ambiguous":
            registry.find(entry.kind, name)  # raises unless `name` is qualified
    return found


def _identity(entry: registry.Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "name": entry.name,
        "distribution": entry.distribution,
        "version": entry.version,
    }


def _described(entry: registry.Entry) -> dict[str, Any]:
    entry, read = _located(entry), _outline(entry)
    return {
        **_identity(entry),
        "state": entry.state,
        "reason": entry.reason,
        "about": read.about,
        "options": [dataclasses.asdict(option) for option in read.options],
    }


def _row(entry: registry.Entry) -> list[str]:
    entry, read = _located(entry), _outline(entry)
    what = read.about if not entry.reason else f"it comes from {entry.origin}, {entry.reason}"
    return [entry.kind, entry.name, entry.origin, entry.state, what, ", ".join(map(str, read.options))]


def _located(entry: registry.Entry) -> registry.Entry:
    """The entry, marked as broken if its top-level module does not exist; nothing is imported."""
    top = entry.value.partition(":")[0].partition(".")[0].strip()
    try:
        missing = importlib.util.find_spec(top) is None
    except (ImportError, ValueError):
        missing = True
    if entry.reason or not missing:
        return entry
    return dataclasses.replace(entry, state="broken", reason=f"whose module {top!r} is missing")


def _outline(entry: registry.Entry) -> Outline:
    from asciivae.cli.help_outline import Outline, outline

    if entry.kind == "recipe":
        return Outline(about=_recipes_of(entry))
    read = outline(entry.value)
    return read if read.about else dataclasses.replace(read, about=entry.about)


def _recipes_of(entry: registry.Entry) -> str:
    from asciivae.recipe.library import catalogue

    return "recipes: " + (", ".join(listed.name for listed in catalogue() if listed.origin == entry.origin) or "none")


def _options(sets: list[str]) -> dict[str, Any]:
    from asciivae.recipe import loader

    options = {}
    for number, text in enumerate(sets, start=1):
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{text!r} is not of the form NAME=VALUE", place=f"--set #{number}", hint="--set window=3")
        options[name] = loader.parse(value, f"--set #{number}").plain()
    return options


def _outcomes(entry: registry.Entry, options: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Check a plugin in a process of its own, which it may end, block or alter; see `asciivae.testing.Outcome`."""
    from asciivae.registry import isolated

    trying = {"check": "loading", "promise": "It loads, with these options."}
    target = "asciivae.testing.installed:outcomes"
    arguments: list[Any] = [entry.kind, entry.qualified, options]
    if entry.kind == "recipe":
        target = f"{__name__}:recipe_outcomes"
        arguments = [entry.distribution, entry.origin, entry.value]
    try:
        for event in isolated.items_of(target, *arguments):
            if "state" in event:
                yield event
            else:
                trying = event
    except AsciivaeError as error:
        yield {**trying, "state": "broken", "reason": error.headline, "options": ""}


def recipe_outcomes(distribution: str, origin: str, package: str) -> Iterator[dict[str, str]]:
    """Validate the recipes of a package."""
    from asciivae.recipe.library import catalogue
    from asciivae.recipe.resolve import load_recipe

    found = {"promise": "The recipe has no problems.", "state": "kept", "reason": "", "options": ""}
    names = [listed.name for listed in catalogue() if listed.origin == origin]
    for name in names:
        try:
            load_recipe(f"{distribution}:{name}")
            yield {**found, "check": name}
        except AsciivaeError as error:
            yield {**found, "check": name, "state": "broken", "reason": error.headline}
    if not names:
        reason = f"there is none in {package}"
        yield {
            "check": "recipes",
            "promise": "It contains recipes.",
            "state": "broken",
            "reason": reason,
            "options": "",
        }


def _report(entry: registry.Entry, outcomes: list[dict[str, str]], verbose: bool) -> None:
    states = ("kept", "broken", "expected", "skipped")
    counts = {state: sum(found["state"] == state for found in outcomes) for state in states}
    numbers = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    result(f"{entry.kind} {entry.name} of {entry.origin}: {numbers}")
    shown = [found for found in outcomes if verbose or found["state"] == "broken"]
    if shown:
        rows = [
            [found["check"], found["state"], found["reason"] or found["promise"], found["options"]] for found in shown
        ]
        columns = ["check", "", "reason", "options"]
        width = 4 if any(found["options"] for found in shown) else 3
        table(columns[:width], [row[:width] for row in rows])
