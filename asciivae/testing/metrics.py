"""The checks of a metric; those that it shares with losses are in `losses`."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from asciivae.contract import NEEDS
from asciivae.losses.settings import MetricEntry
from asciivae.testing import losses
from asciivae.testing.checks import NotApplicable, Violation, check, options_survive, states_the_contract
from asciivae.testing.inputs import Case, certain, pages, posterior, random_case, scores
from asciivae.testing.loss_subject import LossSubject


@dataclass(frozen=True)
class MetricSubject(LossSubject):
    """A metric class with one set of options."""


@check(fundamental=True)
def declaration(subject: MetricSubject) -> None:
    """It declares the contract's number, a frozen Config, valid needs, and whether higher values are better."""
    states_the_contract(subject.plugin)
    metric = subject.made()
    needs = getattr(metric, "needs", None)
    if not isinstance(needs, frozenset | set) or needs - NEEDS:
        raise Violation(f"`needs` is {needs!r}; valid names: {', '.join(sorted(NEEDS))}")
    if getattr(metric, "higher_is_better", "missing") not in (True, False, None):
        raise Violation("`higher_is_better` is neither True, False nor None")


@check()
def options(subject: MetricSubject) -> None:
    """Its options survive being written to a recipe and read back."""
    options_survive(subject.config, reserved=MetricEntry.own_keys())


@check()
def perfection(subject: MetricSubject) -> None:
    """If it states which values are better, a perfect reconstruction is not worse than a random one."""
    higher = subject.made().higher_is_better
    if higher is None:
        raise NotApplicable("it does not state which values are better")
    case = random_case()
    best = subject.values(Case(case.target, certain(case.target), case.posterior))
    for name, value in subject.values(case).items():
        difference = (best[name] - value).nansum() * (1 if higher else -1)
        if float(difference) < 0:
            raise Violation(f"`higher_is_better` is {higher}, and {name!r} of a perfect reconstruction is worse")


@check()
def no_infinity(subject: MetricSubject) -> None:
    """Blank pages and pages of one cell give finite values, or NaN where the metric is undefined."""
    blank = torch.zeros(2, 3, 4, dtype=torch.int64)
    small = pages(2, 1, 1, ink=1.0)
    for case in (
        Case(blank, certain(blank), posterior(2)),
        Case(blank, scores(blank), posterior(2)),
        Case(pages(2, 3, 4), certain(blank), posterior(2)),
        Case(small, scores(small), posterior(2)),
    ):
        for name, value in subject.values(case).items():
            if bool(value.isinf().any()):
                raise Violation(f"{name!r} is infinite on a blank or small page; return NaN where it is undefined")


CHECKS = (
    declaration,
    options,
    losses.terms,
    perfection,
    losses.batch_independence,
    losses.permutation,
    losses.padding,
    losses.latent_grids,
    losses.latent_padding,
    no_infinity,
    losses.inputs_unchanged,
    losses.random_state,
    losses.determinism,
    losses.device,
)
"""Every check of a metric."""
