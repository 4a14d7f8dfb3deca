"""kill -9 at random moments of a run that checkpoints every step."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tiny_runs import asciivae, checkpoint, drawings, records, tiny_recipe, trained, written

KILLS = 30
# Imports once, then forks a child for each life of the run: starting Python anew each time would be most of the test.
DRIVER = """
import os, random, signal, sys, time
import asciivae.experiment.build, asciivae.cli.train, asciivae.latent.reconstruct, asciivae.cli.progress, torch, tqdm
from asciivae.cli import main

recipe, run, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.optim.Adam([torch.zeros(1)])  # PyTorch imports half of itself here
draw = random.Random(20240229)

def steps():
    try:
        with open(os.path.join(run, "metrics.jsonl"), "rb") as metrics:
            return metrics.read().count(b'"kind": "train"')
    except FileNotFoundError:
        return 0

for life in range(kills):
    begun = os.path.exists(os.path.join(run, "resolved.yaml"))
    child = os.fork()
    if child == 0:
        where = ["--resume", run] if begun else ["--recipe", recipe, "--out", run]
        sys.argv = ["asciivae", "--quiet", "train", *where]
        main()
        os._exit(0)
    if life % 2 and begun:  # every other life comes a few steps further, however slow the machine is
        further = steps() + draw.randint(4, 6)
        deadline = time.monotonic() + 60  # a child that died is reported below
        while steps() < further and time.monotonic() < deadline:
            time.sleep(0.005)
    else:
        time.sleep(draw.uniform(0.02, 0.7))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    ended = "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else f"ended {status}"
    print(ended, flush=True)
"""


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As many threads here as in the driver: sums of another number of threads differ in their last bits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_kill_9_at_thirty_random_moments(tmp_path: Path) -> None:
    drawings(tmp_path / "art")
    every = {"log": 1, "evaluate": 7, "checkpoint": 1, "sample": 5}
    recipe = tiny_recipe(tmp_path / "art", train={"steps": 10**6, "batch": 8, "ema": 0.9}, every=every)
    run = tmp_path / "killed"
    driven = subprocess.run(
        [sys.executable, "-c", DRIVER, str(written(tmp_path / "tiny.yaml", recipe)), str(run), str(KILLS)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert driven.stderr == ""  # each life found what it needed: an error would have been told
    assert driven.stdout.split("\n")[:-1] == ["killed"] * KILLS

    reached = records(run, "train")[-1]["step"]
    assert reached > KILLS
    earlier = json.loads((run / "provenance.json").read_text())["earlier"]
    assert len(earlier) > KILLS / 2
    done = asciivae("train", "--resume", run, "--set", f"train.steps={reached + 3}")
    assert done.exit_code == 0, done.stderr

    undisturbed = trained(tmp_path, recipe={**recipe, "train": {**recipe["train"], "steps": reached + 3}})
    assert checkpoint(run) == checkpoint(undisturbed)
    assert records(run, "train") == records(undisturbed, "train")
    assert [record["step"] for record in records(run, "train")] == list(range(1, reached + 4))
    assert sorted(os.listdir(run / "checkpoints")) == sorted(os.listdir(undisturbed / "checkpoints"))
