"""Calls in a new interpreter, for code of plugins that may end, block or alter its process.

`python -m asciivae.registry.isolated module:function ARGUMENTS` calls a generator function with a JSON list of
arguments, and writes each item that it yields as one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from asciivae.errors import AsciivaeError, PluginError
from asciivae.streams import move_descriptor, reserved, results

SECONDS = 600
"""The longest that one item may take."""


class ProcessEndedError(PluginError):
    """The interpreter ended before the call was done."""


def items_of(target: str, *arguments: Any) -> Iterator[Any]:
    """Call a generator function in a new interpreter; yield its items as they come.

    Args:
        target: `module:function`.
        arguments: JSON values.

    Raises:
        ProcessEndedError: the interpreter exited, was killed, or took more than `SECONDS` for one item.
        PluginError: the function raised an `AsciivaeError`.
    """
    line = [sys.executable, "-m", __name__, target, json.dumps(arguments)]
    # The same modules are found, in the same order.
    path = os.pathsep.join([os.getcwd() if entry == "" else entry for entry in sys.path])
    child = subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,  # signals to its process group do not reach this one
    )
    assert child.stdout is not None
    try:
        done = False
        for text in child.stdout:
            event = json.loads(text)
            if "error" in event:
                raise PluginError(event["error"], place=event["place"], hint=event["hint"])
            done = event.get("done", False)
            if done:
                break
            yield event["item"]
        if not done:
            raise ProcessEndedError(f"its process {_ended(child.wait())}")
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def _ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    if -code == signal.SIGALRM:
        return f"took more than {SECONDS} s, and was ended"
    return f"was ended by {signal.Signals(-code).name}"


def main(target: str, arguments: str) -> None:
    """Write the items of a call, in the process that `items_of` started."""
    move_descriptor()
    module, _, name = target.partition(":")
    with reserved():
        try:
            call = iter(getattr(importlib.import_module(module), name)(*json.loads(arguments)))
            while True:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)  # a block in C code ends the process too
                signal.setitimer(signal.ITIMER_REAL, SECONDS)
                _write({"item": next(call)})
        except StopIteration:
            _write({"done": True})
        except AsciivaeError as error:
            _write({"error": error.message, "place": error.place and str(error.place), "hint": error.hint})


def _write(event: dict[str, Any]) -> None:
    results().write(json.dumps(event) + "\n")
    results().flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
