"""The arc between two latents."""

import numpy as np
import pytest

from asciivae.latent.arc import _between


def test_the_arc_keeps_the_length_of_latents() -> None:
    start, end = np.random.default_rng(1).standard_normal((2, 3, 4, 5), np.float32)
    end *= np.linalg.norm(start) / np.linalg.norm(end)

    for t in (0.0, 0.3, 0.5, 1.0):
        assert np.linalg.norm(_between(start, end, t)) == pytest.approx(np.linalg.norm(start), rel=1e-5)
    np.testing.assert_allclose(_between(start, end, 0.0), start, rtol=1e-5)
    np.testing.assert_allclose(_between(start, end, 1.0), end, rtol=1e-5)
    np.testing.assert_allclose(_between(start, 2 * start, 0.5), 1.5 * start, rtol=1e-5)
    np.testing.assert_allclose(_between(np.zeros(3, np.float32), np.ones(3, np.float32), 0.5), 0.5)
    assert np.isfinite(_between(start, -start, 0.5)).all()
