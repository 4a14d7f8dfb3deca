"""Output conventions of the command line: results on stdout, messages on stderr, errors with exit codes."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import logging
import math
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TextIO

import typer

from asciivae.blame import Pressed, said
from asciivae.errors import AsciivaeError, Interrupted, UsageError
from asciivae.streams import move_descriptor, reserved, results
from asciivae.training.joined import here

P = ParamSpec("P")
INTERNAL_ERROR = 70


class GlobalOptions:
    """What the global options say; set once, before a command runs."""

    debug = False
    quiet = False
    follows = False
    """Whether another process prints the results."""
    stdout_taken = False
    """Whether an output goes to stdout, so that results are told on stderr."""


def prepare_streams() -> None:
    """Replace closed streams by /dev/null, print `?` for what a stream cannot encode, and reserve descriptor 1."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    move_descriptor()


def follow() -> None:
    """Print nothing but errors from here on: of several processes that train together, another one prints."""
    GlobalOptions.quiet = GlobalOptions.follows = True
    logging.getLogger("asciivae").setLevel(logging.ERROR)


def printable(text: str) -> str:
    """Escape control characters and other unprintable characters, except newlines and tabs."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def on_one_line(text: str) -> str:
    """`printable`, with newlines and tabs escaped too."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def say(text: str) -> None:
    """Print a message on stderr, unless --quiet."""
    if not GlobalOptions.quiet:
        print(printable(text), file=sys.stderr, flush=True)


def complain(message: str) -> None:
    """Print an error on stderr, even with --quiet."""
    print(f"{_red('error:')} {printable(message)}", file=sys.stderr, flush=True)


def result(text: str, *, coloured: bool = False) -> None:
    """Print a result on stdout with one final newline: unchanged, but on a terminal without control characters.

    Args:
        text: the result.
        coloured: it holds escape sequences of ours; what comes from elsewhere in it is printable.
    """
    if GlobalOptions.follows:
        return
    stream = sys.stderr if GlobalOptions.stdout_taken else results()
    if not coloured and stream.isatty():  # a file name may hold escape sequences
        text = printable(text)
    try:
        stream.write(text if text.endswith("\n") else text + "\n")
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _forget(results())
        raise AsciivaeError(
            f"cannot be written: {error.strerror}", place="stdout", hint="free some space, or send it elsewhere"
        ) from error


def take_stdout(*outputs: Path | None) -> None:
    """Let an output that is called `-` have stdout for itself.

    Raises:
        UsageError: there are two of them.
    """
    from asciivae.files.atomic import descriptor

    count = sum(path is not None and descriptor(path) == 1 for path in outputs)
    if count > 1:
        raise UsageError("only one output can go to stdout", place="-", hint="name a file for the others")
    GlobalOptions.stdout_taken = count == 1


