"""`asciivae plugins list | show | check | new`, on what comes with asciivae."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import asciivae

from asciivae import registry
from asciivae.cli.help_outline import Option, outline
from asciivae.settings.door import plain


def listed(*arguments: str) -> list[dict[str, Any]]:
    document = json.loads(asciivae("plugins", "list", *arguments, "--json").stdout)
    assert document.pop("schema") == 1
    return list(document["plugins"])


class TestList:
    def test_every_component_of_ours_is_there_with_what_it_is(self) -> None:
        known = {(plugin["kind"], plugin["name"]): plugin for plugin in listed()}
        for kind in ("loss", "renderer", "source"):
            for entry in registry.entries(kind):
                found = known[kind, entry.name]
                assert found["about"], entry
                assert (found["state"], found["distribution"]) == (entry.state, entry.distribution)

    def test_one_kind_alone(self) -> None:
        assert {plugin["kind"] for plugin in listed("renderers")} == {"renderer"}

    def test_as_a_table(self) -> None:
        lines = asciivae("plugins", "list", "losses").stdout.splitlines()
        assert lines[0] == "kind\tname\tfrom\tstate\twhat it is\toptions"
        (l1,) = (line.split("\t") for line in lines if line.startswith("loss\tl1\t"))
        assert l1[3:] == [
            "ok",
            "The absolute difference of the two pictures (`l1`).",
            "reduction: Literal['mean', 'sum', 'batch-sum'] = 'mean'",
        ]

    def test_it_imports_nothing_heavy(self) -> None:
        code = "import sys; from asciivae.cli import app; app(['plugins', 'list'], standalone_mode=False); "
        code += "print(sorted({'torch', 'numpy', 'scrapy', 'skimage'} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]"


class TestOutline:
    @pytest.mark.parametrize("kind", ["loss", "renderer", "source"])
    def test_what_is_read_is_what_is_true(self, kind: str) -> None:
        for entry in registry.entries(kind):
            if entry.distribution == "asciivae":
                config = registry.load(kind, entry.name).Config()
                options = outline(entry.value).options
                assert [option.name for option in options] == list(plain(config)), entry
                for option in options:
                    if option.default and "[" not in option.default:
                        assert eval(option.default) == getattr(config, option.name), (entry, option)

    def test_options_are_found_through_imports_and_bases(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        package = tmp_path / "outlined_package"
        (package / "inner").mkdir(parents=True)
        (package / "__init__.py").write_text("from .inner.losses import Public as Renamed\n")
        (package / "inner" / "__init__.py").write_text("")
        (package / "inner" / "losses.py").write_text(
            "from outlined_package.inner import nothing\n"
            "from ..options import Base, Side\n"
            "class Public:\n"
            '    """What it is.\n\n    And more."""\n'
            "    class Config(Base):\n"
            '        """Options.\n\n        Attributes:\n'
            '            side: how wide,\n                in cells.\n        """\n'
            "        side: Side = field(default=3)\n"
            "        names: list[str] = field(default_factory=list)\n"
            "        hidden: int = field(init=False, default=1)\n"
            "        shared: ClassVar[int] = 4\n"
            "        must: 'float | None'\n"
        )
        (package / "options.py").write_text("Side = int | None\nclass Base:\n    base: bool = True\n")
        monkeypatch.syspath_prepend(tmp_path)
        found = outline("outlined_package:Renamed")
        assert found.about == "What it is."
        assert found.options == (
            Option("base", "bool", "True", ""),
            Option("side", "int | None", "3", "how wide, in cells."),
            Option("names", "list[str]", "list()", ""),
            Option("must", "float | None", "", ""),
        )
        assert [str(option) for option in found.options][-1] == "must: float | None"
        assert "outlined_package" not in sys.modules

    @pytest.mark.parametrize("value", ["nowhere_at_all:Thing", "sys:Thing", "asciivae.nowhere:Thing", "json:Nothing"])
    def test_where_there_is_nothing_to_read_it_is_empty(self, value: str) -> None:
        assert outline(value) == outline("nowhere_at_all:Thing")

    @pytest.mark.parametrize("code", ["class (", "\0", "from .loop import A\n", "class A(A): pass\n"])
    def test_source_that_makes_no_sense_is_no_trouble(
        self, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = tmp_path / f"senseless{len(code)}"
        package.mkdir()
        (package / "__init__.py").write_text(code)
        (package / "loop.py").write_text("from . import A\n")
        monkeypatch.syspath_prepend(tmp_path)
        assert outline(f"{package.name}:A").options == ()


class TestShow:
    def test_what_it_is_and_its_options(self) -> None:
        done = asciivae("plugins", "show", "kl")
        assert (done.exit_code, done.stderr) == (0, "")
        head, about, columns, *options = done.stdout.splitlines()
        assert head.startswith("loss kl, from asciivae ")
        assert about.startswith("KL(q(z|x)")
        assert columns == "option\ttype\tdefault\twhat it does"
        assert [line.split("\t")[:3] for line in options] == [
            ["reduction", "Literal['sum', 'mean']", "'sum'"],
            ["free_bits", "float", "0.0"],
        ]

    def test_a_name_that_is_not_known_gets_the_nearest(self) -> None:
        done = asciivae("plugins", "show", "simlarity")
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == (
            "error: unknown plugin 'simlarity' — did you mean 'similarity'?\n\nhint: asciivae plugins list\n"
        )


class TestCheck:
    def test_several_at_once(self) -> None:
        done = asciivae("plugins", "check", "l1", "analytic")
        assert done.exit_code == 0
        assert [line.split(" of ")[0] for line in done.stdout.splitlines()] == ["loss l1", "renderer analytic"]

    def test_options_and_every_promise(self) -> None:
        done = asciivae("plugins", "check", "l1", "--set", "reduction=sum", "--verbose")
        assert done.exit_code == 0
        assert "batch-independence\tkept\tThe terms of a batch are those of its halves.\n" in done.stdout

    def test_a_promise_that_an_option_breaks(self) -> None:
        done = asciivae("plugins", "check", "l1", "--set", "reduction=batch-sum")
        assert done.exit_code == 1
        assert (
            "batch-independence\tbroken\tterm '' of a piece depends on the other pieces of the batch\n" in done.stdout
        )

    def test_options_that_are_wrong(self) -> None:
        done = asciivae("plugins", "check", "l1", "--set", "reductoin=sum", "--json")
        assert done.exit_code == 1
        (checked,) = json.loads(done.stdout)["checked"]
        assert checked["outcomes"][0]["state"] == "broken"
        assert "reductoin" in checked["outcomes"][0]["reason"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "error: name plugins, or use --all\n"),
            (["l1", "--all"], "error: name plugins, or use --all\n"),
            (["l1", "--set", "window"], "error: --set #1: 'window' is not of the form NAME=VALUE\n"),
        ],
    )
    def test_invalid_usage(self, arguments: list[str], message: str) -> None:
        done = asciivae("plugins", "check", *arguments)
        assert done.exit_code == 2
        assert done.stderr.startswith(message)


