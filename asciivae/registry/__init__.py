"""The plugin registry: names of installed losses, models, renderers and so on, loaded on demand.

Listing reads package metadata only. A plugin is imported only when its name is requested, so a broken plugin does not
affect commands that do not use it. asciivae's own components are registered in the same way.

The environment variable `ASCIIVAE_PLUGINS` restricts the allowed distributions: unset allows all, empty allows only
asciivae itself, `a,b` also allows those two.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from asciivae import __version__, blame
from asciivae.blame import contained, said
from asciivae.contract import CONTRACTS
from asciivae.errors import PluginError, nearest
from asciivae.registry import files
from asciivae.registry.requirements import OURS, accepts, check_requirement, normalised, parsed

__all__ = ["KINDS", "OURS", "SWITCH", "Entry", "check_requirement", "entries", "find", "load"]

KINDS = {
    "loss": "asciivae.losses",
    "model": "asciivae.models",
    "renderer": "asciivae.renderers",
    "metric": "asciivae.metrics",
    "observer": "asciivae.observers",
    "optimiser": "asciivae.optimisers",
    "step": "asciivae.steps",
    "source": "asciivae.sources",
    "recipe": "asciivae.recipes",
}
"""The entry-point group of each kind of plugin. A recipe entry names a package of YAML files, the others a class."""

CONTRACT_GROUP = "asciivae.contract"
"""The entry-point group in which a package declares its contract versions, as the names of entry points."""

SWITCH = "ASCIIVAE_PLUGINS"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name registered by an installed distribution.

    Attributes:
        kind: a key of `KINDS`.
        name: the public name, as written in recipes.
        distribution: the name of the distribution on PyPI.
        version: the version of the distribution.
        value: the entry point, `module:Class`.
        state: `ok` for asciivae's own; `not loaded` for a third party's, of which only metadata was read;
            `incompatible` if the distribution requires another asciivae or contract version; `broken` if the entry
            point does not name a class; `ambiguous` if several distributions use the name.
        reason: what is wrong, as the end of a sentence; empty if nothing is known to be.
        outdated: the distribution to upgrade if the entry is incompatible.
        about: the summary of the distribution, one line.
    """

    kind: str
    name: str
    distribution: str
    version: str
    value: str
    state: Literal["ok", "not loaded", "incompatible", "broken", "ambiguous"] = "not loaded"
    reason: str = ""
    outdated: str = ""
    about: str = ""

    @property
    def qualified(self) -> str:
        """The unambiguous name, `distribution:name`."""
        return f"{self.distribution}:{self.name}"

    @property
    def origin(self) -> str:
        """The distribution and its version, for messages."""
        return f"{self.distribution} {self.version}"


def entries(kind: str) -> list[Entry]:
    """All installed entries of one kind, sorted by name. Reads metadata only: imports no plugin, never raises."""
    found = list(dict.fromkeys(_offers(kind)))
    clashes = {name for name, count in Counter(e.name for e in found).items() if count > 1}
    marked = [_ambiguous(e, found) if e.name in clashes else e for e in found]
    return sorted(marked, key=lambda e: (e.name, e.distribution))


def find(kind: str, name: str) -> Entry:
    """Find the entry called `name` or `distribution:name`, or the class in a file, `path.py:Class`.

    Raises:
        PluginError: the name is unknown, ambiguous, incompatible or broken.
    """
    if files.is_file(name):
        path, short, content = files.read(name)
        return Entry(kind, short, str(path), f"sha256:{files.digest(content)[:16]}", name)
    known = entries(kind)
    distribution, _, short = name.rpartition(":")
    matches = [e for e in known if e.name == short and distribution in ("", e.distribution)]
    if not matches:
        raise _unknown(kind, name, known)
    ours = [e for e in matches if e.distribution == OURS]
    entry = (ours or matches)[0]
    if len(matches) > 1 and not ours:  # a bare built-in name is never ambiguous
        raise PluginError(
            f"{kind} {name!r} is ambiguous: it is in {' and '.join(e.origin for e in matches)}",
            hint=f"write {entry.qualified}",
        )
    if entry.state in ("incompatible", "broken"):
        raise _refused(entry)
    return entry


