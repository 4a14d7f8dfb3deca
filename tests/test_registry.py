"""What is installed: fake distributions on sys.path, and every message a user can meet."""

import subprocess
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from asciivae import registry
from asciivae.errors import PluginError

SOUND = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Config:
    window: int = 7

class Blur:
    contract = 1
    Config = Config
"""

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a distribution with one module on sys.path, as pip would."""
    monkeypatch.setattr(registry, "_loaded", {})
    monkeypatch.delenv(registry.SWITCH, raising=False)

    def make(
        distribution: str = "asciivae-blur",
        version: str = "0.1",
        points: str = "[asciivae.losses]\nblur = asciivae_blur:Blur\n",
        code: str | None = SOUND,
        requires: str = "",
        module: str = "asciivae_blur",
    ) -> Path:
        folder = tmp_path / f"{distribution}-{version}"
        info = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        requirement = f"Requires-Dist: {requires}\n" if requires else ""
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{requirement}"
        )
        (info / "entry_points.txt").write_text(points)
        if code is not None:
            (folder / f"{module}.py").write_text(code)
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, module, raising=False)
        return folder

    yield make
    sys.modules.pop("asciivae_blur", None)


def failure(name: str, kind: str = "loss") -> PluginError:
    with pytest.raises(PluginError) as caught:
        registry.load(kind, name)
    return caught.value


def by_name(name: str) -> list[registry.Entry]:
    return [entry for entry in registry.entries("loss") if entry.name == name]


class TestListing:
    def test_our_own_components_come_in_by_the_same_door(self) -> None:
        ours = {e.name for e in registry.entries("loss") if e.distribution == "asciivae"}
        assert ours >= {"ce", "nll", "mse", "l1", "kl"}
        assert {e.name for e in registry.entries("renderer")} >= {"analytic", "discrete"}

    def test_an_entry_says_where_it_comes_from_without_running_it(self, install: Install) -> None:
        install(code="raise RuntimeError('imported')")
        expected = registry.Entry("loss", "blur", "asciivae-blur", "0.1", "asciivae_blur:Blur")
        assert by_name("blur") == [expected]
        assert expected.qualified == "asciivae-blur:blur"
        assert expected.origin == "asciivae-blur 0.1"

    def test_two_offers_of_one_name_are_both_ambiguous(self, install: Install) -> None:
        install()
        install("other", "0.2")
        first, second = by_name("blur")
        assert (first.state, second.state) == ("ambiguous", "ambiguous")
        assert first.reason == "and other 0.2 uses the same name"

    def test_a_second_copy_of_a_distribution_is_hidden_by_the_first(self, install: Install) -> None:
        install(version="0.1")
        install(version="0.2")  # put before it on sys.path
        assert [e.version for e in by_name("blur")] == ["0.2"]

    def test_a_stranger_with_unreadable_metadata_harms_nobody(self, install: Install) -> None:
        install("nonsense", points="[asciivae.losses]\nthis line has no equals sign\n", code=None)
        assert {"ce", "kl"} <= {e.name for e in registry.entries("loss")}

    def test_an_entry_point_that_names_no_class_is_broken(self, install: Install) -> None:
        install(points="[asciivae.losses]\nblur = asciivae_blur\n")
        assert by_name("blur")[0].state == "broken"
        assert "is not of the form module:Class" in failure("blur").message

    def test_discovery_takes_milliseconds_and_no_torch(self) -> None:
        registry.entries("loss")
        start = time.process_time()
        for kind in registry.KINDS:
            registry.entries(kind)
        assert time.process_time() - start < 0.2  # about 5 ms; a shared machine may be slow
        code = "import sys; from asciivae import registry; registry.entries('loss'); print('torch' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False"


