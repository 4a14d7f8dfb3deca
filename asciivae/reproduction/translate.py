"""Translates the research log's command lines to recipes: flags and commit in, plain data out."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from asciivae.errors import UsageError, did_you_mean, nearest
from asciivae.reproduction.commits import COMMITS, RUNS, VALIDATION, Commit

LOGGED_PIECES = 3900
"""Approximate number of pieces in the log's collection, to convert epochs to steps."""

USUAL = "20717f2"
"""The commit to use if the flags fit several: all of its flags are known, and it trained well."""

ASSUMED_FRACTION = 0.05


@dataclass(frozen=True)
class Translation:
    """A recipe translated from flags.

    Attributes:
        recipe: plain data, in the order of a recipe file.
        notes: flags without an equivalent and assumptions, one sentence each.
    """

    recipe: dict[str, Any]
    notes: tuple[str, ...]


def translate(command: str, commit: str | None = None) -> Translation:
    """Translate a command line of the log to a recipe.

    Args:
        command: the flags, which may be abbreviated, optionally after `bpython train.py`.
        commit: seven or more digits of the commit whose trainer it is for; by default that of the log's run of this
            name, else 20717f2, else the latest commit that accepts all of the flags.

    Raises:
        UsageError: the commit is not in the log, or a flag is unknown, ambiguous or has an invalid value.
    """
    words = _words(command)
    if commit is None:
        chosen, reason = _taking(words)
        notes = [f"no --commit was given: these flags are read as those of {chosen.name}, {reason}"]
    else:
        chosen, notes = _commit(commit), []
    values = _parsed(chosen, words)
    given = {flag.key for flag in chosen.flags if values[flag.key] != flag.default}
    notes += [f"{f.names[0]} is left out: {f.ignored}" for f in chosen.flags if f.ignored and f.key in given]
    if values[VALIDATION.key] is None:
        notes.append(f"the commit requires --validation-prop; {ASSUMED_FRACTION} is assumed")
        values[VALIDATION.key] = ASSUMED_FRACTION
    if values.get("neural_renderer_path"):
        notes.append("the neural renderer of the log is lost; the analytic one replaces it")
    return Translation(_recipe(chosen, values, command), tuple(notes))


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"the command cannot be read: {error}", hint="quote it as for a shell") from error
    first = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
    program, flags = words[:first], words[first:]
    strange = [word for word in program if not word.endswith((".py", "python", "python3"))]
    if strange:
        raise UsageError(
            f"{strange[0]!r} is neither a flag nor the trainer's name",
            hint="give the flags, as in '--font-res 9 -b 64'",
        )
    return flags


def _commit(name: str) -> Commit:
    found = COMMITS.get(name[:7]) if len(name) >= 7 else None
    if found is None:
        raise UsageError(f"commit {name!r} is not one of the log{did_you_mean(name, COMMITS)}", hint=_COMMITS_HINT)
    return found


def _taking(words: Sequence[str]) -> tuple[Commit, str]:
    """The commit that the flags are probably for, and the reason."""
    name = next((RUNS[word] for before, word in pairwise(words) if before == "--run-name" and word in RUNS), None)
    if name is not None:
        return COMMITS[name], "which the log's run of this name was made with"
    refusals = []
    for candidate in (COMMITS[USUAL], *reversed(COMMITS.values())):
        try:
            _parsed(candidate, words)
        except UsageError as error:
            refusals.append(error)
        else:
            return candidate, "which takes them all"
    raise refusals[0]


