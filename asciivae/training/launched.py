"""Several processes that train together, through torch.distributed: gloo for tensors on the CPU, nccl on CUDA."""

from __future__ import annotations

import os
import signal
import socket
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
import torch.distributed.distributed_c10d as c10d
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel

from asciivae.errors import DivergedError, Interrupted, RunError, UsageError
from asciivae.training.ranks import Measure, Ranks, RanksError, dealt

T = TypeVar("T")
LONGEST_WAIT = timedelta(days=1)
"""For another process, which may be reading a large corpus or validating. One that was killed is noticed at once."""
_SHARED = (Interrupted, DivergedError, RanksError, KeyboardInterrupt)
"""The errors that all processes raise, of which the leader tells if it lives."""
_LAST_SECOND = 1.0
_STORE_WAIT = timedelta(seconds=5)


class Launched(Ranks):
    """One of several processes that train together.

    Args:
        rank: the number of this process.
        world: the number of processes.
        local: the number of this process among those of its machine.

    Raises:
        RunError: the others cannot be reached.
    """

    def __init__(self, rank: int, world: int, local: int) -> None:
        self.rank, self.world, self._local = rank, world, local
        self._device = torch.device("cpu")
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        try:
            store, _, _ = next(rendezvous("env://", timeout=LONGEST_WAIT))
            dist.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=LONGEST_WAIT)
        except (RuntimeError, ValueError) as error:
            raise RunError(
                f"the other processes cannot be reached ({str(error).splitlines()[0]})",
                place=f"process {rank} of {world}",
                hint="start them all with torchrun, with the same rendezvous endpoint on each machine",
            ) from error
        # Of 1 × 1 kernels, whose layouts are all the same.
        warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides", UserWarning)
        # A launcher that restarts its processes keeps their store.
        self._store = c10d.PrefixStore(f"asciivae/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
        self._leader: tuple[str, int] = self.led(lambda: (socket.gethostname(), os.getpid()))

    def device(self, chosen: torch.device) -> torch.device:
        """See `Ranks.device`."""
        if str(chosen) == "cuda":
            if self._local >= torch.cuda.device_count():
                raise UsageError(
                    f"there is no GPU for process {self._local} of this machine, which has {torch.cuda.device_count()}",
                    place="--device cuda",
                    hint=f"start as many processes as there are GPUs: {torch.cuda.device_count()}",
                )
            chosen = torch.device("cuda", self._local)
            torch.cuda.set_device(chosen)
        elif chosen.type != "cpu":
            raise UsageError(
                "several processes cannot train on one device of this kind",
                place=f"--device {chosen}",
                hint="give --device cuda, by which each process takes a GPU of its own, or --device cpu",
            )
        self._device = chosen
        return chosen

    def together(self, module: nn.Module, measure: Callable[[Any, Any, int], Any]) -> Measure:
        """See `Ranks.together`."""
        with self._reached():
            # A part may leave out parameters that others use.
            parallel = DistributedDataParallel(_Measured(module, measure), find_unused_parameters=True)
        # PyTorch compares annotations of a hook with its own types, which are strings here.
        parallel.register_comm_hook(None, lambda state, bucket: self._summed(bucket.buffer()))
        return parallel

    def _summed(self, gradients: Tensor) -> torch.futures.Future[Tensor]:
        """Sum gradients. By default they would be averaged, which is wrong for parts of unequal size."""

        def done(future: torch.futures.Future[Any]) -> Tensor:
            with self._reached():
                summed: Tensor = future.value()[0]
                return summed

        with self._reached():
            work: Any = dist.all_reduce(gradients, async_op=True)
            made: torch.futures.Future[Tensor] = work.get_future().then(done)
            return made

    def sum(self, values: Tensor) -> Tensor:
        """See `Ranks.sum`."""
        with self._reached():
            dist.all_reduce(values)
        return values

    def most(self, number: int) -> int:
        """See `Ranks.most`."""
        value = torch.tensor(number, device=self._device)
        with self._reached():
            dist.all_reduce(value, dist.ReduceOp.MAX)
        return int(value)

    def led(self, make: Callable[[], T]) -> T:
        """See `Ranks.led`."""
        made: list[Any] = [make() if self.leads else None]
        with self._reached():
            dist.broadcast_object_list(made, src=0, device=torch.device("cpu"))
        result: T = made[0]
        return result

    def in_turn(self, make: Callable[[], T]) -> T:
        """See `Ranks.in_turn`."""
        made = [make()] if self.leads else []
        self.most(0)
        return made[0] if made else make()

    def spread(
        self, function: Callable[[list[Tensor]], list[Tensor]], tensors: list[Tensor], costs: Sequence[float]
    ) -> list[Tensor]:
        """See `Ranks.spread`."""
        of_rank = dealt(costs, self.world)
        sizes = [[tensors[i].numel() for i in mine] for mine in of_rank]
        # All processes send equally much, the longest list of results.
        sent = tensors[0].new_zeros(max(map(sum, sizes)))
        for place, result in zip(
            _pieces(sent, sizes[self.rank]), function([tensors[i] for i in of_rank[self.rank]]), strict=True
        ):
            place.copy_(result.flatten())
        received = [torch.empty_like(sent) for _ in sizes]
        try:
            with self._reached():
                dist.all_gather(received, sent)
        except RanksError:
            return function(tensors)  # an optimiser must finish its step; the next sum ends the training
        made: dict[int, Tensor] = {}
        for mine, lengths, row in zip(of_rank, sizes, received, strict=True):
            made.update(zip(mine, _pieces(row, lengths), strict=True))
        return [made[i].view_as(one) for i, one in enumerate(tensors)]

    def tells(self, error: BaseException) -> bool:
        """See `Ranks.tells`."""
        for number in (signal.SIGINT, signal.SIGTERM):  # of the launcher, to a process that is ending
            signal.signal(number, signal.SIG_IGN)
        if not self.leads and isinstance(error, _SHARED) and self._leader_lives():
            return False
        try:
            self._store.set_timeout(_STORE_WAIT)
            return self._store.add("told", 1) == 1
        except RuntimeError:  # the machine of the launcher is gone: one process of each other machine tells
            return self._local == 0

    def _leader_lives(self) -> bool:
        """Whether the leader runs a second from now. One on another machine is told of there."""
        host, process = self._leader
        if host != socket.gethostname():
            return True
        end = time.monotonic() + _LAST_SECOND
        while time.monotonic() < end:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return False
            time.sleep(0.05)
        return True

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what PyTorch raises when another process is gone into a `RanksError`."""
        try:
            yield
        except RuntimeError as error:
            self.lost = RanksError(
                "another process of this training ended",
                place=f"process {self.rank} of {self.world}",
                hint="resume the run from its last checkpoint",
            )
            raise self.lost from error


class _Measured(nn.Module):
    """A module whose forward pass measures another, which is how DistributedDataParallel takes any function."""

    def __init__(self, module: nn.Module, measure: Callable[[Any, Any, int], Any]) -> None:
        super().__init__()
        self.module, self.measure = module, measure

    def forward(self, batch: Any, step: int) -> Any:
        """The losses of a batch."""
        return self.measure(self.module, batch, step)


def _pieces(row: Tensor, lengths: Sequence[int]) -> Sequence[Tensor]:
    """Cut a vector into pieces of these lengths, without what is left."""
    found: Sequence[Tensor] = row.split([*lengths, len(row) - sum(lengths)])
    return found[:-1]
