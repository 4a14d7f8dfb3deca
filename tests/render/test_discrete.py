import torch
from tensor_checks import one_hot_of, random_glyphs, random_pages, random_tensor

from asciivae.contract import CONTRACT
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import digest

GLYPHS = random_glyphs(3, 2)


def test_what_it_declares() -> None:
    renderer = Discrete(DiscreteConfig(), GLYPHS)
    assert (renderer.contract, renderer.Config, renderer.cell) == (CONTRACT, DiscreteConfig, (3, 2))
    assert (renderer.differentiable, renderer.linear) == (False, False)
    assert renderer.digest == digest(GLYPHS)


def test_glyphs_move_with_the_renderer_but_are_no_weights() -> None:
    renderer = Discrete(DiscreteConfig(), GLYPHS)
    assert renderer.state_dict() == {}
    assert renderer.float().glyphs.dtype == torch.float32


def test_every_cell_shows_its_most_probable_character() -> None:
    scores = random_tensor(2, 95, 4, 5)
    picture = Discrete(DiscreteConfig(), GLYPHS)(scores)
    assert picture.shape == (2, 1, 12, 10)
    for piece in range(2):
        for row in range(4):
            for column in range(5):
                best = max(range(95), key=lambda c: float(scores[piece, c, row, column]))
                cell = picture[piece, 0, 3 * row : 3 * row + 3, 2 * column : 2 * column + 2]
                assert torch.equal(cell, GLYPHS[best])


def test_a_blank_page_is_paper() -> None:
    picture = Discrete(DiscreteConfig(), GLYPHS)(one_hot_of(random_pages(1, 4, 5, ink=0.0)))
    assert bool((picture == 1.0).all())


def test_no_gradient_passes() -> None:
    scores = random_tensor(1, 95, 2, 2).requires_grad_()
    assert not Discrete(DiscreteConfig(), GLYPHS)(scores).requires_grad
