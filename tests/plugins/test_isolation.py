"""Sick packages beside sound ones: who does not name them does not notice them, and who does is told exactly."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugin_site import Site
from sick_packages import CODE, MESSAGES, SOUND
from tiny_runs import drawings, tiny_recipe, written

Run = Callable[..., Any]
CONTRACT_99 = "[asciivae.contract]\n99 = asciivae.contract\n"
SOON = 8.0
"""Seconds; far less than a plugin that takes ten, far more than a busy machine needs."""


@pytest.fixture
def sick(site: Site) -> Site:
    """All of them at once, and a sound one."""
    for name, code in CODE.items():
        module = f"sick_{name.replace('-', '_')}"
        site.add(f"sick-{name}", f"[asciivae.losses]\n{name} = {module}:Blur\n", code)
    for order in ("first", "second"):
        site.add(f"sick-{order}", f"[asciivae.losses]\ntwice = sick_{order}:Blur\n", SOUND)
    site.add("sick-foreseen", f"[asciivae.losses]\nforeseen = sick_foreseen:Blur\n{CONTRACT_99}", "raise OSError")
    site.add("sick-malformed", "[asciivae.losses]\nmalformed = sick_malformed\n")
    site.add("sound-blur", "[asciivae.losses]\nblur = sound_blur:Blur\n", SOUND)
    return site


@pytest.mark.parametrize(
    "command", [["--help"], ["recipes", "list"], ["plugins", "list"], ["plugins", "list", "--json"]]
)
def test_commands_that_name_no_plugin_do_not_notice(sick: Site, command: list[str]) -> None:
    start = time.perf_counter()
    done = sick.run(*command)
    assert time.perf_counter() - start < SOON
    assert (done.returncode, done.stderr) == (0, "")
    assert "hello from a plugin" not in done.stdout


def test_the_list_says_what_metadata_tells(sick: Site) -> None:
    listed = json.loads(sick.run("plugins", "list", "losses", "--json").stdout)["plugins"]
    third_parties = {
        (p["distribution"], p["name"]): (p["state"], p["reason"]) for p in listed if "sick" in p["distribution"]
    }
    assert third_parties == {
        **{(f"sick-{name}", name): ("not loaded", "") for name in CODE},
        ("sick-first", "twice"): ("ambiguous", "and sick-second 1.0 uses the same name"),
        ("sick-second", "twice"): ("ambiguous", "and sick-first 1.0 uses the same name"),
        ("sick-foreseen", "foreseen"): (
            "incompatible",
            "which is written for contract 99; this asciivae has contracts 1 and 2",
        ),
        ("sick-malformed", "malformed"): (
            "broken",
            "whose entry point 'sick_malformed' is not of the form module:Class",
        ),
    }
    (sound,) = (p for p in listed if p["name"] == "blur")
    assert sound == {
        "kind": "loss",
        "name": "blur",
        "distribution": "sound-blur",
        "version": "1.0",
        "state": "not loaded",
        "reason": "",
        "about": "A package of a test",
        "options": [{"name": "window", "type": "int", "default": "7", "about": ""}],
    }


def test_a_recipe_that_names_none_of_them_runs(sick: Site, tmp_path: Path) -> None:
    corpus = drawings(tmp_path / "art")
    losses = [{"use": "ce"}, {"use": "blur", "weight": 0.1, "window": 3}]
    recipe = written(tmp_path / "a.yaml", tiny_recipe(corpus, losses=losses, train={"steps": 2, "batch": 8}))
    done = sick.run("train", "--recipe", recipe, "--out", tmp_path / "run")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'run'}\n"), done.stderr
    assert json.loads((tmp_path / "run" / "provenance.json").read_text())["losses"]["blur"] == "sound-blur 1.0"
    assert '"blur": ' in (tmp_path / "run" / "metrics.jsonl").read_text()


def test_a_recipe_that_names_one_is_told_exactly_and_where(sick: Site, here: Run, tmp_path: Path) -> None:
    lines = [f"  - {{use: {name}}}" for name in [*MESSAGES, "blru"]]
    recipe = tmp_path / "all.yaml"
    head = ["asciivae: 1", "about: x", "data: {corpus: embedded}", "model: {use: spatial}", "optim: {lr: 1e-3}"]
    recipe.write_text("\n".join([*head, "train: {steps: 1, batch: 1}", "losses:", *lines]))
    done = here("recipes", "check", recipe)
    assert (done.exit_code, done.stdout) == (1, "")
    problems, hints = done.stderr.split("\n\nhint: ")
    assert problems.splitlines() == [
        *(
            f"{recipe}:{row}:11: losses[{row - 8}].use: {message}"
            for row, message in enumerate(MESSAGES.values(), start=8)
        ),
        f"{recipe}:{8 + len(MESSAGES)}:11: losses[{len(MESSAGES)}].use: "
        "unknown loss 'blru' — did you mean 'blur' (sound-blur 1.0)?",
    ]
    off = "or set ASCIIVAE_PLUGINS= to ignore third-party plugins"
    assert [line.strip() for line in hints.splitlines()][:6] == [
        f"pip install --upgrade sick-import-error, {off}",
        f"pip install --upgrade sick-missing-attribute, {off}",
        f"pip install --upgrade asciivae, {off}",
        f"pip install --upgrade sick-leaving, {off}",
        "write sick-first:twice",
        "installed: " + hints.partition("installed: ")[2].splitlines()[0],
    ]


def test_an_option_that_is_misspelt_gets_the_nearest_match(sick: Site, here: Run, tmp_path: Path) -> None:
    recipe = written(tmp_path / "a.yaml", tiny_recipe("embedded", losses=[{"use": "blur", "windw": 3}]))
    done = here("recipes", "check", recipe)
    assert "losses[0].windw: unknown key — did you mean 'window'?" in done.stderr


def test_a_recipe_whose_package_is_missing_gets_the_pip_command(here: Run, tmp_path: Path) -> None:
    recipe = tiny_recipe("embedded", requires=["asciivae-blotches>=0.1"], losses=[{"use": "asciivae-blotches:blotch"}])
    done = here("recipes", "check", written(tmp_path / "a.yaml", recipe))
    assert "asciivae-blotches is not installed" in done.stderr
    assert "loss 'blotch' is expected from asciivae-blotches, which is not installed" in done.stderr
    assert "pip install 'asciivae-blotches>=0.1'" in done.stderr
    assert "pip install asciivae-blotches" in done.stderr


def test_one_that_prints_does_not_reach_stdout(sick: Site, here: Run, tmp_path: Path) -> None:
    recipe = written(tmp_path / "a.yaml", tiny_recipe("embedded", losses=[{"use": "talkative"}]))
    done = here("recipes", "check", recipe)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "hello from a plugin\n" in done.stderr


@pytest.mark.slow
def test_one_that_takes_long_is_waited_for_only_by_who_names_it(sick: Site) -> None:
    start = time.perf_counter()
    assert sick.run("plugins", "show", "slow").returncode == 0
    assert time.perf_counter() - start > 10


def test_check_gives_the_reasons_and_fails(sick: Site, here: Run) -> None:
    done = here("plugins", "check", "leaving", "missing-attribute", "foreseen", "--json")
    assert done.exit_code == 1
    checked = json.loads(done.stdout)["checked"]
    assert {c["name"]: [o["reason"] for o in c["outcomes"]] for c in checked} == {
        name: [MESSAGES[name]] for name in ("leaving", "missing-attribute", "foreseen")
    }


def test_they_can_all_be_switched_off(sick: Site) -> None:
    sick.environment["ASCIIVAE_PLUGINS"] = ""
    done = sick.run("plugins", "show", "blur")
    assert done.returncode == 1
    assert "unknown plugin 'blur'" in done.stderr
