"""The conformance kit: checks a loss, a model, a renderer or a source against the contract.

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
from asciivae.testing import losses, models, renderers, sources
from asciivae.testing.checks import Outcome, Violation, outcomes, parametrised, require

if TYPE_CHECKING:
    import pytest

__all__ = [
    "Outcome",
    "Violation",
    "check_loss",
    "check_model",
    "check_renderer",
    "check_source",
    "examine",
    "loss_checks",
    "model_checks",
    "renderer_checks",
    "source_checks",
]


def check_loss(plugin: type[Any], *configs: Any) -> None:
    """Check a loss class with each of these options, or with its defaults.

    Raises:
        Violation: it breaks the contract; the text says where.
    """
    require(losses.CHECKS, [losses.LossSubject(plugin, config) for config in configs or [plugin.Config()]])


def check_model(plugin: type[Any], *configs: Any) -> None:
    """Check a model class with each of these options, or with its defaults.

    Raises:
        Violation: it breaks the contract; the text says where.
    """
    require(models.CHECKS, [models.ModelSubject(plugin, config) for config in configs or [plugin.Config()]])


def check_renderer(plugin: type[Any], *configs: Any) -> None:
    """Check a renderer class with each of these options, or with its defaults.

    Raises:
        Violation: it breaks the contract; the text says where.
    """
    require(renderers.CHECKS, [renderers.RendererSubject(plugin, config) for config in configs or [plugin.Config()]])


def check_source(plugin: type[Any], *configs: Any, pages: Sequence[Page] = ()) -> None:
    """Check a source class with each of these options, or with its defaults.

    Args:
        plugin: the class.
        configs: instances of its `Config`.
        pages: pages of the kind that it reads, each with art.

    Raises:
        Violation: it breaks the contract; the text says where.
    """
    require(sources.CHECKS, [sources.SourceSubject(plugin, config, pages) for config in configs or [plugin.Config()]])


def loss_checks(plugin: type[Any], configs: Sequence[Any]) -> pytest.MarkDecorator:
    """Parametrise a test function, which calls its argument `check`, with each check and each of the options."""
    return parametrised(losses.CHECKS, [losses.LossSubject(plugin, config) for config in configs])


def model_checks(plugin: type[Any], configs: Sequence[Any]) -> pytest.MarkDecorator:
    """As `loss_checks`, for a model."""
    return parametrised(models.CHECKS, [models.ModelSubject(plugin, config) for config in configs])


def renderer_checks(plugin: type[Any], configs: Sequence[Any]) -> pytest.MarkDecorator:
    """As `loss_checks`, for a renderer."""
    return parametrised(renderers.CHECKS, [renderers.RendererSubject(plugin, config) for config in configs])


def source_checks(plugin: type[Any], configs: Sequence[Any], pages: Sequence[Page]) -> pytest.MarkDecorator:
    """As `loss_checks`, for a source; `pages` are of the kind that it reads, each with art."""
    return parametrised(sources.CHECKS, [sources.SourceSubject(plugin, config, pages) for config in configs])


def examine(kind: str, plugin: type[Any], config: Any) -> list[Outcome]:
    """Run every check of a kind (`loss`, `model`, `renderer` or `source`) on a class with these options."""
    if kind == "loss":
        return list(outcomes(losses.CHECKS, losses.LossSubject(plugin, config)))
    if kind == "model":
        return list(outcomes(models.CHECKS, models.ModelSubject(plugin, config)))
    if kind == "renderer":
        return list(outcomes(renderers.CHECKS, renderers.RendererSubject(plugin, config)))
    return list(outcomes(sources.CHECKS, sources.SourceSubject(plugin, config)))
