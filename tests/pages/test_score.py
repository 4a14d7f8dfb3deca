"""Scores and suggestions."""

import gzip
import lzma

import numpy as np
import pytest
from page_models import network, pages

from asciivae.pages.likelihood import cell_bits
from asciivae.pages.score import LIKELIER, UNLIKELY, compressed_bits, score, suggest
from asciivae.pages.stepper import TorchPages


def test_a_score_is_the_likelihood_beside_the_compressors() -> None:
    net, grids = network(), pages([(5, 9), (3, 3)])
    for grid, one, bits in zip(grids, score(TorchPages(net), grids), cell_bits(TorchPages(net), grids), strict=True):
        assert np.allclose(one.cells, bits, atol=1e-4)
        assert one.ink == (grid != 0).sum()
        assert one.per_ink * one.ink == pytest.approx(one.bits)
        assert one.per_cell * grid.size == pytest.approx(one.bits)


def test_compressors_are_the_real_ones() -> None:
    text = "abc\n" * 9
    data = text.encode()

    assert compressed_bits(text) == (
        8 * len(gzip.compress(data, 9, mtime=0)),
        8 * len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)),
    )


def test_a_blank_page_has_bits_and_no_ink() -> None:
    (one,) = score(TorchPages(network()), [np.zeros((2, 3), np.uint8)])

    assert one.ink == 0
    assert one.per_ink == one.bits > 0


def test_suggestions_are_likelier_and_the_surest_come_first() -> None:
    (page,) = pages([(12, 16)], 2)
    found = suggest(TorchPages(network(blank=9.0)), page, most=5)

    assert 0 < len(found) <= 5
    for one in found:
        assert page[one.row - 1, one.column - 1] == one.now != one.better
        assert one.probability >= LIKELIER > UNLIKELY
    assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)
