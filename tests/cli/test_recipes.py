"""`asciivae recipes`: list, show, copy, check, schema."""

import json
import re
from pathlib import Path

import pytest
import yaml
from tiny_runs import asciivae, tiny_recipe, written

from asciivae.recipe.library import packaged_folder

FILES = {re.sub(r"^\d\d-", "", path.stem): path for path in packaged_folder().glob("*.yaml")}
NAMES = sorted(FILES)


def test_list_is_a_table_for_pipes_with_every_recipe() -> None:
    done = asciivae("recipes", "list")
    rows = [line.split("\t") for line in done.stdout.splitlines()]

    assert (done.exit_code, done.stderr) == (0, "")
    assert rows[0] == ["name", "about", "from"]
    assert sorted(row[0] for row in rows[1:]) == NAMES
    assert all(len(row) == 3 and all(row) for row in rows)


def test_list_as_json() -> None:
    document = json.loads(asciivae("recipes", "list", "--json").stdout)

    assert document.keys() == {"schema", "recipes"}
    assert document["schema"] == 1
    assert all(recipe.keys() == {"name", "about", "origin"} for recipe in document["recipes"])
    assert sorted(recipe["name"] for recipe in document["recipes"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_show_prints_a_recipe_as_it_is_written(name: str) -> None:
    assert asciivae("recipes", "show", name).stdout == FILES[name].read_text(encoding="utf-8")


def test_show_with_changes_prints_what_would_be_run(tmp_path: Path) -> None:
    source = written(tmp_path / "a.yaml", tiny_recipe("x"))
    done = asciivae("recipes", "show", source, "--set", "train.epochs=3", "--unset", "optim.clip")
    shown = yaml.safe_load(done.stdout)

    assert shown["train"] == {"epochs": 3, "batch": 8}
    assert "clip" not in shown["optim"]
    file = tmp_path / "mine.yaml"
    file.write_text(done.stdout)
    assert asciivae("recipes", "check", file).exit_code == 0


def test_show_resolved_names_who_set_each_value(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", tiny_recipe("x"))
    done = asciivae("recipes", "show", file, "--resolved", "--set", "losses.mse.weight=7.5")
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}

    assert rows["losses[2].weight"] == ["7.5", "override"]
    assert rows["train.batch"] == ["8", "recipe"]
    assert rows["train.epochs"] == ["null", "default"]
    assert rows["optim.betas[1]"] == ["0.999", "default"]
    assert rows["renderer.use"] == ["analytic", "default"]


def test_show_as_json_is_the_resolved_recipe() -> None:
    document = json.loads(asciivae("recipes", "show", "base", "--json").stdout)

    assert document.keys() == {"schema", "name", "recipe"}
    assert (document["schema"], document["name"]) == (1, "base")
    assert document["recipe"]["every"]["keep"] == 2


def test_copy_makes_a_recipe_that_checks_and_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = asciivae("recipes", "copy", "quickstart")
    assert (done.exit_code, done.stdout) == (0, "quickstart.yaml\n")
    assert done.stderr == "try it with: asciivae train --recipe quickstart.yaml\n"
    assert Path("quickstart.yaml").read_text().startswith("# copied from the recipe quickstart of asciivae\n")
    assert asciivae("recipes", "check", "quickstart.yaml").exit_code == 0

    again = asciivae("recipes", "copy", "quickstart", ".")
    assert again.exit_code == 2
    assert again.stderr == "error: quickstart.yaml: already exists\n\nhint: name another file\n"
    assert asciivae("recipes", "copy", "base", "sub/mine.yaml").exit_code == 1
    assert asciivae("recipes", "copy", "base", "mine.yml").stdout == "mine.yml\n"
    done = asciivae("recipes", "copy", "quickstart", "-")
    assert done.stdout == Path("quickstart.yaml").read_text()
    assert not Path("-").exists()


def test_a_copy_that_could_not_be_found_again_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = asciivae("recipes", "copy", "base", "mine")

    assert done.exit_code == 2
    assert done.stderr == (
        "error: mine: the file name of a recipe must end with .yaml\n\nhint: asciivae recipes copy base mine.yaml\n"
    )
    assert asciivae(*done.stderr.split("hint: asciivae ")[1].split()).exit_code == 0


def test_check_says_ok_on_stderr_and_nothing_on_stdout() -> None:
    done = asciivae("recipes", "check", *NAMES)

    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "".join(f"{name}: ok\n" for name in NAMES)
    assert asciivae("--quiet", "recipes", "check", *NAMES).stderr == ""


BAD = """\
asciivae: 1
about: many mistakes
model: {use: spatial}
losses: [{use: ce, wieght: 2}]
optim: {lr: -1, cilp: 1}
train: {batch: 0, steps: 5, epochs: 5}
"""


def test_check_prints_every_problem_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    done = asciivae("recipes", "check", file, "quickstart")

    assert (done.exit_code, done.stdout) == (1, "")
    for place in ("4:20: losses[0].wieght", "5:13: optim.lr", "5:17: optim.cilp", "6:16: train.batch"):
        assert f"{file}:{place}" in done.stderr
    assert "clip" in done.stderr  # the nearest match
    assert "quickstart: ok" in done.stderr
    assert "Traceback" not in done.stderr


def test_names_and_options_are_checked_beside_the_structure(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(
        """asciivae: 1
about: x
bogus: 3
requires: [no-such-package-at-all, 3]
losses: [{use: nope}, {use: ce, weight: x}, {use: kl, weigth: 1}, 7, {use: 3}]
model: {use: spatial, latent: many}
relax: {use: gumbel, tau: -1}
renderer: {use: neurall}
train: {steps: -1, batch: 8}
optim: {lr: 1}
"""
    )
    done = asciivae("recipes", "check", file, file)

    said = done.stderr.replace(f"{file}:", "")
    for problem in (
        "3:1: bogus: unknown key",
        "4:12: requires[0]: ",
        "5:16: losses[0].use: unknown loss 'nope'",
        "5:41: losses[1].weight: must be a number",
        "5:55: losses[2].weigth: unknown key",
        "5:67: losses[3]: ",
        "5:76: losses[4].use: ",
        "6:31: model.latent: must be an integer",
        "7:27: relax.tau: must be greater than 0",
        "8:17: renderer.use: unknown renderer 'neurall'",
        "9:16: train.steps: must be greater than or equal to 1",
    ):
        assert problem in said, (problem, said)
    assert done.stderr.count("hint: ") == 1  # and each only once
    assert done.stderr.count("asciivae recipes schema prints every key") == 1


def test_the_recipes_that_are_installed_are_named_without_their_path() -> None:
    done = asciivae("recipes", "check", "quickstart", "--unset", "train.steps", "--set", "train.epochs=0")
    assert done.exit_code == 1
    done = asciivae("recipes", "check", "quickstart", "--unset", "train.steps")
    assert done.exit_code == 1
    assert done.stderr.startswith("recipe quickstart:")
    assert "recipes/" not in done.stderr


def test_check_as_json_has_the_same_problems(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    done = asciivae("recipes", "check", file, "nosuch", "--json")
    document = json.loads(done.stdout)

    assert done.exit_code == 1
    assert document.keys() == {"schema", "problems"}
    assert all(
        problem.keys() == {"file", "line", "column", "path", "message", "hint"} for problem in document["problems"]
    )
    assert {(problem["line"], problem["path"]) for problem in document["problems"]} >= {
        (5, "optim.lr"),
        (5, "optim.cilp"),
        (6, "train.batch"),
    }
    assert document["problems"][-1]["message"].startswith("unknown recipe 'nosuch'")
    assert json.loads(asciivae("recipes", "check", "base", "--json").stdout) == {"schema": 1, "problems": []}


def test_check_with_changes(tmp_path: Path) -> None:
    file = written(tmp_path / "a.yaml", tiny_recipe("x"))

    assert asciivae("recipes", "check", file, "--set", "train.batch=9").exit_code == 0
    done = asciivae("recipes", "check", file, "--set", "train.bacth=9")
    assert done.exit_code == 1
    assert "--set #1 (train.bacth=9)" in done.stderr
    assert "did you mean 'batch'" in done.stderr


def test_schema_is_json_schema_of_what_is_installed() -> None:
    schema = json.loads(asciivae("recipes", "schema").stdout)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"model", "losses", "optim", "train"} <= set(schema["properties"])


@pytest.mark.parametrize("command", ["show", "copy"])
def test_an_unknown_recipe_has_its_nearest_match(command: str) -> None:
    done = asciivae("recipes", command, "quikstart")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "error: unknown recipe 'quikstart' — did you mean 'quickstart'?\n\nhint: asciivae recipes list\n"
    )