class TestSwitch:
    def test_empty_switches_third_parties_off_but_not_us(
        self, install: Install, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        install()
        monkeypatch.setenv(registry.SWITCH, "")
        assert by_name("blur") == []
        assert by_name("ce")
        assert failure("blur").hint.endswith("; ASCIIVAE_PLUGINS= hides the others")

    def test_a_list_allows_those_distributions(self, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
        install()
        install("other", "0.2")
        monkeypatch.setenv(registry.SWITCH, "something, Asciivae_BLUR")
        assert [e.distribution for e in by_name("blur")] == ["asciivae-blur"]


class TestLoading:
    def test_a_sound_plugin_loads_once(self, install: Install) -> None:
        folder = install()
        loss = registry.load("loss", "blur")
        assert loss.__name__ == "Blur"
        (folder / "asciivae_blur.py").write_text("raise RuntimeError")
        assert registry.load("loss", "asciivae-blur:blur") is loss

    def test_only_successes_are_remembered(self, install: Install) -> None:
        folder = install(code="import nosuchmodule_x")
        failure("blur")
        (folder / "asciivae_blur.py").write_text(SOUND + "\n# a file of another length\n")
        assert registry.load("loss", "blur").__name__ == "Blur"

    def test_what_a_plugin_prints_does_not_reach_stdout(
        self, install: Install, capsys: pytest.CaptureFixture[str]
    ) -> None:
        install(code="print('hello')" + SOUND)
        registry.load("loss", "blur")
        said = capsys.readouterr()
        assert (said.out, said.err) == ("", "hello\n")

    def test_our_own_losses_and_renderers_keep_the_contract(self) -> None:
        for kind in ("loss", "renderer"):
            for entry in registry.entries(kind):
                if entry.distribution == "asciivae":
                    assert registry.load(kind, entry.name).contract == 2


class TestMessages:
    def test_unknown(self, install: Install) -> None:
        install()
        error = failure("blru")
        assert error.message == "unknown loss 'blru' — did you mean 'blur' (asciivae-blur 0.1)?"
        assert error.hint.startswith("installed: ")
        assert "kl" in error.hint
        assert "blur" in error.hint

    def test_unknown_without_anything_near(self) -> None:
        assert failure("qqqqqq").message == "unknown loss 'qqqqqq'"

    def test_ambiguous(self, install: Install) -> None:
        install()
        install("other", "0.2")
        error = failure("blur")
        assert error.message == "loss 'blur' is ambiguous: it is in asciivae-blur 0.1 and other 0.2"
        assert error.hint == "write asciivae-blur:blur"
        assert registry.load("loss", "other:blur").__name__ == "Blur"

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("\n\nimport x_not_there", "ModuleNotFoundError: No module named 'x_not_there' (asciivae_blur.py:3)"),
            ("raise SystemExit('bye')", "SystemExit: bye (asciivae_blur.py:1)"),
            ("1/0", "ZeroDivisionError: division by zero (asciivae_blur.py:1)"),
            ("x = (", "SyntaxError: '(' was never closed (asciivae_blur.py, line 1) (asciivae_blur.py:1)"),
        ],
    )
    def test_import_that_fails(self, install: Install, code: str, expected: str) -> None:
        install(code=code)
        error = failure("blur")
        assert error.message == f"loss 'blur' comes from asciivae-blur 0.1, which fails to import: {expected}"
        assert error.hint == (
            "pip install --upgrade asciivae-blur, or set ASCIIVAE_PLUGINS= to ignore third-party plugins"
        )

    def test_module_that_is_gone(self, install: Install) -> None:
        install(code=None)
        assert failure("blur").message.endswith(
            "which fails to import: ModuleNotFoundError: No module named 'asciivae_blur'"
        )

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("", "whose module 'asciivae_blur' has no 'Blur'"),
            ("Blur = 3", "whose 'asciivae_blur:Blur' is not a class"),
            ("class Blur: pass", "whose Blur has no contract number"),
            (
                SOUND.replace("contract = 1", "contract = 3"),
                "which is written for contract 3; this asciivae has contracts 1 and 2",
            ),
            (SOUND.replace("frozen=True", "frozen=False"), "whose Blur.Config is not a frozen dataclass"),
            (SOUND.replace("    Config = Config", ""), "whose Blur.Config is not a frozen dataclass"),
        ],
    )
    def test_contract(self, install: Install, code: str, expected: str) -> None:
        install(code=code)
        assert failure("blur").message == f"loss 'blur' comes from asciivae-blur 0.1, {expected}"

    def test_a_newer_contract_asks_for_a_newer_asciivae(self, install: Install) -> None:
        install(code=SOUND.replace("contract = 1", "contract = 3"))
        assert failure("blur").hint.startswith("pip install --upgrade asciivae,")

    def test_incompatible_is_told_before_any_import(self, install: Install) -> None:
        install(code="raise RuntimeError('imported')", requires="asciivae>=7")
        assert by_name("blur")[0].state == "incompatible"
        error = failure("blur")
        assert "comes from asciivae-blur 0.1, which requires asciivae>=7, and this is asciivae 0." in error.message
        assert error.hint.startswith("pip install --upgrade asciivae,")

    @pytest.mark.parametrize(
        ("stated", "message", "upgrade"),
        [
            ("3 = asciivae.contract\n", "is written for contract 3; this asciivae has contracts 1 and 2", "asciivae"),
            (
                "0 = asciivae.contract\n",
                "is written for contract 0; this asciivae has contracts 1 and 2",
                "asciivae-blur",
            ),
            (
                "3 = asciivae.contract\n4 = asciivae.contract\n",
                "is written for contract 3 or 4; this asciivae has contracts 1 and 2",
                "asciivae",
            ),
        ],
    )
    def test_another_contract_is_told_before_any_import(
        self, install: Install, stated: str, message: str, upgrade: str
    ) -> None:
        points = f"[asciivae.losses]\nblur = asciivae_blur:Blur\n[asciivae.contract]\n{stated}"
        install(code="raise RuntimeError('imported')", points=points)
        assert by_name("blur")[0].state == "incompatible"
        error = failure("blur")
        assert error.message == f"loss 'blur' comes from asciivae-blur 0.1, which {message}"
        assert error.hint == f"pip install --upgrade {upgrade}, or set ASCIIVAE_PLUGINS= to ignore third-party plugins"

    def test_our_contract_among_others_is_enough(self, install: Install) -> None:
        install(
            points="[asciivae.losses]\nblur = asciivae_blur:Blur\n"
            "[asciivae.contract]\n1 = asciivae.contract\n2 = asciivae.contract\n"
        )
        assert registry.load("loss", "blur").__name__ == "Blur"

    def test_a_qualified_name_of_a_missing_package_gets_the_pip_command(self) -> None:
        error = failure("some-package:blotches")
        assert error.message == "loss 'blotches' is expected from some-package, which is not installed"
        assert error.hint == "pip install some-package"

    def test_asciivae_itself_is_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(metadata, "distributions", lambda: iter(()))
        error = failure("mse")
        assert error.message == "unknown loss 'mse': asciivae's own package metadata is missing in this Python"
        assert "pip install -e ." in error.hint

    def test_our_own_stale_metadata_asks_for_a_reinstall(self, install: Install) -> None:
        install("asciivae", "0.0.1", "[asciivae.losses]\ngone = asciivae.nosuch:Gone\n", code=None)
        assert "reinstall it" in failure("gone").hint


