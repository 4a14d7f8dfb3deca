import numpy as np
import pytest
from tracers import CAT

from asciivae.text.art import from_lines
from asciivae.text.charset import SPACE
from asciivae.tracer.disturb import disturbed
from asciivae.tracer.measure import lines_of, measurable, measure, traced_again
from asciivae.tracer.pairs import Joiner, is_line_art, joined, thinned, without_words, words
from asciivae.tracer.settings import Disturb


def test_line_art_is_told_from_shading_and_from_writing() -> None:
    assert is_line_art(np.pad(CAT, 1))
    assert not is_line_art(CAT)  # more ink than lines have, without paper around
    assert not is_line_art(from_lines(["once upon a time there was", "   a lonely dragon         "]))
    assert not is_line_art(from_lines(["________", "||||||||"]))
    assert not is_line_art(np.zeros((3, 3), np.uint8))


def test_words_are_blanked_and_shapes_stay() -> None:
    grid = from_lines(["/ooo\\ hello", "LLL  V  aaa"])

    wordless = without_words(grid)

    assert words(grid).sum() == 5
    assert (wordless[0, 6:] == SPACE).all()
    assert np.array_equal(wordless[1], grid[1])
    assert grid[0, 6] != SPACE


def test_lines_join_across_characters_and_thin_to_one_pixel() -> None:
    row = from_lines(["------"])

    fat = joined(row[None])
    thin = thinned(fat)

    assert fat.shape == (1, 12, 36)
    assert thin.sum(axis=1).max() == 1
    assert thin[0].any(axis=0)[3:-3].all()
    assert (thin <= fat).all()


def test_pages_are_joined_once() -> None:
    joiner = Joiner(kept=2)
    pages = np.stack([CAT, CAT[:, ::-1]])

    first = joiner(pages)
    second = joiner(pages[::-1])

    assert np.array_equal(first, joined(pages))
    assert np.array_equal(first, second[::-1])
    for width in range(2, 6):
        joiner(CAT[None, :, :width])
    assert len(joiner._bits) == 2


def test_clean_pages_stay_as_they_are_and_the_others_do_not() -> None:
    masks = joined(np.stack([np.pad(CAT, 1)] * 40))

    found = disturbed(masks, Disturb(clean=0.5, fat=0.5), np.random.default_rng(0))

    lines, clean = found.lines[:, 0].numpy(), found.clean.numpy() == 1.0
    thin = thinned(masks[:1])[0]
    assert 10 < clean.sum() < 30
    same = [np.array_equal(one, thin) or np.array_equal(one, masks[0]) for one in lines]
    assert all(same[i] for i in np.flatnonzero(clean))
    assert not any(same[i] for i in np.flatnonzero(~clean))
    assert lines.min() >= 0.0
    assert lines.max() <= 1.0
    assert np.isfinite(lines).all()


@pytest.mark.parametrize(
    "setting", ["weight", "gaps", "doubled", "missing", "faint", "texture", "strangers"], ids=lambda s: s
)
def test_each_disturbance_does_something(setting: str) -> None:
    masks = joined(np.stack([np.pad(CAT, 3)] * 8))
    none = dict.fromkeys(["weight", "gaps", "doubled", "missing", "faint", "texture", "strangers"], 0.0)

    plain, with_it = (
        disturbed(masks, Disturb(clean=0.0, warp=(0.0, 0.0), shift=0.0, **given), np.random.default_rng(3)).lines
        for given in (none, {**none, setting: 1.0})
    )

    assert not np.array_equal(plain.numpy(), with_it.numpy())


def test_disturbance_is_a_function_of_the_generator() -> None:
    masks = joined(np.stack([CAT] * 6))

    first, second = (disturbed(masks, Disturb(), np.random.default_rng(1)).lines.numpy() for _ in range(2))

    assert np.array_equal(first, second)


def test_a_tracer_is_measured_on_line_art_of_middling_size() -> None:
    tall = np.concatenate([np.pad(CAT, ((0, 1), (0, 6)))] * 3)

    assert len(measurable([tall, CAT, np.tile(tall, (1, 9))])) == 1
    assert lines_of(CAT).clean


def test_scores_of_a_tracer_that_knows_its_piece() -> None:
    from tracers import taught_tracer, tiny_tracer

    good, bad = (measure(tracer, [CAT]) for tracer in (taught_tracer(), tiny_tracer()))

    assert good.pieces == 1
    assert good.agreement > 0.9 > bad.agreement
    assert good.shape_to_artist < 0.02
    assert good.blank_fraction == 0.0
    assert good.nats_per_ink < bad.nats_per_ink
    assert (traced_again(taught_tracer(), CAT) == CAT).mean() > 0.9
