"""What a plugin does to the process: its output, its exits, its threads, its settings."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugin_site import Site
from sick_packages import SOUND
from tiny_runs import drawings, tiny_recipe, written

Run = Callable[..., Any]
POINTS = "[asciivae.losses]\nblur = sick:Blur\n"

NOISY = (
    """
import os, subprocess, sys, threading, atexit
import torch


def shout(where):
    print("printed in", where)
    os.write(1, f"written in {where}\\n".encode())
    subprocess.run(["echo", "a child in", where])


shout("import")
atexit.register(shout, "exit")
threading.Timer(0.2, shout, ["a thread"]).start()
"""
    + SOUND
    + """

class Loud(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1.0

    @staticmethod
    def backward(ctx, grad):
        shout("backward")
        return grad


class Blur(Blur):
    def __init__(self, config, facts):
        shout("init")

    def __call__(self, inputs):
        shout("forward")
        return {"": Loud.apply(inputs.logits).square().flatten(1).mean(1)}
"""
)


def recipe_of(folder: Path, **changes: Any) -> Path:
    """A recipe of two steps with the loss."""
    losses = [{"use": "ce"}, {"use": "blur", "name": "soft", "weight": 0.1}]
    settings = {"losses": losses, "train": {"steps": 2, "batch": 8}, **changes}
    return written(folder / "a.yaml", tiny_recipe(drawings(folder / "art"), **settings))


def test_whatever_a_plugin_prints_is_on_stderr(site: Site, tmp_path: Path) -> None:
    site.add("sick", POINTS, NOISY)
    done = site.run("train", "--recipe", recipe_of(tmp_path), "--out", tmp_path / "run")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'run'}\n")
    for where in ("import", "init", "forward", "backward", "exit", "a thread"):
        for how in ("printed in", "written in", "a child in"):
            assert f"{how} {where}\n" in done.stderr
    checked = site.run("plugins", "check", "blur", "--json")
    assert json.loads(checked.stdout)["checked"][0]["name"] == "blur"
    assert "printed in forward" in checked.stderr


def test_what_a_source_prints_is_on_stderr(site: Site, tmp_path: Path) -> None:
    code = """
import os
from dataclasses import dataclass
from asciivae.contract import RawArt

@dataclass(frozen=True)
class Config:
    pass

class Loud:
    contract = 1
    Config = Config
    files = ("*.txt",)

    def __init__(self, config):
        print("init")

    def start(self):
        return ()

    def read(self, page):
        os.write(1, b"read")
        print("read")
        yield RawArt(text=page.text)
"""
    site.add("sick", "[asciivae.sources]\nloud = sick:Loud\n", code)
    done = site.run("scrape", "loud", drawings(tmp_path / "art", count=3), "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["schema"] == 1
    assert "init\n" in done.stderr
    assert "read" in done.stderr


STAYING = {
    "a thread": "import threading, time\nthreading.Thread(target=time.sleep, args=[600], name='stayer').start()\n",
    "an exit handler": "import atexit, time\natexit.register(time.sleep, 600)\n",
}


@pytest.mark.parametrize("what", ["a thread", "an exit handler"])
def test_what_stays_does_not_keep_the_process_from_ending(site: Site, tmp_path: Path, what: str) -> None:
    site.add("sick", POINTS, STAYING[what] + SOUND)
    began = time.monotonic()
    done = site.run("train", "--recipe", recipe_of(tmp_path), "--out", tmp_path / "run")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'run'}\n")
    assert time.monotonic() - began < 100
    named = "stayer" if what == "a thread" else "an exit handler"
    assert f"error: {named} was still running when the command was done, and was ended\n" in done.stderr


@pytest.mark.parametrize(
    "fault",
    [
        "raise SystemExit(5)",
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "import asyncio; raise asyncio.CancelledError('x')",
        "raise type('Mine', (BaseException,), {})('x')",
        "raise StopIteration",
    ],
)
@pytest.mark.parametrize("where", ["forward", "backward"])
def test_no_exception_of_a_plugin_decides_how_a_run_ends(
    site: Site, here: Run, tmp_path: Path, fault: str, where: str
) -> None:
    forward, backward = (fault, "pass") if where == "forward" else ("pass", fault)
    code = f"""
import torch
{SOUND}

class Fails(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 1.0

    @staticmethod
    def backward(ctx, grad):
        {backward}
        return grad

class Blur(Blur):
    def __call__(self, inputs):
        {forward}
        return {{"": Fails.apply(inputs.logits).square().flatten(1).mean(1)}}
"""
    site.add("sick", POINTS, code)
    done = here("train", "--recipe", recipe_of(tmp_path), "--out", tmp_path / "run")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: loss 'soft' of sick 1.0, step 0: failed " in done.stderr
    assert "step 0 is saved" in done.stderr


SETTINGS = {
    "torch.set_default_dtype(torch.float64)": "torch's default dtype to torch.float64",
    "torch.set_num_threads(torch.get_num_threads() + 1)": "torch's number of threads to ",
    "torch.use_deterministic_algorithms(True)": "torch's deterministic mode to True",
    "torch.set_grad_enabled(False)": "torch's grad mode to False",
    "os.chdir('/')": "the working directory to /",
    "signal.signal(signal.SIGINT, signal.SIG_IGN)": "the handler of SIGINT to ",
}


@pytest.mark.parametrize("change", SETTINGS)
@pytest.mark.parametrize("where", ["import", "init", "forward"])
def test_a_changed_setting_is_named_and_undone(site: Site, here: Run, tmp_path: Path, change: str, where: str) -> None:
    from asciivae.blame import settings

    at = {name: change if name == where else "pass" for name in ("import", "init", "forward")}
    code = f"""
import os, signal, torch
{SOUND}
{at["import"]}

class Blur(Blur):
    def __init__(self, config, facts):
        {at["init"]}

    def __call__(self, inputs):
        {at["forward"]}
        return super().__call__(inputs)
"""
    site.add("sick", POINTS, code)
    before = settings()
    done = here("train", "--recipe", recipe_of(tmp_path), "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert f"it changed {SETTINGS[change]}" in done.stderr
    assert "sick 1.0" in done.stderr
    assert settings() == before


DEADLY = "import os\nos._exit(9)\n"
KILLING = "import os, signal\nos.killpg(0, signal.SIGINT)\nraise KeyboardInterrupt\n"


def test_each_plugin_is_checked_in_a_process_of_its_own(site: Site) -> None:
    site.add("deadly", "[asciivae.losses]\ndeadly = deadly:Blur\n", DEADLY)
    site.add("killing", "[asciivae.losses]\nkilling = killing:Blur\n", KILLING)
    dies_later = SOUND + "\nclass Blur(Blur):\n    def __call__(self, inputs):\n        import os\n        os.abort()\n"
    site.add("later", "[asciivae.losses]\nlater = later:Blur\n", dies_later)
    site.add("sound", "[asciivae.losses]\nsoft = sound:Blur\n", SOUND.replace("needs =", "minimum = None\n    needs ="))
    done = site.run("plugins", "check", "deadly", "killing", "later", "soft", "--json")
    assert done.returncode == 1
    found = {one["name"]: one["outcomes"] for one in json.loads(done.stdout)["checked"]}
    reasons = {name: [(o["check"], o["reason"]) for o in found[name] if o["state"] == "broken"] for name in found}
    assert reasons["deadly"] == [("loading", "its process ended with exit code 9")]
    assert [check for check, _ in reasons["killing"]] == ["loading"]
    assert reasons["later"] == [("terms", "its process was ended by SIGABRT")]
    assert len(found["soft"]) > 10


def test_one_bad_package_does_not_empty_the_schema(site: Site) -> None:
    site.add("deadly", "[asciivae.losses]\ndeadly = deadly:Blur\n", DEADLY)
    site.add("sound", "[asciivae.losses]\nsoft = sound:Blur\n", SOUND)
    done = site.run("recipes", "schema")
    assert done.returncode == 0
    titles = {one["title"] for one in json.loads(done.stdout)["$defs"]["LossEntry"]["oneOf"]}
    assert {"ce", "kl", "soft"} <= titles
    assert "deadly" not in titles
    assert done.stderr == "loss 'deadly' of deadly 1.0 is left out: its process ended with exit code 9\n"


def test_the_list_never_says_ok_of_what_it_has_not_loaded(site: Site) -> None:
    points = "[asciivae.losses]\ngone = not_there:Blur\n"
    site.add("missing", points, module="another")
    site.add("function", "[asciivae.losses]\nfunction = function:Blur\n", "def Blur(): pass\n")
    listed = json.loads(site.run("plugins", "list", "--json").stdout)["plugins"]
    states = {one["name"]: (one["state"], one["reason"]) for one in listed if one["distribution"] != "asciivae"}
    assert states["gone"] == ("broken", "whose module 'not_there' is missing")
    assert states["function"] == ("not loaded", "")
