"""The cleaning steps: each maps one text to a cleaned text, to several texts, or to a refusal with a reason.

Every step is idempotent, so cleaning twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple

from asciivae.contract import Refusal
from asciivae.errors import UsageError
from asciivae.text.art import TAB
from asciivae.text.look_alikes import transliterated


class RawText(NamedTuple):
    """An unprocessed text.

    Attributes:
        text: its lines, separated by line feeds.
        facts: its metadata, keyed by `asciivae.corpus.store.COLUMNS`.
        place: its origin, for messages.
        several: whether it may contain several drawings, separated by blank lines.
    """

    text: str
    facts: Mapping[str, str]
    place: str = ""
    several: bool = False


Outcome = str | Sequence[str] | Refusal
"""The cleaned text; the texts that it was cut into; or why it is refused."""

Step = Callable[[RawText], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Inclusive limits on the size of a piece; line feeds between lines count as bytes.

    The defaults are those of the original experiments.
    """

    min_bytes: int = 25
    max_bytes: int = 6000
    min_lines: int = 3
    max_lines: int = 100

    def __post_init__(self) -> None:
        for low, high, what in (
            (self.min_bytes, self.max_bytes, "bytes"),
            (self.min_lines, self.max_lines, "lines"),
        ):
            if not 0 <= low <= high:
                raise UsageError(
                    f"{low} to {high} {what} is not a range", place="cleaning", hint="for example 25 to 6000 bytes"
                )


def steps(
    limits: Limits, *, transliterate: bool = False, signatures: bool = False, more: Mapping[str, Step] | None = None
) -> dict[str, Step]:
    """The steps for one text, by name, in order.

    Args:
        limits: the limits on the size of a piece.
        transliterate: replace look-alikes of printable ASCII: line drawing, quotes, accents.
        signatures: remove artists' signatures. Artists ask to keep them, so this is off by default.
        more: steps of plugins by name, applied before those on indentation, prose and size.
    """
    return {
        "lines": normalise_lines,
        **({"transliterate": replace_look_alikes} if transliterate else {}),
        "tabs": expand_tabs,
        "cut": partial(cut, limits=limits),
        "characters": refuse_non_ascii,
        **({"signatures": remove_signatures} if signatures else {}),
        "addresses": remove_addresses,
        **(more or {}),
        "indentation": remove_indentation,
        "prose": refuse_prose,
        "size": partial(refuse_sizes, limits=limits),
    }


def normalise_lines(raw: RawText) -> Outcome:
    """Normalise line ends to line feeds; drop a byte-order mark, trailing blanks and surrounding blank lines."""
    text = raw.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    return _trimmed([line.rstrip(" \t") for line in text.split("\n")])


def expand_tabs(raw: RawText) -> Outcome:
    """Expand tabs to the next multiple of 8 columns."""
    return raw.text.expandtabs(TAB)


def cut(raw: RawText, limits: Limits) -> Outcome:
    """Cut a page of several drawings at two or more blank lines, and parts over the limits at every blank line."""
    if not raw.several and not _too_large(raw.text, limits):
        return raw.text
    parts: list[str] = []
    for part in _cut_at(raw.text, 2):
        parts += _cut_at(part, 1) if _too_large(part, limits) else [part]
    return parts


def refuse_non_ascii(raw: RawText) -> Outcome:
    """Refuse characters other than printable ASCII (32-126)."""
    return Refusal("characters that are not printable ASCII") if _NON_ASCII.search(raw.text) else raw.text


def remove_signatures(raw: RawText) -> Outcome:
    """Blank out the signatures that the original experiments removed, where they are separate words."""
    if not _SIGNATURE.search(raw.text):
        return raw.text
    bare = _SIGNATURE.sub(lambda match: " " * len(match[0]), raw.text)
    return _trimmed([line.rstrip() for line in bare.split("\n")])


