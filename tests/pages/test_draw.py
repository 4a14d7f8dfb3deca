"""Drawing: the cached step equals the whole pass, sizes are obeyed, what is given stays."""

import numpy as np
import pytest
from page_models import network, pages

from asciivae.pages.cells import Condition
from asciivae.pages.draw import choose, draw, finished
from asciivae.pages.likelihood import cell_bits
from asciivae.pages.stepper import TorchPages


@pytest.mark.parametrize("size", [(7, 13), (1, 12), (11, 1), (1, 1)])
@pytest.mark.parametrize("hinted", [False, True])
def test_the_bits_of_what_is_drawn_are_its_likelihood(size: tuple[int, int], hinted: bool) -> None:
    net, (page,) = network(), pages([size], 3)
    known = np.random.default_rng(4).random(size) < 0.4 if hinted else None
    said = Condition(category=2, signature=1)
    drawn = finished(TorchPages(net), page, known, count=3, condition=said, seed=1)
    expected = cell_bits(TorchPages(net), list(drawn.pages), None if known is None else [known] * 3, [said] * 3)

    assert drawn.pages.shape == (3, *size)
    assert drawn.rows == size[0]
    np.testing.assert_allclose(drawn.bits, [bits.sum() for bits in expected], atol=1e-3)
    if known is not None:
        assert (drawn.pages[:, known] == page[known]).all()


def test_a_page_of_a_seed_does_not_depend_on_the_others() -> None:
    net, blank = network(), np.zeros((5, 9), np.uint8)
    several = finished(TorchPages(net), blank, count=3, seed=5).pages

    assert np.array_equal(finished(TorchPages(net), blank, count=1, seed=5).pages[0], several[0])
    assert not np.array_equal(several[0], several[1])
    assert not np.array_equal(finished(TorchPages(net), blank, count=1, seed=6).pages[0], several[0])


def test_pages_grow_row_by_row() -> None:
    rows = list(draw(TorchPages(network()), np.zeros((4, 6), np.uint8), count=2))

    assert [one.rows for one in rows] == [1, 2, 3, 4]
    assert (rows[0].pages[:, 1:] == 0).all()
    assert np.array_equal(rows[0].pages[:, 0], rows[-1].pages[:, 0])
    assert (np.diff([one.bits for one in rows], axis=0) >= 0).all()


def test_only_the_choice_among_ink_is_tempered() -> None:
    p = np.full((1, 95), 0.1 / 93)
    p[0, 0], p[0, 7] = 0.5, 0.4
    log_p = np.log(np.repeat(p / p.sum(), 20000, 0))
    chances = np.random.default_rng(0).random((20000, 2))
    for temperature, seven in ((1.0, 0.8), (0.5, 0.9998), (0.0, 1.0)):
        chosen = choose(log_p, chances, temperature)
        ink = chosen[chosen != 0]
        assert abs(len(ink) / 20000 - 0.5) < 0.02
        assert abs((ink == 7).mean() - seven) < 0.02
    assert set(chosen.tolist()) == {0, 7}
