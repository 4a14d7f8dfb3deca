"""A real pseudo-terminal is taken over and given back, whatever ends the program."""

import os
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path
from struct import pack

import pytest
from tiny_runs import trained

from asciivae.cli.terminal import CLOSED, GIVE_BACK, SUSPEND, TAKE, keys_of, require_terminal
from asciivae.errors import UsageError

SECONDS = 200.0
"""A patience that no working program needs, even on a busy machine."""
SHOW_KEYS = """
from asciivae.cli.terminal import Terminal
with Terminal() as terminal:
    while (key := terminal.key(0.05)) != "q":
        terminal.show([f"size {terminal.size()}", f"key {key}"] if key else [f"size {terminal.size()}"])
        if key == "x":
            raise ValueError("on purpose")
"""


class Pty:
    """A program in a pseudo-terminal, and what it has written."""

    def __init__(self, *command: str | Path) -> None:
        self.master, self.slave = os.openpty()
        self.resize(24, 80)
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=self.slave, stdout=self.slave, stderr=subprocess.PIPE, start_new_session=True
        )
        self.written = ""

    def resize(self, rows: int, columns: int) -> None:
        ioctl(self.master, termios.TIOCSWINSZ, pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def until(self, found: Callable[[str], bool]) -> None:
        """Read on until what was written satisfies a condition."""
        patience = time.monotonic() + SECONDS
        while not found(self.written):
            assert time.monotonic() < patience, self.written[-2000:]
            if select.select([self.master], [], [], 0.1)[0]:
                self.written += os.read(self.master, 65536).decode()

    def sees(self, text: str) -> None:
        """Forget what was written, and read on until it holds a text."""
        self.written = ""
        self.until(lambda written: text in written)

    def ends(self) -> int:
        """The exit code; the screen and the keyboard must be as they were."""
        self.until(lambda written: GIVE_BACK in written)
        code = self.process.wait(SECONDS)
        assert termios.tcgetattr(self.slave) == self.before
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def shown() -> Iterator[Pty]:
    pty = Pty(sys.executable, "-c", SHOW_KEYS)
    pty.until(lambda written: "size (24, 80)" in written)
    yield pty
    pty.close()


def test_keys_arrive_one_by_one_and_unechoed(shown: Pty) -> None:
    assert TAKE in shown.written
    for sent, name in ((b"a", "a"), (b"\x1b[C", "right"), (b"\x1b", "escape"), (b"\x1bOA", "up"), (b"\r", "enter")):
        shown.written = ""
        shown.press(sent)
        shown.until(lambda written, name=name: f"key {name}\x1b[K" in written)  # type: ignore[misc]
    assert shown.process.poll() is None
    shown.press(b"q")
    assert shown.ends() == 0


def test_a_new_size_is_noticed(shown: Pty) -> None:
    shown.resize(10, 33)
    shown.sees("size (10, 33)")
    shown.resize(0, 0)
    shown.sees("size (24, 80)")


def test_an_error_gives_the_terminal_back(shown: Pty) -> None:
    shown.press(b"x")
    assert shown.ends() == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_gives_the_terminal_back(shown: Pty, number: int) -> None:
    shown.process.send_signal(number)
    code = shown.ends()

    assert code == (-signal.SIGINT if number == signal.SIGINT else 128 + number)


def test_ctrl_z_is_a_key_while_the_screen_is_taken(shown: Pty) -> None:
    shown.press(b"\x1a")
    shown.sees(f"key {SUSPEND}\x1b[K")


def test_names_of_keys() -> None:
    names = [*"ab", "up", "down", "backspace", "backspace", "enter", "escape"]
    assert keys_of(b"ab\x1b[A\x1bOB\x1b[5~\x7f\x08\n\x1b") == names
    assert keys_of("é\x01\x00".encode()) == ["é"]
    assert keys_of(b"\xff\x04\x1a") == [CLOSED, SUSPEND]


def test_without_a_terminal_there_is_a_next_step() -> None:
    with pytest.raises(UsageError, match="--play: needs a terminal") as caught:
        require_terminal(None, what="--play", hint="make a GIF: --gif walk.gif")
    assert caught.value.hint == "make a GIF: --gif walk.gif"


@pytest.mark.slow
def test_explore_walks_saves_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    run = trained(tmp_path)
    found = tmp_path / "found"
    pty = Pty(
        *(sys.executable, "-m", "asciivae", "explore", tmp_path / "art" / "cats", "--model", run, "--out", found),
        *("--steps", "4", "--rate", "50"),
    )
    try:
        pty.until(lambda written: "[q]uit" in written and "[====" in written)
        pty.press(b" ")
        pty.sees("] paused: ")
        pty.press(b"s")
        pty.sees("explored-1.txt saved")
        pty.press(b"s")
        pty.sees("explored-2.txt saved")
        pty.resize(12, 40)
        pty.press(b"t")
        pty.sees("go to: _")
        pty.press(b"\x1b")
        pty.sees("[n]ext")
        pty.press(b"q")
        assert pty.ends() == 0
        pty.until(lambda written: f"{found / 'explored-2.txt'}\r\n" in written.split(GIVE_BACK)[1])
    finally:
        pty.close()
    assert sorted(file.name for file in found.iterdir()) == ["explored-1.txt", "explored-2.txt"]


@pytest.mark.slow
def test_interpolate_plays_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    run = trained(tmp_path)
    one, other = sorted((tmp_path / "art" / "cats").iterdir())[:2]
    pty = Pty(
        *(sys.executable, "-m", "asciivae", "interpolate", one, other, "--model", run, "--play"),
        *("--steps", "3", "--rate", "50"),
    )
    try:
        assert pty.ends() == 0
        assert pty.written.count("\x1b[1;1H") == 3
    finally:
        pty.close()
