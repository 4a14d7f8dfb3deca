"""The 95 printable ASCII characters and their class ids: id = code point - 32, so the space is 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asciivae.contract import CHARACTERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FIRST = 32
SIZE = CHARACTERS
SPACE = 0
CHARSET = "".join(map(chr, range(FIRST, FIRST + SIZE)))
"""The character of class i is `CHARSET[i]`."""


def encode(text: str) -> NDArray[np.uint8]:
    """Map a text of n charset characters to its (n,) uint8 ids in [0, 95).

    Raises:
        ValueError: a character is outside the charset (`asciivae.text.art.parse` says where, for users).
    """
    import numpy as np

    # Codes below the space wrap around to 224 or more, so one comparison finds every invalid character.
    ids = np.frombuffer(text.encode("ascii"), np.uint8) - np.uint8(FIRST)
    _check(ids)
    return ids


def decode(ids: NDArray[np.uint8]) -> str:
    """Map (n,) uint8 ids in [0, 95) to the text of n characters.

    Raises:
        ValueError: an id is outside the charset.
    """
    _check(ids)
    return (ids + FIRST).tobytes().decode("ascii")


def _check(ids: NDArray[np.uint8]) -> None:
    if ids.size and (highest := int(ids.max())) >= SIZE:
        raise ValueError(f"class {highest} is outside the charset of {SIZE} characters")


def label(text: str, width: int) -> str:
    """A name in at most `width` charset characters, with `?` for others; of a longer one, the end."""
    plain = "".join(letter if letter in CHARSET else "?" for letter in text)
    return plain[max(0, len(plain) - max(width, 0)) :]
