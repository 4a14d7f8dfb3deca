"""Taking over a terminal: a screen of one's own and single keys, and all as it was before when it is over."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any, NoReturn

from asciivae.errors import UsageError

TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""The alternate screen, without a cursor, and long lines are not wrapped (xterm's private modes)."""
GIVE_BACK = "\x1b[?7h\x1b[?25h\x1b[?1049l"
ASKED_TO_STOP = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
REST_OF_A_KEY = 0.03
"""Seconds in which what follows an escape character still belongs to the same key."""
SUSPEND, CLOSED = "suspend", "closed"
_NAMED = {
    **dict.fromkeys(("\x1b[A", "\x1bOA"), "up"),
    **dict.fromkeys(("\x1b[B", "\x1bOB"), "down"),
    **dict.fromkeys(("\x1b[C", "\x1bOC"), "right"),
    **dict.fromkeys(("\x1b[D", "\x1bOD"), "left"),
    **dict.fromkeys("\r\n", "enter"),
    **dict.fromkeys("\x7f\b", "backspace"),
    "\x1b": "escape",
    "\x1a": SUSPEND,
    "\x04": CLOSED,
}
_KEY = re.compile(r"\x1b[\[O][0-9;]*[A-Za-z~]|.", re.DOTALL)


def require_terminal(*streams: Any, what: str, hint: str) -> None:
    """Refuse to begin where there is none.

    Args:
        streams: those of sys.stdin and sys.stdout that must be one.
        what: the command or option that wants it.
        hint: what to do instead.

    Raises:
        UsageError: one of the streams is no terminal, or the system has no POSIX terminals.
    """
    if not all(stream is not None and stream.isatty() for stream in streams) or os.name != "posix":
        raise UsageError("needs a terminal", place=what, hint=hint)


class Terminal:
    """The terminal of stdout, and its keyboard if stdin is a terminal, for the time of a `with` block.

    Whatever ends the block - the last line, an error, Ctrl-C, a signal that asks to stop - the screen, the cursor and
    the keyboard are then as they were.
    """

    def __init__(self) -> None:
        self._keyboard = sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else None
        self._pressed: deque[str] = deque()
        self._before: Any = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Terminal:
        self._handlers = {number: signal.signal(number, _stop) for number in ASKED_TO_STOP}
        self._take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def size(self) -> tuple[int, int]:
        """Rows and columns, as they are now; 24 and 80 where the terminal does not know."""
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
        return rows or 24, columns or 80

    def show(self, lines: Sequence[str]) -> None:
        """Fill the screen with lines; what does not fit is cut off."""
        rows, columns = self.size()
        shown = (f"\x1b[{row};1H{line[:columns]}\x1b[K" for row, line in enumerate(lines[:rows], start=1))
        sys.stdout.write("".join(shown) + "\x1b[J" * (len(lines) < rows))
        sys.stdout.flush()

    def key(self, seconds: float) -> str | None:
        """Wait for a key: a character, or `up`, `down`, `left`, `right`, `enter`, `escape`, `backspace`.

        Returns:
            None if none came in time; `suspend` for Ctrl-Z; `closed` for Ctrl-D and if the terminal is gone.
        """
        if not self._pressed:
            self._pressed.extend(self._read(seconds))
        return self._pressed.popleft() if self._pressed else None

    def suspend(self) -> None:
        """Give the terminal back, stop as Ctrl-Z does, and take it again when the shell says so."""
        self._give_back()
        os.kill(0, signal.SIGTSTP)
        self._take()

    def _read(self, seconds: float) -> list[str]:
        if self._keyboard is None:
            time.sleep(seconds)
            return []
        data = b""
        while select.select([self._keyboard], [], [], REST_OF_A_KEY if data else seconds)[0]:
            try:
                more = os.read(self._keyboard, 1024)
            except OSError:
                more = b""
            if not more:
                return [CLOSED]
            data += more
            if not data.endswith((b"\x1b", b"\x1b[", b"\x1bO")):
                break
        return keys_of(data)

    def _take(self) -> None:
        if self._keyboard is not None:
            import termios

            self._before = termios.tcgetattr(self._keyboard)
            mode = termios.tcgetattr(self._keyboard)
            mode[3] &= ~(termios.ECHO | termios.ICANON)
            mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
            # Ctrl-Z would stop us with the screen still taken.
            mode[6][termios.VSUSP] = os.fpathconf(self._keyboard, "PC_VDISABLE").to_bytes(1, "big")
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, mode)
        sys.stdout.write(TAKE)
        sys.stdout.flush()

    def _give_back(self) -> None:
        with contextlib.suppress(OSError):  # a terminal that was closed wants nothing back
            sys.stdout.write(GIVE_BACK)
            sys.stdout.flush()
        if self._keyboard is not None:
            import termios

            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._keyboard, termios.TCSAFLUSH, self._before)


def keys_of(data: bytes) -> list[str]:
    """The keys that a terminal sent, by the names that `Terminal.key` gives them; others than these are left out."""
    found = (_NAMED.get(key, key) for key in _KEY.findall(data.decode("utf-8", "ignore")))
    return [key for key in found if key in _NAMED.values() or (len(key) == 1 and key.isprintable())]


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