class _Parser(argparse.ArgumentParser):
    """An argparse parser, as in the log's trainer, that raises instead of exiting."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"the trainer of {self.prog} rejects this: {message}", hint=_flags_hint(self.prog))


def _parsed(commit: Commit, words: Sequence[str]) -> dict[str, Any]:
    parser = _Parser(prog=commit.name, add_help=False)
    for flag in commit.flags:
        if flag.type is bool:
            parser.add_argument(*flag.names, dest=flag.key, action="store_true")
        else:
            parser.add_argument(*flag.names, dest=flag.key, type=flag.type, default=flag.default)
    values, unknown = parser.parse_known_args(words)
    if unknown:
        flags = [word for word in unknown if word.startswith("-")] or unknown
        raise UsageError("; ".join(_unknown(commit, word) for word in flags), hint=_flags_hint(commit.name))
    return vars(values)


def _unknown(commit: Commit, word: str) -> str:
    known = [name for flag in commit.flags for name in flag.names]
    if not word.startswith("-"):
        return f"{word!r} is not the value of a flag"
    name = word.partition("=")[0]
    others = [other.name for other in COMMITS.values() if any(name in flag.names for flag in other.flags)]
    if others:
        return f"the trainer of {commit.name} has no flag {name}, that of {', '.join(others)} has"
    near = nearest(name, known)
    return f"the trainer of {commit.name} has no flag {name}" + (f" — did you mean {near}?" if near else "")


def _flags_hint(commit: str) -> str:
    return f"set another --commit; {commit} takes {', '.join(flag.names[0] for flag in COMMITS[commit].flags)}"


def _recipe(commit: Commit, values: dict[str, Any], command: str) -> dict[str, Any]:
    share, batch, epochs = values["validation_prop"], values["batch_size"], values["n_epochs"]
    steps = -(-int(LOGGED_PIECES * (1 - share)) // batch)
    data: dict[str, Any] = {
        "corpus": "embedded",
        "split": {"rule": "tail", "share": share},
        "max_side": 64,
        "canvas": {"height": 64, "width": 64},
        "place": "logged",
    }
    if commit.roll:
        data["roll"] = {"max": commit.roll[0], "sigma": commit.roll[1], "validation": True}
    recipe: dict[str, Any] = {
        "asciivae": 1,
        "about": f"the log's flags, as the code of {commit.name} took them",
        "log": {"commit": commit.name, "command": " ".join(command.split()) or None},
        "seed": 0,
        "data": data,
        "glyphs": {
            "cell": "logged",
            "res": values.get("font_res", 16),
            "zoom": values.get("font_zoom", 20),
            "antialias": False,
        },
    }
    if values.get("should_discrete_renderer"):
        recipe["renderer"] = {"use": "discrete"}
    swa_rate = values["learning_rate"] if commit.swa is None else commit.swa
    recipe |= {
        "model": {"use": "logged", "variant": commit.variant, "init_std": commit.init_std},
        "relax": _relax(commit, values),
        "losses": _losses(commit, values),
        "optim": {"use": "adam", "lr": values["learning_rate"]} | ({"clip": commit.clip} if commit.clip else {}),
        "train": {
            "epochs": epochs,
            "batch": batch,
            "precision": commit.precision,
            "swa": {"start": max(1, int(0.8 * epochs)), "lr": swa_rate, "anneal": 10},
        },
        "every": {
            "log": commit.log,
            "evaluate": steps * values.get("validation_every", commit.validate),
            "sample": steps * values["print_every"],
        },
        "evaluation": {"sampled": True},
    }
    return recipe


def _relax(commit: Commit, values: dict[str, Any]) -> dict[str, Any]:
    if commit.relax == "soft":
        return {"use": "gumbel", "tau": values["gumbel_tau"]}
    if commit.relax == "hard":
        return {"use": "gumbel", "hard": True, "tau": {"min": 0.5, "rate": values["gumbel_tau_r"]}}
    return {"use": commit.relax}


def _losses(commit: Commit, values: dict[str, Any]) -> list[dict[str, Any]]:
    divisor = values["batch_size"] if commit.divided else 1
    character = {**commit.character, "weight": values["ce_recon_loss_scale"] / divisor}
    if commit.weighted or values.get("should_char_weight"):
        character["char_power"] = values["char_weights_scaling"]
    if values.get("space_deemph", 1.0) != 1.0:
        character["space_deemph"] = values["space_deemph"]
    if values.get("ce_label_smoothing"):
        character["label_smoothing"] = values["ce_label_smoothing"]
    coefficient = values["image_recon_loss_coeff"]
    if values.get("renderer_type") == "none":
        coefficient = 0.0
    image = {**commit.image, "weight": coefficient * commit.image_factor / divisor}
    kl = {"use": "kl", "weight": values["kl_coeff"] / divisor, "reduction": "mean"}
    # An image loss of weight 0 would render every page for nothing; the log's code did not do so either.
    return [{**character, "reduction": "weighted-mean"}, *([image] if coefficient else []), kl]


_COMMITS_HINT = f"commits: {', '.join(COMMITS)}"
