"""What a model costs and uses, against formulas of their own."""

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
import torch
from tiny_runs import SPATIAL, grids_of
from torch import distributions

from asciivae.contract import Posterior
from asciivae.experiment.measure import Measured, _Moments, measure
from asciivae.latent.pieces import latent_noise
from asciivae.latent.reconstruct import reconstruct
from asciivae.metrics.look import look_scores
from asciivae.metrics.picture import contour_scores, picture_scores
from asciivae.models import spatial
from asciivae.reproduction import logged
from asciivae.text.canvas import Canvas

GRIDS = grids_of([(5, 7), (8, 8), (11, 3), (16, 20), (7, 7)])


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(1)
    made = spatial.SpatialVAE(spatial.SpatialConfig(**{k: v for k, v in SPATIAL.items() if k != "use"})).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return made


@pytest.fixture(scope="module")
def canvas(model: Any) -> Canvas:
    return Canvas(model.canvas, trimmed=True)


@pytest.fixture(scope="module")
def measured(model: Any, canvas: Canvas) -> Measured:
    return measure(model, GRIDS, canvas)


def test_a_row_for_every_piece_in_the_order_given(model: Any, canvas: Canvas, measured: Measured) -> None:
    made = reconstruct(model, GRIDS, canvas)
    looks = look_scores(GRIDS, [one.grid for one in made])
    assert [one.original is grid for one, grid in zip(measured.reconstructions, GRIDS, strict=True)] == [True] * 5
    for row, one, look, seen in zip(measured.scores, made, looks, measured.reconstructions, strict=True):
        assert np.array_equal(one.grid, seen.grid)
        assert {name: row[name] for name in look} == pytest.approx(look)
        assert row["ink_confidence"] == pytest.approx(one.ink_confidence)


@torch.no_grad()
def test_bits_are_the_bound_of_one_draw(model: Any, canvas: Canvas, measured: Measured) -> None:
    for grid, row in zip(GRIDS, measured.scores, strict=True):
        page, _ = canvas.place(grid, canvas.size(grid))
        ids = torch.from_numpy(page.astype(np.int64))[None]
        posterior = model.encode(ids)
        q = distributions.Normal(posterior.mean, (0.5 * posterior.logvar).exp())
        z = q.loc + q.scale * torch.from_numpy(latent_noise(q.loc.shape[1:], [grid], seed=0))
        reconstruction = -distributions.Categorical(logits=model.decode(z).permute(0, 2, 3, 1)).log_prob(ids).sum()
        kl = distributions.kl_divergence(q, distributions.Normal(0.0, 1.0)).sum()

        assert row["reconstruction_nats"] == pytest.approx(float(reconstruction), rel=1e-5)
        assert row["kl_nats"] == pytest.approx(float(kl), rel=1e-5)
        assert row["bits"] == pytest.approx(float(reconstruction + kl) / math.log(2), rel=1e-5)
        assert row["bits_per_cell"] == pytest.approx(row["bits"] / grid.size)
        assert row["latent_numbers"] == z.numel()


def test_a_blank_model_pays_for_every_character_alike(canvas: Canvas) -> None:
    blank = spatial.SpatialVAE(spatial.SpatialConfig(fine_channels=8, coarse_channels=8)).eval()
    for parameter in blank.parameters():
        parameter.data.zero_()
    (row,) = measure(blank, grids_of([(8, 8)]), canvas).scores
    assert row["reconstruction_nats"] == pytest.approx(64 * math.log(95), rel=1e-5)
    assert row["kl_nats"] == 0
    assert measure(blank, GRIDS, canvas).units.active == 0


@torch.no_grad()
def test_a_channel_of_a_latent_grid_is_a_unit(model: Any, canvas: Canvas, measured: Measured) -> None:
    means: dict[int, list[float]] = defaultdict(list)
    for grid in GRIDS:
        page, _ = canvas.place(grid, canvas.size(grid))
        for channel, values in enumerate(model.encode(torch.from_numpy(page.astype(np.int64))[None]).mean[0]):
            means[channel] += values.flatten().tolist()
    expected = [float(np.var(values)) for values in means.values()]

    assert measured.units.variances == pytest.approx(expected, rel=1e-4)
    assert (measured.units.total, measured.units.active) == (len(expected), sum(value > 0.01 for value in expected))


def test_a_number_of_a_latent_vector_is_a_unit() -> None:
    model = logged.LoggedVAE(logged.LoggedConfig(variant="D")).eval()
    with torch.no_grad():
        units = measure(model, GRIDS[:2], Canvas.fixed(64, 64)).units
    assert units.total == math.prod(model.latent_shape(64, 64))


def test_contours_are_compared_only_on_request(model: Any, canvas: Canvas, measured: Measured) -> None:
    told: list[int] = []
    slow = measure(model, GRIDS[:2], canvas, contours=True, advanced=told.append)
    for row, one, quick in zip(slow.scores, slow.reconstructions, measured.scores, strict=False):
        contour = contour_scores(one.original, one.grid)
        assert {name: row[name] for name in contour} == contour
        assert row.keys() - quick.keys() == contour.keys()
        assert picture_scores(one.original, one.grid).keys() <= row.keys()
    assert sum(told) == 2


def test_neighbours_change_nothing(model: Any, canvas: Canvas, measured: Measured) -> None:
    (alone,) = measure(model, [GRIDS[3]], canvas).scores
    assert alone == pytest.approx(measured.scores[3], rel=1e-5)
    (other,) = measure(model, [GRIDS[3]], canvas, seed=1).scores
    assert other["reconstruction_nats"] != alone["reconstruction_nats"]
    assert other["kl_nats"] == alone["kl_nats"]


def test_a_channel_that_only_some_pages_have_is_judged_on_those() -> None:
    moments = _Moments()
    draws = [torch.randn(shape, generator=torch.Generator().manual_seed(1)) for shape in ((2, 4, 1, 1), (3, 2, 2, 3))]
    for mean in (draws[0], draws[1], draws[0]):
        moments.add(Posterior(mean, mean))
    few, many = (mean.transpose(0, 1).flatten(1) for mean in draws)
    shared = torch.cat([few[:2], many, few[:2]], dim=1).var(1, correction=0)

    assert moments.units().variances == pytest.approx([*shared.tolist(), *few[2:].var(1, correction=0).tolist()])
