"""Campaigns of pairs: two trainings at the same time never share a folder. They are small by default; see README.md."""

import subprocess
from pathlib import Path

import pytest
from campaign import ENVIRONMENT, TIMES, command
from tiny_runs import checkpoint, drawings, tiny_recipe, written

pytestmark = [pytest.mark.slow, pytest.mark.timeout(14400)]


@pytest.mark.parametrize("named", [True, False])
def test_two_trainings_at_once_never_mix(tmp_path: Path, named: bool) -> None:
    drawings(tmp_path / "art")
    for seed in (1, 2):
        recipe = {**tiny_recipe(tmp_path / "art", train={"steps": 1, "batch": 8}), "seed": seed}
        (tmp_path / str(seed)).mkdir()
        written(tmp_path / str(seed) / "tiny.yaml", recipe)
    for number in range(2 * TIMES):
        place = ["--out", str(tmp_path / f"run-{number}")] if named else []
        pair = [
            subprocess.Popen(
                command("train", "--recipe", tmp_path / str(seed) / "tiny.yaml", *place),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
                env=ENVIRONMENT,
            )
            for seed in (1, 2)
        ]
        told = [process.communicate(timeout=600) for process in pair]
        codes = [process.returncode for process in pair]
        assert sorted(codes) == ([0, 1] if named else [0, 0]), told
        folders = {out.strip(): seed for seed, (out, _), code in zip((1, 2), told, codes, strict=True) if code == 0}
        assert len(folders) == codes.count(0)
        for folder, seed in folders.items():
            run = tmp_path / folder
            text = checkpoint(run)["model.safetensors header"]["recipe"]
            assert f"seed: {seed}\n" in (run / "resolved.yaml").read_text()
            assert f"seed: {seed}\n" in text
