import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from asciivae.losses.ssim import ssim_map

pytestmark = pytest.mark.fidelity


def pictures(described: dict) -> tuple[Tensor, Tensor]:
    """X and Y of the file: `f(k,a)[y,x] = 0.5+0.5*sin(..*y*k+..*x+..*x*y+a); X = [f(..), ..]; Y = [f(..), ..]`."""
    _, height, width = described["shape"]
    y, x = np.mgrid[:height, :width].astype(np.float64)
    definition, *assigned = described["formula"].split(";")
    by_y, by_x, by_xy = map(float, re.findall(r"([\d.]+)\*y\*k\+([\d.]+)\*x\+([\d.]+)\*x\*y", definition)[0])

    def f(k: float, a: float) -> np.ndarray:
        return 0.5 + 0.5 * np.sin(by_y * y * k + by_x * x + by_xy * x * y + a)

    found = [np.stack(eval(text.split("=")[1], {"f": f})) for text in assigned]
    return torch.from_numpy(found[0]).unsqueeze(1), torch.from_numpy(found[1]).unsqueeze(1)


def test_fidelity_of_the_structural_similarity(fidelity_dir: Path) -> None:
    fixture = json.loads((fidelity_dir / "unit_image_losses.json").read_text())
    x, y = pictures(fixture["images"])
    expected = fixture["values"]["ssim"]
    x.requires_grad_()
    size, sigma = expected["window_size"], expected["window_sigma"]
    each = ssim_map(x, y, size, sigma, "zero").flatten(1).mean(1)
    np.testing.assert_allclose(each.detach().numpy(), expected["per_image"], rtol=1e-5)
    assert float(each.detach().mean()) == pytest.approx(expected["mean"], rel=1e-5)
    each.mean().backward()
    assert x.grad is not None
    assert float(x.grad.norm()) == pytest.approx(expected["grad_norm"], rel=1e-5)
    first = x.grad[0, 0, 0, :6].numpy()
    np.testing.assert_allclose(first, expected["grad_first_image_row0_first6"], rtol=1e-5, atol=1e-9)
    same = ssim_map(x.detach(), x.detach(), size, sigma, "zero").mean()
    assert float(same) == pytest.approx(expected["identical_images"], rel=1e-5)
