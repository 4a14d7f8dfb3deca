"""The conformance kit: checks losses, models, renderers and the other kinds of plugins against the contract.

In the tests of a package:

    from asciivae.testing import loss_checks
    from my_package import Config, Darkness

    @loss_checks(Darkness, [Config(), Config(gamma=2.0)])
    def test_contract(check):
        check()

Without pytest, `check_loss(Darkness, Config())` does the same and raises `Violation`; `asciivae plugins check NAME`
prints it as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asciivae.contract import Page
from asciivae.testing.checks import Outcome, Violation, configurations, outcomes, parametrised, require
from asciivae.testing.kits import KITS

if TYPE_CHECKING:
    import pytest

__all__ = [
    "Outcome",
    "Violation",
    "check_loss",
    "check_metric",
    "check_model",
    "check_observer",
    "check_optimiser",
    "check_renderer",
    "check_source",
    "check_step",
    "examine",
    "loss_checks",
    "metric_checks",
    "model_checks",
    "observer_checks",
    "optimiser_checks",
    "renderer_checks",
    "source_checks",
    "step_checks",
]


def check_loss(plugin: type[Any], *configs: Any) -> None:
    """Check a loss class with each of these options; by default, with its defaults and its `examples`.

    Raises:
        Violation: it breaks the contract; the text says where.
    """
    _require("loss", plugin, configs)


def check_model(plugin: type[Any], *configs: Any) -> None:
    """As `check_loss`, for a model."""
    _require("model", plugin, configs)


def check_renderer(plugin: type[Any], *configs: Any) -> None:
    """As `check_loss`, for a renderer."""
    _require("renderer", plugin, configs)


def check_metric(plugin: type[Any], *configs: Any) -> None:
    """As `check_loss`, for a metric."""
    _require("metric", plugin, configs)


def check_observer(plugin: type[Any], *configs: Any) -> None:
    """As `check_loss`, for an observer."""
    _require("observer", plugin, configs)


def check_optimiser(plugin: type[Any], *configs: Any) -> None:
    """As `check_loss`, for an optimiser."""
    _require("optimiser", plugin, configs)


def check_step(plugin: type[Any], *configs: Any) -> None:
    """As `check_loss`, for a cleaning step."""
    _require("step", plugin, configs)


def check_source(plugin: type[Any], *configs: Any, pages: Sequence[Page] = ()) -> None:
    """As `check_loss`, for a source; `pages` are of the kind that it reads, each with art."""
    _require("source", plugin, configs, pages)


def loss_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """Parametrise a test function, which calls its argument `check`, with each check and each of the options.

    By default, these are the loss's defaults and its `examples`.
    """
    return _marked("loss", plugin, configs)


def model_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for a model."""
    return _marked("model", plugin, configs)


def renderer_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for a renderer."""
    return _marked("renderer", plugin, configs)


def metric_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for a metric."""
    return _marked("metric", plugin, configs)


def observer_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for an observer."""
    return _marked("observer", plugin, configs)


def optimiser_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for an optimiser."""
    return _marked("optimiser", plugin, configs)


def step_checks(plugin: type[Any], configs: Sequence[Any] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for a cleaning step."""
    return _marked("step", plugin, configs)


def source_checks(plugin: type[Any], configs: Sequence[Any] = (), pages: Sequence[Page] = ()) -> pytest.MarkDecorator:
    """As `loss_checks`, for a source; `pages` are of the kind that it reads, each with art."""
    return _marked("source", plugin, configs, pages)


def examine(kind: str, plugin: type[Any], config: Any) -> list[Outcome]:
    """Run every check of a kind (a key of `KITS`) on a class with these options."""
    kit = KITS[kind]
    return list(outcomes(kit.checks, kit.subject(plugin, config)))


def _require(kind: str, plugin: type[Any], configs: Sequence[Any], *more: Any) -> None:
    kit = KITS[kind]
    require(kit.checks, [kit.subject(plugin, config, *more) for config in configs or configurations(plugin)])


def _marked(kind: str, plugin: type[Any], configs: Sequence[Any], *more: Any) -> pytest.MarkDecorator:
    kit = KITS[kind]
    return parametrised(
        kit.checks, [kit.subject(plugin, config, *more) for config in configs or configurations(plugin)]
    )
