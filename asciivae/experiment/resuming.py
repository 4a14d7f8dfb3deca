"""What is recorded of a run for its resumption, and what must be the same when it is resumed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asciivae.errors import RunError, UsageError
from asciivae.experiment.components import origin
from asciivae.experiment.load import InitReport
from asciivae.files.inside import Inside
from asciivae.files.json_reader import parse_json
from asciivae.losses.objective import PYTHON
from asciivae.recipe.resolve import LoadedRecipe
from asciivae.registry import files
from asciivae.render.glyphs import digest
from asciivae.training.experiment import Experiment
from asciivae.training.provenance import provenance

CHANGEABLE = ("train.steps", "train.epochs", "train.on_divergence", "every", "evaluation.pieces", "observers")
"""Recipe paths that may change when a run is resumed."""
MAX_PROVENANCE = 1 << 24
"""The largest provenance.json, in bytes; it grows with each resumption."""


def check_same_objects(experiment: Experiment, earlier: dict[str, Any], path: Path) -> None:
    """Refuse to go on without the losses and the model that the run was started with from Python."""
    then = earlier.get("losses")
    names = {term.name for term in experiment.task.terms}
    origins = then.items() if isinstance(then, dict) else ()
    lost = [name for name, origin in origins if origin == PYTHON and name not in names]
    if lost:
        given = ", ".join(f"{name!r}: (loss, weight)" for name in lost)
        raise UsageError(
            f"the run was started from Python with {', '.join(map(repr, lost))} among its losses",
            place=str(path),
            hint=f"pass them again: asciivae.resume({str(path)!r}, losses={{{given}}})",
        )
    model = earlier.get("python_model")
    if isinstance(model, str) and "python_model" not in experiment.metadata:
        raise UsageError(
            "the run was started from Python with a model of its own",
            place=str(path),
            hint=f"pass it again: asciivae.resume({str(path)!r}, model=…)",
        )


def packages_of(earlier: dict[str, Any]) -> list[str]:
    """The requirements of the packages of third parties that a run used, by its provenance."""
    found = [origin.split() for origin in _origins(earlier).values()]
    packages = {f"{o[0]}=={o[1]}": None for o in found if len(o) == 2 and o[0] not in ("asciivae", PYTHON)}
    return [package for package in packages if re.fullmatch(r"[\w.-]+==[\w.+-]+", package)]


def other_versions(experiment: Experiment, earlier: dict[str, Any]) -> Iterator[str]:
    """Yield a notice for each component whose package has another version, or whose file has another content."""
    then = _origins(earlier)
    for what, now in {**_components(experiment), **_losses(experiment)}.items():
        if then.get(what, now) != now:
            yield f"{what} is from {now}; the run started with {then[what]}"


def _origins(earlier: dict[str, Any]) -> dict[str, str]:
    """The packages and files that a run used, by what it used them for."""
    then, parts = earlier.get("losses"), earlier.get("components")
    losses = {f"loss {name!r}": origin for name, origin in then.items()} if isinstance(then, dict) else {}
    found = {**losses, **(parts if isinstance(parts, dict) else {})}
    return {what: origin for what, origin in found.items() if isinstance(origin, str)}


def _losses(experiment: Experiment) -> dict[str, str]:
    return {f"loss {term.name!r}": term.origin for term in experiment.task.terms}


def _components(experiment: Experiment) -> dict[str, str]:
    """The origins of the components other than losses."""
    parts = [(kind, part) for kind, _, part in experiment.recipe.components() if kind != "loss"]
    return {f"{kind} {part.use.rpartition(':')[2]!r}": origin(kind, part) for kind, part in parts}


def provenance_text(
    experiment: Experiment, folder: Path, earlier: dict[str, Any] | None = None, report: InitReport | None = None
) -> str:
    """The text of a run's provenance.json.

    Args:
        experiment: the run's experiment.
        folder: where the paths of files start that the recipe names.
        earlier: the provenance before a resumption.
        report: the tensors loaded from another run.
    """
    named = [*(part.use for _, _, part in experiment.recipe.components()), experiment.recipe.optim.use]
    uses = [use for use in named if files.is_file(use)]
    corpus = experiment.data.corpus
    made = provenance(
        experiment.task.device,
        recipe=experiment.name,
        corpus={
            "source": corpus.source,
            "digest": corpus.digest,
            "pieces": len(corpus),
            "left_out": experiment.data.excluded,
            "refused": corpus.refused_total,
        },
        glyphs=digest(experiment.glyphs),
        renderer=experiment.renderer_digest,
        losses={term.name: term.origin for term in experiment.task.terms},
        components=_components(experiment),
    )
    if uses:
        made["folder"] = str(folder.resolve())
        made["files"] = {files.relative(use, folder): files.digest(files.read(use)[2]) for use in uses}
    if "python_model" in experiment.metadata:
        made["python_model"] = experiment.metadata["python_model"]
    if report:
        made["initial_weights"] = {"path": str(report.path), "recipe": report.name, "step": report.step}
    if earlier:
        made["earlier"] = [*earlier.pop("earlier", []), earlier]
    return json.dumps(made, indent=2) + "\n"


def read_provenance(run: Path) -> dict[str, Any]:
    """The provenance in a run's folder; empty if it is missing or damaged."""
    try:
        found = parse_json(Inside(run).read("provenance.json", MAX_PROVENANCE))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    kinds = {"recipe": str, "earlier": list, "folder": str}
    sound: dict[str, Any] = {k: value for k, value in found.items() if isinstance(value, kinds.get(k, object))}
    if not re.fullmatch(r"[\w.-]{1,80}", sound.get("recipe", "x")):
        del sound["recipe"]
    return sound


