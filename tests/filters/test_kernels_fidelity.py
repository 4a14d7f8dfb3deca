import json
from pathlib import Path

import numpy as np
import pytest
import torch

from asciivae.filters.kernels import log_kernel, log_response

pytestmark = pytest.mark.fidelity


def rows(fidelity_dir: Path) -> list[dict]:
    return json.loads((fidelity_dir / "unit_log_filter.json").read_text())["rows"]


def formula(fidelity_dir: Path) -> torch.Tensor:
    """The picture that the file describes: 1 x rows x columns, 0.5+0.5*sin(a*y+b*x+c*x*y+d)."""
    import re

    text = json.loads((fidelity_dir / "unit_log_filter.json").read_text())["image"]
    size, expression = text.split(",", 1)
    height, width = (int(n) for n in re.findall(r"\d+", size)[1:])
    a, b, c, d = (float(n) for n in re.findall(r"sin\((.*)\*y\+(.*)\*x\+(.*)\*x\*y\+(.*)\)", expression)[0])
    y, x = np.mgrid[:height, :width].astype(np.float64)
    return torch.from_numpy(0.5 + 0.5 * np.sin(a * y + b * x + c * x * y + d))[None, None]


def test_fidelity_kernel(fidelity_dir: Path) -> None:
    for row in rows(fidelity_dir):
        kernel = log_kernel(row["size"], row["sigma"])
        half = row["size"] // 2
        for dy, dx, value in row["kernel_wedge_dy_dx_value"]:
            for y, x in ((dy, dx), (dx, dy), (-dy, dx), (dy, -dx)):
                assert float(kernel[half + y, half + x]) == pytest.approx(value, rel=1e-5)
        assert float(kernel.sum()) == pytest.approx(row["kernel_sum"], rel=1e-5)
        assert float(kernel.square().sum()) == pytest.approx(row["kernel_sum_of_squares"], rel=1e-5)
        assert float(kernel.abs().sum()) == pytest.approx(row["kernel_sum_of_abs"], rel=1e-5)


def test_fidelity_response(fidelity_dir: Path) -> None:
    picture = formula(fidelity_dir)
    for row in rows(fidelity_dir):
        for page, expected in (
            (picture, row["output"]),
            (torch.ones_like(picture), row["white_page_output"]),
        ):
            answer = log_response(page, row["size"], row["sigma"], "zero")[0, 0]
            scale = float(answer.abs().max())
            for statistic in {"mean", "min", "max"} & set(expected):
                actual = float(getattr(answer, statistic)())
                assert actual == pytest.approx(expected[statistic], rel=1e-5), statistic
            for y, x, value in expected["points"]:
                assert float(answer[y, x]) == pytest.approx(value, rel=1e-5, abs=1e-9 * scale)
            if "std" in expected:
                assert float(answer.std(correction=0)) == pytest.approx(expected["std"], rel=1e-5)
                total = float(answer.square().sum())
                assert total == pytest.approx(expected["sum_of_squares"], rel=1e-5)
