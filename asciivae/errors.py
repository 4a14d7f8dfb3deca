"""The one tree of errors that a user of asciivae can meet.

Every error says where it happened (`place`), why (`message`) and what to do next (`hint`); the command line
prints exactly these three and exits with `exit_code`. Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Keys = tuple[str | int, ...]
"""A path from the root of a recipe: `("losses", 0, "weight")` is `losses[0].weight`."""


class Place(NamedTuple):
    """A position in a text: `line` and `column` count from 1; 0 means that the part is not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


class AsciivaeError(Exception):
    """An expected failure: one sentence, the place it concerns, and the next step.

    Args:
        message: what is wrong, as one sentence without a full stop.
        place: where: a `Place`, or any text that names the spot (a plugin, a term, a step).
        hint: what to do next, preferably a command.
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
    """The command line asks for something that cannot be meant."""

    exit_code = 2


class ArtError(AsciivaeError):
    """A text is not ASCII art that we can read."""


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
    """All the problems that one phase of reading a recipe found, in the order of the file."""

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
    """A loss term or the gradient stopped being finite; nothing was stepped. `report` holds all that is known."""

    exit_code = 3

    def __init__(self, message: str, *, place: str, hint: str, report: Mapping[str, Any]) -> None:
        super().__init__(message, place=place, hint=hint)
        self.report = report


class Interrupted(AsciivaeError):
    """The user stopped a run; everything was saved."""

    exit_code = 130


def nearest(name: object, known: Iterable[str]) -> str | None:
    """The known name that is most like another one, if any is like it."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(str(name), [word for word in known if word != name], n=1)), None)


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """` — did you mean 'x'?` for the end of a message, or nothing if no known name is near."""
    near = nearest(name, known)
    return f" — did you mean {near!r}?" if near else ""
