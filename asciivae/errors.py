"""The exceptions that asciivae raises for expected failures.

Every error has a place, a message and a hint for the next step; the command line prints these three and exits with
`exit_code`. Any other exception is an internal error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Keys = tuple[str | int, ...]
"""A path from the root of a recipe: `("losses", 0, "weight")` is `losses[0].weight`."""


class Place(NamedTuple):
    """A position in a text: `line` and `column` count from 1; 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


class AsciivaeError(Exception):
    """Base class of expected failures.

    Args:
        message: the problem, as one sentence without a full stop.
        place: its location: a `Place`, or a text that names a plugin, a loss term, a step …
        hint: the next step, preferably a command.
    """

    exit_code = 1

    def __init__(self, message: str, *, place: Place | str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    @property
    def headline(self) -> str:
        """Place and message on one line."""
        return f"{self.place}: {self.message}" if self.place else self.message

    def __str__(self) -> str:
        return f"{self.headline}\n\nhint: {self.hint}" if self.hint else self.headline


class UsageError(AsciivaeError):
    """Invalid usage of the command line."""

    exit_code = 2


class ArtError(AsciivaeError):
    """A text cannot be read as ASCII art."""


class CorpusError(AsciivaeError):
    """A corpus, or its cached store, cannot be used."""


class RecipeError(AsciivaeError):
    """One problem in a recipe, at a `Place` of the file or at `--set #n`.

    `path` is the dotted path of the value concerned (`losses[1].weight`), or empty.
    """

    def __init__(
        self, message: str, *, place: Place | str | None = None, path: str = "", hint: str | None = None
    ) -> None:
        super().__init__(f"{path}: {message}" if path else message, place=place, hint=hint)
        self.path = path


class RecipeProblems(AsciivaeError):
    """All problems found by one phase of reading a recipe, in the order of the file."""

    def __init__(self, problems: Sequence[RecipeError]) -> None:
        hints = list(dict.fromkeys(p.hint for p in problems if p.hint))
        super().__init__("\n".join(p.headline for p in problems), hint="\n      ".join(hints) or None)
        self.problems = tuple(problems)


class PluginError(AsciivaeError):
    """A plugin is unknown, broken, incompatible, ambiguous, or failed while it ran."""


class ModelError(AsciivaeError):
    """A model cannot take this input, or a weights file does not fit."""


class RunError(AsciivaeError):
    """A run folder or a checkpoint cannot be used."""


class DivergedError(AsciivaeError):
    """A loss term or a gradient is not finite; the optimiser step was skipped. `report` has the diagnostics."""

    exit_code = 3

    def __init__(self, message: str, *, place: str, hint: str, report: Mapping[str, Any]) -> None:
        super().__init__(message, place=place, hint=hint)
        self.report = report


class Interrupted(AsciivaeError):
    """The user interrupted a run."""

    exit_code = 130


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The closest match of a name among the known names, if there is one."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(str(name), [word for word in known if word != name], n=1)), None)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """The suffix ` — did you mean 'x'?` for a message, or an empty string if no known name is close."""
    near = nearest(name, known)
    return f" — did you mean {near!r}?" if near else ""
