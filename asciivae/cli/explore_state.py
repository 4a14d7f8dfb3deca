"""The state of `asciivae explore`, independent of the terminal: position, key bindings, screen content.

A segment is the interpolation from one drawing to another; the next one is computed in the background while the current
one is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from asciivae.cli.output import on_one_line
from asciivae.cli.terminal import CLOSED
from asciivae.errors import AsciivaeError

if TYPE_CHECKING:
    from asciivae.latent.interpolate import Interpolation
    from asciivae.text.art import Grid

KEYS = "[space] pause  [left right] step  [n]ext  [t]arget  [s]ave  [+ -] speed  [q]uit"
PICKING = "type part of a name  [up down] choose  [enter] select  [escape] cancel"
HELD = 8
"""The factor by which the last page of a segment is shown longer."""
IDLE = 0.2
"""The polling interval for the size of the screen while paused, in seconds."""
FASTER = 1.5
FASTEST, SLOWEST = 0.01, 2.0
BAR, AROUND_NAMES = 20, 20
"""Columns of the heading: the progress bar, and the text between and around the names."""


class ExploreState:
    """The state of an exploration.

    Args:
        names: the names of the drawings, at least two; the first segment leads from the first to the second.
        find: starts to compute the segment between two drawings, given by their numbers.
        another: chooses a drawing other than the given one.
        save: saves a page and returns its path.
        seconds: the initial time per page.

    Attributes:
        done: whether the user has quit.
        paused: whether the playback is paused.
        frame: the index of the page in the segment.
        start, target, upcoming: the drawings at the start and the end of the segment, and the one after.
    """

    def __init__(
        self,
        names: Sequence[str],
        find: Callable[[int, int], Future[Interpolation]],
        another: Callable[[int], int],
        save: Callable[[Grid], str],
        seconds: float,
    ) -> None:
        self.names = list(map(on_one_line, names))
        self._find, self._another, self._save, self._seconds = find, another, save, seconds
        self.done = self.paused = False
        self.frame = 0
        self.start, self.target = 0, 1
        self._segment = find(self.start, self.target)
        self.upcoming = another(self.target)
        self._next = find(self.target, self.upcoming)
        self._typed: str | None = None
        self._picked = 0
        self._message = ""

    @property
    def seconds(self) -> float:
        """The time to wait for a key before `tick`."""
        if self.paused or self._typed is not None or not self._segment.done():
            return IDLE
        return self._seconds * (HELD if self.frame == self._last else 1)

    def tick(self) -> None:
        """Advance by a page after a timeout, unless paused or picking a target."""
        if not self.paused and self._typed is None:
            self._step()

    def press(self, key: str) -> None:
        """Handle a key; see `KEYS`, and `PICKING` while a target is picked."""
        if key == CLOSED:
            self.done = True
        elif self._typed is not None:
            self._pick(key, self._typed)
        elif action := self._actions().get(key):
            self._message = ""
            action()

    def lines(self, rows: int, columns: int) -> list[str]:
        """The lines of the screen: heading, page, and keys."""
        above, below = [self._heading(columns)], [_short(self._message, columns), KEYS]
        if self._typed is not None:
            matches = self._matches(self._typed)
            first = max(0, min(self._picked - 2, len(matches) - 5))
            listed = [
                f"{'>' if number == self._picked else ' '} {self.names[piece]}"
                for number, piece in list(enumerate(matches))[first : first + 5]
            ]
            below = [f"go to: {self._typed}_  ({len(matches)} of {len(self.names)})", *listed, PICKING]
        height = max(rows - len(above) - len(below), 0)
        return [*above, *self._page(height, columns), *below][:rows]

    @property
    def _last(self) -> int:
        return len(self._segment.result().frames) - 1

    def _actions(self) -> dict[str, Callable[[], None]]:
        return {
            " ": self._pause,
            "left": self._back,
            "right": self._forward,
            "n": lambda: self._go_on_to(self._another(self.target)),
            "t": self._begin_to_pick,
            "s": self._keep,
            "+": lambda: self._faster(FASTER),
            "=": lambda: self._faster(FASTER),
            "-": lambda: self._faster(1 / FASTER),
            "q": self._quit,
            "escape": self._quit,
        }

    def _pause(self) -> None:
        self.paused = not self.paused

    def _quit(self) -> None:
        self.done = True

    def _back(self) -> None:
        self.paused, self.frame = True, max(self.frame - 1, 0)

    def _forward(self) -> None:
        self.paused = True
        self._step()

    def _faster(self, times: float) -> None:
        self._seconds = min(max(self._seconds / times, FASTEST), SLOWEST)
        self._message = f"{1 / self._seconds:.1f} pages a second"

    def _step(self) -> None:
        """Go to the next page, or from the last page to the next segment if it is ready."""
        if not self._segment.done():
            return
        if self.frame < self._last:
            self.frame += 1
        elif self._next.done():
            self.start, self.target, self._segment, self.frame = self.target, self.upcoming, self._next, 0
            self._message = ""
            self._go_on_to(self._another(self.target))

    def _go_on_to(self, piece: int) -> None:
        """Make this drawing the target of the next segment."""
        self._next.cancel()
        self.upcoming = piece
        self._next = self._find(self.target, piece)

    def _keep(self) -> None:
        if not self._segment.done():
            return
        try:
            self._message = f"{on_one_line(self._save(self._segment.result().frames[self.frame]))} saved"
        except AsciivaeError as error:
            self._message = on_one_line(error.headline)

    def _begin_to_pick(self) -> None:
        self._typed, self._picked = "", 0

    def _pick(self, key: str, typed: str) -> None:
        matches = self._matches(typed)
        if key == "enter" and matches:
            self._go_on_to(matches[self._picked])
            self._message = f"next: {self.names[self.upcoming]}"
        if key in ("enter", "escape"):
            self._typed = None
        elif key in ("up", "down"):
            self._picked = min(max(self._picked + (1 if key == "down" else -1), 0), max(len(matches) - 1, 0))
        elif key == "backspace":
            self._typed, self._picked = typed[:-1], 0
        elif len(key) == 1:
            self._typed, self._picked = typed + key, 0

    def _matches(self, typed: str) -> list[int]:
        wanted = typed.casefold()
        return [i for i, name in enumerate(self.names) if wanted in name.casefold() and i != self.target]

    def _heading(self, columns: int) -> str:
        room = max((columns - BAR - AROUND_NAMES) // 3, 8)
        start, target, upcoming = (_short(self.names[i], room) for i in (self.start, self.target, self.upcoming))
        if not self._segment.done():
            return f"interpolating from {start} to {target} ..."
        gone = round(BAR * self.frame / self._last)
        paused = " paused:" if self.paused else ""
        waiting = " (interpolating)" if self.frame == self._last and not self._next.done() else ""
        return f"[{'=' * gone}{'.' * (BAR - gone)}]{paused} {start} -> {target} -> {upcoming}{waiting}"

    def _page(self, rows: int, columns: int) -> list[str]:
        """The page on a screen of this size, placed so that the drawing is centred at both ends of a segment."""
        if not self._segment.done():
            return [""] * rows
        from asciivae.text.charset import decode

        segment = self._segment.result()
        page, position = segment.frames[self.frame], self.frame / self._last
        middles = zip(segment.start.middle, segment.end.middle, strict=True)
        row, column = ((1 - position) * a + position * b for a, b in middles)
        top, left = _placed(page.shape[0], row, rows), _placed(page.shape[1], column, columns)
        lines = [""] * rows
        for number, cells in enumerate(page):
            if 0 <= top + number < rows:
                lines[top + number] = (" " * left + decode(cells))[max(-left, 0) :].rstrip()
        return lines


def _placed(size: int, middle: float, room: int) -> int:
    """The offset that puts `middle` at the middle of the room, adjusted to use all of the room."""
    wanted = round(room / 2 - middle)
    return min(max(wanted, 0), room - size) if size <= room else max(min(wanted, 0), room - size)


def _short(text: str, room: int) -> str:
    """Truncate text at its start, because the end of a path is more informative."""
    return text if len(text) <= room else f"..{text[max(len(text) - room + 2, 0) :]}"
