"""A campaign of kills of one of several processes that train together, under torchrun itself; see README.md."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from campaign import ENVIRONMENT, SEED, TIMES
from tiny_runs import AUGMENT, checkpoint, drawings, records, tiny_recipe, written

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14400)]
WORLD = 3


def ranks_of(launcher: int) -> list[int]:
    """The processes that torchrun has started, in the order of their ranks."""
    with suppress(FileNotFoundError):
        return sorted(map(int, Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()))
    return []


def train(*words: str | Path, kill: tuple[int, float] | None = None) -> tuple[int | None, str]:
    """Train with torchrun, and kill one process after some seconds: torchrun's exit code, None if it came to that."""
    launched = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(WORLD)]
    launched += ["-m", "asciivae", "train", *map(str, words)]
    with subprocess.Popen(
        launched, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        hit = False
        if kill is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(kill[1])
            ranks = ranks_of(process.pid)
            if process.poll() is None and len(ranks) == WORLD:
                with suppress(ProcessLookupError):
                    os.kill(ranks[kill[0]], signal.SIGKILL)
                    hit = True
        _, said = process.communicate(timeout=300)
    return (None if hit and process.returncode else process.returncode), said


def test_a_killed_process_loses_no_step(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    recipe = tiny_recipe(
        drawings(tmp_path / "art"),
        optim={"use": "muon", "lr": 0.01, "clip": 1.0},
        train={"steps": 60, "batch": 8, "ema": 0.9},
        every={"log": 1, "evaluate": 20, "checkpoint": 5, "sample": 20},
    )
    recipe["data"] |= {"augment": AUGMENT}
    file, whole = written(tmp_path / "tiny.yaml", recipe), tmp_path / "whole"
    began = time.monotonic()
    assert train("--recipe", file, "--out", whole)[0] == 0
    lasts, kills = time.monotonic() - began, 0
    while kills < TIMES:
        run = tmp_path / f"killed-{kills}"
        for number in range(20):
            words = ["--resume", run] if (run / "resolved.yaml").exists() else ["--recipe", file, "--out", run]
            # Longer with every kill, since other work of the machine may slow a life down.
            seconds = lasts * draw.uniform(0.4, 1.2) * (1 + number / 5)
            code, said = train(*words, kill=(draw.randrange(WORLD), seconds))
            told = [line for line in said.splitlines() if line.startswith("error:")]
            assert len(told) <= 1, said
            if code is not None:
                assert code == 0, said
                break
            kills += 1
        else:
            pytest.fail("20 times killed")
        assert checkpoint(run) == checkpoint(whole)
        assert records(run) == records(whole)
        assert not [path for path in run.rglob("*") if path.name.endswith((".partial", ".before"))]
