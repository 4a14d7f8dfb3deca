"""The arc between two latents."""

import pytest
import torch

from asciivae.latent.arc import _between


def test_the_arc_keeps_the_length_of_latents() -> None:
    start, end = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(1))
    end *= start.norm() / end.norm()

    for t in (0.0, 0.3, 0.5, 1.0):
        assert float(_between(start, end, t).norm()) == pytest.approx(float(start.norm()), rel=1e-5)
    torch.testing.assert_close(_between(start, end, 0.0), start)
    torch.testing.assert_close(_between(start, end, 1.0), end)
    torch.testing.assert_close(_between(start, 2 * start, 0.5), 1.5 * start)
    torch.testing.assert_close(_between(torch.zeros(3), torch.ones(3), 0.5), torch.full((3,), 0.5))
    assert torch.isfinite(_between(start, -start, 0.5)).all()
