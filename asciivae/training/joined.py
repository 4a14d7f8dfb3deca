"""Where a process finds the others that train together with it: in the environment, as torchrun sets it."""

from __future__ import annotations

import os

from asciivae.errors import UsageError
from asciivae.training.ranks import Ranks

_joined: list[Ranks] = [Ranks()]


def here() -> Ranks:
    """This process among those that train together; alone, unless it has joined others."""
    return _joined[-1]


def join() -> Ranks:
    """Join the other processes, if torchrun started some; it waits until all have come.

    Raises:
        UsageError: the variables of the environment that torchrun sets are incomplete.
        RunError: the others cannot be reached.
    """
    if len(_joined) == 1 and _number("WORLD_SIZE", 1) > 1:
        # PyTorch would print hints at programmers in each process.
        os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
        from asciivae.training.launched import Launched

        _joined.append(Launched(_number("RANK"), _number("WORLD_SIZE"), _number("LOCAL_RANK", 0)))
    return here()


def _number(name: str, default: int | None = None) -> int:
    text = os.environ.get(name, "" if default is None else str(default))
    if not (text.isdecimal() and len(text) < 8):
        raise UsageError(
            f"the environment says {name}={text!r}, which is not a number",
            place="torchrun",
            hint="start the processes with torchrun, or unset WORLD_SIZE to train with one",
        )
    return int(text)
