"""Progress of a run on stderr: a live bar on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from asciivae.cli.output import GlobalOptions, say, terminal_size
from asciivae.training.observer import Observer

if TYPE_CHECKING:
    from asciivae.errors import DivergedError
    from asciivae.training.loop import Step


_WIDE = "{percentage:3.0f}%|{bar:10}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
_NARROW = "{n_fmt}/{total_fmt} [{remaining}{postfix}]"
"""What fits into 80 and 40 columns, with the loss and the pieces per second at the end."""


@contextmanager
def counting(total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    """Show a progress bar if stderr is a terminal; yields a function that advances it by n units.

    Without a total it shows a count and the rate.
    """
    from tqdm import tqdm

    silent = GlobalOptions.quiet or not sys.stderr.isatty()
    with tqdm(total=total, unit=unit, disable=silent, dynamic_ncols=True, file=sys.stderr, leave=False) as bar:
        yield bar.update


class Progress(Observer):
    """An observer that prints progress on stderr.

    Args:
        start: the steps already done.
        total: the steps at the end of the run.
    """

    def __init__(self, start: int, total: int) -> None:
        from tqdm import tqdm

        self.total = total
        self.live = sys.stderr.isatty() and not GlobalOptions.quiet
        self._bar = tqdm(
            total=total,
            initial=start,
            unit="step",
            disable=not self.live,
            dynamic_ncols=True,
            file=sys.stderr,
            bar_format=_WIDE if terminal_size(sys.stderr)[0] >= 76 else _NARROW,
        )
        self._began, self._start = time.monotonic(), start

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def stepped(self, step: Step) -> None:
        """Advance the bar."""
        self._bar.update(1)

    def logged(self, record: Mapping[str, Any]) -> None:
        """Show the losses next to the bar, or as a line."""
        numbers = {key: value for key, value in record.items() if key not in _NOT_SHOWN}
        shown = " ".join(f"{name} {value:.4g}" for name, value in numbers.items() if isinstance(value, float))
        if record["kind"] == "validation":
            self._write(f"step {record['step']}/{self.total} validation: {shown}")
        elif self.live:
            fast = record.get("pieces_per_second")
            self._bar.set_postfix_str(f"loss {record['total']:.4g}" + (f", {fast:.3g}/s" if fast else ""))
        else:
            self._write(f"step {record['step']}/{self.total} {shown} eta {self._remaining(record['step'])}")

    def sampled(self, step: int, text: str) -> None:
        """Show originals and reconstructions side by side."""
        self._write(f"\n{text}")

    def rolled_back(self, error: DivergedError, step: int, rate_scale: float) -> None:
        """Report a rollback."""
        self._bar.n = step
        self._bar.refresh()
        self._start = min(self._start, step)
        self._write(f"{error.headline}; rolled back to step {step} with {rate_scale:g} × the learning rate")

    def _write(self, line: str) -> None:
        if self.live:
            self._bar.write(line, file=sys.stderr)
        else:
            say(line)

    def _remaining(self, step: int) -> str:
        taken = step - self._start
        seconds = (time.monotonic() - self._began) / max(taken, 1) * (self.total - step)
        hours, rest = divmod(round(seconds), 3600)
        return f"{hours}h{rest // 60:02}m{rest % 60:02}s" if hours else f"{rest // 60}m{rest % 60:02}s"


_NOT_SHOWN = {"kind", "step", "epoch", "lr", "grad_norm"}
