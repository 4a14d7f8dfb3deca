import numpy as np
import pytest
from tracers import CAT, line_picture

from asciivae.drawing import search as searching
from asciivae.drawing.likeness import line_distance
from asciivae.drawing.lines import Lines, find_lines
from asciivae.drawing.picture import from_array
from asciivae.drawing.search import search
from asciivae.text.charset import SIZE, SPACE, encode
from asciivae.tracer.measure import lines_of


def cat_lines() -> Lines:
    return find_lines(from_array(line_picture(CAT)), CAT.shape, kind="given")


def flat(cells: tuple[int, int]) -> np.ndarray:
    return np.full((*cells, SIZE), -np.log(SIZE), np.float32)


def test_the_distance_to_ones_own_lines_is_small() -> None:
    lines = lines_of(CAT)

    assert line_distance(CAT, lines) < 0.1
    assert line_distance(np.zeros_like(CAT), lines) > 0.4


def test_what_changes_is_computed_as_exactly_as_anew() -> None:
    draw = np.random.default_rng(0)
    grid = draw.integers(0, SIZE, (7, 12)).astype(np.uint8)
    state = searching._Search(grid, lines_of(np.pad(CAT, ((1, 1), (1, 2)))), flat((7, 12)), 0.0, 10)

    changed = sum(state._visit(cells) for cells in state._classes())
    kept = (state.blurs.copy(), state.numerator.copy(), state.denominator.copy())
    state._refresh()

    assert changed > 20
    np.testing.assert_allclose(kept[0], state.blurs, atol=5e-3)
    np.testing.assert_allclose(kept[1], state.numerator, atol=0.05, rtol=1e-3)
    np.testing.assert_allclose(kept[2], state.denominator, atol=0.05, rtol=1e-3)


def test_the_state_knows_the_distance() -> None:
    lines = cat_lines()
    state = searching._Search(CAT, lines, flat(CAT.shape), 0.0, 10)

    distance = float(0.5 * (state.numerator / state.denominator).sum())

    assert distance == pytest.approx(line_distance(CAT, lines), abs=1e-4)


def test_a_search_comes_nearer_to_the_lines() -> None:
    lines = cat_lines()
    start = np.zeros_like(CAT)

    found = search(start, lines, flat(CAT.shape), weight=0.0, candidates=SIZE, sweeps=8)

    assert line_distance(found, lines) < 0.06
    assert (found == search(start, lines, flat(CAT.shape), weight=0.0, candidates=SIZE, sweeps=8)).all()
    assert not start.any()


def test_a_heavy_weight_gives_what_the_tracer_says() -> None:
    logp = flat(CAT.shape) - 9.0
    logp[..., encode("#")[0]] = -0.01

    found = search(CAT, cat_lines(), logp, weight=10.0)

    near = found != SPACE
    assert (found[near] == encode("#")[0]).all()
    assert near.any()


def test_without_lines_nothing_changes() -> None:
    blank = Lines(np.zeros((24, 24), np.float32), True, "given", "")

    assert not search(np.zeros((2, 4), np.uint8), blank, flat((2, 4))).any()
    assert line_distance(np.zeros((2, 4), np.uint8), blank) == 0.0


def test_a_page_of_one_cell() -> None:
    lines = Lines(np.ones((12, 6), np.float32), False, "edges", "")

    found = search(np.zeros((1, 1), np.uint8), lines, flat((1, 1)), candidates=SIZE, weight=0.0)

    assert found.shape == (1, 1)
    assert found[0, 0] != SPACE
