"""The command line. Commands are thin functions; heavy imports happen only when a command runs."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from asciivae import __version__
from asciivae.cli import (
    compare,
    complete,
    corpus,
    draw,
    edges,
    evaluate,
    examples,
    explore,
    export,
    fonts,
    interpolate,
    plugins,
    recipes,
    reconstruct,
    sample,
    score,
    scrape,
    train,
    train_renderer,
)
from asciivae.cli.output import GlobalOptions, end_in_time, guarded, prepare_streams, result

_GLOBAL = frozenset({"-q", "--quiet", "--debug"})


class AnywhereGroup(TyperGroup):
    """Takes the global options on either side of the subcommand, up to `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Click's hook: move the global options to the front."""
        end = args.index("--") if "--" in args else len(args)
        own = [word for word in args[:end] if word in _GLOBAL]
        return super().parse_args(ctx, [*own, *(word for word in args[:end] if word not in _GLOBAL), *args[end:]])


app = typer.Typer(
    cls=AnywhereGroup,
    name="asciivae",
    help="Train variational autoencoders on ASCII art, with losses on the rendered picture.",
    epilog=(
        "Outputs: a new file replaces an old one once it is complete; a link is followed; pipes and devices are "
        "written to; - is stdout. Never replaced: what a command reads, folders that hold anything, and what you edit "
        "(from examples, recipes copy, plugins new)."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train.train)
app.command()(train_renderer.train_renderer)
app.command()(reconstruct.reconstruct)
app.command()(draw.draw)
app.command()(evaluate.evaluate)
app.command()(sample.sample)
app.command()(complete.complete)
app.command()(score.score)
app.command()(interpolate.interpolate)
app.command()(explore.explore)
app.command()(compare.compare)
app.command()(export.export)
app.command()(edges.edges)
app.command()(fonts.fonts)
app.command()(examples.examples)
app.command()(scrape.scrape)
app.add_typer(corpus.app, name="corpus")
app.add_typer(recipes.app, name="recipes")
app.add_typer(plugins.app, name="plugins")


def _version(wanted: bool) -> None:
    if wanted:
        result(f"asciivae {__version__}")
        raise typer.Exit


@app.callback()
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


def main() -> None:
    """Run the command line."""
    prepare_streams()
    code: object = 0
    try:
        guarded(app)
    except SystemExit as end:
        code = end.code
        raise
    finally:
        end_in_time(code)
