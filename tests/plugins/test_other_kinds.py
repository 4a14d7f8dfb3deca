"""Metrics, observers, optimisers and cleaning steps as plugins, in the commands that use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from plugin_site import PLUGINS, Site
from tiny_runs import asciivae, checkpoint, drawings, records, resolved, tiny_recipe, written

from asciivae.cli.scaffold import write_package
from asciivae.registry import KINDS

Run = Callable[..., Any]


def install_new(site: Site, kind: str, folder: Path, **replaced: str) -> None:
    """Put the package that `plugins new` writes on the site, with parts of its code replaced."""
    package = write_package(kind, f"my-{kind}", folder / f"new-{kind}")
    module = f"asciivae_my_{kind}"
    code = (package / f"{module}.py").read_text()
    for old, new in replaced.items():
        assert old in code
        code = code.replace(old, new)
    name = "".join(word.capitalize() for word in ("my", kind))
    points = f"[{KINDS[kind]}]\nmy-{kind} = {module}:{name}\n[asciivae.contract]\n2 = asciivae.contract\n"
    site.add(f"asciivae-my-{kind}", points, code, module=module, version="0.1.0")


def recipe_of(folder: Path, **changes: Any) -> Path:
    return written(folder / "a.yaml", tiny_recipe(drawings(folder / "art"), **changes))


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_metric_is_measured_in_validation_and_shown_by_compare(site: Site, here: Run, tmp_path: Path) -> None:
    install_new(site, "metric", tmp_path)
    metrics = [{"use": "my-metric"}, {"use": "my-metric", "name": "near", "distance": 3}]
    recipe = recipe_of(tmp_path, metrics=metrics)
    run, plain = tmp_path / "run", tmp_path / "plain"
    done = here("train", "--recipe", recipe, "--out", run)
    assert done.exit_code == 0, done.stderr
    assert here("train", "--recipe", recipe, "--out", plain, "--unset", "metrics").exit_code == 0
    for record in records(run, "validation"):
        assert 0 <= record["my-metric"] <= record["near"] <= 1
    assert records(run, "train") == records(plain, "train")
    compared = here("compare", run, plain, "--png", tmp_path / "c.png").stdout
    assert "own validation: near\t" in compared
    assert json.loads((run / "provenance.json").read_text())["components"]["metric 'my-metric'"].startswith(
        "asciivae-my"
    )


def test_a_metric_is_measured_by_evaluate(site: Site, here: Run, tmp_path: Path) -> None:
    install_new(site, "metric", tmp_path)
    run = tmp_path / "run"
    assert here("train", "--recipe", recipe_of(tmp_path), "--out", run).exit_code == 0
    words = ("evaluate", run, "--data", tmp_path / "art", "--split", "all", "--limit", "6", "--metric", "my-metric")
    done = here(*words)
    assert done.exit_code == 0, done.stderr
    assert "mean of pieces: my-metric\t" in done.stdout
    assert "mean of pieces: my-metric" in here(*words).stdout
    again = here(*words[:-1], "char_f1")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "unknown metric 'char_f1'" in again.stderr


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ([{"use": "my-metric", "name": "ce"}], "metrics[0]: two losses or metrics are called 'ce'"),
        ([{"use": "my-metric", "name": "char_f1"}], "the name 'char_f1' is reserved for the run's own metrics"),
        ([{"use": "my-metrik"}], "metrics[0].use: unknown metric 'my-metrik' — did you mean 'my-metric' (asciivae-my-"),
        ([{"use": "my-metric", "distance": -1}], "metrics[0]: distance must not be negative"),
    ],
)
def test_a_wrong_metric_is_told_at_its_place(
    site: Site, here: Run, tmp_path: Path, metrics: list[dict[str, Any]], message: str
) -> None:
    install_new(site, "metric", tmp_path)
    done = here("recipes", "check", recipe_of(tmp_path, metrics=metrics))
    assert done.exit_code == 1
    assert message in done.stderr


def test_a_metric_that_fails_is_named_and_the_run_is_saved(site: Site, here: Run, tmp_path: Path) -> None:
    install_new(site, "metric", tmp_path, **{"page = inputs.logits.argmax(1)": "raise KeyError('x')"})
    done = here("train", "--recipe", recipe_of(tmp_path, metrics=[{"use": "my-metric"}]), "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "error: metric 'my-metric' of asciivae-my-metric 0.1.0, step 3: failed with KeyError: 'x'" in done.stderr
    assert (tmp_path / "run" / "checkpoints" / "latest").read_text() == "step-3\n"


# ── observers ───────────────────────────────────────────────────────────────────────────────────────────────


def test_tensorboard_follows_a_run_that_is_as_without_it(site: Site, here: Run, tmp_path: Path) -> None:
    code = (PLUGINS / "asciivae-tensorboard" / "asciivae_tensorboard.py").read_text()
    points = "[asciivae.observers]\ntensorboard = asciivae_tensorboard:TensorBoard\n"
    site.add("asciivae-tensorboard", points, code)
    recipe = recipe_of(tmp_path, observers=[{"use": "tensorboard", "every": 2}])
    run, plain = tmp_path / "run", tmp_path / "plain"
    done = here("train", "--recipe", recipe, "--out", run, "--set", "train.steps=4")
    assert done.exit_code == 0, done.stderr
    done = here("train", "--resume", run, "--set", "train.steps=6", "--set", "observers.tensorboard.every=1")
    assert done.exit_code == 0, done.stderr
    assert here("train", "--recipe", recipe, "--out", plain, "--unset", "observers").exit_code == 0
    found, expected = checkpoint(run), checkpoint(plain)
    found.pop("model.safetensors header"), expected.pop("model.safetensors header")
    assert found == expected
    first, second = sorted((run / "tensorboard").iterdir(), key=lambda path: path.name.split(".")[5])
    assert (first.read_bytes().count(b"train/total"), second.read_bytes().count(b"train/total")) == (2, 2)
    assert b"validation/char_f1" in first.read_bytes()


SICK = """
import os
import torch
from dataclasses import dataclass

