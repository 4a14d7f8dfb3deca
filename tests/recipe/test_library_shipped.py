"""Every recipe we ship is found, sound, built, stepped, saved and resumed; the log's equal the log's own commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_runs import asciivae, checkpoint, records

from asciivae.recipe import library
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import check_recipe, load_recipe
from asciivae.reproduction.translate import translate

SHIPPED = sorted(library.packaged_folder().rglob("*.yaml"), key=lambda path: path.stem)
NUMBERED = [path for path in SHIPPED if path.stem[:2].isdigit()]
LOGGED = [path for path in NUMBERED if not path.stem.endswith(("-repaired", "-shape"))]
REPAIRED = [path for path in NUMBERED if path.stem.endswith("-repaired")]
SMALL = (
    "train.batch=2",
    "data.limit=6",
    "every={log: 1, evaluate: 5, checkpoint: 3, sample: 5}",
    "evaluation.pieces=2",
)
OF_THE_RECIPE_ITSELF = ("about", "log", "expect", "requires")


def names(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every scalar of a recipe by its dotted path; losses by name."""
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in flat(inner, f"{path}.{key}" if path else key).items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {k: v for item in value for k, v in flat(item, f"{path}.{item['name']}").items()}
    return {path: value}


def difference(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    first, second = (flat({k: v for k, v in r.items() if k not in OF_THE_RECIPE_ITSELF}) for r in (one, other))
    return {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)}


def test_how_many_there_are() -> None:
    assert (len(SHIPPED), len(LOGGED), len(REPAIRED)) == (41, 16, 13)
    assert {path.stem[:2] for path in LOGGED} == {f"{number:02}" for number in range(1, 13)}
    assert {path.stem.removesuffix("-repaired") for path in REPAIRED} <= set(names(LOGGED))


@pytest.mark.parametrize("path", LOGGED, ids=names(LOGGED))
def test_each_equals_the_translation_of_its_own_command(path: Path) -> None:
    loaded = load_recipe(path)
    log = loaded.recipe.log
    assert log is not None
    assert log.outcome
    made = check_recipe(dump_yaml(translate(log.command or log.words or "", log.commit).recipe), "translated.yaml")
    different = difference(loaded.resolved(), made.resolved())
    unexplained = {path for path in different if not any(path == c or path.startswith(f"{c}.") for c in log.chosen)}
    assert not unexplained
    if log.command and path.stem != "10-image-losstest-ssim":  # whose command ran on one of two commits
        assert translate(log.command).recipe["log"]["commit"] == log.commit


@pytest.mark.parametrize("path", REPAIRED, ids=names(REPAIRED))
def test_each_sister_changes_a_little_and_says_why(path: Path) -> None:
    sister = load_recipe(path)
    original = load_recipe(path.with_stem(path.stem.removesuffix("-repaired")))
    assert 1 <= len(difference(sister.resolved(), original.resolved())) <= 12
    assert sister.recipe.log is not None
    assert original.recipe.log is not None
    assert sister.recipe.log.commit == original.recipe.log.commit
    header = [line for line in sister.text.splitlines() if line.startswith("# ")]
    assert "Changed: " in " ".join(line.removeprefix("# ") for line in header)


def steps_of(path: Path, folder: Path) -> None:
    """Train five steps, and three and two more; all of it in fp32, and without pictures as large as the log's."""
    small = [part for text in (*SMALL, "train.precision=fp32") for part in ("--set", text)]
    if "swa" in path.read_text():
        small += ["--set", "train.swa.start=1"]
    loaded = load_recipe(path)
    if loaded.recipe.glyphs.cell == "logged":
        small += ["--set", "glyphs.res=5"]
    whole, parts = folder / "whole", folder / "parts"
    done = asciivae("train", "--recipe", path, "--out", whole, "--device", "cpu", *small, "--set", "train.steps=5")
    assert done.exit_code == 0, done.stderr
    done = asciivae("train", "--recipe", path, "--out", parts, "--device", "cpu", *small, "--set", "train.steps=3")
    assert done.exit_code == 0, done.stderr
    done = asciivae("train", "--resume", parts, "--device", "cpu", "--set", "train.steps=5")
    assert done.exit_code == 0, done.stderr
    assert records(whole, "train") == records(parts, "train")
    assert checkpoint(whole) == checkpoint(parts)


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=names(SHIPPED))
def test_each_takes_five_steps_is_saved_and_resumed(path: Path, tmp_path: Path) -> None:
    steps_of(path, tmp_path)


def test_one_takes_five_steps_is_saved_and_resumed(tmp_path: Path) -> None:
    steps_of(library.find("99126b3").path, tmp_path)
