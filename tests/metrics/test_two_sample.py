"""The two-sample test: chance for one source, certain for two that differ."""

import numpy as np
import pytest
from page_models import pages

from asciivae.metrics.two_sample import two_sample_accuracy

SIZE = [(8, 16)] * 40


def test_pages_of_one_source_are_not_told_apart() -> None:
    assert abs(two_sample_accuracy(pages(SIZE, 1), pages(SIZE, 2)) - 0.5) < 0.12


def test_pages_of_two_sources_are() -> None:
    other = [np.where(page == 12, 40, page).astype(np.uint8) for page in pages(SIZE, 2)]

    assert two_sample_accuracy(pages(SIZE, 1), other) > 0.95
    assert two_sample_accuracy(pages(SIZE, 1), [np.zeros((8, 16), np.uint8)] * 40) > 0.95


def test_sizes_do_not_matter() -> None:
    assert abs(two_sample_accuracy(pages(SIZE, 1), pages([(9, 14), (7, 19)] * 20, 2)) - 0.5) < 0.15


def test_too_few_pages_are_refused() -> None:
    with pytest.raises(ValueError, match="at least four"):
        two_sample_accuracy(pages(SIZE[:3]), pages(SIZE))
