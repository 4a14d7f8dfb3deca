"""Packages whose entry points do harm: who does not name them behaves as without them, and who does is told.

`ASCIIVAE_CAMPAIGN=N` names N times as many of them, and `ASCIIVAE_SEED` draws others.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hostile_plugins import DEEDS, install
from plugin_site import Site
from tiny_runs import checkpoint, drawings, records, tiny_recipe, written

TIMES = int(os.environ.get("ASCIIVAE_CAMPAIGN", "1"))
SEED = int(os.environ.get("ASCIIVAE_SEED", "0"))
pytestmark = pytest.mark.slow


@pytest.fixture
def hostile(tmp_path: Path) -> Site:
    (tmp_path / "hostile").mkdir()
    made = Site(tmp_path / "hostile", {"HARM": str(tmp_path / "harm"), "OMP_NUM_THREADS": "1"})
    assert install(made) >= 150
    return made


@pytest.fixture
def clean(tmp_path: Path) -> Site:
    (tmp_path / "clean").mkdir()
    return Site(tmp_path / "clean", {"OMP_NUM_THREADS": "1"})


@pytest.mark.timeout(1800)
def test_commands_that_name_none_behave_bit_for_bit_as_without_them(hostile: Site, clean: Site, tmp_path: Path) -> None:
    recipe = written(tmp_path / "a.yaml", tiny_recipe(drawings(tmp_path / "art")))
    (tmp_path / "house.txt").write_text("/\\\n||\n")
    for command in (
        ["--help"],
        ["plugins", "--help"],
        ["recipes", "list"],
        ["recipes", "list", "--json"],
        ["recipes", "check", recipe],
        ["recipes", "show", "base", "--resolved"],
        ["corpus", "stats", tmp_path / "art"],
        ["reconstruct", tmp_path / "house.txt"],
    ):
        mine, theirs = clean.run(*command), hostile.run(*command)
        assert (theirs.returncode, theirs.stdout, theirs.stderr) == (mine.returncode, mine.stdout, mine.stderr), command
    for site in (clean, hostile):
        done = site.run("train", "--recipe", recipe, "--out", site.folder.parent / f"run-{site.folder.name}")
        assert done.returncode == 0, done.stderr
    first, second = tmp_path / "run-clean", tmp_path / "run-hostile"
    assert checkpoint(first) == checkpoint(second)
    assert records(first) == records(second)
    assert (first / "resolved.yaml").read_text() == (second / "resolved.yaml").read_text()
    assert not (tmp_path / "harm").exists()


def test_the_list_runs_none_of_them_and_never_says_ok(hostile: Site, clean: Site, tmp_path: Path) -> None:
    done = hostile.run("plugins", "list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    listed = json.loads(done.stdout)["plugins"]
    ours = [plugin for plugin in listed if plugin["distribution"] == "asciivae"]
    assert ours == json.loads(clean.run("plugins", "list", "--json").stdout)["plugins"]
    others = [plugin for plugin in listed if plugin["distribution"] != "asciivae"]
    assert len(others) >= 150
    assert not [plugin for plugin in others if plugin["state"] == "ok"]
    table = hostile.run("plugins", "list")
    assert (table.returncode, table.stderr) == (0, "")
    assert "\x1b" not in table.stdout
    assert not (tmp_path / "harm").exists()


@pytest.mark.timeout(3600)
def test_whoever_names_one_is_told_and_nothing_else_happens(hostile: Site, tmp_path: Path) -> None:
    art = drawings(tmp_path / "art")
    draw = random.Random(SEED)
    # Not those that end or block their process without an exception; they are checked in a process of their own.
    endless = ("_exit(9)", "abort", "SIGKILL", "10_000)", "while True", "SIGINT)", "dup2", "close(")
    losses = [
        (where, number)
        for where in ("import", "init", "call")
        for number in range(0, len(DEEDS), 9)
        if number % 5 and not any(word in DEEDS[number] for word in endless)
    ]
    for where, number in draw.sample(losses, min(len(losses), 4 * TIMES)):
        name = f"bad-{where}-{number}"
        losses_of = [{"use": "ce"}, {"use": name}]
        recipe = written(tmp_path / "a.yaml", tiny_recipe(art, losses=losses_of))
        done = hostile.run("train", "--recipe", recipe, "--out", tmp_path / name, timeout=300)
        what = (name, DEEDS[number], done.stderr)
        assert done.returncode in (0, 1), what
        assert "Traceback" not in done.stderr, what
        if done.returncode:
            assert name in done.stderr, what
            assert done.stdout == "", what
    names = [f"bad-{where}-{number}" for where in ("import", "call") for number in (7, 8, 9, 36)]
    chosen = draw.sample(names, min(len(names), 2 * TIMES))
    done = hostile.run("plugins", "check", *chosen, "--json", timeout=600)
    assert {one["name"] for one in json.loads(done.stdout)["checked"]} == set(chosen)
