"""The help of a component's options, read without importing it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from asciivae import registry
from asciivae.cli.help_outline import Option, outline
from asciivae.settings.convert import plain


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