def remove_addresses(raw: RawText) -> Outcome:
    """Drop leading and trailing lines of words with a web or e-mail address; refuse addresses elsewhere."""
    if not _has_address(raw.text):
        return raw.text
    lines = raw.text.split("\n")
    while lines and _is_credit(lines[-1]):
        lines.pop()
    while lines and _is_credit(lines[0]):
        del lines[0]
    text = _trimmed(lines)
    return Refusal("a web or e-mail address inside the art") if _ADDRESS.search(text) else text


def remove_indentation(raw: RawText) -> Outcome:
    """Remove common indentation."""
    lines = raw.text.split("\n")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return "\n".join(line[indent:] for line in lines)


def refuse_prose(raw: RawText) -> Outcome:
    """Refuse texts in which more than half of the lines are sentences."""
    lines = [line for line in raw.text.split("\n") if line.strip()]
    sentences = sum(map(_is_sentence, lines))
    return Refusal("prose") if 2 * sentences > len(lines) else raw.text


def refuse_sizes(raw: RawText, limits: Limits) -> Outcome:
    """Refuse texts outside the limits."""
    size, lines = len(raw.text), raw.text.count("\n") + 1
    if not raw.text:
        return Refusal("only blanks")
    if size < limits.min_bytes:
        return Refusal(f"fewer than {limits.min_bytes} bytes")
    if size > limits.max_bytes:
        return Refusal(f"more than {limits.max_bytes} bytes")
    if lines < limits.min_lines:
        return Refusal(f"fewer than {limits.min_lines} lines")
    if lines > limits.max_lines:
        return Refusal(f"more than {limits.max_lines} lines")
    return raw.text


def replace_look_alikes(raw: RawText) -> Outcome:
    """Replace characters that look like printable ASCII; keep the others."""
    return transliterated(raw.text)


# ── patterns and tables ─────────────────────────────────────────────────────────────────────────────────

_NON_ASCII = re.compile(r"[^\n -~]")
_ADDRESS = re.compile(r"https?://|\bwww\.\w|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]['A-Za-z]+")
_SIGNED = (
    "jgs", "JRS", "Veilleux", "Normand", "mrf", "/akg", "dp", "fsc", "hjw", "-Felix Lee-", "SSt", "AsH/HJ98", "sjw",
    "Pru", "ejm",
)  # fmt: skip
_SIGNATURE = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, _SIGNED))})(?![A-Za-z0-9])")


def _trimmed(lines: list[str]) -> str:
    """Join lines, without leading and trailing blank ones."""
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[first:]).rstrip()


def _cut_at(text: str, blank_lines: int) -> list[str]:
    """Cut at runs of at least this many blank lines."""
    parts: list[list[str]] = [[]]
    for blank, run in groupby(text.split("\n"), key=lambda line: not line.strip()):
        lines = list(run)
        if blank and len(lines) >= blank_lines:
            parts.append([])
        else:
            parts[-1] += lines
    return [_trimmed(part) for part in parts if part]


def _too_large(text: str, limits: Limits) -> bool:
    return len(text) > limits.max_bytes or text.count("\n") >= limits.max_lines


def _has_address(text: str) -> bool:
    # Most drawings are told from texts with an address ten times as fast by what every address contains.
    return ("@" in text or "://" in text or "www." in text.lower()) and _ADDRESS.search(text) is not None


def _is_credit(line: str) -> bool:
    """Whether a line is blank, or only words around an address."""
    if not line.strip():
        return True
    rest = _ADDRESS.sub(" ", line)
    return rest != line and not re.search(r"[^\w\s.,:;()/'\"&?!~%=#+-]|[-_/\\|=~]{3}", rest)


def _is_sentence(line: str) -> bool:
    """Whether a line has at least four words that make up most of it."""
    words = _WORD.findall(line)
    return len(words) >= 4 and sum(map(len, words)) + len(words) >= 0.8 * len(line.strip())
