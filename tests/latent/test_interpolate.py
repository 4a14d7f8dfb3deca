"""Walking from one drawing to another: exact ends, valid pages, even steps."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_runs import grids_of
from torch import Tensor, nn

from asciivae.contract import Posterior
from asciivae.corpus.source import open_corpus
from asciivae.errors import ArtError, ModelError
from asciivae.latent.arc import Arc
from asciivae.latent.interpolate import InkDistance, interpolate
from asciivae.latent.reconstruct import TorchCoder, reconstruct
from asciivae.models import spatial
from asciivae.models.base import VAE
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import atlas
from asciivae.reproduction import logged
from asciivae.text.canvas import Canvas
from asciivae.text.charset import SIZE

GLYPHS = atlas(res=(9, 9))
CAT = np.array([[0, 15, 0], [40, 14, 41]], np.uint8)


class Loud(VAE):
    """A model that repeats what it reads; some cells and characters are louder than others, and so flip earlier."""

    def __init__(self) -> None:
        super().__init__()
        gain = torch.rand(SIZE, 96, 96, generator=torch.Generator().manual_seed(3)) + 0.5
        self.gain = nn.Parameter(gain)

    def canvas(self, height: int, width: int) -> tuple[int, int]:
        return -(-max(height, 1) // 8) * 8, -(-max(width, 1) // 8) * 8

    def latent_shape(self, height: int, width: int) -> tuple[int, ...]:
        return (SIZE, height, width)

    def encode(self, ids: Tensor) -> Posterior:
        page = nn.functional.one_hot(ids, SIZE).permute(0, 3, 1, 2).float()
        return Posterior(page * self.gain[:, : ids.shape[1], : ids.shape[2]], torch.zeros(()))

    def decode(self, z: Tensor) -> Tensor:
        return z


class Different(Loud):
    """Repeats small pages only: on others all is `#`."""

    def decode(self, z: Tensor) -> Tensor:
        if z.shape[2] <= 8:
            return z
        return nn.functional.one_hot(torch.full(z.shape[:1] + z.shape[2:], 3), SIZE).permute(0, 3, 1, 2).float()


def small_spatial() -> spatial.SpatialVAE:
    torch.manual_seed(0)
    model = spatial.SpatialVAE(spatial.SpatialConfig(latent=3, fine_channels=8, coarse_channels=8, embedding=4))
    nn.init.normal_(model.head.weight)
    assert model.head.bias is not None
    nn.init.zeros_(model.head.bias)
    return model.eval()


SPATIAL = small_spatial()
SIZES = st.tuples(st.integers(1, 20), st.integers(1, 20))


@settings(deadline=None, max_examples=30)
@given(st.tuples(SIZES, SIZES), st.integers(0, 3), st.booleans())
def test_the_ends_are_the_reconstructions_and_all_between_are_pages(
    sizes: tuple[tuple[int, int], tuple[int, int]], margin: int, trimmed: bool
) -> None:
    start, end = (np.pad(grid, ((margin, 0), (2 * margin, 0))) for grid in grids_of(sizes))
    canvas = Canvas(SPATIAL.canvas, trimmed=True) if trimmed else Canvas.fixed(24, 32)
    way = Arc(TorchCoder(SPATIAL), canvas, start, end)
    path = interpolate(way, 5, GLYPHS)

    height, width = path.frames[0].shape
    assert all(frame.dtype == np.uint8 and frame.shape == (height, width) for frame in path.frames)
    assert max(frame.max() for frame in path.frames) < SIZE
    ends = reconstruct(SPATIAL, [start, end], canvas)
    for one, at, frame in zip(ends, (path.start, path.end), (path.frames[0], path.frames[-1]), strict=True):
        rows, columns = slice(at.row, at.row + at.height), slice(at.column, at.column + at.width)
        assert np.array_equal(frame[rows, columns], one.grid)
        assert np.count_nonzero(frame) == np.count_nonzero(one.grid)
    assert min(path.start.row, path.end.row) == min(path.start.column, path.end.column) == 0
    assert path.positions[0] == 0.0
    assert path.positions[-1] == 1.0
    assert list(path.positions) == sorted(path.positions)


def test_steps_between_drawings_are_even_in_the_picture() -> None:
    corpus = open_corpus("embedded")
    chosen = np.random.default_rng(5).choice(len(corpus), 40, replace=False).tolist()
    model = Loud().eval()
    for one, other in zip(chosen[::2], chosen[1::2], strict=True):
        path = interpolate(
            Arc(TorchCoder(model), Canvas(model.canvas), corpus.grid(one), corpus.grid(other)), 12, GLYPHS
        )

        assert len(path.frames) == 12
        assert max(path.changes) <= 3 * np.mean(path.changes)
        drawn = [int((p != q).sum()) for p, q in itertools.pairwise(path.frames)]
        assert max(drawn) <= 3 * np.mean(drawn)


def test_a_model_that_sees_a_drawing_otherwise_on_a_larger_page_still_ends_where_it_should() -> None:
    wall = np.full((12, 12), 5, np.uint8)
    way = Arc(TorchCoder(Different().eval()), Canvas(Different().canvas), CAT, wall)
    first, last = way.pages([0.0, 1.0])

    assert np.array_equal(first[way.start[0] :, way.start[1] :][:2, :3], CAT)
    assert np.count_nonzero(first) == np.count_nonzero(CAT)
    assert (last == 3).all()  # what it makes of the wall on its own page
    near = way.pages([0.01])[0]
    assert np.array_equal(near, first)  # and no leap away from it


def test_the_small_drawing_lies_in_the_middle_of_the_large_one_at_a_distance_the_strides_divide() -> None:
    wall = np.full((40, 40), 5, np.uint8)
    way = Arc(TorchCoder(Loud().eval()), Canvas(Loud().canvas), CAT, wall)

    assert way.end == (0, 0, 40, 40)
    assert way.start == (16 + 3, 16 + 2, 2, 3)  # its own page of 8 × 8 begins at 16, and it in the middle of that
    first = way.pages([0.0])[0]
    assert np.array_equal(first[19:21, 18:21], CAT)
    assert np.count_nonzero(first) == 5 - 1


def test_there_is_a_way_from_a_drawing_to_itself_and_from_blank_to_blank() -> None:
    for drawing in (CAT, np.zeros((3, 3), np.uint8)):
        path = interpolate(Arc(TorchCoder(Loud().eval()), Canvas(Loud().canvas), drawing, drawing), 4, GLYPHS)

        assert path.changes == (0.0, 0.0, 0.0)
        assert all(np.array_equal(frame, drawing) for frame in path.frames)
        assert path.positions[1] == pytest.approx(1 / 3, abs=0.02)


def test_logged_models_have_ways_too() -> None:
    model = logged.LoggedVAE(logged.LoggedConfig(variant="D")).eval()
    path = interpolate(Arc(TorchCoder(model), Canvas.fixed(64, 64, "logged"), *grids_of([(5, 9), (7, 3)])), 3, GLYPHS)

    assert path.frames[1].shape == (7, 9)
    with pytest.raises(ArtError, match="65 lines"):
        Arc(TorchCoder(model), Canvas.fixed(64, 64, "logged"), *grids_of([(65, 9), (7, 3)]))
    with pytest.raises(ModelError, match="too large"):
        Arc(TorchCoder(model), Canvas(model.canvas), *grids_of([(65, 9), (7, 3)]))


def test_a_path_has_two_ends() -> None:
    with pytest.raises(ValueError, match="at least 2 steps"):
        interpolate(Arc(TorchCoder(Loud().eval()), Canvas(Loud().canvas), CAT, CAT), 1, GLYPHS)


def test_the_distance_is_that_of_the_rendered_pictures() -> None:
    pages = np.stack(grids_of([(6, 7), (6, 7)]))
    renderer = Discrete(DiscreteConfig(), GLYPHS)
    one_hot = nn.functional.one_hot(torch.from_numpy(pages.astype(np.int64)), SIZE).permute(0, 3, 1, 2).float()
    drawn, other = renderer(one_hot)
    distance = InkDistance(GLYPHS)

    assert distance.distance(*pages) == pytest.approx(float((drawn - other).abs().sum()) / 81, rel=1e-4)
    assert distance.distance(pages[0], pages[0]) == 0.0


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 94), min_size=2, max_size=12))
def test_increments_sum_to_two(characters: list[int]) -> None:
    increments = InkDistance(GLYPHS).increments([np.full((2, 2), c, np.uint8) for c in characters])

    assert increments.shape == (len(characters) - 1,)
    assert float(increments.sum()) == pytest.approx(2.0 if len(set(characters)) > 1 else 0.0)
