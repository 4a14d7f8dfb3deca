"""Cells side by side make a page."""

import torch

from asciivae.render.cells import page


def test_page_lays_cells_side_by_side() -> None:
    cells = torch.arange(2 * 2 * 3 * 2 * 2).view(2, 2, 3, 2, 2)
    first = [[0, 1, 4, 5, 8, 9], [2, 3, 6, 7, 10, 11], [12, 13, 16, 17, 20, 21], [14, 15, 18, 19, 22, 23]]
    assert page(cells)[0, 0].tolist() == first
    assert torch.equal(page(cells)[1], page(cells)[0] + 24)