def load(kind: str, name: str) -> type[Any]:
    """Import the class of an entry and check its contract version and `Config`.

    Output of the plugin during the import goes to stderr. Only successful imports are cached.

    Raises:
        PluginError: as `find`; or the import fails, the class is missing, it has another contract version, or its
            `Config` is not a frozen dataclass.
    """
    entry = find(kind, name)
    if entry not in _loaded:
        _loaded[entry] = _checked(entry, _imported(entry))
    return _loaded[entry]


_loaded: dict[Entry, type[Any]] = {}


# ── metadata ────────────────────────────────────────────────────────────────────────────────────────────────


def _offers(kind: str) -> Iterator[Entry]:
    group = KINDS[kind]
    allowed = os.environ.get(SWITCH)
    names = None if allowed is None else {normalised(n) for n in (*allowed.split(","), OURS)}
    seen: set[str] = set()
    for found in metadata.distributions():
        # Unreadable metadata of an unrelated package is ignored.
        with contextlib.suppress(Exception):
            text = found.read_text("entry_points.txt") or ""
            if group not in text:
                continue
            about = found.metadata
            distribution = about["Name"]
            if normalised(distribution) in seen or not (names is None or normalised(distribution) in names):
                continue
            points = found.entry_points
            if normalised(distribution) == OURS and not all(
                p.value.startswith("asciivae.") for p in points.select(group=group)
            ):
                continue  # another package under our name, which must not hide us
            seen.add(normalised(distribution))  # an import finds the first one on sys.path
            summary = (about.get_all("Summary") or [""])[0]
            state: Literal["ok", "not loaded"] = "ok" if normalised(distribution) == OURS else "not loaded"
            package = Entry(kind, "", distribution, about["Version"], "", state, about=summary)
            package = _compatible(package, found.requires or (), points.select(group=CONTRACT_GROUP).names)
            yield from [_entry(package, point) for point in points.select(group=group)]


def _compatible(package: Entry, requirements: Iterable[str], contracts: Collection[str]) -> Entry:
    """The package, marked as incompatible if its requirements or contract versions exclude this asciivae."""
    for requirement in requirements:
        if not normalised(requirement).startswith(OURS):
            continue  # importing the parser takes time
        wanted = parsed(requirement)
        if wanted and normalised(wanted.name) == OURS and not accepts(wanted, __version__):
            reason = f"which requires {requirement.strip()}, and this is asciivae {__version__}"
            return dataclasses.replace(package, state="incompatible", reason=reason, outdated=OURS)
    if contracts and not set(contracts) & set(map(str, CONTRACTS)):
        return _of_another_contract(package, contracts)
    return package


def _entry(package: Entry, point: metadata.EntryPoint) -> Entry:
    entry = dataclasses.replace(package, name=point.name, value=point.value)
    if not entry.reason and entry.kind != "recipe" and not re.fullmatch(r"[\w.]+\s*:\s*[\w.]+", point.value):
        reason = f"whose entry point {point.value!r} is not of the form module:Class"
        return dataclasses.replace(entry, state="broken", reason=reason)
    return entry


def _of_another_contract(entry: Entry, contracts: Collection[str]) -> Entry:
    ours = " and ".join(map(str, CONTRACTS))
    reason = f"which is written for contract {' or '.join(sorted(contracts))}; this asciivae has contracts {ours}"
    newer = all(number.isdecimal() and int(number) > CONTRACTS[-1] for number in contracts)
    return dataclasses.replace(
        entry, state="incompatible", reason=reason, outdated=OURS if newer else entry.distribution
    )


def _ambiguous(entry: Entry, found: list[Entry]) -> Entry:
    if entry.reason or entry.distribution == OURS:
        return entry
    others = " and ".join(e.origin for e in found if e.name == entry.name and e is not entry)
    return dataclasses.replace(entry, state="ambiguous", reason=f"and {others} uses the same name")


# ── code ────────────────────────────────────────────────────────────────────────────────────────────────────


