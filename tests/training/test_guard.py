"""The first non-finite value and the first module that made one."""

import torch

from asciivae.training.guard import bad_parameters, first_bad, first_bad_module

NAN = float("nan")


def test_the_guard_tells_the_first_bad_value() -> None:
    assert first_bad({"a": 1.0, "b": float("inf"), "c": NAN}) == "b"
    assert first_bad({"a": 1e308, "b": -0.0}) is None


def test_the_guard_tells_the_first_bad_module_and_takes_its_hooks_away() -> None:
    broken = torch.nn.Linear(2, 2)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), broken, torch.nn.ReLU())
    page = torch.ones(1, 2)
    assert first_bad_module(model, lambda: model(page)) is None
    assert bad_parameters(model) == []

    with torch.no_grad():
        broken.bias[0] = float("inf")
    assert first_bad_module(model, lambda: model(page)) == "1"
    assert bad_parameters(model) == ["1.bias"]
    assert not any(module._forward_hooks for module in model.modules())
