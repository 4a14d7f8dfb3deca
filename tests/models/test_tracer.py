import pytest
import torch
from tracers import TINY, tiny_tracer

from asciivae.models.tracer import CELL, MASKED, Config, Tracer, by_cells


def inputs(rows: int = 4, columns: int = 7) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    lines = torch.rand(2, 1, CELL[0] * rows, CELL[1] * columns, generator=generator)
    return lines, torch.full((2, rows, columns), MASKED), torch.ones(2)


def test_logits_have_the_size_of_the_page() -> None:
    assert tiny_tracer()(*inputs()).shape == (2, 95, 4, 7)


def test_the_bundled_size_fits_into_four_megabytes() -> None:
    parameters = sum(parameter.numel() for parameter in Tracer(Config()).parameters())

    assert 1_800_000 < parameters < 1_960_000


def test_pixels_of_a_cell_become_its_channels() -> None:
    lines = torch.zeros(1, 1, 24, 18)
    lines[0, 0, 12 + 3, 6 + 2] = 1.0

    cells = by_cells(lines)

    assert cells.shape == (1, 72, 2, 3)
    assert cells.nonzero().tolist() == [[0, 3 * 6 + 2, 1, 1]]


def test_it_sees_known_characters_and_cleanness() -> None:
    tracer = tiny_tracer()
    lines, known, clean = inputs()
    told = known.clone()
    told[:, 1, 1] = 15

    plain = tracer(lines, known, clean)

    assert not torch.allclose(plain, tracer(lines, told, clean))
    assert not torch.allclose(plain, tracer(lines, known, torch.zeros(2)))


def test_pages_of_a_batch_do_not_meet() -> None:
    lines, known, clean = inputs()

    both = tiny_tracer()(lines, known, clean)
    alone = tiny_tracer()(lines[:1], known[:1], clean[:1])

    torch.testing.assert_close(both[:1], alone, atol=1e-5, rtol=1e-5)


def test_logits_are_float32_under_autocast() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        assert tiny_tracer()(*inputs()).dtype == torch.float32


@pytest.mark.parametrize("seed", [0, 1])
def test_the_start_is_a_function_of_the_global_generator(seed: int) -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(seed)
        states.append(Tracer(TINY).state_dict())

    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
