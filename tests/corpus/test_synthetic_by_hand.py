"""The part of the embedded corpus that was drawn by hand."""

from __future__ import annotations

from importlib import resources

import pytest

from asciivae.corpus.synthetic import Drawing, by_hand, embedded


def test_there_are_enough_and_they_come_first() -> None:
    pieces = by_hand()
    assert len(pieces) >= 66
    assert embedded()[: len(pieces)] == pieces
    assert len({piece.text for piece in pieces}) == len(pieces)


def test_they_have_many_subjects_and_sizes() -> None:
    pieces = by_hand()
    assert len({piece.category for piece in pieces}) >= 12
    widths = [max(map(len, piece.text.split("\n"))) for piece in pieces]
    heights = [piece.text.count("\n") + 1 for piece in pieces]
    assert min(widths) <= 10 < 40 <= max(widths)
    assert min(heights) <= 3 < 16 <= max(heights)


@pytest.mark.parametrize("piece", by_hand(), ids=lambda piece: piece.name)
def test_each_file_is_tidy(piece: Drawing) -> None:
    file = resources.files("asciivae.corpus").joinpath("drawings", f"{piece.name}.txt")
    raw = file.read_bytes()
    assert raw == piece.text.encode("ascii") + b"\n"
    lines = piece.text.split("\n")
    assert all(32 <= ord(char) <= 126 for line in lines for char in line)
    assert all(line == line.rstrip() for line in lines)
    assert lines[0]
    assert lines[-1]
    assert min(len(line) - len(line.lstrip()) for line in lines if line) == 0
    assert len(lines) <= 64
    assert max(map(len, lines)) <= 64


def test_the_order_does_not_depend_on_the_file_system() -> None:
    names = [piece.name for piece in by_hand()]
    assert names == sorted(names)
