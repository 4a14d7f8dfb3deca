"""The command line. Commands are thin functions; heavy imports happen only when a command runs."""

from __future__ import annotations

import functools
import gc
import importlib
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from asciivae import __version__
from asciivae.cli.output import GlobalOptions, end_in_time, guarded, prepare_streams, result

if TYPE_CHECKING:
    app: typer.Typer

_GLOBAL = frozenset({"-q", "--quiet", "--debug"})

COMMANDS = (
    "train",
    "train_renderer",
    "reconstruct",
    "draw",
    "evaluate",
    "sample",
    "complete",
    "score",
    "interpolate",
    "explore",
    "compare",
    "export",
    "edges",
    "fonts",
    "examples",
    "web",
    "scrape",
)
"""Modules of this package with a function of the same name, in the order of `--help`."""

GROUPS = ("corpus", "recipes", "plugins")
"""Modules whose `app` has commands of its own."""


class AnywhereGroup(TyperGroup):
    """Takes the global options on either side of the subcommand, up to `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Click's hook: move the global options to the front."""
        end = args.index("--") if "--" in args else len(args)
        own = [word for word in args[:end] if word in _GLOBAL]
        return super().parse_args(ctx, [*own, *(word for word in args[:end] if word not in _GLOBAL), *args[end:]])


def _version(wanted: bool) -> None:
    if wanted:
        result(f"asciivae {__version__}")
        raise typer.Exit


def options(
    debug: Annotated[bool, typer.Option("--debug", envvar="ASCIIVAE_DEBUG", help="Show tracebacks.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print results and errors only.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Global options."""
    GlobalOptions.debug, GlobalOptions.quiet, GlobalOptions.stdout_taken = debug, quiet, False
    logging.getLogger("asciivae").setLevel(logging.ERROR if quiet else logging.NOTSET)


def command_line(modules: Sequence[str] = (*COMMANDS, *GROUPS)) -> typer.Typer:
    """The application with the commands of some modules."""
    app = typer.Typer(
        cls=AnywhereGroup,
        name="asciivae",
        help="Train variational autoencoders on ASCII art, with losses on the rendered picture.",
        epilog=(
            "Outputs: a new file replaces an old one once it is complete; a link is followed; pipes and devices are "
            "written to; - is stdout. Never replaced: what a command reads, folders that hold anything, and what you "
            "edit (from examples, recipes copy, plugins new)."
        ),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name in modules:
        module = importlib.import_module(f"asciivae.cli.{name}")
        if name in GROUPS:
            app.add_typer(module.app, name=name)
        else:
            app.command()(getattr(module, name))
    return app


def modules_for(arguments: Sequence[str]) -> Sequence[str]:
    """The module of the command that is called, or all of them, for help and for what is mistyped."""
    first = next((word for word in arguments if word not in _GLOBAL), "")
    name = first.replace("-", "_")
    return (name,) if name in (*COMMANDS, *GROUPS) and "_" not in first else (*COMMANDS, *GROUPS)


def __getattr__(name: str) -> typer.Typer:
    if name == "app":
        return _whole()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _whole() -> typer.Typer:
    return command_line()


def main() -> None:
    """Run the command line."""
    # Imports make many objects and little garbage: looking for it as often as by default takes 4 % of a short command.
    gc.set_threshold(10_000)
    prepare_streams()
    code: object = 0
    try:
        guarded(command_line(modules_for(sys.argv[1:])))
    except SystemExit as end:
        code = end.code
        raise
    finally:
        end_in_time(code)
