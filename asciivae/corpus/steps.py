"""The steps of cleaning: each looks at one text, and mends it, cuts it into several, or refuses it with a reason.

Every step leaves alone what it has made itself, so cleaning twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple

from asciivae.errors import UsageError
from asciivae.text.art import TAB


class Draft(NamedTuple):
    """A text on its way to a piece.

    Attributes:
        text: its lines, divided by line feeds.
        facts: what is known about it, by the names of `asciivae.corpus.store.COLUMNS`.
        place: where it is from, for messages.
        several: whether it may be several drawings, divided by blank lines.
    """

    text: str
    facts: Mapping[str, str]
    place: str = ""
    several: bool = False


class Refusal(NamedTuple):
    """Why a step refuses a text: a fixed phrase, so that reasons can be counted."""

    reason: str


Outcome = str | Sequence[str] | Refusal
"""The text, mended or not; the texts that it was cut into; or why it is refused."""

Step = Callable[[Draft], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a piece may be; the bounds belong to what is allowed. Bytes count line feeds between the lines.

    The bounds are those of the original experiments.
    """

    least_bytes: int = 25
    most_bytes: int = 6000
    least_lines: int = 3
    most_lines: int = 100

    def __post_init__(self) -> None:
        for low, high, what in (
            (self.least_bytes, self.most_bytes, "bytes"),
            (self.least_lines, self.most_lines, "lines"),
        ):
            if not 0 <= low <= high:
                raise UsageError(
                    f"{low} to {high} {what} is no range", place="cleaning", hint="for example 25 to 6000 bytes"
                )


def steps(limits: Limits, *, transliterate: bool = False, signatures: bool = False) -> dict[str, Step]:
    """Compose the steps that look at one piece, by name, in their order.

    Args:
        limits: how large a piece may be.
        transliterate: replace look-alikes of printable ASCII: line drawing, quotes, accents.
        signatures: remove artists' signatures. Artists ask to keep them; leave this off where you can.
    """
    return {
        "lines": normalise_lines,
        **({"transliterate": replace_look_alikes} if transliterate else {}),
        "tabs": expand_tabs,
        "cut": partial(cut, limits=limits),
        "characters": refuse_strangers,
        **({"signatures": remove_signatures} if signatures else {}),
        "addresses": remove_addresses,
        "indentation": remove_indentation,
        "prose": refuse_prose,
        "size": partial(refuse_sizes, limits=limits),
    }


def normalise_lines(draft: Draft) -> Outcome:
    """End lines with line feeds; drop a byte-order mark, blanks at line ends and blank lines around the text."""
    text = draft.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    return _trimmed([line.rstrip(" \t") for line in text.split("\n")])


def expand_tabs(draft: Draft) -> Outcome:
    """Put blanks for tabs, up to the next multiple of 8 columns."""
    return draft.text.expandtabs(TAB)


def cut(draft: Draft, limits: Limits) -> Outcome:
    """Cut a page of several drawings at two blank lines or more; and at any, what is too large to be one drawing."""
    if not draft.several and not _too_large(draft.text, limits):
        return draft.text
    parts: list[str] = []
    for part in _cut_at(draft.text, 2):
        parts += _cut_at(part, 1) if _too_large(part, limits) else [part]
    return parts


def refuse_strangers(draft: Draft) -> Outcome:
    """Refuse characters other than printable ASCII (32-126)."""
    return Refusal("characters that are not printable ASCII") if _STRANGER.search(draft.text) else draft.text


def remove_signatures(draft: Draft) -> Outcome:
    """Put blanks for the signatures that the original experiments removed, where they stand alone."""
    if not _SIGNATURE.search(draft.text):
        return draft.text
    bare = _SIGNATURE.sub(lambda match: " " * len(match[0]), draft.text)
    return _trimmed([line.rstrip() for line in bare.split("\n")])


def remove_addresses(draft: Draft) -> Outcome:
    """Drop lines of words with a web or e-mail address at the edges; refuse such addresses elsewhere."""
    if not _ADDRESS.search(draft.text):
        return draft.text
    lines = draft.text.split("\n")
    while lines and _is_credit(lines[-1]):
        lines.pop()
    while lines and _is_credit(lines[0]):
        del lines[0]
    text = _trimmed(lines)
    return Refusal("a web or e-mail address within the art") if _ADDRESS.search(text) else text


