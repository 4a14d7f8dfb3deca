"""Features: only what may be seen, and what they say."""

import numpy as np
import pytest
from page_models import pages

from asciivae.pages.features import (
    BEHIND,
    BUCKETS,
    CAUSAL_TOKENS,
    CONTEXTS,
    DISTANCE_TOKENS,
    DISTANCES,
    HASHES,
    HINT_TOKENS,
    MIRROR,
    OUTSIDE,
    TOKENS,
    UNKNOWN,
    Pages,
    hash_key,
    symmetry,
)
from asciivae.text.art import from_lines
from asciivae.text.charset import CHARSET

NAMES = ("causal", "hints", "distances", "hashed")
SIZES = [(7, 12), (1, 9), (9, 1), (12, 30)]
MIRRORED = len(BEHIND[0])
REPEATS = MIRRORED + 2 * len(MIRROR[0])


def test_every_feature_is_in_its_range() -> None:
    made = Pages(pages(SIZES), [np.random.default_rng(1).random(size) < 0.5 for size in SIZES])
    found = made.features(*made.every_cell())

    n = sum(h * w for h, w in SIZES)
    assert found.causal.shape == (n, CAUSAL_TOKENS)
    assert found.hints.shape == (n, HINT_TOKENS)
    assert found.distances.shape == (n, DISTANCE_TOKENS)
    assert found.hashed.shape == (n, HASHES)
    for name, limit in zip(NAMES, (TOKENS, TOKENS, DISTANCES, BUCKETS), strict=True):
        values = getattr(found, name)
        assert values.min() >= 0
        assert values.max() < limit


@pytest.mark.parametrize("hinted", [False, True])
def test_no_feature_sees_a_cell_that_is_not_given(hinted: bool) -> None:
    rng = np.random.default_rng(2)
    grids = pages(SIZES, 2)
    known = [rng.random(size) < 0.4 if hinted else np.zeros(size, bool) for size in SIZES]
    made = Pages(grids, known)
    page, row, column = made.every_cell()
    whole = made.features(page, row, column)
    for i in rng.choice(len(page), 60, replace=False):
        p = page[i]
        hidden = (np.arange(grids[p].size) >= row[i] * grids[p].shape[1] + column[i]).reshape(grids[p].shape) & ~known[
            p
        ]
        other = grids[p].copy()
        other[hidden] = rng.integers(0, 95, int(hidden.sum()))
        alone = Pages([other], [known[p]]).features(np.array([0]), row[i : i + 1], column[i : i + 1])
        for name in NAMES:
            assert np.array_equal(getattr(whole, name)[i], getattr(alone, name)[0]), name


def test_a_given_cell_is_not_shown_to_itself() -> None:
    grids = pages([(5, 9)], 3)  # an odd width: the middle is its own mirror image
    known = [np.ones((5, 9), bool)]
    made = Pages(grids, known)
    whole = made.features(*made.every_cell())
    for i in range(45):
        other = grids[0].copy()
        other[i // 9, i % 9] = 50
        changed = Pages([other], known)
        found = changed.features(*changed.every_cell())
        for name in NAMES:
            assert np.array_equal(getattr(whole, name)[i], getattr(found, name)[i]), name


def test_the_mirrored_cell_is_flipped() -> None:
    made = Pages([from_lines(["/   \\", "(    "])])
    found = made.features(np.array([0]), np.array([1]), np.array([4]))
    middle = MIRRORED + int(np.flatnonzero((MIRROR[0] == 0) & (MIRROR[1] == 0))[0])
    above = MIRRORED + int(np.flatnonzero((MIRROR[0] == -1) & (MIRROR[1] == 0))[0])

    assert CHARSET[found.causal[0, middle]] == ")"
    assert CHARSET[found.causal[0, above]] == "\\"


def test_what_followed_the_same_neighbourhood_is_found() -> None:
    made = Pages([from_lines(["abcd abcx abc "])])
    found = made.features(np.array([0]), np.array([0]), np.array([13]))

    assert [CHARSET[t] for t in found.causal[0, REPEATS : REPEATS + 2]] == ["x", "d"]
    first = made.features(np.array([0]), np.array([0]), np.array([0]))
    assert set(first.causal[0, REPEATS : REPEATS + 2 * len(CONTEXTS)]) == {UNKNOWN}


def test_neighbours_beyond_the_borders_are_outside() -> None:
    made = Pages([from_lines(["x"])])
    found = made.features(np.array([0]), np.array([0]), np.array([0]))

    assert set(found.causal[0, : len(BEHIND[0])]) == {OUTSIDE}


def test_the_axis_of_symmetry_is_that_of_the_rows_above() -> None:
    grid = from_lines(["  /\\      ", " /  \\     ", "/    \\    ", "          "]).astype(np.int64)
    axes, buckets = symmetry(grid, 3)

    assert axes.tolist() == [9, 5, 5, 5]
    assert buckets[3].tolist() == [16, 4]


def test_one_key_is_hashed_as_many_are() -> None:
    made = Pages(pages([(6, 9)], 4))
    page, row, column = made.every_cell()
    hashed = made.features(page, row, column).hashed
    at = made.origins[page] + row * made.strides[page] + column
    key = made.cells[at - 1] * TOKENS + made.cells[at - made.strides[page]]

    assert [hash_key(int(k)) % BUCKETS for k in key] == hashed[:, 0].tolist()