def check_same_recipe(saved: LoadedRecipe, wanted: LoadedRecipe) -> None:
    """Refuse a change of the recipe other than of `CHANGEABLE` paths."""
    changed = [
        path
        for path in _different(saved.resolved(), wanted.resolved())
        if not any(path == may or path.startswith(f"{may}.") for may in CHANGEABLE)
    ]
    if changed:
        raise UsageError(
            f"a resumed run keeps its recipe; cannot change {', '.join(changed)}",
            hint=f"only {', '.join(CHANGEABLE)} may change; for anything else start a new run",
        )


def check_length(experiment: Experiment, path: Path) -> None:
    """Refuse to end a run before the step that it has reached."""
    done, asked = experiment.state.step, experiment.task.total_steps
    if asked < done:
        raise UsageError(
            f"the run has taken {done} steps, and its recipe now ends after {asked}",
            place=str(path),
            hint=f"keep the length, or extend it: --set train.steps={2 * done}",
        )


def check_same_inputs(experiment: Experiment, earlier: dict[str, Any], path: Path) -> None:
    """Refuse another corpus, other glyphs and another learned renderer."""
    then = earlier.get("corpus")
    now = {
        "corpus": experiment.data.corpus.digest,
        "glyphs": digest(experiment.glyphs),
        "renderer": experiment.renderer_digest,
    }
    begun = {name: earlier.get(name) for name in now}
    begun["corpus"] = then.get("digest") if isinstance(then, dict) else None
    changed = [name for name in now if begun[name] is not None and begun[name] != now[name]]
    if changed:
        restart = f"start a new run with its recipe: asciivae train --recipe {path / 'resolved.yaml'}"
        if experiment.recipe.kind == "model":
            restart += f" --init-from {path}"
        raise RunError(
            f"the {' and the '.join(changed)} of this run changed since it started, so it cannot be resumed",
            place=str(path),
            hint=f"restore the original, or {restart}",
        )


def _different(one: object, other: object, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [*one, *(key for key in other if key not in one)]
        return [
            found
            for key in keys
            for found in _different(one.get(key), other.get(key), f"{path}.{key}" if path else str(key))
        ]
    return [] if one == other else [path]
