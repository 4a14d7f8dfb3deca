import math

import pytest
import torch

from asciivae.filters.kernels import gaussian_kernel, log_kernel, log_response, sobel_magnitude
from asciivae.filters.windows import disc_window


def test_a_stroke_answers_with_a_positive_lobe() -> None:
    picture = torch.ones(1, 1, 21, 21)
    picture[..., 10] = 0.0
    answer = log_response(picture, 11, 0.9)[0, 0]
    assert answer[10].argmax() == 10
    assert answer[10, 10] > 0.2


@pytest.mark.parametrize("size", [7, 11])
def test_a_paper_border_leaves_a_white_page_without_edges(size: int) -> None:
    white = torch.ones(1, 1, 12, 15, dtype=torch.float64)
    total = float(log_kernel(size, 0.9).sum())
    torch.testing.assert_close(log_response(white, size, 0.9), white * total)
    assert log_response(white, size, 0.9, "zero").min() < total - 0.2
    assert sobel_magnitude(white).max() <= 1e-6
    assert sobel_magnitude(white, "zero").max() > 0.3


def test_the_committed_filter_of_the_log_is_minus_eight_times_the_picture() -> None:
    picture = torch.rand(1, 1, 20, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert (log_response(picture, 15, 0.2, "zero") + 7.958 * picture).abs().max() < 0.01


def test_sobel_measures_the_slope() -> None:
    ramp = torch.arange(9.0).expand(1, 1, 9, 9) / 10
    torch.testing.assert_close(sobel_magnitude(ramp)[0, 0, 1:-1, 1:-1], torch.full((7, 7), 0.1))
    diagonal = (torch.arange(9.0) + torch.arange(9.0)[:, None])[None, None] / 20
    expected = torch.full((7, 7), math.sqrt(2) / 20)
    torch.testing.assert_close(sobel_magnitude(diagonal)[0, 0, 1:-1, 1:-1], expected)


def test_sobel_has_a_gradient_on_a_blank_page() -> None:
    page = torch.ones(1, 1, 5, 5, requires_grad=True)
    sobel_magnitude(page).sum().backward()
    assert page.grad is not None
    assert page.grad.isfinite().all()


@pytest.mark.parametrize("degrees", [0.0, 45.0, 90.0, 135.0])
def test_a_gaussian_sums_to_one_and_points_where_it_should(degrees: float) -> None:
    kernel = gaussian_kernel(0.6, 0.2, degrees, (7.0, 7.0))
    assert float(kernel.sum()) == pytest.approx(1.0)
    middle, step = kernel.shape[0] // 2, 4
    ahead = (round(-math.sin(math.radians(degrees))) * step, round(math.cos(math.radians(degrees))) * step)
    aside = (-ahead[1], ahead[0])
    assert kernel[middle + ahead[0], middle + ahead[1]] > 10 * kernel[middle + aside[0], middle + aside[1]]


def test_a_disc_is_round_in_cell_widths() -> None:
    assert disc_window(0.75, (4.0, 4.0)).shape == (7, 7)
    assert disc_window(1.0, (1.0, 2.0)).tolist() == [[0, 0, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 1, 0, 0]]
