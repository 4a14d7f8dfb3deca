"""Signatures: found where they stand alone, and taken out."""

import numpy as np

from asciivae.pages.signatures import WITH, WITHOUT, find_signatures, is_signed, without_signatures
from asciivae.text.art import from_lines, to_text


def test_initials_are_found_and_blanked() -> None:
    page = from_lines([" /\\_/\\    ", "( o.o )   ", " > ^ < jgs"])

    assert find_signatures(page).sum() == 3
    assert is_signed(page) == WITH
    cleaned = without_signatures(page)
    assert to_text(cleaned) == " /\\_/\\\n( o.o )\n > ^ <\n"
    assert is_signed(cleaned) == WITHOUT


def test_letters_of_words_and_of_drawings_are_not_signatures() -> None:
    for line in ("jgsx", "xhjw", "a bug here", "(pb)", "|hh|  |hh|", "an ac b", "LS- MS"):
        assert not find_signatures(from_lines([line])).any(), line
    for line in ("jgs", "-jgs-", "hjw|", "x   pb", "bug   x", "Sher^  "):
        assert find_signatures(from_lines([line])).any(), line


def test_a_page_without_ink_has_none() -> None:
    assert is_signed(np.zeros((2, 3), np.uint8)) == WITHOUT
