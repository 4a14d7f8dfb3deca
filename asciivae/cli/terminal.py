"""Full-screen terminal mode: the alternate screen and single keys, restored at the end."""

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
from asciivae.streams import results

TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l"
"""Enter the alternate screen, hide the cursor, disable line wrapping (xterm's private modes)."""
GIVE_BACK = "\x1b[?7h\x1b[?25h\x1b[?1049l"
ASKED_TO_STOP = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
REST_OF_A_KEY = 0.03
"""The time to wait after an escape character for the rest of a key sequence, in seconds."""
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
    """Check that streams are terminals.

    Args:
        streams: those of sys.stdin and sys.stdout that must be terminals.
        what: the command or option that needs them.
        hint: the alternative for the user.

    Raises:
        UsageError: a stream is not a terminal, or the system has no POSIX terminals.
    """
    if not all(stream is not None and stream.isatty() for stream in streams) or os.name != "posix":
        raise UsageError("needs a terminal", place=what, hint=hint)


class Terminal:
    """Context manager for the terminal of stdout, and its keyboard if stdin is a terminal.

    The screen, the cursor and the keyboard mode are restored at the end of the block, also after an error, Ctrl-C or a
    termination signal.
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
        """The current rows and columns; 24 and 80 if the terminal does not report them."""
        columns, rows = os.get_terminal_size(results().fileno())
        return rows or 24, columns or 80

    def show(self, lines: Sequence[str]) -> None:
        """Fill the screen with lines, clipped to its size."""
        rows, columns = self.size()
        shown = (f"\x1b[{row};1H{line[:columns]}\x1b[K" for row, line in enumerate(lines[:rows], start=1))
        results().write("".join(shown) + "\x1b[J" * (len(lines) < rows))
        results().flush()

    def key(self, seconds: float) -> str | None:
        """Wait for a key: a character, or `up`, `down`, `left`, `right`, `enter`, `escape`, `backspace`.

        Returns:
            None after a timeout; `suspend` for Ctrl-Z; `closed` for Ctrl-D or a closed terminal.
        """
        if not self._pressed:
            self._pressed.extend(self._read(seconds))
        return self._pressed.popleft() if self._pressed else None

    def suspend(self) -> None:
        """Restore the terminal, stop the process as Ctrl-Z does, and take the terminal again on continuation."""
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
            # Otherwise Ctrl-Z would stop the process without restoring the screen.
            mode[6][termios.VSUSP] = os.fpathconf(self._keyboard, "PC_VDISABLE").to_bytes(1, "big")
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, mode)
        results().write(TAKE)
        results().flush()

    def _give_back(self) -> None:
        with contextlib.suppress(OSError):  # the terminal was closed
            results().write(GIVE_BACK)
            results().flush()
        if self._keyboard is not None:
            import termios

            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._keyboard, termios.TCSAFLUSH, self._before)


def keys_of(data: bytes) -> list[str]:
    """Parse the keys in terminal input to the names of `Terminal.key`; unknown keys are dropped."""
    found = (_NAMED.get(key, key) for key in _KEY.findall(data.decode("utf-8", "ignore")))
    return [key for key in found if key in _NAMED.values() or (len(key) == 1 and key.isprintable())]


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
