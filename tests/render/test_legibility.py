import math

import pytest
import torch

from asciivae.render.glyphs import atlas
from asciivae.render.legibility import Legibility, confusions, legibility, visual_distance
from asciivae.text.charset import CHARSET


@pytest.fixture(scope="module")
def square() -> dict[int, Legibility]:
    return {res: legibility(atlas(res=(res, res))) for res in range(5, 17)}


def collapsed(found: Legibility) -> set[str]:
    return {pair.first + pair.second for pair in found.collapsed}


def test_the_score_agrees_with_what_the_log_saw(square: dict[int, Legibility]) -> None:
    assert 0.45 <= square[7].score <= 0.70
    assert 0.88 <= square[9].score <= 0.97
    assert square[10].score >= 0.95
    assert square[12].score >= 0.98
    scores = [square[res].score for res in range(5, 17)]
    assert scores == sorted(scores)


def test_the_smallest_readable_size(square: dict[int, Legibility]) -> None:
    assert min(res for res, found in square.items() if found.readable) in (9, 10, 11)
    assert legibility(atlas(res=(14, 7))).readable


def test_pairs_that_collapse(square: dict[int, Legibility]) -> None:
    assert {"0O", "OQ"} <= collapsed(square[9])
    assert {"[|", "[]"} & collapsed(square[5])
    assert "()" not in collapsed(square[9])
    for found in square.values():
        assert set(found.collapsed) <= set(found.risky)
        assert [pair.distance for pair in found.risky] == sorted(pair.distance for pair in found.risky)
        assert found.nearest.distance == found.risky[0].distance


def test_the_logs_crop_reads_worse() -> None:
    logged = legibility(atlas(cell="logged", res=(7, 7), zoom=21, antialias=False))
    assert logged.score < 0.3
    assert len(logged.risky) > 2 * len(legibility(atlas(res=(7, 7))).risky)


def test_visual_distance_by_hand() -> None:
    ink = torch.zeros(4, 1, 3)
    ink[1, 0, 0] = 1.0
    ink[2, 0, :2] = 1.0
    ink[3, 0, 2] = 0.5
    expected = [[0, 1, 1, 1], [1, 0, 1 / 3, 1], [1, 1 / 3, 0, 1], [1, 1, 1, 0]]
    torch.testing.assert_close(visual_distance(ink), torch.tensor(expected))


def test_characters_without_ink_look_the_same() -> None:
    assert torch.equal(visual_distance(torch.zeros(2, 3, 3)), torch.zeros(2, 2))


def test_confusion_is_a_half_for_twins_and_falls_with_the_distance() -> None:
    ink = torch.zeros(3, 9, 9, dtype=torch.float64)
    ink[2, 4, 4] = 1.0
    found = confusions(ink)
    assert float(found[0, 1]) == 0.5
    # A dot of 1 under a Gaussian of half a pixel; its norm over twice the noise, in the tail of the normal.
    weights = torch.tensor([math.exp(-2.0 * d * d) for d in (-1, 0, 1)], dtype=torch.float64)
    norm = float((weights / weights.sum()).square().sum())
    assert float(found[0, 2]) == pytest.approx(0.5 * math.erfc(norm / 0.5 / math.sqrt(2)))


def test_a_blank_atlas_reads_nothing() -> None:
    found = legibility(torch.ones(95, 4, 4))
    assert found.score == 0.0
    assert not found.readable
    assert len(found.collapsed) == math.comb(len(CHARSET), 2)
    assert found.ink == 0.0
