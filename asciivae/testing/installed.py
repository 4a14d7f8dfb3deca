"""The checks of an installed plugin, as plain data for another process (see `registry.isolated`)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from asciivae import registry
from asciivae.errors import AsciivaeError
from asciivae.registry import files
from asciivae.settings.convert import from_plain, plain
from asciivae.testing.checks import Check, Outcome, configurations, examined
from asciivae.testing.kits import KITS

PROMISE = "It loads, with these options."


def outcomes(kind: str, name: str, options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Load a plugin and run all checks on it, with these options or with each of its `examples`.

    Args:
        kind: a key of `KITS`.
        name: `distribution:name`.
        options: options that replace its defaults; if empty, its `examples` are checked too.

    Yields:
        `{"check": name, "promise": …}` before each check, and its `Outcome` as a mapping.
    """
    yield {"check": "loading", "promise": PROMISE}
    if files.is_file(name):
        files.allow(name, Path.cwd())
    try:
        plugin = registry.load(kind, name)
        configs = [from_plain(plugin.Config, options)] if options else configurations(plugin)
    except AsciivaeError as error:
        yield _plain(Outcome("loading", PROMISE, "broken", error.headline))
        return
    except ValueError as error:
        reason = f"its options: {' '.join(str(error).split())}; see --set"
        yield _plain(Outcome("loading", PROMISE, "broken", reason))
        return
    yield _plain(Outcome("loading", PROMISE, "kept"))
    kit = KITS[kind]
    for config in configs:
        shown = "" if config == configs[0] else str(plain(config))
        for event in examined(kit.checks, kit.subject(plugin, config)):
            if isinstance(event, Check):
                yield {"check": event.name, "promise": event.promise}
            else:
                yield _plain(dataclasses.replace(event, options=shown))


def _plain(outcome: Outcome) -> dict[str, Any]:
    return dataclasses.asdict(outcome)
