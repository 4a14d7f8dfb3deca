"""Names are completed in every shell, by its own script."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asciivae.cli import completion

PROGRAM = Path(sys.executable).with_name("asciivae")
CASES = [
    ("asciivae recon", {"reconstruct"}),
    ("asciivae train --recipe quick", {"quickstart"}),
    ("asciivae train-renderer --recipe one", {"onehot2raa"}),
    ("asciivae recipes show quick", {"quickstart"}),
    ("asciivae recipes check base quick", {"quickstart"}),
    ("asciivae recipes schema --kind trac", {"tracer"}),
    ("asciivae recipes claims blank", {"blank-page"}),
    ("asciivae plugins show anal", {"analytic"}),
    ("asciivae plugins check shape simil", {"similarity"}),
    ("asciivae plugins list lo", {"losses"}),
    ("asciivae scrape asciiart-", {"asciiart-eu", "asciiart-website"}),
    ("asciivae train --device c", {"cpu", "cuda"}),
    ("asciivae draw --device m", {"mps"}),
    ("asciivae train --precision b", {"bf16"}),
    ("asciivae reconstruct --model b", {"bundled"}),
    ("asciivae edges --colours r", {"refuse"}),
]


def test_every_name_is_offered() -> None:
    from asciivae.recipe.library import catalogue
    from asciivae.reproduction.claims import CLAIMS

    assert completion.claims() == sorted(claim.name for claim in CLAIMS)
    assert set(completion.recipes()) == {entry.name for entry in catalogue()}
    assert {"ce", "spatial", "neural", "html"} <= set(completion.plugins())
    assert set(completion.kinds()) == {"model", "renderer", "page", "tracer"}


def test_what_is_wrong_is_not_printed_into_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(kind: str) -> None:
        raise RuntimeError(kind)

    monkeypatch.setattr("asciivae.registry.entries", broken)
    assert completion.plugins() == completion.sources() == []


def script(shell: str) -> str:
    return _run([str(PROGRAM), "--show-completion", shell], _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")


def _run(words: list[str], **variables: str) -> str:
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **variables}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, timeout=120, check=True)
    assert not done.stderr
    return done.stdout


def in_bash(line: str) -> set[str]:
    code = f"""{script("bash")}
COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_asciivae_completion asciivae; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    return set(_run(["bash", "--norc", "-c", code]).split())


def in_zsh(line: str) -> set[str]:
    """The words that the script hands to `_arguments`, or none if it hands over to `_files`."""
    code = f"""compdef() {{ : }}
_files() {{ : }}
_arguments() {{ print -r -- "$@" }}
{script("zsh").replace("#compdef asciivae", "")}
words=({line}); CURRENT=$#words
_asciivae_completion
"""
    return set(re.findall(r'(?:\(\(|\s)"([^"]+)"', _run(["zsh", "-f", "-c", code])))


def in_fish(line: str) -> set[str]:
    code = f"{script('fish')}\ncomplete -C '{line}'"
    return {told.split("\t")[0] for told in _run(["fish", "--no-config", "-c", code]).splitlines()}


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    complete = {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}[shell]
    for line, words in CASES:
        assert complete(line) == words, line


def test_completion_is_quick() -> None:
    began = time.monotonic()
    for _ in range(3):
        _run(
            [str(PROGRAM)],
            COMP_WORDS="asciivae recipes claims bl",
            COMP_CWORD="3",
            _ASCIIVAE_COMPLETE="complete_bash",
        )
    assert time.monotonic() - began < 9
