"""The command line. Commands are thin functions; heavy imports happen only when a command runs."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from asciivae import __version__
from asciivae.cli import (
    compare,
    complete,
    corpus,
    draw,
    edges,
    evaluate,
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
from asciivae.cli.output import GlobalOptions, prepare_streams, result

app = typer.Typer(
    name="asciivae",
    help="Train variational autoencoders on ASCII art, with losses on the rendered picture.",
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
    GlobalOptions.debug, GlobalOptions.quiet = debug, quiet
    logging.getLogger("asciivae").setLevel(logging.ERROR if quiet else logging.NOTSET)


def main() -> None:
    """Run the command line."""
    prepare_streams()
    app()
