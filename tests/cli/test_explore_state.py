"""The walk of `asciivae explore`, without a terminal: what keys and time do to it, and what is seen."""

from concurrent.futures import Future

import numpy as np
import pytest

from asciivae.cli.explore_state import FASTEST, HELD, IDLE, KEYS, PICKING, SLOWEST, ExploreState
from asciivae.cli.terminal import CLOSED
from asciivae.errors import AsciivaeError
from asciivae.latent.arc import Box
from asciivae.latent.interpolate import Interpolation
from asciivae.text.art import Grid, to_text
from asciivae.text.charset import encode

NAMES = ["cat.txt", "dog.txt", "Duck.txt", "fish.txt"]
FRAMES = 4


def page(start: int, end: int, frame: int) -> Grid:
    """Two rows of four characters that say which page it is: `0>1.`, `2   ` for the third between 0 and 1."""
    return np.stack([encode(f"{start}>{end}."), encode(f"{frame}   ")])


class Desk:
    """Finds segments at once or when told, and keeps what is saved."""

    def __init__(self, at_once: bool = True) -> None:
        self.at_once, self.asked, self.saved = at_once, [], []  # type: ignore[var-annotated]
        self.futures: list[Future[Interpolation]] = []
        self.next = 2

    def find(self, start: int, end: int) -> Future[Interpolation]:
        future: Future[Interpolation] = Future()
        self.asked.append((start, end))
        self.futures.append(future)
        if self.at_once:
            self.deliver(-1)
        return future

    def deliver(self, which: int) -> None:
        start, end = self.asked[which]
        frames = tuple(page(start, end, i) for i in range(FRAMES))
        box = Box(0, 0, 2, 4)
        self.futures[which].set_result(Interpolation(frames, tuple(np.linspace(0, 1, FRAMES)), (1.0,) * 3, box, box))

    def another(self, than: int) -> int:
        self.next = (self.next + 1) % len(NAMES)
        return self.next if self.next != than else self.another(than)

    def save(self, grid: Grid) -> str:
        self.saved.append(to_text(grid))
        return f"explored-{len(self.saved)}.txt"


def state(desk: Desk) -> ExploreState:
    return ExploreState(NAMES, desk.find, desk.another, desk.save, 0.1)


def seen(walk: ExploreState) -> str:
    return "\n".join(walk.lines(24, 80))


def test_it_walks_from_drawing_to_drawing_by_itself() -> None:
    desk = Desk()
    walk = state(desk)
    assert (walk.start, walk.target, walk.upcoming) == (0, 1, 3)
    assert desk.asked == [(0, 1), (1, 3)]

    pages = []
    for _ in range(2 * FRAMES):
        pages.append((walk.start, walk.target, walk.frame))
        walk.tick()
    assert pages == [(0, 1, i) for i in range(FRAMES)] + [(1, 3, i) for i in range(FRAMES)]
    assert walk.start == 3
    assert "0>1." in seen(state(Desk()))


def test_long_names_leave_room_for_the_rest() -> None:
    desk = Desk()
    names = [f"{'very' * 20}/long/{name}" for name in NAMES]
    heading = ExploreState(names, desk.find, desk.another, desk.save, 0.1).lines(24, 80)[0]

    assert len(heading) <= 80
    assert "cat.txt -> .." in heading
    assert heading.endswith("fish.txt")


def test_no_name_breaks_a_line_or_steers_the_terminal() -> None:
    desk = Desk()
    walk = ExploreState([f"a\n\tb\x1b{name}" for name in NAMES], desk.find, desk.another, lambda _: "c\nd", 0.1)
    assert walk.lines(24, 120)[0].endswith(r" a\n\tb\x1bcat.txt -> a\n\tb\x1bdog.txt -> a\n\tb\x1bfish.txt")
    for key in ("t", "D", "u"):
        walk.press(key)
    assert r"> a\n\tb\x1bDuck.txt" in walk.lines(24, 80)
    for key in ("escape", "s"):
        walk.press(key)
    assert r"c\nd saved" in walk.lines(24, 80)
    assert all(line.isprintable() for line in walk.lines(24, 80))


def test_the_end_of_a_leg_is_shown_longer() -> None:
    walk = state(Desk())

    assert walk.seconds == 0.1
    for _ in range(FRAMES - 1):
        walk.tick()
    assert walk.seconds == pytest.approx(0.1 * HELD)


def test_space_pauses_and_goes_on() -> None:
    walk = state(Desk())
    walk.press(" ")
    walk.tick()

    assert walk.frame == 0
    assert walk.seconds == IDLE
    assert "] paused: cat.txt -> dog.txt" in seen(walk)
    walk.press(" ")
    walk.tick()
    assert walk.frame == 1
    assert "paused" not in seen(walk)


def test_arrows_step_and_pause() -> None:
    walk = state(Desk())
    walk.press("right")
    walk.press("right")
    assert (walk.frame, walk.paused) == (2, True)
    walk.press("left")
    assert walk.frame == 1
    for _ in range(5):
        walk.press("left")
    assert (walk.start, walk.frame) == (0, 0)
    for _ in range(FRAMES):
        walk.press("right")
    assert (walk.start, walk.frame) == (1, 0)


def test_another_target_replaces_the_next_one() -> None:
    desk = Desk(at_once=False)
    walk = state(desk)
    before = desk.futures[-1]
    walk.press("n")

    assert before.cancelled()
    assert walk.upcoming not in (1, 3)
    assert desk.asked[-1] == (1, walk.upcoming)


