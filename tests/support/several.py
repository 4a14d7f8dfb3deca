"""Several processes that train together, forked from one that has imported everything, as torchrun would start them.

A program of its own: `several(jobs)` runs it. Each job is a command line for a number of processes.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"}


def job(world: int, *words: str | Path, wide: bool = False, kill: tuple[int, float] | None = None) -> dict[str, Any]:
    """A command line of asciivae for `world` processes.

    Args:
        world: the number of processes; one of them is no different from a command that is run alone.
        words: the command line.
        wide: train in float64.
        kill: the process to kill, and after how many steps, or seconds if negative.
    """
    return {"world": world, "words": list(map(str, words)), "wide": wide, "kill": kill}


def several(*jobs: dict[str, Any], cwd: Path) -> list[list[tuple[int, str, str]]]:
    """Run jobs one after the other.

    Returns:
        Of each process of each job: its exit code, negative for a signal, its stdout and its stderr.
    """
    words = [sys.executable, __file__, json.dumps(jobs)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(words, env=ENVIRONMENT, cwd=cwd, start_new_session=True, **pipes) as driver:
        try:
            said, _ = driver.communicate(timeout=500)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(driver.pid, signal.SIGKILL)  # and all that it has forked
    assert driver.returncode == 0, said
    codes: list[list[int]] = json.loads(said.splitlines()[-1])
    return [[(code, *_said(cwd / f"{n}-{rank}")) for rank, code in enumerate(found)] for n, found in enumerate(codes)]


def _said(place: Path) -> tuple[str, str]:
    return place.with_suffix(".out").read_text(), place.with_suffix(".err").read_text()


def _run(job: dict[str, Any], rank: int, port: int, name: str) -> None:
    for number, ending in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{name}-{rank}.{ending}", os.O_WRONLY | os.O_CREAT), number)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(job["world"])}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "TORCHELASTIC_USE_AGENT_STORE": "True"}
    if job["wide"]:
        from asciivae.experiment import runs

        build = runs.build

        def in_float64(*arguments: Any, **extras: Any) -> Any:
            made = build(*arguments, **extras)
            made.task.module.double()
            made.task.objective.double()
            made.state.init_from({})  # recreates an average of the weights in float64
            return replace(made, sample=lambda state, folder: "")  # drawing is in float32

        runs.build = in_float64
    from asciivae.cli import main

    sys.argv = ["asciivae", *job["words"]]
    code: Any = 70
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


def _steps(run: Path) -> int:
    try:
        return (run / "metrics.jsonl").read_bytes().count(b'"kind": "train"')
    except FileNotFoundError:
        return 0


def _codes(n: int, job: dict[str, Any]) -> list[int]:
    # As the launcher does, so that the store outlives each of the processes.
    store = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    children = []
    for rank in range(job["world"]):
        if (child := os.fork()) == 0:
            _run(job, rank, store.port, str(n))
        children.append(child)
    if job["kill"]:
        rank, when = job["kill"]
        run = Path(job["words"][job["words"].index("--out" if "--out" in job["words"] else "--resume") + 1])
        end = time.monotonic() + (-when if when < 0 else 60)
        while time.monotonic() < end and (when < 0 or _steps(run) < when):
            time.sleep(0.005)
        os.kill(children[rank], signal.SIGKILL)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


if __name__ == "__main__":
    import tqdm  # noqa: F401

    import asciivae.cli.progress
    import asciivae.cli.train
    import asciivae.experiment.build
    import asciivae.training.launched  # noqa: F401

    torch.optim.Adam([torch.zeros(1)])  # PyTorch imports half of itself here
    print(json.dumps([_codes(n, one) for n, one in enumerate(json.loads(sys.argv[1]))]))
