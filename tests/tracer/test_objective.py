import numpy as np
import torch
from tracers import CAT, TINY

from asciivae.models.tracer import MASKED, Tracer
from asciivae.tracer.objective import TracerObjective, partly_known
from asciivae.tracer.settings import Disturb


def page_of_words() -> torch.Tensor:
    page = np.pad(CAT, ((1, 1), (1, 6)))
    page[0, :5] = [40, 37, 44, 44, 47]  # HELLO
    return torch.from_numpy(page.astype(np.int64))[None]


def test_the_fraction_of_pages_of_which_nothing_is_told() -> None:
    pages = torch.zeros(400, 5, 6, dtype=torch.long)

    known = partly_known(pages, 0.25, np.random.default_rng(0))

    told = (known != MASKED).flatten(1).float().mean(1)
    assert 0.2 < (told == 0).float().mean() < 0.4
    assert told.max() > 0.9
    assert (partly_known(pages, 1.0, np.random.default_rng(0)) == MASKED).all()


def test_the_loss_is_a_function_of_seed_and_step() -> None:
    torch.manual_seed(0)
    tracer = Tracer(TINY)
    page = page_of_words()
    mask = torch.ones(page.shape, dtype=torch.bool)

    def losses(seed: int, step: int) -> float:
        sums, cells = TracerObjective(Disturb(), 0.5, seed)(tracer, page, mask, step)
        return float((sums.sum() / cells.sum()).detach())

    assert losses(0, 3) == losses(0, 3)
    assert losses(0, 3) != losses(0, 4)
    assert losses(0, 3) != losses(1, 3)


def test_cells_outside_of_the_mask_and_told_cells_are_not_asked_for() -> None:
    tracer = Tracer(TINY)
    page = page_of_words()
    mask = torch.ones(page.shape, dtype=torch.bool)
    mask[:, :, 8:] = False

    _, untold = TracerObjective(Disturb(), 1.0, 0)(tracer, page, mask, 0)
    counts = [int(TracerObjective(Disturb(), 0.0, 0)(tracer, page, mask, step)[1]) for step in range(8)]

    assert int(untold) == int(mask.sum())
    assert min(counts) < max(counts) <= int(mask.sum())


def test_a_page_of_which_all_is_told_gives_no_nan() -> None:
    mask = torch.zeros(page_of_words().shape, dtype=torch.bool)

    sums, cells = TracerObjective(Disturb(), 1.0, 0)(Tracer(TINY), page_of_words(), mask, 0)

    assert float(sums.detach()) == 0.0
    assert int(cells) == 0
