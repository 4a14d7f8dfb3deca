"""Plugins in a single file: who may name one, and who may not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tiny_runs import asciivae, checkpoint, drawings, records, resolved, tiny_recipe, written

import asciivae as library
from asciivae import registry
from asciivae.registry import files

LEAST = """
class Dark:
    def __call__(self, inputs):
        return {"": inputs.logits.square().flatten(1).mean(1)}
"""
WITH_OPTIONS = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    power: float = 2.0


class Dark:
    contract = 1
    Config = Config
    needs = frozenset()

    def __init__(self, config, facts):
        self.power = config.power

    def __call__(self, inputs):
        return {"": inputs.logits.abs().pow(self.power).flatten(1).mean(1)}
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, where nothing was allowed or loaded before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(files, "_allowed", set())
    monkeypatch.setattr(registry, "_loaded", {})


def recipe_with(loss: dict[str, Any], folder: Path = Path(), **changes: Any) -> Path:
    folder.mkdir(exist_ok=True)
    corpus = drawings(Path("art").resolve())
    return written(folder / "a.yaml", tiny_recipe(corpus, losses=[{"use": "ce"}, loss], **changes))


def trained_with(code: str, loss: dict[str, Any], folder: Path = Path()) -> Path:
    recipe = recipe_with(loss, folder)
    (folder / "my_loss.py").write_text(code)
    done = asciivae("train", "--recipe", recipe, "--out", "run")
    assert done.exit_code == 0, done.stderr
    return Path("run")


DARK = {"use": "./my_loss.py:Dark", "weight": 0.1}


@pytest.mark.parametrize("folder", [Path(), Path("elsewhere")])
def test_a_recipe_whose_path_is_given_may_name_one_beside_it(folder: Path) -> None:
    run = trained_with(LEAST, DARK, folder)
    assert all("Dark" in record for record in records(run, "train"))
    assert resolved(run)["losses"][1]["use"] == "./my_loss.py:Dark"
    provenance = json.loads((run / "provenance.json").read_text())
    assert provenance["files"] == {"./my_loss.py:Dark": hashlib.sha256(LEAST.encode()).hexdigest()}
    assert provenance["folder"] == str(folder.resolve())
    header = checkpoint(run)["model.safetensors header"]["recipe"]
    assert str(folder.resolve()) not in header.replace(str(Path("art").resolve()), "")


def test_its_options_are_checked_as_those_of_a_package() -> None:
    Path("my_loss.py").write_text(WITH_OPTIONS)
    done = asciivae("recipes", "check", recipe_with({**DARK, "powr": 3.0}))
    assert "losses[1].powr: unknown key — did you mean 'power'?" in done.stderr
    shown = asciivae("recipes", "show", recipe_with({**DARK, "power": 3.0}), "--resolved").stdout
    assert "losses[1].power\t3.0\trecipe\n" in shown


def test_the_command_line_may_name_one_from_the_working_directory() -> None:
    Path("my_loss.py").write_text(LEAST)
    recipe = recipe_with({"use": "kl"}, Path("elsewhere"))
    done = asciivae("train", "--recipe", recipe, "--out", "run", "--set", "losses.kl.use=./my_loss.py:Dark")
    assert done.exit_code == 0, done.stderr
    assert resolved(Path("run"))["losses"][1]["use"] == "../my_loss.py:Dark"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (None, "my_loss.py cannot be read: there is no such file"),
        ("", "my_loss.py is empty, or larger than 1 MiB"),
        ("class Dark:\n  (", "which fails to import: SyntaxError: '(' was never closed"),
        ("raise SystemExit(3)", "which fails to import: SystemExit: 3 ("),
        ("Dark = 3", "is not a class"),
        ("class Other: pass", "has no 'Dark'"),
        ("import another_file_beside_it", "ModuleNotFoundError"),
    ],
)
def test_what_is_wrong_with_it_is_told(code: str | None, message: str) -> None:
    recipe = recipe_with(DARK)
    if code is not None:
        Path("my_loss.py").write_text(code)
    if code and "beside" in code:
        Path("another_file_beside_it.py").write_text("")
    done = asciivae("recipes", "check", recipe)
    assert done.exit_code == 1
    assert "losses[1].use: " in done.stderr
    assert message in done.stderr.replace(f"{Path.cwd()}/", "")


# ── who may not ─────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = "from pathlib import Path\nPath('harmed').touch()\n" + LEAST


def test_a_run_that_is_resumed_may_name_one_only_if_the_user_says_so() -> None:
    run = trained_with(LEAST, DARK)
    whole = checkpoint(run)
    files._allowed.clear()
    registry._loaded.clear()
    Path("my_loss.py").write_text(HOSTILE)
    done = asciivae("train", "--resume", run, "--set", "train.steps=8")
    assert done.exit_code == 1
    assert "losses[1].use: './my_loss.py:Dark' names a file, which only a recipe whose path you give may" in done.stderr
    assert f"hint: look at the files, then: asciivae train --resume {run} --allow-files\n" in done.stderr
    assert not Path("harmed").exists()
    assert checkpoint(run) == whole
    done = asciivae("train", "--resume", run, "--set", "train.steps=8", "--allow-files")
    assert done.exit_code == 0, done.stderr
    assert "note: loss 'Dark' is from " in done.stderr  # its content changed
    assert Path("harmed").exists()


def test_a_resumed_run_is_bitwise_that_which_was_not_stopped() -> None:
    run = trained_with(WITH_OPTIONS, DARK)
    done = asciivae("train", "--recipe", "a.yaml", "--out", "part", "--set", "train.steps=3")
    assert done.exit_code == 0, done.stderr
    done = asciivae("train", "--resume", "part", "--set", "train.steps=6", "--allow-files")
    assert done.exit_code == 0, done.stderr
    assert checkpoint(Path("part")) == checkpoint(run)


def test_a_recipe_in_a_weights_file_may_not() -> None:
    code = "from asciivae.models.spatial import SpatialVAE, SpatialConfig\nfrom pathlib import Path\n"
    code += "Path('harmed').touch()\n\nclass Mine(SpatialVAE):\n    pass\n"
    Path("my_model.py").write_text(code)
    recipe = recipe_with({"use": "kl"}, model={"use": "./my_model.py:Mine", "latent": 2, "fine_channels": 8})
    done = asciivae("train", "--recipe", recipe, "--out", "run", "--set", "train.steps=1")
    assert done.exit_code == 0, done.stderr
    assert "to use the weights, make the model a package" in done.stderr
    files._allowed.clear()
    Path("harmed").unlink()
    Path("cat.txt").write_text("/\\\n||\n")
    for model in ("run", "run/checkpoints/step-1/model.safetensors"):
        done = asciivae("reconstruct", "cat.txt", "--model", model)
        assert done.exit_code == 1
        assert "model.use: './my_model.py:Mine' names a file" in done.stderr
    assert not Path("harmed").exists()


def test_losses_of_files_do_not_matter_where_the_model_is_used() -> None:
    run = trained_with(LEAST, DARK)
    files._allowed.clear()
    registry._loaded.clear()
    Path("my_loss.py").unlink()
    Path("cat.txt").write_text("/\\\n||\n")
    assert asciivae("reconstruct", "cat.txt", "--model", run).exit_code == 0
    assert asciivae("compare", run, run).exit_code == 0


def test_a_recipe_of_a_package_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("site/strangers").mkdir(parents=True)
    info = Path("site/strangers-1.0.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[asciivae.recipes]\nstrangers = strangers\n")
    Path("site/strangers/__init__.py").touch()
    Path("site/strangers/my_loss.py").write_text(HOSTILE)
    Path("my_loss.py").write_text(HOSTILE)
    Path("site/strangers/trap.yaml").write_text(recipe_with(DARK).read_text())
    monkeypatch.syspath_prepend(Path("site").resolve())
    done = asciivae("train", "--recipe", "trap", "--out", "run")
    assert done.exit_code == 1
    assert "names a file, which only a recipe whose path you give may do" in done.stderr
    assert not Path("harmed").exists()


def test_in_python() -> None:
    Path("my_loss.py").write_text(LEAST)
    recipe = yaml.safe_load(recipe_with(DARK).read_text())
    run = library.train({**recipe, "train": {"steps": 2, "batch": 8}}, out="run", device="cpu")
    assert [list(step.terms) for step in run] == [["ce", "Dark"]] * 2
    files._allowed.clear()
    with pytest.raises(library.AsciivaeError, match="names a file"):
        library.resume("run", device="cpu")
    assert library.resume("run", device="cpu", allow_files=True).state.step == 2


# ── checking and making one ─────────────────────────────────────────────────────────────────────────────────


def test_it_can_be_checked() -> None:
    Path("my_loss.py").write_text(LEAST)
    done = asciivae("plugins", "check", "./my_loss.py:Dark", "--json")
    (checked,) = json.loads(done.stdout)["checked"]
    assert {one["state"] for one in checked["outcomes"]} == {"kept", "skipped"}
    assert asciivae("plugins", "check", "./none.py:Dark").exit_code == 1


@pytest.mark.parametrize("kind", ["loss", "renderer", "model"])
def test_a_new_one_trains(kind: str) -> None:
    done = asciivae("plugins", "new", kind, "my-own", "--file")
    assert (done.exit_code, done.stdout) == (0, "my_own.yaml\n")
    assert sorted(path.name for path in Path().iterdir()) == ["my_own.py", "my_own.yaml"]
    done = asciivae("train", "--recipe", "my_own.yaml", "--out", "run", "--set", "train.steps=2")
    assert done.exit_code == 0, done.stderr
    again = asciivae("plugins", "new", kind, "my-own", "--file")
    assert (again.exit_code, again.stderr.splitlines()[0]) == (2, "error: my_own.py: already exists")


def test_one_that_no_recipe_names_is_a_package() -> None:
    done = asciivae("plugins", "new", "source", "my-own", "--file")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "error: a source is not named in recipes" in done.stderr
