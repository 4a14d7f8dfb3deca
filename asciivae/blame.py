"""Calling code of plugins: what it raises, prints or changes is attributed to it and affects nothing else.

Every call of a plugin runs inside `contained`, which turns any exception into one that names the plugin, sends its
prints to stderr, and undoes changes of the process's settings.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asciivae.errors import AsciivaeError, PluginError

AsError = Callable[[BaseException], BaseException]


class Pressed(KeyboardInterrupt):
    """Ctrl-C, as opposed to a `KeyboardInterrupt` that code raises."""


class ChangedSettingError(Exception):
    """A plugin changed a setting of the process; the message names it."""


@contextmanager
def contained(as_error: AsError) -> Iterator[None]:
    """Run code of a plugin.

    Args:
        as_error: the exception to raise in place of one of the plugin's, `SystemExit` and other `BaseException`s
            included; if it returns its argument, that is raised unchanged.
    """
    before = settings()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # stdout is reserved for results
            yield
    except BaseException as error:
        restore(before)
        if isinstance(error, KeyboardInterrupt) and _by_the_user(error):
            raise
        raised = as_error(error)
        if raised is error:
            raise
        raise raised from error
    if changed := restore(before):
        raise as_error(ChangedSettingError(f"it changed {changed}"))


@contextmanager
def blamed(place: str, remedy: str, verb: str = "failed with") -> Iterator[None]:
    """Run code of a plugin; raise a `PluginError` at `place` for any exception, with `remedy` as its hint."""

    def as_error(error: BaseException) -> BaseException:
        if isinstance(error, AsciivaeError):
            return PluginError(error.message, place=place, hint=error.hint or remedy)
        if isinstance(error, ChangedSettingError):
            return PluginError(str(error), place=place, hint=remedy)
        hint = f"repeat with --debug for the traceback, or {remedy}"
        return PluginError(f"{verb} {said(error)}", place=place, hint=hint)

    with contained(as_error):
        yield


def said(error: BaseException) -> str:
    """The class and the message of an exception; a message that cannot be formatted is left out."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def settings() -> dict[str, Any]:
    """The settings of this process that plugins must not change, by their name in messages."""
    found: dict[str, Any] = {"the handler of SIGINT": signal.getsignal(signal.SIGINT)}
    found["the handler of SIGTERM"] = signal.getsignal(signal.SIGTERM)
    with contextlib.suppress(OSError):  # a working directory that was deleted
        found["the working directory"] = os.getcwd()
    torch = sys.modules.get("torch")
    # A module that is being imported has no attributes yet.
    if torch is not None and hasattr(torch, "are_deterministic_algorithms_enabled"):
        found["torch's default dtype"] = torch.get_default_dtype()
        found["torch's number of threads"] = torch.get_num_threads()
        found["torch's deterministic mode"] = torch.are_deterministic_algorithms_enabled()
        found["torch's grad mode"] = torch.is_grad_enabled()
    return found


def restore(before: dict[str, Any]) -> str:
    """Undo changes of `settings`; return the first one with its value, or an empty string."""
    torch = sys.modules.get("torch")
    if torch is not None and "torch's default dtype" not in before and hasattr(torch, "get_default_dtype"):
        # PyTorch was imported in the meantime: compare with the settings that it starts with.
        initial = {"torch's default dtype": torch.float32, "torch's deterministic mode": False}
        before = {**before, **initial, "torch's grad mode": True}
    now = settings()
    changed = [name for name, value in before.items() if name in now and now[name] != value]
    for name in changed:
        _set(name, before[name])
    return ", ".join(f"{name} to {_shown(now[name])}" for name in changed[:1])


def _set(name: str, value: Any) -> None:
    torch: Any = sys.modules.get("torch")
    if name == "the working directory":
        os.chdir(value)
    elif name.startswith("the handler of "):
        if threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name.rpartition(" ")[2]), value)
    elif name == "torch's default dtype":
        torch.set_default_dtype(value)
    elif name == "torch's number of threads":
        torch.set_num_threads(value)
    elif name == "torch's deterministic mode":
        torch.use_deterministic_algorithms(value)
    else:
        torch.set_grad_enabled(value)


def _shown(value: Any) -> str:
    return getattr(value, "__name__", str(value))


def _by_the_user(error: KeyboardInterrupt) -> bool:
    """Whether Ctrl-C caused it. Only Python's own handler of SIGINT raises this very class."""
    return type(error) is not KeyboardInterrupt or signal.getsignal(signal.SIGINT) is signal.default_int_handler