def json_result(document: dict[str, Any], *, schema: int = 1) -> None:
    """Print a command's JSON document, in ASCII so that it is safe in any terminal and encoding.

    Args:
        document: its content.
        schema: the version of its keys, printed first; it goes up when a key is renamed or removed.

    NaN and infinity are printed as null: JSON cannot represent them.
    """
    result(json.dumps({"schema": schema, **_finite(document)}, indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value


def terminal_size(stream: TextIO) -> tuple[int, int]:
    """Columns and rows of the terminal of a stream; 80 and 24 if there is none. COLUMNS and LINES take precedence."""
    try:
        columns, rows = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        columns = rows = 0
    return shutil.get_terminal_size((columns or 80, rows or 24))


def beside(*grids: Any) -> str:
    """Drawings (h, w) side by side, or one below the other where stdout is a terminal that is too narrow for it."""
    from asciivae.text.art import SEPARATOR, side_by_side, to_text

    width = sum(grid.shape[1] for grid in grids) + len(SEPARATOR) * (len(grids) - 1)
    if results().isatty() and width > terminal_size(results())[0]:
        return "\n".join(map(to_text, grids))
    return side_by_side(*grids)


def table(columns: list[str], rows: list[list[str]], *, title: int = 0) -> None:
    """Print a table on stdout: aligned on a terminal, one block a row where that is too narrow, else tab-separated.

    Args:
        columns: the heads.
        rows: the cells.
        title: the column that names a row, for blocks.
    """
    columns, *rows = [list(map(printable, row)) for row in (columns, *rows)]
    if not results().isatty():
        result("\n".join("\t".join(row) for row in [columns, *rows]))
        return
    from rich.cells import cell_len
    from rich.console import Console

    console = Console(file=results())
    widths = [max(map(cell_len, column)) for column in zip(columns, *rows, strict=True)]
    if _fit(widths, console.width):
        _aligned(console, columns, rows, widths)
    else:
        result("\n".join(_block(columns, row, title, console.width) for row in rows))


NARROW = 24
"""The width, in columns, from which a cell of a table may be folded."""


def _fit(widths: list[int], available: int) -> bool:
    """Whether columns of these widths fit, if long ones are folded to no less than `NARROW`."""
    gaps = 2 * (len(widths) - 1)
    return sum(widths) + gaps <= available or (
        len(widths) > 1 and sum(min(width, NARROW) for width in widths) + gaps <= available
    )


def _aligned(console: Any, columns: list[str], rows: list[list[str]], widths: list[int]) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        grid.add_column(Text(column), overflow="fold", min_width=min(width, NARROW))
    for row in rows:
        grid.add_row(*map(Text, row))
    console.print(grid)


def _block(columns: list[str], row: list[str], title: int, width: int) -> str:
    """A row as lines of a terminal: its title, then each other cell below, after its head."""
    from textwrap import wrap

    lines = wrap(row[title], width) or [""]
    for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
        if number != title and cell:
            text = f"{column}: {cell}" if column else cell
            lines += wrap(text, max(width, 8), initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


class Terminated(KeyboardInterrupt):
    """SIGTERM, which stops a command as Ctrl-C does: what it was writing is removed or saved."""


LAST_SECONDS = 3.0
"""How long threads and exit handlers of plugins may keep the process from ending."""


def end_in_time(code: object) -> None:
    """End the process with `code` if it has not ended by itself in `LAST_SECONDS`."""

    def end() -> None:
        staying = [thread.name for thread in threading.enumerate() if not thread.daemon]
        names = ", ".join(name for name in staying if name != "MainThread") or "an exit handler"
        complain(f"{names} was still running when the command was done, and was ended")
        os._exit(code if isinstance(code, int) else int(code is not None))

    kept, sys.stdout = sys.stdout, sys.stderr  # nothing that is printed from here on is a result
    if kept is not None and kept is not sys.__stdout__:
        with contextlib.suppress(OSError, ValueError):
            kept.close()
    timer = threading.Timer(LAST_SECONDS, end)
    timer.daemon = True
    timer.start()


def guarded(app: Callable[[], Any]) -> None:
    """Run the command line; what goes wrong outside of a command, such as help into a full disk, is told too."""

    def terminate(number: int, frame: Any) -> NoReturn:
        raise Terminated

    def press(number: int, frame: Any) -> NoReturn:
        raise Pressed

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, press)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, terminate)
    try:
        app()
    except AsciivaeError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _forget(results())
        sys.exit(141)
    except OSError as error:
        _forget(results())
        complain(f"stdout: cannot be written: {error.strerror}\n\nhint: free some space, or redirect the output")
        sys.exit(1)


def reported(command: Callable[P, None]) -> Callable[P, None]:
    """Decorator that turns exceptions of a command into a message on stderr and an exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with reserved():
                command(*args, **kwargs)
        except Interrupted as error:  # what the user asked for is not an error
            _stop(error, error.exit_code, str(error), prefix=False)
        except AsciivaeError as error:
            _stop(error, error.exit_code, str(error))
        except KeyboardInterrupt as error:
            _stop(error, 143 if isinstance(error, Terminated) else 130, "interrupted", prefix=False)
        except BrokenPipeError:
            _forget(results())  # the reader closed the pipe
            raise typer.Exit(141) from None
        except typer.Exit:
            raise
        except (Exception, SystemExit) as error:
            from asciivae import registry  # not at the top: it imports importlib.metadata, which takes 20 ms

            if (entry := registry.raised_by(error)) is not None:
                message = f"{entry.kind} {entry.name!r} of {entry.origin}: failed with {said(error)}"
                _stop(
                    error, 1, f"{message}\n\nhint: repeat with `asciivae --debug …` for the traceback, or leave it out"
                )
            hint = "repeat with `asciivae --debug …` and report what it prints"
            _stop(error, INTERNAL_ERROR, f"internal error ({said(error)})\n\nhint: {hint}")

    return wrapped


def _stop(error: BaseException, code: int, message: str, *, prefix: bool = True) -> NoReturn:
    if not here().tells(error):
        raise typer.Exit(code) from None
    if GlobalOptions.debug:
        traceback.print_exception(error)
    if prefix:
        complain(message)
    else:
        print(printable(message), file=sys.stderr, flush=True)
    raise typer.Exit(code) from None


def _forget(stream: TextIO) -> None:
    """Redirect a stream to /dev/null, so that flushing it at exit does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def coloured(stream: TextIO) -> bool:
    """Whether to colour a stream: if it is a terminal with colours, or FORCE_COLOR is set; never with NO_COLOR."""
    if "NO_COLOR" in os.environ:
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _red(text: str) -> str:
    return f"\x1b[1;31m{text}\x1b[0m" if coloured(sys.stderr) else text