def _imported(entry: Entry) -> Any:
    in_file = files.is_file(entry.value)
    module, _, attributes = (part.strip() for part in entry.value.rpartition(":"))

    def as_error(error: BaseException) -> PluginError:
        place = _where(error)
        return _broken(entry, f"which fails to import: {said(error)}" + (f" ({place})" if place else ""))

    with contained(as_error):
        if in_file:
            file, _, content = files.read(entry.value)
        found: Any = files.executed(file, content) if in_file else importlib.import_module(module)
        for attribute in attributes.split("."):
            found = getattr(found, attribute, None)
    if found is None:
        raise _broken(entry, f"whose module {module!r} has no {attributes!r}")
    return found


def raised_by(error: BaseException) -> Entry | None:
    """The third-party entry in whose module an exception was raised; None if there is none."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    modules = {
        entry: sys.modules.get(found.__module__) for entry, found in _loaded.items() if entry.distribution != OURS
    }
    homes = {str(getattr(module, "__file__", None)): entry for entry, module in modules.items()}
    return next((homes[file] for file in reversed(files) if file in homes), None)


def _checked(entry: Entry, value: Any) -> type[Any]:
    if not isinstance(value, type):
        raise _broken(entry, f"whose {entry.value!r} is not a class")
    found = files.completed(value, entry.kind) if files.is_file(entry.value) else value
    contract = getattr(found, "contract", None)
    if type(contract) is not int:
        raise _broken(entry, f"whose {found.__name__} has no contract number")
    if contract not in CONTRACTS:
        raise _refused(_of_another_contract(entry, [str(contract)]))
    config = getattr(found, "Config", None)
    if not (isinstance(config, type) and dataclasses.is_dataclass(config) and _is_frozen(config)):
        raise _broken(entry, f"whose {found.__name__}.Config is not a frozen dataclass")
    return found


def _is_frozen(config: type[Any]) -> bool:
    return bool(config.__dataclass_params__.frozen)


def _where(error: BaseException) -> str:
    """`file:line` of the innermost frame of an import error, import machinery aside; empty if there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_short(error.filename)}:{error.lineno}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<frozen ")
        and frame.filename not in (__file__, files.__file__, blame.__file__, importlib.__file__)
    ]
    return f"{_short(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""


def _short(filename: str) -> str:
    """The path of a file relative to its entry of `sys.path`."""
    homes = [home for home in sys.path if home and Path(filename).is_relative_to(home)]
    return str(Path(filename).relative_to(max(homes, key=len))) if homes else filename


# ── messages ────────────────────────────────────────────────────────────────────────────────────────────────


def _broken(entry: Entry, reason: str) -> PluginError:
    return _refused(dataclasses.replace(entry, state="broken", reason=reason))


def _refused(entry: Entry) -> PluginError:
    if files.is_file(entry.value):
        hint = "correct the file; an import of another file beside it is not possible"
    elif entry.distribution == OURS:
        hint = "asciivae's metadata does not match its code: reinstall it (pip install -e . in a checkout)"
    else:
        upgrade = entry.outdated or entry.distribution
        hint = f"pip install --upgrade {upgrade}, or set {SWITCH}= to ignore third-party plugins"
    return PluginError(f"{entry.kind} {entry.name!r} comes from {entry.origin}, {entry.reason}", hint=hint)


def _unknown(kind: str, name: str, known: list[Entry]) -> PluginError:
    if kind in ("loss", "renderer") and not any(e.distribution == OURS for e in known):
        return PluginError(
            f"unknown {kind} {name!r}: asciivae's own package metadata is missing in this Python",
            hint="pip install asciivae (pip install -e . in a checkout)",
        )
    labels = {e.name: e for e in known} | {e.qualified: e for e in known}
    near = nearest(name, labels)
    guess = f" — did you mean {near!r} ({labels[near].origin})?" if near else ""
    distribution, _, short = name.rpartition(":")
    if distribution and not _is_installed(distribution) and not (near and labels[near].distribution != OURS):
        what = f"{kind} {short!r} is expected from {distribution}, which is not installed"
        return PluginError(what, hint=f"pip install {distribution}")
    names = ", ".join(dict.fromkeys(e.name for e in known)) or "none"
    switched = f"; {SWITCH}={os.environ[SWITCH]} hides the others" if SWITCH in os.environ else ""
    return PluginError(f"unknown {kind} {name!r}{guess}", hint=f"installed: {names}{switched}")


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return True