def test_a_target_is_picked_by_a_part_of_its_name() -> None:
    desk = Desk()
    walk = state(desk)
    walk.press("t")
    assert PICKING in seen(walk)
    for key in "dux":
        walk.press(key)
    assert "(0 of 4)" in seen(walk)
    walk.press("enter")  # nothing to go to
    assert walk.upcoming == 3
    walk.press("t")
    for key in ("d", "U", "x", "backspace"):
        walk.press(key)
    assert "> Duck.txt" in seen(walk)
    walk.tick()
    assert walk.frame == 0  # it waits for the choice
    walk.press("enter")

    assert walk.upcoming == 2
    assert desk.asked[-1] == (1, 2)
    assert "next: Duck.txt" in seen(walk)
    for _ in range(FRAMES):
        walk.tick()
    assert (walk.start, walk.target) == (1, 2)


def test_up_and_down_choose_and_escape_leaves_all_as_it_was() -> None:
    walk = state(Desk())
    walk.press("t")
    walk.press("down")
    assert "> Duck.txt" in seen(walk)  # dog.txt is where it goes already
    walk.press("down")
    walk.press("down")
    walk.press("up")
    assert "> Duck.txt" in seen(walk)
    walk.press("escape")

    assert not walk.done
    assert walk.upcoming == 3
    assert KEYS in seen(walk)


def test_letters_of_a_name_are_no_commands() -> None:
    desk = Desk()
    walk = state(desk)
    for key in ("t", "q", "s", "n", " "):
        walk.press(key)

    assert not walk.done
    assert not walk.paused
    assert desk.saved == []


def test_a_page_is_saved_as_it_is_seen() -> None:
    desk = Desk()
    walk = state(desk)
    walk.press("right")
    walk.press("s")

    assert desk.saved == ["0>1.\n1\n"]
    assert "explored-1.txt saved" in seen(walk)
    assert walk.lines(24, 20)[-2] == "explored-1.txt saved"
    assert walk.lines(24, 17)[-2] == "..red-1.txt saved"
    walk.press("right")
    assert "saved" not in seen(walk)


def test_what_cannot_be_saved_is_told_and_the_walk_goes_on() -> None:
    def full(grid: Grid) -> str:
        raise AsciivaeError("cannot be written: No space left on device", place="found", hint="free some")

    desk = Desk()
    walk = ExploreState(NAMES, desk.find, desk.another, full, 0.1)
    walk.press("s")

    assert "found: cannot be written: No space left on device" in seen(walk)
    walk.tick()
    assert walk.frame == 1


def test_speed_has_bounds() -> None:
    walk = state(Desk())
    walk.press("+")
    assert walk.seconds == pytest.approx(0.1 / 1.5)
    assert "15.0 pages a second" in seen(walk)
    for _ in range(30):
        walk.press("=")
    assert walk.seconds == FASTEST
    for _ in range(60):
        walk.press("-")
    assert walk.seconds == SLOWEST


@pytest.mark.parametrize("key", ["q", "escape", CLOSED])
def test_it_ends(key: str) -> None:
    walk = state(Desk())
    walk.press(key)

    assert walk.done


def test_a_closed_terminal_ends_it_while_a_name_is_typed() -> None:
    walk = state(Desk())
    walk.press("t")
    walk.press(CLOSED)

    assert walk.done


def test_other_keys_do_nothing() -> None:
    walk = state(Desk())
    before = seen(walk)
    for key in ("x", "up", "enter", "backspace"):
        walk.press(key)

    assert seen(walk) == before


def test_while_a_leg_is_being_found_it_waits() -> None:
    desk = Desk(at_once=False)
    walk = state(desk)
    assert "interpolating from cat.txt to dog.txt" in seen(walk)
    assert walk.seconds == IDLE
    for key in ("s", "right", "left"):
        walk.press(key)
    walk.tick()
    assert (walk.frame, desk.saved) == (0, [])

    walk.press(" ")
    desk.deliver(0)
    for _ in range(FRAMES + 3):
        walk.tick()
    assert (walk.start, walk.frame) == (0, FRAMES - 1)
    assert "cat.txt -> dog.txt -> fish.txt (interpolating)" in seen(walk)
    desk.deliver(1)
    walk.tick()
    assert (walk.start, walk.frame) == (1, 0)


def test_what_goes_wrong_with_a_leg_is_an_error() -> None:
    desk = Desk(at_once=False)
    walk = state(desk)
    desk.futures[0].set_exception(AsciivaeError("too large"))

    with pytest.raises(AsciivaeError, match="too large"):
        seen(walk)


@pytest.mark.parametrize(("rows", "columns"), [(24, 80), (8, 30), (3, 3), (1, 1), (60, 200)])
def test_it_fits_any_screen(rows: int, columns: int) -> None:
    walk = state(Desk())
    for _ in range(2):
        lines = walk.lines(rows, columns)
        assert len(lines) <= rows
        walk.press("t")
    if rows >= 8:
        middle = state(Desk()).lines(rows, columns)
        at = next(i for i, line in enumerate(middle) if "0>1." in line)
        assert abs(at + 1 - (1 + (rows - 3) / 2)) <= 1
        assert abs(middle[at].index("0") + 2 - columns / 2) <= 1


def test_a_page_larger_than_the_screen_is_cut_around_its_drawing() -> None:
    desk = Desk(at_once=False)
    walk = state(desk)
    wide = np.stack([encode("".join(chr(33 + (r + c) % 90) for c in range(100))) for r in range(50)])
    box = Box(20, 40, 10, 20)
    desk.futures[0].set_result(Interpolation((wide, wide), (0.0, 1.0), (0.0,), box, box))
    lines = walk.lines(13, 20)

    assert len(lines) == 13
    assert lines[1] == "".join(chr(33 + (20 + c) % 90) for c in range(40, 100))  # the terminal cuts the right
