"""Random choices that are the same on every platform and in every version of Python.

`random.Random` guarantees the same bits for the same seed, but not the algorithms of `choice` and `sample`. So
everything here uses only `getrandbits`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of random choices from one seed."""

    def __init__(self, seed: int) -> None:
        self._bits = random.Random(seed).getrandbits

    def below(self, count: int) -> int:
        """Return a whole number from 0 to `count` - 1, all equally likely; `count` is at least 1."""
        width = count.bit_length()
        while (value := self._bits(width)) >= count:
            pass
        return value

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def odds(self, percent: int) -> bool:
        """Return True with a probability of `percent` %."""
        return self.below(100) < percent

    def choice(self, options: Sequence[T]) -> T:
        """Return one of `options`."""
        return options[self.below(len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return all of `options` in a random order."""
        deck = list(options)
        for last in range(len(deck) - 1, 0, -1):
            other = self.below(last + 1)
            deck[last], deck[other] = deck[other], deck[last]
        return deck

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Return `count` different ones of `options`."""
        return self.shuffled(options)[:count]
