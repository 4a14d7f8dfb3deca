"""Ctrl-C in a real process: the first one saves, the second one stops at once."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_runs import asciivae, drawings, records, tiny_recipe, written

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals")]

# The command line, with training steps that take SECONDS from the third one on.
SLOW = """
import time
import asciivae.training.vae as vae
from asciivae.cli import main
measure = vae.VAETask.measure
def slow(self, module, batch, step):
    if step >= 2:
        time.sleep(SECONDS)
    return measure(self, module, batch, step)
vae.VAETask.measure = slow
main()
"""


def started(folder: Path, code: str, steps: int = 10**6) -> subprocess.Popen[str]:
    drawings(folder / "art")
    every = {"log": 1, "evaluate": 10**6, "checkpoint": 10**6, "sample": 10**6}
    recipe = tiny_recipe(folder / "art", train={"steps": steps, "batch": 8}, every=every)
    arguments = ["train", "--recipe", str(written(folder / "tiny.yaml", recipe)), "--out", str(folder / "run")]
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def wait_for(process: subprocess.Popen[str], text: str) -> str:
    """Read stderr until a line holds the text."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if text in line:
            return said
    raise AssertionError(said)


def test_the_first_ctrl_c_finishes_the_step_and_saves(tmp_path: Path) -> None:
    process = started(tmp_path, "from asciivae.cli import main; main()")
    wait_for(process, "step 3/")
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)

    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in said
    told = re.search(
        rf"{tmp_path}/run: stopped by Ctrl-C after step (\d+) of 1000000, and saved\n\n"
        rf"hint: asciivae train --resume {tmp_path}/run\n",
        said,
    )
    assert told is not None, said
    step = int(told[1])
    assert (tmp_path / "run" / "checkpoints" / "latest").read_text() == f"step-{step}\n"
    assert records(tmp_path / "run", "train")[-1]["step"] == step

    resumed = asciivae("train", "--resume", tmp_path / "run", "--set", f"train.steps={step + 2}")
    assert resumed.exit_code == 0, resumed.stderr
    assert [record["step"] for record in records(tmp_path / "run", "train")] == list(range(1, step + 3))


def test_the_second_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    process = started(tmp_path, SLOW.replace("SECONDS", "60"))
    wait_for(process, "step 2/")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None  # the step is being finished
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)

    assert time.monotonic() - began < 30
    assert (process.returncode, out) == (130, "")
    assert f"{tmp_path}/run: stopped at once in step 3; no step is saved" in said
    assert "error:" not in said
    assert "Traceback" not in said


def test_ctrl_c_in_the_last_step_changes_nothing(tmp_path: Path) -> None:
    process = started(tmp_path, SLOW.replace("SECONDS", "2"), steps=3)
    wait_for(process, "step 2/")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert (process.returncode, out) == (0, f"{tmp_path / 'run'}\n")
