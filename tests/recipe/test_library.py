"""Finding recipes by name and path, the catalogue, and the recipes that we ship."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asciivae import registry
from asciivae.errors import RecipeError
from asciivae.recipe import library
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import LoadedRecipe, check_recipe, load_recipe

SHIPPED = sorted(library.packaged_folder().rglob("*.yaml"), key=lambda path: path.stem)
RENDERERS = [path for path in SHIPPED if "\nkind: renderer\n" in path.read_text()]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install a distribution that brings a package of recipes."""
    monkeypatch.delenv(registry.SWITCH, raising=False)

    def make(distribution: str, recipes: dict[str, str], requires: str = "") -> Path:
        module = distribution.replace("-", "_")
        home = tmp_path / distribution
        (home / module).mkdir(parents=True)
        (home / module / "__init__.py").write_text("raise RuntimeError('imported')")
        for name, text in recipes.items():
            (home / module / name).write_text(text)
        info = home / f"{module}-0.3.dist-info"
        info.mkdir()
        line = f"Requires-Dist: {requires}\n" if requires else ""
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 0.3\n{line}")
        (info / "entry_points.txt").write_text(f"[asciivae.recipes]\nall = {module}\n")
        monkeypatch.syspath_prepend(home)
        return home / module

    return make


def configs_of(loaded: LoadedRecipe) -> list[Any]:
    return [component.config for _, _, component in loaded.recipe.components()]


def name_of(path: Path) -> str:
    number, _, name = path.stem.partition("-")
    return name if number.isdigit() and len(number) == 2 else path.stem


def listed() -> dict[str, tuple[str, str]]:
    return {line.name: (line.about, line.origin) for line in library.catalogue()}


class TestFind:
    def test_by_name(self) -> None:
        found = library.find("quickstart")
        assert (found.name, found.origin) == ("quickstart", "asciivae")
        assert found.path.name == "quickstart.yaml"

    @pytest.mark.parametrize("name", ["20717f2", "05-20717f2", "asciivae:05-20717f2"])
    def test_the_number_of_a_file_is_no_part_of_its_name(self, name: str) -> None:
        found = library.find(name)
        assert (found.name, found.path.name) == ("20717f2", "05-20717f2.yaml")
        assert library.find(found.path).name == "20717f2"

    def test_by_path(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yml"
        path.write_text("")
        assert library.find(path) == library.RecipeFile("mine", path, "file")

    def test_a_name_that_is_nearly_right(self) -> None:
        with pytest.raises(RecipeError) as caught:
            library.find("quikstart")
        assert caught.value.message == "unknown recipe 'quikstart' — did you mean 'quickstart'?"
        assert caught.value.hint == "asciivae recipes list"

    def test_a_path_that_is_not_there(self) -> None:
        with pytest.raises(RecipeError) as caught:
            library.find("recipes/nosuch.yaml")
        assert caught.value.headline == "recipes/nosuch.yaml: there is no such file"
        assert caught.value.hint == "asciivae recipes list"


class TestPlugins:
    def test_their_recipes_are_found_without_running_them(self, package: Callable[..., Path], minimal: str) -> None:
        folder = package("art-recipes", {"tiny.yaml": minimal, "notes.txt": ""})
        found = library.find("tiny")
        assert found == library.RecipeFile("tiny", folder / "tiny.yaml", "art-recipes 0.3")
        assert library.find("art-recipes:tiny") == found
        assert listed()["tiny"] == ("the least that a recipe may say", "art-recipes 0.3")
        assert "art_recipes" not in sys.modules

    def test_a_name_that_two_bring_must_be_qualified(self, package: Callable[..., Path], minimal: str) -> None:
        package("art-recipes", {"quickstart.yaml": minimal})
        with pytest.raises(RecipeError) as caught:
            library.find("quickstart")
        assert caught.value.message == "recipe 'quickstart' is offered by asciivae and art-recipes 0.3"
        assert caught.value.hint == "write asciivae:quickstart"
        assert library.find("asciivae:quickstart").origin == "asciivae"

    def test_a_sick_one_harms_nobody(self, package: Callable[..., Path]) -> None:
        package("sick-recipes", {"broken.yaml": "about: [\n", "silent.yaml": "seed: 1\n"})
        (package("gone-recipes", {}) / "__init__.py").unlink()
        package("later-recipes", {"later.yaml": "about: x\n"}, requires="asciivae>=99")
        found = listed()
        assert found["broken"][0].startswith("(unreadable: ")
        assert found["silent"][0] == "(without an `about`)"
        assert "later" not in found
        assert "quickstart" in found

    def test_the_switch_hides_them(
        self, package: Callable[..., Path], minimal: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package("art-recipes", {"tiny.yaml": minimal})
        monkeypatch.setenv(registry.SWITCH, "")
        assert "tiny" not in listed()


class TestCatalogue:
    def test_an_about_may_be_folded(self, package: Callable[..., Path]) -> None:
        package("art-recipes", {"a.yaml": "asciivae: 1\nabout: >-\n  two\n  lines\nseed: 1\n"})
        assert listed()["a"][0] == "two lines"

    def test_it_needs_neither_torch_nor_pydantic(self) -> None:
        code = (
            "import sys; from asciivae.recipe import library; names = [line.name for line in library.catalogue()];"
            "print(*names, *({'torch', 'pydantic', 'numpy'} & sys.modules.keys()))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [name_of(path) for path in SHIPPED]


class TestShipped:
    def test_there_are_some_and_each_is_in_the_catalogue(self) -> None:
        assert {"quickstart", "base", "20717f2"} <= {name_of(path) for path in SHIPPED}
        assert all(path.parent == library.packaged_folder() for path in SHIPPED)

    @pytest.mark.parametrize("path", [path for path in SHIPPED if path not in RENDERERS], ids=lambda path: path.stem)
    def test_each_is_sound_and_resolves_to_itself(self, path: Path) -> None:
        loaded = load_recipe(name_of(path))
        assert loaded.text == path.read_text()
        again = check_recipe(dump_yaml(loaded.resolved()), "resolved.yaml")
        assert again.recipe == loaded.recipe
        assert configs_of(again) == configs_of(loaded)
        assert listed()[name_of(path)] == (loaded.recipe.about, "asciivae")

    @pytest.mark.parametrize("path", RENDERERS, ids=lambda path: path.stem)
    def test_those_of_renderers_are_too(self, path: Path) -> None:
        loaded = load_recipe(name_of(path))
        again = check_recipe(dump_yaml(loaded.resolved()), "resolved.yaml")
        assert again.recipe == loaded.recipe
        assert configs_of(again) == configs_of(loaded)
        assert listed()[name_of(path)] == (loaded.recipe.about, "asciivae")

    def test_the_logged_experiment_is_as_it_was(self) -> None:
        loaded = load_recipe("20717f2")
        recipe, config = loaded.recipe, [loss.config for loss in loaded.recipe.losses]
        assert [(loss.use, loss.weight) for loss in recipe.losses] == [("ce", 1.0), ("mse", 40.0), ("kl", 0.1)]
        assert (config[0].space_deemph, config[1].reduction, config[2].reduction) == (1e5, "mean", "mean")
        assert (recipe.optim.use, recipe.optim.lr) == ("adam", 5e-4)
        assert (recipe.train.batch, recipe.train.epochs) == (164, 10000)
        glyphs = recipe.glyphs
        assert (glyphs.cell, glyphs.res, glyphs.zoom, glyphs.antialias) == ("logged", 9, 21, False)
        assert recipe.model.config.init_std == 0.1