@dataclass(frozen=True)
class Config:
    pass

class Bad:
    contract = 2
    Config = Config

    def __init__(self, config):
        pass

    def stepped(self, step, values):
        torch.rand(1)
        values["total"] = float("nan")
        if step == 2:
            FAULT
"""
FAULTS = {
    "raise KeyError('x')": "failed with KeyError: 'x'",
    "raise SystemExit(4)": "failed with SystemExit: 4",
    "raise KeyboardInterrupt": "failed with KeyboardInterrupt",
    "torch.set_num_threads(torch.get_num_threads() + 1)": "it changed torch's number of threads to ",
    "torch.set_grad_enabled(True)": "it changed torch's grad mode to True",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_observer_that_fails_is_warned_of_and_changes_nothing(
    site: Site, here: Run, tmp_path: Path, fault: str
) -> None:
    site.add("sick", "[asciivae.observers]\nbad = sick:Bad\n", SICK.replace("FAULT", fault))
    recipe = recipe_of(tmp_path, observers=[{"use": "bad"}])
    run, plain = tmp_path / "run", tmp_path / "plain"
    done = here("train", "--recipe", recipe, "--out", run)
    assert done.exit_code == 0, done.stderr
    assert here("train", "--recipe", recipe, "--out", plain, "--unset", "observers").exit_code == 0
    found, expected = checkpoint(run), checkpoint(plain)
    found.pop("model.safetensors header"), expected.pop("model.safetensors header")
    assert found == expected
    assert records(run) == records(plain)


def test_the_warning_names_it(site: Site, tmp_path: Path) -> None:
    site.add("sick", "[asciivae.observers]\nbad = sick:Bad\n", SICK.replace("FAULT", "raise KeyError('x')"))
    done = site.run("train", "--recipe", recipe_of(tmp_path, observers=[{"use": "bad"}]), "--out", tmp_path / "run")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'run'}\n")
    warning = "observer 'bad' of sick 1.0: failed with KeyError: 'x'; it is not called again in this run, which goes on"
    assert done.stderr.count(warning) == 1


def test_an_observer_is_told_how_a_run_ends(site: Site, here: Run, tmp_path: Path) -> None:
    code = SICK.replace("    def stepped(self, step, values):", "    def finished(self, step, error):")
    code = (
        code[: code.index("        torch.rand")]
        + "        with open(os.environ['TOLD'], 'a') as file:\n            file.write(f'{step}: {error}\\n')\n"
    )
    site.add("sick", "[asciivae.observers]\nbad = sick:Bad\n", code)
    told = tmp_path / "told"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOLD", str(told))
        recipe = recipe_of(tmp_path, observers=[{"use": "bad"}])
        assert here("train", "--recipe", recipe, "--out", tmp_path / "run").exit_code == 0
        diverging = ("--set", "optim.lr=1e30", "--unset", "optim.clip")
        assert here("train", "--recipe", recipe, "--out", tmp_path / "bad", *diverging).exit_code == 3
    first, second = told.read_text().splitlines()
    assert first == "6: "
    assert "became" in second


# ── optimisers ──────────────────────────────────────────────────────────────────────────────────────────────

SIGNED = {"use": "my-optimiser", "lr": 0.001, "options": {"momentum": 0.5}}


def test_an_optimiser_trains_and_a_resumed_run_is_bitwise_that_which_was_not_stopped(
    site: Site, here: Run, tmp_path: Path
) -> None:
    install_new(site, "optimiser", tmp_path)
    recipe = recipe_of(tmp_path, optim=SIGNED)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert here("train", "--recipe", recipe, "--out", whole).exit_code == 0
    assert resolved(whole)["optim"]["use"] == "asciivae-my-optimiser:my-optimiser"
    assert resolved(whole)["optim"]["options"] == {"momentum": 0.5}
    assert here("train", "--recipe", recipe, "--out", parts, "--set", "train.steps=4").exit_code == 0
    done = here("train", "--resume", parts, "--set", "train.steps=6")
    assert done.exit_code == 0, done.stderr
    found, expected = checkpoint(parts), checkpoint(whole)
    found.pop("model.safetensors header"), expected.pop("model.safetensors header")
    assert found == expected


@pytest.mark.parametrize(
    ("optim", "message"),
    [
        ({"use": "my-optimizer", "lr": 0.1}, "optim.use: unknown optimiser 'my-optimizer'"),
        ({"use": "admw", "lr": 0.1}, "optim.use: unknown optimiser 'admw' — did you mean 'adamw'?"),
        (
            {**SIGNED, "betas": [0.5, 0.5]},
            "optim: betas and eps are for adam, adamw, muon; the plugin my-optimiser has",
        ),
        ({"use": "adam", "lr": 0.1, "options": {"x": 1}}, "optim: options are for plugins; adam has betas and eps"),
        ({**SIGNED, "options": {"momentum": 2}}, "optim.options: momentum must be at least 0 and less than 1"),
        ({**SIGNED, "options": {"momentun": 0.5}}, "optim.options.momentun: unknown key"),
    ],
)
def test_a_wrong_optimiser_is_told_at_its_place(
    site: Site, here: Run, tmp_path: Path, optim: dict[str, Any], message: str
) -> None:
    install_new(site, "optimiser", tmp_path)
    done = here("recipes", "check", recipe_of(tmp_path, optim=optim))
    assert done.exit_code == 1
    assert message in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mean = state[", "state['n'] = 1\n                mean = state[", "its state 'n' is int, not a tensor"),
        ("mean = state[", "raise SystemExit(3)\n                mean = state[", "failed with SystemExit: 3"),
        ("return _Signed(", "return print(", "returned NoneType, not a torch.optim.Optimizer"),
    ],
)
def test_an_optimiser_that_fails_is_named_and_no_broken_step_is_saved(
    site: Site, here: Run, tmp_path: Path, old: str, new: str, message: str
) -> None:
    install_new(site, "optimiser", tmp_path, **{old: new})
    run = tmp_path / "run"
    done = here("train", "--recipe", recipe_of(tmp_path, optim=SIGNED), "--out", run)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: optimiser 'asciivae-my-optimiser:my-optimiser'" in done.stderr
    assert message in done.stderr
    assert not (run / "checkpoints").exists()


# ── cleaning steps ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_step_cleans_a_corpus(site: Site, here: Run, tmp_path: Path) -> None:
    install_new(site, "step", tmp_path)
    drawings(tmp_path / "art", count=6)
    (tmp_path / "art" / "plain.txt").write_text("#########\n" * 5)
    words = ("corpus", "clean", tmp_path / "art", "--out", tmp_path / "clean.safetensors")
    done = here(*words, "--step", "my-step", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["refused"]["too few different characters"] == 1
    again = here(*words, "--step", "my-stp")
    assert "unknown step 'my-stp' — did you mean 'my-step'" in again.stderr


@pytest.mark.parametrize(
    ("new", "message"),
    [("return 3", "returned int, neither text nor texts nor a Refusal"), ("raise SystemExit(1)", "SystemExit: 1")],
)
def test_a_step_that_fails_is_named(site: Site, here: Run, tmp_path: Path, new: str, message: str) -> None:
    install_new(site, "step", tmp_path, **{"return art.text": new})
    drawings(tmp_path / "art", count=3)
    done = here("corpus", "clean", tmp_path / "art", "--out", tmp_path / "c.safetensors", "--step", "my-step")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: step 'my-step' of asciivae-my-step 0.1.0" in done.stderr
    assert message in done.stderr
    assert not (tmp_path / "c.safetensors").exists()


@pytest.mark.parametrize("kind", ["metric", "observer", "optimiser"])
def test_a_new_file_of_each_kind_trains(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert asciivae("plugins", "new", kind, "my-own", "--file").exit_code == 0
    done = asciivae("train", "--recipe", "my_own.yaml", "--out", "run", "--set", "train.steps=2")
    assert done.exit_code == 0, done.stderr
    named = yaml.safe_load(Path("run/resolved.yaml").read_text())
    uses = [named["optim"]["use"], *(one["use"] for one in [*named["metrics"], *named["observers"]])]
    assert [use for use in uses if use.startswith("./my_own.py:MyOwn")] != []
    assert json.loads(Path("run/provenance.json").read_text())["files"]
    if kind == "observer":
        assert Path("run/my-own.csv").read_text().startswith("step,ce,kl,total,grad_norm,lr,epoch\n1,")
