"""The processes that train together: one alone, or those that torchrun started, of which rank 0 leads.

The leader alone writes, prints and validates. All of them take the same steps: each measures its part of every batch,
gradients and losses are summed, and decisions are made from these sums. One process needs none of this, and does not
import torch.distributed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from asciivae.errors import RunError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from asciivae.rng import Part

T = TypeVar("T")
Measure = Callable[[Any, int], Any]
"""Maps a batch and a step to the losses."""


def dealt(costs: Sequence[float], world: int) -> list[list[int]]:
    """Divide tasks among processes: the most expensive first, each to the process that has least to do.

    Returns:
        For each process the numbers of its tasks, in order.
    """
    load: list[float] = [0.0] * world
    tasks: list[list[int]] = [[] for _ in load]
    for task in sorted(range(len(costs)), key=lambda i: -costs[i]):
        rank = load.index(min(load))
        load[rank] += costs[task]
        tasks[rank].append(task)
    return [sorted(own) for own in tasks]


class RanksError(RunError):
    """Another process of the training ended, so that this one cannot go on."""


class Ranks:
    """A process that trains alone; `Launched` is one of several.

    Attributes:
        rank: the number of this process, from 0.
        world: the number of processes.
        lost: the error of a process that cannot reach the others, once it has met it.
    """

    rank = 0
    world = 1
    lost: RanksError | None = None

    @property
    def leads(self) -> bool:
        """Whether this process writes, prints and validates."""
        return self.rank == 0

    def part(self, count: int) -> Part:
        """The part of this process in a batch of `count` pieces. Parts differ by at most one piece.

        If there are fewer pieces than processes, a process without one gets the first as an `idle` part: it takes part
        in what all do, and does not count.
        """
        from asciivae.rng import Part  # not at the top: the command line imports this module

        first, last = (count * rank // self.world for rank in (self.rank, self.rank + 1))
        return Part(first, last, count) if last > first else Part(0, 1, count, idle=True)

    def device(self, chosen: torch.device) -> torch.device:
        """The device of this process: of several GPUs, one for each process of the machine.

        Raises:
            UsageError: several processes cannot train on such a device, or there are too few of them.
        """
        return chosen

    def together(self, module: nn.Module, measure: Callable[[Any, Any, int], Any]) -> Measure:
        """`measure(module, batch, step)` as a function whose backward pass sums the gradients of all processes."""
        return functools.partial(measure, module)

    def sum(self, values: Tensor) -> Tensor:
        """The sum of these values over all processes, in place."""
        return values

    def most(self, number: int) -> int:
        """The largest of the processes' numbers."""
        return number

    def led(self, make: Callable[[], T]) -> T:
        """What the leader makes, for all processes; it must be picklable."""
        return make()

    def in_turn(self, make: Callable[[], T]) -> T:
        """What each process makes for itself, the others after the leader, whose caches they find."""
        return make()

    def spread(
        self, function: Callable[[list[Tensor]], list[Tensor]], tensors: list[Tensor], costs: Sequence[float]
    ) -> list[Tensor]:
        """Map tensors to tensors of the same shapes and dtype, each in one of the processes.

        Args:
            function: maps a list of tensors.
            tensors: equal in all processes.
            costs: what each takes, by which they are divided.
        """
        return function(tensors)

    def tells(self, error: BaseException) -> bool:
        """Whether this process tells the user of an error that ends all of them; only one does."""
        return True
