import numpy as np
import pytest
from tracers import CAT, line_picture, taught_tracer, tiny_tracer

from asciivae.drawing.decode import TracedPage, conditional, decode
from asciivae.drawing.lines import Lines, find_lines
from asciivae.drawing.picture import from_array
from asciivae.text.charset import SPACE


def cat_lines() -> Lines:
    return find_lines(from_array(line_picture(CAT)), CAT.shape, kind="given")


def test_a_taught_tracer_draws_what_it_knows() -> None:
    traced = decode(TracedPage(taught_tracer(), cat_lines()))

    assert (traced.grid == CAT).mean() > 0.95
    assert traced.logp.shape == (*CAT.shape, 95)


@pytest.mark.parametrize("rounds", [1, 3, 8])
def test_every_cell_is_decided_after_any_number_of_rounds(rounds: int) -> None:
    ticks: list[int] = []

    traced = decode(TracedPage(tiny_tracer(), cat_lines()), rounds=rounds, tick=lambda: ticks.append(1))

    assert traced.grid.max() < 95
    assert len(ticks) == rounds
    near = np.isfinite(traced.logp).all(axis=-1)
    assert np.allclose(np.exp(traced.logp[near]).sum(-1), 1.0, atol=1e-4)


def test_cells_far_from_lines_are_blank() -> None:
    strength = np.zeros((12 * 9, 6 * 20), np.float32)
    strength[6, 3:9] = 1.0

    traced = decode(TracedPage(tiny_tracer(), Lines(strength, False, "edges", "")))

    assert (traced.grid[2:] == SPACE).all()
    assert (traced.grid[:, 4:] == SPACE).all()
    assert (traced.logp[5, 10, SPACE] == 0.0).all()


def test_decoding_is_deterministic_and_noise_varies_it() -> None:
    page = TracedPage(tiny_tracer(), cat_lines())
    noise = np.random.default_rng(0).gumbel(size=(*CAT.shape, 95)).astype(np.float32)

    first, second, varied = decode(page), decode(page), decode(page, noise=3.0 * noise)

    assert np.array_equal(first.grid, second.grid)
    assert not np.array_equal(first.grid, varied.grid)
    assert np.array_equal(varied.grid, decode(page, noise=3.0 * noise).grid)


def test_the_pseudo_likelihood_does_not_see_the_cell_itself() -> None:
    page = TracedPage(taught_tracer(), cat_lines())
    other = CAT.copy()
    other[1, 1] = 33

    said, said_of_other = conditional(page, CAT), conditional(page, other)

    assert np.allclose(said[1, 1], said_of_other[1, 1], atol=1e-5)
    assert not np.allclose(said[1, 2], said_of_other[1, 2], atol=1e-5)
    assert (said.argmax(-1) == CAT).mean() > 0.9


def test_a_large_page_is_read_in_bands_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    page = TracedPage(
        tiny_tracer(), Lines((draw.random((12 * 40, 6 * 9)) < 0.1).astype(np.float32), False, "edges", "")
    )
    whole = page.logp(page.unknown())

    monkeypatch.setattr("asciivae.drawing.decode.MOST_CELLS", 200)

    assert np.allclose(whole, page.logp(page.unknown()), atol=1e-5)
