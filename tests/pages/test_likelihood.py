"""Likelihoods: exact, whatever the batch; given cells cost nothing."""

import numpy as np
import torch
from page_models import network, pages

from asciivae.pages.batch import make_batch
from asciivae.pages.cells import Condition, in_batches
from asciivae.pages.likelihood import bits_per_ink, cell_bits, probabilities
from asciivae.pages.stepper import TorchPages

SIZES = [(4, 6), (1, 11), (9, 1), (12, 20), (3, 31)]


def test_bits_do_not_depend_on_the_batch() -> None:
    net, grids = network(), pages(SIZES)
    together = cell_bits(TorchPages(net), grids)
    for grid, bits in zip(grids, together, strict=True):
        (alone,) = cell_bits(TorchPages(net), [grid])
        assert bits.shape == grid.shape
        np.testing.assert_allclose(alone, bits, atol=1e-4)
    few = cell_bits(TorchPages(net), grids, largest=1)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(few, together, strict=True))


def test_the_probabilities_of_a_cell_sum_to_1() -> None:
    net, (grid,) = network(), pages([(1, 3)])
    total = 0.0
    for character in range(95):
        last = grid.copy()
        last[0, 2] = character
        total += 2.0 ** -cell_bits(TorchPages(net), [last])[0][0, 2]

    assert abs(total - 1) < 1e-4
    np.testing.assert_allclose(probabilities(TorchPages(net), grid).sum(-1), 1, atol=1e-5)


def test_all_pages_of_a_size_have_probability_1_together() -> None:
    """Over the first two cells of 95² pages: 1 × 2 cells."""
    net = network()
    grids = [np.array([[a, b]], np.uint8) for a in range(95) for b in range(95)]
    bits = cell_bits(TorchPages(net), grids)

    assert abs(sum(2.0 ** -b.sum() for b in bits) - 1) < 1e-3


def test_given_characters_cost_nothing_and_help_those_before_them() -> None:
    net, (grid,) = network(), pages([(6, 10)])
    known = np.zeros(grid.shape, bool)
    known[3:] = True
    (bits,) = cell_bits(TorchPages(net), [grid], [known])

    assert (bits[3:] == 0).all()
    assert (bits[:3] > 0).all()
    assert not np.allclose(bits[:3], cell_bits(TorchPages(net), [grid])[0][:3])
    (nothing,) = cell_bits(TorchPages(net), [grid], [np.ones(grid.shape, bool)])
    assert (nothing == 0).all()


def test_no_probability_depends_on_a_hidden_cell_from_it_on() -> None:
    net, (grid,) = network(), pages([(6, 10)], 4)
    known = np.random.default_rng(0).random(grid.shape) < 0.5
    hidden = np.flatnonzero(~known)
    before = make_batch([grid], [known]).logits(net)
    for n in (0, len(hidden) // 2, len(hidden) - 1):
        other = grid.copy()
        other.flat[hidden[n:]] = (other.flat[hidden[n:]] + 7) % 95
        after = make_batch([other], [known]).logits(net)
        torch.testing.assert_close(after[: n + 1], before[: n + 1], atol=1e-5, rtol=1e-5)
        if n + 1 < len(hidden):
            assert not torch.allclose(after[n + 1 :], before[n + 1 :])


def test_proofreading_does_not_look_at_the_cell_itself() -> None:
    net, (grid,) = network(), pages([(5, 9)], 4)
    before = probabilities(TorchPages(net), grid)
    for cell in (0, 22, 44):
        other = grid.copy()
        other.flat[cell] = 60
        after = probabilities(TorchPages(net), other)
        np.testing.assert_allclose(after.reshape(-1, 95)[cell], before.reshape(-1, 95)[cell], atol=1e-5)
        assert not np.allclose(after, before, atol=1e-5)


def test_conditions_change_the_bits() -> None:
    net, (grid,) = network(), pages([(6, 10)])
    plain = bits_per_ink(TorchPages(net), [grid])

    assert plain != bits_per_ink(TorchPages(net), [grid], [Condition(category=3)])
    assert plain != bits_per_ink(TorchPages(net), [grid], [Condition(signature=1)])


def test_pages_are_batched_by_size() -> None:
    grids = pages([(10, 10), (1, 1), (5, 5), (40, 40)])

    assert list(in_batches(grids, 60)) == [[1, 2], [0], [3]]


def test_training_is_unbiased_about_blanks() -> None:
    """A page looked at often enough counts its cells as they are."""
    (grid,) = pages([(20, 30)], 5)
    grid[:, 8:] = 0
    counts = [float(make_batch([grid], thin=np.random.default_rng(i).random).weight.sum()) for i in range(300)]

    assert abs(np.mean(counts) - 600) < 6
    batch = make_batch([grid], [np.ones(grid.shape, bool)], thin=np.random.default_rng(0).random)
    assert len(batch.predicted) == 0
    assert len(batch.character) == (grid != 0).sum()


def test_the_gradient_reaches_every_parameter() -> None:
    net = network().train()
    grids = pages([(8, 12), (9, 9)])
    batch = make_batch(grids, [np.random.default_rng(0).random(g.shape) < 0.3 for g in grids])
    logits, guessed = batch.both(net, guess=True)
    assert guessed is not None
    (batch.surprise(logits).mean() + batch.surprise(guessed).mean()).backward()

    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all()
        assert float(parameter.grad.abs().sum()) > 0, name
