"""`asciivae web`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asciivae.cli.inputs import check_folder
from asciivae.cli.output import Terminated, reported, result, say
from asciivae.errors import UsageError

PORT = 8327


@reported
def web(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help=f"0 for a free one (default: {PORT}).")] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the page into a new folder instead, for any host.")
    ] = None,
) -> None:
    """Try the models in a browser: serve the playground on this machine alone, until Ctrl-C.

    The models run in the page; nothing that is drawn there is sent anywhere.

    Examples:

      asciivae web --open

      asciivae web --export site
    """
    if export is not None:
        if open_browser or port is not None:
            raise UsageError("cannot be combined with --port or --open", place="--export", hint="leave one of them out")
        check_folder("--export", export)
        from asciivae.web.files import export_site

        size = export_site(export)
        say(f"wrote {size / 1e6:.1f} MB; put the folder on any static host")
        result(str(export))
        return
    from asciivae.web.server import PageServer

    with PageServer(PORT if port is None else port) as server:
        result(server.url)
        say("Ctrl-C stops it")
        if open_browser:
            import webbrowser

            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except Terminated:
            raise
        except KeyboardInterrupt:
            say("stopped")
