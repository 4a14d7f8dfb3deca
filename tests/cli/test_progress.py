"""Watching a run: a live bar for a terminal, plain lines for a file, nothing for --quiet; never on stdout."""

import re
import sys
from pathlib import Path

import pytest
from pseudo_terminal import on_a_terminal
from tiny_runs import asciivae, drawings, tiny_recipe, written

from asciivae.cli.output import GlobalOptions
from asciivae.cli.progress import Progress
from asciivae.errors import DivergedError

RECORD = {"kind": "train", "step": 20, "epoch": 1, "total": 12.34567, "ce": 11.0, "lr": 0.1, "grad_norm": 3.0}


def test_off_a_terminal_every_record_is_one_plain_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    GlobalOptions.quiet = False
    now = iter([100.0, 110.0])
    monkeypatch.setattr("asciivae.cli.progress.time.monotonic", lambda: next(now))
    with Progress(start=10, total=3700) as watching:
        watching.logged(RECORD)  # 10 steps in 10 seconds, 3680 to go
        watching.logged({"kind": "validation", "step": 20, "total": 9.0, "char_f1": 0.25})
        watching.sampled(20, "a   |   b\n")
        error = DivergedError("term 'ce' became nan", place="step 21", hint="", report={})
        watching.rolled_back(error, 20, 0.5)

    out, said = capsys.readouterr()
    assert out == ""
    assert said == (
        "step 20/3700 total 12.35 ce 11 eta 1h01m20s\n"
        "step 20/3700 validation: total 9 char_f1 0.25\n"
        "\na   |   b\n\n"
        "step 21: term 'ce' became nan; rolled back to step 20 with 0.5 × the learning rate\n"
    )


def test_the_time_left_is_short_when_little_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter([0.0, 40.0])
    monkeypatch.setattr("asciivae.cli.progress.time.monotonic", lambda: next(now))
    with Progress(start=0, total=65) as watching:
        watching.logged(RECORD)
    assert capsys.readouterr().err.endswith("eta 1m30s\n")


def test_a_log_has_a_line_for_each_record(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    file = written(tmp_path / "tiny.yaml", tiny_recipe(tmp_path / "art"))
    said = asciivae("train", "--recipe", file, "--out", tmp_path / "run", "--set", "every.log=2").stderr

    assert re.findall(r"^step (\d)/6 total .* eta \d+m\d\ds$", said, re.M) == ["2", "4", "6"]
    assert re.findall(r"^step (\d)/6 validation: ", said, re.M) == ["3", "6"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_live_bar(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    file = written(tmp_path / "tiny.yaml", tiny_recipe(tmp_path / "art"))
    command = [sys.executable, "-m", "asciivae", "train", "--recipe", str(file), "--out", str(tmp_path / "run")]
    code, out, text = on_a_terminal(command, columns=100)

    assert (code, out) == (0, f"{tmp_path / 'run'}\n")
    assert re.search(r"\r100%\|.*6/6 \[", text), text
    assert "step 6/6 validation: " in text


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [80, 60, 40])
def test_a_bar_shows_the_loss_and_the_rate_in_full(columns: int) -> None:
    program = """
from asciivae.cli.progress import Progress
with Progress(0, 40000) as progress:
    progress._bar.update(39999)
    progress.logged({"kind": "train", "step": 39999, "epoch": 1, "total": 1307.25, "pieces_per_second": 103.21})
"""
    code, _, shown = on_a_terminal([sys.executable, "-c", program], columns)
    assert code == 0, shown
    lines = [line for line in shown.replace("\n", "\r").split("\r") if "39999/40000" in line]
    assert lines
    assert "loss 1307, 103/s]" in lines[-1]
    assert len(lines[-1].rstrip()) <= columns
