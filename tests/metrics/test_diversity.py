"""Diversity: none among equals, some among others."""

import numpy as np
import pytest
from page_models import pages

from asciivae.metrics.diversity import diversity


def test_equal_pages_have_none() -> None:
    (page,) = pages([(6, 12)])
    assert diversity([page] * 3, pairs=4) == pytest.approx(0, abs=1e-6)


def test_different_pages_of_different_sizes_have_some() -> None:
    found = diversity(pages([(6, 12), (9, 8), (5, 20)]), pairs=6)
    assert 0.1 < found < 1
    assert found == diversity(pages([(6, 12), (9, 8), (5, 20)]), pairs=6)


def test_one_page_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two"):
        diversity([np.zeros((2, 2), np.uint8)])
