"""Cleaning steps of plugins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asciivae.blame import blamed
from asciivae.contract import RawArt, Refusal
from asciivae.corpus.steps import Outcome, RawText, Step
from asciivae.errors import PluginError
from asciivae.experiment.components import described, make
from asciivae.recipe.resolve import with_config
from asciivae.registry import files
from asciivae.settings.component import Component


def plugin_step(name: str) -> Step:
    """A cleaning step of a plugin with its default options.

    Args:
        name: its name, or a file, `path.py:Class`.

    Raises:
        PluginError: it is unknown or cannot be made; when it is called, it fails or returns something else.
    """
    use = files.allow(name, Path.cwd()) if files.is_file(name) else name
    component = with_config("step", Component(use))
    step, place = make("step", component), described("step", component)

    def apply(raw: RawText) -> Outcome:
        facts = {key: raw.facts.get(key, "") for key in ("category", "caption", "artist", "license")}
        with blamed(f"{place}, {raw.place}" if raw.place else place, "leave it out"):
            found: Any = step(RawArt(text=raw.text, several=raw.several, **facts))
        if isinstance(found, str | Refusal):
            return found
        if isinstance(found, Sequence) and all(isinstance(text, str) for text in found):
            return list(found)
        what = f"returned {type(found).__name__}, neither text nor texts nor a Refusal"
        raise PluginError(what, place=place, hint="see asciivae.contract.CleaningStep")

    return apply