class TestRequirements:
    @pytest.mark.parametrize(
        "requirement",
        [
            "asciivae",
            "asciivae>=0.1",
            "asciivae >= 0.1, <9",
            "asciivae (>=0.1)",
            "asciivae[dev]~=0.1",
            "asciivae==0.*",
            "asciivae!=0.2",
            "asciivae>9; python_version>'3'",
            "asciivae @ https://example.org/a.whl",
            "PyYAML>=6",
        ],
    )
    def test_met(self, requirement: str) -> None:
        registry.check_requirement(requirement)

    @pytest.mark.parametrize(
        ("requirement", "message"),
        [
            ("no-such-thing>=1", "no-such-thing is not installed"),
            ("!!", "'!!' is not a pip requirement"),
            ("foo bar", "'foo bar' is not a pip requirement"),
        ],
    )
    def test_missing_and_malformed(self, requirement: str, message: str) -> None:
        with pytest.raises(PluginError) as caught:
            registry.check_requirement(requirement)
        assert caught.value.message == message

    @pytest.mark.parametrize("clause", [">=99", "<0.1", "==0.0.1", "~=1.2", ">0.1", "==3.*", "!=0.1", "<=0.0.9"])
    def test_unmet(self, clause: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(registry, "__version__", "0.1.0.dev0")
        with pytest.raises(PluginError, match=r"is required, and asciivae 0\.1\.0\.dev0 is installed") as caught:
            registry.check_requirement(f"asciivae{clause}")
        assert caught.value.hint == f"pip install 'asciivae{clause}'"
