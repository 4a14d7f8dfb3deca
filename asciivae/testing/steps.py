"""The checks of a cleaning step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asciivae.contract import RawArt, Refusal
from asciivae.testing.checks import Violation, check, options_survive, random_state_kept, states_the_contract
from asciivae.testing.sources import MOST_SECONDS, TooLong, time_limit, watched

TEXTS = (
    " /\\_/\\ \n( o.o )\n > ^ <\n",
    "<><\n\n\n><>\n",
    "a\n",
    "",
    "\n\n\n",
    "   indented\n     more\n",
    "~" * 500 + "\n",
    "".join(f"{chr(33 + i % 94) * (i % 60)}\n" for i in range(80)),
    "  .--.\n |o_o |\n |:_/ |\n//   \\ \\\n(|     | )\nby hand 1999\n",
)
LONG = ("x\n" * 50_000, "\n" * 100_000, "(" * 100_000, " " * 100_000, "/\\" * 50_000)


@dataclass(frozen=True)
class StepSubject:
    """A step class with one set of options."""

    plugin: type[Any]
    config: Any

    def made(self) -> Any:
        """A new step."""
        return self.plugin(self.config)


def _texts(step: Any, text: str) -> list[str]:
    """The texts that a step makes of one; none if it refuses it."""
    found = step(RawArt(text=text))
    if isinstance(found, Refusal):
        return []
    return [found] if isinstance(found, str) else list(found)


@check(fundamental=True)
def declaration(subject: StepSubject) -> None:
    """It declares the contract's number and a frozen Config."""
    states_the_contract(subject.plugin)
    subject.made()


@check()
def options(subject: StepSubject) -> None:
    """Its options survive being written and read back."""
    options_survive(subject.config)


@check(fundamental=True)
def outcomes(subject: StepSubject) -> None:
    """It returns a text, several texts, or a Refusal with a reason."""
    for text in TEXTS:
        found: Any = subject.made()(RawArt(text=text))
        if isinstance(found, Refusal):
            if not (isinstance(found.reason, str) and found.reason.strip()):
                raise Violation("it refuses a text without a reason")
        elif not isinstance(found, str) and not (
            isinstance(found, Sequence) and all(isinstance(part, str) for part in found)
        ):
            raise Violation(f"it returns {type(found).__name__}, neither text nor texts nor a Refusal")


@check()
def characters(subject: StepSubject) -> None:
    """What it returns is printable ASCII, as what it is given."""
    for text in TEXTS:
        for made in _texts(subject.made(), text):
            if wrong := [c for c in made if c != "\n" and not " " <= c <= "~"]:
                raise Violation(f"it returns the character {wrong[0]!r}")


@check()
def idempotence(subject: StepSubject) -> None:
    """Applied to what it returned, it changes nothing."""
    step = subject.made()
    for text in TEXTS:
        for made in _texts(step, text):
            if (again := _texts(step, made)) != [made]:
                raise Violation(f"applied to what it returned, {made!r:.60}, it returns {again!r:.60}")


@check()
def determinism(subject: StepSubject) -> None:
    """The same text gives the same result, from the same step and from another instance."""
    step = subject.made()
    for text in TEXTS:
        if not _texts(step, text) == _texts(step, text) == _texts(subject.made(), text):
            raise Violation(f"the result for {text!r:.40} changes from one call to the next")


@check()
def reasons(subject: StepSubject) -> None:
    """Reasons are fixed phrases, which can be counted, and do not contain the text."""
    found = {one.reason for text in TEXTS if isinstance(one := subject.made()(RawArt(text=text)), Refusal)}
    if len(found) > len(TEXTS) // 2:
        raise Violation(f"it has {len(found)} reasons for {len(TEXTS)} texts")


@check()
def long_texts(subject: StepSubject) -> None:
    """On a long text it takes a bounded time."""
    for text in LONG:
        try:
            with time_limit(MOST_SECONDS):
                _texts(subject.made(), text)
        except TooLong:
            raise Violation(f"on 100,000 characters like {text[:4]!r} it takes more than {MOST_SECONDS:g} s") from None


@check()
def random_state(subject: StepSubject) -> None:
    """It does not draw from the global generators of PyTorch, NumPy and Python."""
    with random_state_kept():
        for text in TEXTS:
            _texts(subject.made(), text)


@check()
def no_access(subject: StepSubject) -> None:
    """It opens no file, socket or process."""
    _texts(subject.made(), TEXTS[0])  # imports of the first use open files
    with watched() as events:
        for text in TEXTS:
            _texts(subject.made(), text)
    if events:
        raise Violation(f"it caused {events[0]}")


CHECKS = (
    declaration,
    options,
    outcomes,
    characters,
    idempotence,
    determinism,
    reasons,
    long_texts,
    random_state,
    no_access,
)
"""Every check of a cleaning step."""