def remove_indentation(draft: Draft) -> Outcome:
    """Move the drawing to the left edge."""
    lines = draft.text.split("\n")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return "\n".join(line[indent:] for line in lines)


def refuse_prose(draft: Draft) -> Outcome:
    """Refuse what is mostly sentences: more lines of words than other lines."""
    lines = [line for line in draft.text.split("\n") if line.strip()]
    sentences = sum(map(_is_sentence, lines))
    return Refusal("prose") if 2 * sentences > len(lines) else draft.text


def refuse_sizes(draft: Draft, limits: Limits) -> Outcome:
    """Refuse what is smaller or larger than the limits."""
    size, lines = len(draft.text), draft.text.count("\n") + 1
    if not draft.text:
        return Refusal("nothing but blanks")
    if size < limits.least_bytes:
        return Refusal(f"fewer than {limits.least_bytes} bytes")
    if size > limits.most_bytes:
        return Refusal(f"more than {limits.most_bytes} bytes")
    if lines < limits.least_lines:
        return Refusal(f"fewer than {limits.least_lines} lines")
    if lines > limits.most_lines:
        return Refusal(f"more than {limits.most_lines} lines")
    return draft.text


def replace_look_alikes(draft: Draft) -> Outcome:
    """Put printable ASCII for the characters that look like it; what looks like none of it stays."""
    return draft.text if draft.text.isascii() else "".join(map(_look_alike, draft.text))


# ── what the steps look for ─────────────────────────────────────────────────────────────────────────────────

_STRANGER = re.compile(r"[^\n -~]")
_ADDRESS = re.compile(r"https?://|\bwww\.\w|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]['A-Za-z]+")
_SIGNED = (
    "jgs", "JRS", "Veilleux", "Normand", "mrf", "/akg", "dp", "fsc", "hjw", "-Felix Lee-", "SSt", "AsH/HJ98", "sjw",
    "Pru", "ejm",
)  # fmt: skip
_SIGNATURE = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, _SIGNED))})(?![A-Za-z0-9])")

_LOOK_ALIKES = {
    letter: plain
    for plain, letters in {
        " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2591",
        "-": "‐‑‒–—―−─━┄┅┈┉╌╍╴╶╸╺",
        "=": "═",
        "|": "│┃┆┇┊┋║¦╎╏╵╷╹╻",
        "+": "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼╋╔╗╚╝╠╣╦╩╬",
        "/": "╱⁄∕",
        "\\": "╲∖",
        "X": "╳",
        "x": "×✕",
        "'": "‘’‚′´ʼ",
        '"': "“”„″«»",
        "`": "‵ˋ",
        "#": "█▓■▉▊",
        "%": "▒",
        "_": "▁▂‗",
        "o": "○◦•●°º",
        ".": "·∙⋅․",
        "*": "∗★☆",
        "~": "∼˜",
        "^": "ˆ",
        "<": "‹",
        ">": "›",
    }.items()
    for letter in letters
}


def _look_alike(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in _LOOK_ALIKES:
        return _LOOK_ALIKES[letter]
    bare = unicodedata.normalize("NFKD", letter)[:1]  # one cell stays one cell
    return bare if "!" <= bare <= "~" else letter


def _trimmed(lines: list[str]) -> str:
    """Join lines, without the blank ones before and after."""
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[first:]).rstrip()


def _cut_at(text: str, blank_lines: int) -> list[str]:
    """Cut where at least so many blank lines follow each other."""
    parts: list[list[str]] = [[]]
    for blank, run in groupby(text.split("\n"), key=lambda line: not line.strip()):
        lines = list(run)
        if blank and len(lines) >= blank_lines:
            parts.append([])
        else:
            parts[-1] += lines
    return [_trimmed(part) for part in parts if part]


def _too_large(text: str, limits: Limits) -> bool:
    return len(text) > limits.most_bytes or text.count("\n") >= limits.most_lines


def _is_credit(line: str) -> bool:
    """Whether a line is blank, or only words around an address."""
    if not line.strip():
        return True
    rest = _ADDRESS.sub(" ", line)
    return rest != line and not re.search(r"[^\w\s.,:;()/'\"&?!~%=#+-]|[-_/\\|=~]{3}", rest)


def _is_sentence(line: str) -> bool:
    """Whether a line is at least four words with hardly anything between them."""
    words = _WORD.findall(line)
    return len(words) >= 4 and sum(map(len, words)) + len(words) >= 0.8 * len(line.strip())
