"""Checks, and how they are run: all for a report, or one at a time by pytest."""

from __future__ import annotations

import dataclasses
import inspect
import math
import pickle
import random
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from asciivae.blame import ChangedSettingError, contained, said
from asciivae.contract import CONTRACTS
from asciivae.settings.convert import from_plain, plain

if TYPE_CHECKING:
    import pytest


class Violation(AssertionError):
    """A plugin breaks the contract; the message says how."""


class NotApplicable(Exception):
    """A check does not apply to this plugin; the message says why."""


class ExpectedFailure(Exception):
    """A check failed that the plugin names in its `expected_failures`; the message is its reason."""


class Subject(Protocol):
    """The subject of a check: a plugin class with one set of options."""

    @property
    def plugin(self) -> type[Any]:
        """The class behind the entry point."""
        ...

    @property
    def config(self) -> Any:
        """Its options."""
        ...


S = TypeVar("S", bound=Subject)


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """A check of one requirement of the contract.

    Attributes:
        name: a short name, in kebab-case.
        promise: the requirement, in one line.
        run: raises `Violation` if a subject breaks the requirement, `NotApplicable` if it does not apply.
        fundamental: whether the other checks are skipped if this one fails.
    """

    name: str
    promise: str
    run: Callable[[S], None]
    fundamental: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a check.

    Attributes:
        check: its name.
        promise: its requirement.
        state: `kept` or `broken`; `expected` for a failure that the plugin expects; or `skipped`, because it does not
            apply or a fundamental check failed.
        reason: why it is not kept; empty if it is.
        options: the options, if they are not the first ones checked.
    """

    check: str
    promise: str
    state: Literal["kept", "broken", "expected", "skipped"]
    reason: str = ""
    options: str = ""


def check(*, fundamental: bool = False) -> Callable[[Callable[[S], None]], Check[S]]:
    """Turn a function into a check with its name and its docstring as the requirement."""

    def made(function: Callable[[S], None]) -> Check[S]:
        promise = (inspect.getdoc(function) or "").partition("\n")[0]
        return Check(function.__name__.replace("_", "-").strip("-"), promise, function, fundamental)

    return made


def outcomes(checks: Sequence[Check[S]], subject: S) -> Iterator[Outcome]:
    """Run checks on a subject. Exceptions of the plugin become reasons."""
    unsound = ""
    for one in checks:
        if unsound:
            yield Outcome(one.name, one.promise, "skipped", f"not tried, because of {unsound}")
            continue
        try:
            _run(one, subject)
        except NotApplicable as why:
            yield Outcome(one.name, one.promise, "skipped", str(why))
        except ExpectedFailure as why:
            yield Outcome(one.name, one.promise, "expected", str(why))
        except Violation as violation:
            unsound = one.name if one.fundamental else ""
            yield Outcome(one.name, one.promise, "broken", str(violation))
        else:
            yield Outcome(one.name, one.promise, "kept")


def examined(checks: Sequence[Check[S]], subject: S) -> Iterator[Check[S] | Outcome]:
    """Run checks on a subject, announcing each one before its outcome."""
    found = outcomes(checks, subject)
    for one in checks:
        yield one
        yield next(found)


def require(checks: Sequence[Check[S]], subjects: Sequence[S]) -> None:
    """Run checks on every subject.

    Raises:
        Violation: a check failed; the message lists all failures.
    """
    broken = [
        f"{subject.config}: {found.check}: {found.reason}"
        for subject in subjects
        for found in outcomes(checks, subject)
        if found.state == "broken"
    ]
    if broken:
        raise Violation("\n".join(broken))


def parametrised(checks: Sequence[Check[S]], subjects: Sequence[S]) -> pytest.MarkDecorator:
    """A pytest mark that parametrises the argument `check` of a test function with each check on each subject."""
    import pytest

    def run(one: Check[S], subject: S) -> None:
        try:
            _run(one, subject)
        except NotApplicable as why:
            pytest.skip(str(why))
        except ExpectedFailure as why:
            pytest.xfail(str(why))

    cases = [
        pytest.param(partial(run, one, subject), id=f"{_label(subject, number)}{one.name}")
        for number, subject in enumerate(subjects)
        for one in checks
    ]
    return pytest.mark.parametrize("check", cases)


def _label(subject: Subject, number: int) -> str:
    return f"{number}-" if number else ""


def _run(one: Check[S], subject: S) -> None:
    """Run a check; a failure is expected if, and only if, the plugin names the check in `expected_failures`."""
    expected: Mapping[str, str] = getattr(subject.plugin, "expected_failures", {})
    try:
        _tried(one, subject)
    except Violation as violation:
        if one.name in expected:
            raise ExpectedFailure(f"{expected[one.name]} ({violation})") from violation
        raise
    if one.name in expected:
        raise Violation(f"it is named in `expected_failures` ({expected[one.name]}), and is kept")


def _tried(one: Check[S], subject: S) -> None:
    def as_error(error: BaseException) -> BaseException:
        if isinstance(error, Violation | NotApplicable):
            return error
        if isinstance(error, ChangedSettingError):
            return Violation(str(error))
        return Violation(f"{said(error)}{_where(error)}")

    # A plugin may draw from PyTorch's global generator; restore its state for the caller.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        with contained(as_error):
            one.run(subject)


def configurations(plugin: type[Any]) -> list[Any]:
    """The options that a plugin is checked with: its defaults, if it has them, and its `examples`.

    Raises:
        ValueError: it has neither.
    """
    examples = list(getattr(plugin, "examples", ()))
    required = [f.name for f in dataclasses.fields(plugin.Config) if f.init and _is_required(f)]
    if required and not examples:
        raise ValueError(f"{required[0]} is required, and the class has no `examples` of its options")
    return examples if required else [plugin.Config(), *examples]


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    here = Path(__file__).parent
    own = [frame for frame in frames if here not in Path(frame.filename).parents]
    return f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""


# ── shared by losses, renderers and sources ──────────────────────────────────────────────────────────────


def states_the_contract(plugin: type[Any]) -> None:
    """Raise `Violation` unless a class has the attributes of a plugin."""
    stated = getattr(plugin, "contract", None)
    if type(stated) is not int or stated not in CONTRACTS:
        ours = " and ".join(map(str, CONTRACTS))
        raise Violation(f"`contract` is {stated!r}, and this asciivae has contracts {ours}")
    config = getattr(plugin, "Config", None)
    if not (isinstance(config, type) and dataclasses.is_dataclass(config)):
        raise Violation("`Config` is not a dataclass")
    if not vars(config)["__dataclass_params__"].frozen:
        raise Violation("`Config` is not frozen: @dataclass(frozen=True)")


def options_survive(config: Any, reserved: Sequence[str] = ()) -> None:
    """Raise `Violation` unless options survive being written to a recipe and read back."""
    options = plain(config)
    if taken := sorted(set(options) & set(reserved)):
        raise Violation(f"the option {taken[0]!r} has a name that is reserved in recipes")
    again = from_plain(type(config), options)
    if again != config:
        raise Violation(f"{options} was read back as {again}, not as {config}")


def close(found: Tensor, expected: Tensor, tolerance: float = 1e-4) -> bool:
    """Whether two tensors agree within a tolerance, relative to the largest value if that is above 1."""
    if found.shape != expected.shape:
        return False
    found, expected = found.detach(), expected.detach()
    scale = max(1.0, float(expected.abs().max())) if expected.numel() else 1.0
    return bool(((found - expected).abs() <= tolerance * scale).all())


def number(value: Tensor) -> str:
    """Format a tensor's largest value."""
    largest = float(value.detach().abs().max())
    return f"{largest:.3g}" if math.isfinite(largest) else "non-finite"


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Raise `Violation` if the body draws from a global generator."""
    states: dict[str, Callable[[], bytes]] = {
        "PyTorch": lambda: torch.get_rng_state().numpy().tobytes(),
        "NumPy": lambda: pickle.dumps(np.random.get_state()),  # noqa: NPY002 - this state must not change
        "Python": lambda: pickle.dumps(random.getstate()),
    }
    # Generators that have been used, so that seeding one with a seed of one's own shows.
    kept = (np.random.get_state(), random.getstate())  # noqa: NPY002
    torch.rand(7), np.random.rand(7), random.random()  # noqa: NPY002
    before = {name: state() for name, state in states.items()}
    try:
        yield
        for name, state in states.items():
            if state() != before[name]:
                raise Violation(f"it draws from the global generator of {name}, or seeds it")
    finally:
        np.random.set_state(kept[0])  # noqa: NPY002
        random.setstate(kept[1])


def on_any_device(part: Any, run: Callable[[], Any]) -> None:
    """Raise `Violation` if a module has tensors that are neither parameters nor buffers, and `run` fails therefore.

    Args:
        part: the plugin.
        run: calls it, once it is on PyTorch's device `meta`, with inputs there.
    """
    modules = dict(part.named_modules()) if isinstance(part, nn.Module) else {"": part}
    loose = [
        ".".join(filter(None, (prefix, name)))
        for prefix, module in modules.items()
        for name, value in vars(module).items()
        if not name.startswith("_") and _has_tensor(value)
    ]
    if not loose:
        return
    if isinstance(part, nn.Module):
        part.to("meta")
    try:
        run()
    except Exception as error:
        hint = "self.register_buffer(…, persistent=False)"
        raise Violation(f"`{loose[0]}` is not a buffer and stays on the CPU: {hint}; {said(error)}") from error


def _has_tensor(value: Any) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    parts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(part, Tensor) and part.dim() > 0 for part in parts)