class TestNew:
    def test_it_says_where_it_is_and_what_to_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        done = asciivae("plugins", "new", "loss", "my-loss")
        assert (done.exit_code, done.stdout) == (0, "asciivae-my-loss\n")
        assert "pip install -e asciivae-my-loss\n  asciivae plugins check my-loss\n" in done.stderr
        assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
            "asciivae-my-loss/README.md",
            "asciivae-my-loss/asciivae_my_loss.py",
            "asciivae-my-loss/example.yaml",
            "asciivae-my-loss/pyproject.toml",
            "asciivae-my-loss/tests/test_asciivae_my_loss.py",
        ]

    @pytest.mark.parametrize("name", ["none", "config", "tensor", "loss", "asciivae-true", "a1-b2"])
    def test_no_name_makes_code_that_is_none(self, name: str, tmp_path: Path) -> None:
        assert asciivae("plugins", "new", "loss", name, "--to", tmp_path / "made").exit_code == 0
        for file in tmp_path.rglob("*.py"):
            compile(file.read_text(), file, "exec")
            assert "$" not in file.read_text()

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("My Loss", "'My Loss' is not a valid plugin name"),
            ("../up", "'../up' is not a valid plugin name"),
            ("my_loss", "'my_loss' is not a valid plugin name"),
            ("ssim", "the loss 'ssim' already exists in asciivae "),
        ],
    )
    def test_names_that_are_refused(self, name: str, message: str, tmp_path: Path) -> None:
        done = asciivae("plugins", "new", "loss", name, "--to", tmp_path / "made")
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr
        assert not (tmp_path / "made").exists()

    def test_nothing_is_written_over(self, tmp_path: Path) -> None:
        done = asciivae("plugins", "new", "loss", "my-loss", "--to", tmp_path)
        assert done.exit_code == 2
        assert done.stderr == f"error: {tmp_path}: already exists\n\nhint: name another folder with --to\n"

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        done = asciivae("plugins", "new", "loss", "my-loss", "--to", tmp_path / "file" / "made")
        assert done.exit_code == 2
        assert "cannot be written: Not a directory" in done.stderr
