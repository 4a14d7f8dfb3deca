"""Run folders: whole or not there, never written over, readable after any accident, honest about damage."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import asciivae.files.atomic as files
from asciivae.errors import RunError
from asciivae.training.optim import Optim
from asciivae.training.run_dir import RunDir, newest_run
from asciivae.training.state import TrainState

GLYPHS = torch.rand(95, 2, 2)
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def state_at(step: int, features: int = 3, ema: float | None = None) -> TrainState:
    torch.manual_seed(step)
    state = TrainState(nn.Linear(features, 2), Optim(use="adam", lr=0.1), ema=ema)
    state.model(torch.ones(1, features)).sum().backward()
    state.optimiser.step()
    state.step = step
    return state


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir.create(tmp_path / "run", {"resolved.yaml": "asciivae: 1\n"})


def save(run: RunDir, step: int, keep: int = 2) -> TrainState:
    state = state_at(step)
    run.save(state, {"recipe": "asciivae: 1"}, GLYPHS, keep=keep)
    return state


def assert_loads(run: RunDir, expected: TrainState) -> None:
    state = state_at(10**6)
    assert run.load(state)
    assert state.step == expected.step
    for name, value in expected.model.state_dict().items():
        assert torch.equal(value, state.model.state_dict()[name])
    for name, value in expected.tensors().items():
        assert torch.equal(value, state.tensors()[name])


def saved_steps(run: RunDir) -> set[str]:
    return set(os.listdir(run.checkpoints)) - {"latest"}


def test_a_checkpoint_loads_back_bit_for_bit_and_holds_nothing_pickled(run: RunDir) -> None:
    state = save(run, 7)

    assert_loads(run, state)
    assert sorted(file.name for file in run.latest().iterdir()) == [
        "model.safetensors",
        "state.json",
        "training.safetensors",
    ]
    assert (run.checkpoints / "latest").read_text() == "step-7\n"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o007, 0o660), (0o077, 0o600)])
def test_a_checkpoint_may_be_read_by_whom_the_umask_says(run: RunDir, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        save(run, 7)
    finally:
        os.umask(before)

    assert {file.name: file.stat().st_mode & 0o777 for file in run.latest().iterdir()} == dict.fromkeys(
        ("model.safetensors", "state.json", "training.safetensors"), mode
    )


def test_only_the_newest_are_kept(run: RunDir) -> None:
    for step in (1, 9, 10, 11):
        save(run, step)

    assert saved_steps(run) == {"step-10", "step-11"}


def test_what_a_killed_process_left_ahead_is_forgotten_and_not_what_lies_behind(run: RunDir) -> None:
    save(run, 10, keep=1)
    shutil.copytree(run.checkpoints / "step-10", run.checkpoints / "step-20")

    last = save(run, 15, keep=1)

    assert saved_steps(run) == {"step-15"}
    assert_loads(run, last)


@pytest.mark.parametrize("latest", [None, b"", b"step-99\n", b"../../elsewhere", b"\xff\xfe\x00", b"step-3/../step-3"])
def test_a_lost_or_garbled_latest_is_no_loss(run: RunDir, latest: bytes | None) -> None:
    save(run, 3)
    state = save(run, 12)
    marker = run.checkpoints / "latest"
    marker.unlink() if latest is None else marker.write_bytes(latest)

    assert_loads(run, state)


def test_a_run_without_checkpoint_loads_nothing_and_says_so(run: RunDir) -> None:
    state = state_at(4)

    assert not run.has_checkpoint()
    assert run.load(state) is False
    assert state.step == 4
    with pytest.raises(RunError) as caught:
        run.latest()
    assert str(caught.value) == f"{run.path}: has no checkpoint yet\n\nhint: asciivae train --resume {run.path}"


# ── damage ──────────────────────────────────────────────────────────────────────────────────────────────────


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garble(file: Path) -> None:
    file.write_bytes(b"\xff\x00 not what you think" * 9)


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, garble, empty, Path.unlink])
@pytest.mark.parametrize("name", ["model.safetensors", "training.safetensors", "state.json"])
def test_a_damaged_checkpoint_is_named_and_the_hint_works(
    run: RunDir, name: str, damage: Callable[[Path], None]
) -> None:
    before = save(run, 1)
    save(run, 2)
    broken = run.latest()
    damage(broken / name)

    if (damage, name) != (Path.unlink, "state.json"):  # what has no state.json was never complete
        with pytest.raises(RunError, match="cannot be read") as caught:
            run.load(state_at(0))
        assert caught.value.place == str(broken)
        assert caught.value.hint == f"delete {broken} and resume"
        shutil.rmtree(broken)
    assert_loads(run, before)


@pytest.mark.parametrize(
    "numbers",
    ["[]", "3", "null", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "step": null, "rate_scale": 1}'],
)
def test_a_state_that_says_too_little_is_an_error(run: RunDir, numbers: str) -> None:
    save(run, 2)
    (run.latest() / "state.json").write_text(numbers)

    with pytest.raises(RunError, match=r"cannot be read|does not fit") as caught:
        run.load(state_at(0))
    assert caught.value.place == str(run.latest())
    assert caught.value.hint


@pytest.mark.parametrize("wanted", [state_at(0, features=4), state_at(0, ema=0.9)])
def test_a_checkpoint_of_another_recipe_is_an_error(run: RunDir, wanted: TrainState) -> None:
    save(run, 2)

    with pytest.raises(RunError, match="the checkpoint does not fit this recipe") as caught:
        run.load(wanted)
    assert caught.value.place == str(run.latest())
    assert caught.value.hint == "resume with the recipe in the run's folder, or start a new run"


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError) as caught:
        RunDir.create(tmp_path, {"resolved.yaml": ""})
    assert str(caught.value) == (
        f"{tmp_path}: is not empty; runs never overwrite files\n\nhint: name another folder with --out"
    )

    (tmp_path / "resolved.yaml").write_text("asciivae: 1")
    with pytest.raises(RunError) as caught:
        RunDir.create(tmp_path, {"resolved.yaml": ""})
    assert caught.value.hint == (
        f"continue it with `asciivae train --resume {tmp_path}`, or name another folder with --out"
    )
    assert sorted(os.listdir(tmp_path)) == ["notes.txt", "resolved.yaml"]
    with pytest.raises(RunError, match="is not empty"):
        RunDir.create(tmp_path / "notes.txt", {})


@pytest.mark.parametrize("name", ["present", "new", "new/deeper"])
def test_a_run_begins_in_a_new_or_an_empty_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "present").mkdir()
    RunDir.create(tmp_path / name, {"a.txt": "1", "resolved.yaml": "2"})

    assert {file.name: file.read_text() for file in (tmp_path / name).iterdir()} == {"a.txt": "1", "resolved.yaml": "2"}


def test_a_run_begins_where_we_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    RunDir.create(Path("."), {"resolved.yaml": "2"})

    assert os.listdir(tmp_path) == ["resolved.yaml"]


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (Path("/proc/asciivae/run"), tmp_path / "file" / "run"):
        with pytest.raises(RunError, match="cannot be written") as caught:
            RunDir.create(place, {"resolved.yaml": ""})
        assert caught.value.place == str(place)
        assert "choose another folder" in str(caught.value.hint)


def test_a_folder_that_is_no_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"{tmp_path}: is not the folder of a run"):
        RunDir.open(tmp_path)


def fails(*_: Any, **__: Any) -> None:
    raise FULL


STAGES = {
    "folder": (Path, "mkdir"),
    "text": (Path, "write_text"),
    "flush": (os, "fsync"),
    "rename folder": (Path, "rename"),
    "rename file": (Path, "replace"),
    "tensors": (files, "write_tensors"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_at_any_stage_leaves_the_last_checkpoint(
    run: RunDir, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = save(run, 1)
    with monkeypatch.context() as patched:
        owner, name = STAGES[stage]
        patched.setattr(owner, name, fails)
        if owner is files:
            patched.setattr("asciivae.training.run_dir.write_tensors", fails)
        with pytest.raises(RunError, match="cannot be written: No space left on device") as caught:
            save(run, 2)
        assert caught.value.hint == ("free some space or choose another folder; earlier output is intact")

    assert not list(run.path.rglob(".*"))
    assert_loads(run, before)
    assert_loads(run, save(run, 2))


@pytest.mark.parametrize("stage", ["metrics", "sample folder", "sample", "report"])
def test_a_full_disk_is_told_whatever_is_written(run: RunDir, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write = {
        "metrics": lambda: run.log({"step": 1}),
        "sample folder": lambda: run.write_sample(1, "x"),
        "sample": lambda: run.write_sample(1, "x"),
        "report": lambda: run.write_divergence({"step": 1}),
    }[stage]
    owner, name = {
        "metrics": (os, "open"),
        "sample folder": (Path, "mkdir"),
        "sample": (Path, "write_text"),
        "report": (Path, "write_text"),
    }[stage]
    monkeypatch.setattr(owner, name, fails)

    with pytest.raises(RunError, match="cannot be written: No space left on device"):
        write()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    run = RunDir.create(small_disk, {"resolved.yaml": "asciivae: 1\n"})
    before = save(run, 1)
    ballast = small_disk / "ballast"
    room = shutil.disk_usage(small_disk).free - 4096
    ballast.write_bytes(b"x" * room)

    with pytest.raises(RunError, match=r"cannot be written: .*No space left on device"):
        save(run, 2)
    ballast.unlink()

    assert saved_steps(run) == {"step-1"}
    assert_loads(run, before)
    assert_loads(run, save(run, 2))


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_file_size_limit_is_an_expected_failure(tmp_path: Path) -> None:
    import resource

    run = RunDir.create(tmp_path / "run", {"resolved.yaml": "asciivae: 1\n"})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(RunError, match=r"cannot be written: .*File too large"):
            save(run, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not run.has_checkpoint()


def test_an_interrupted_write_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "thing"
    with files.new_folder(target) as folder:
        (folder / "a").write_text("old")

    def interrupted() -> None:
        with files.new_folder(target) as folder:
            (folder / "a").write_text("new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (target / "a").read_text() == "old"
    assert os.listdir(tmp_path) == ["thing"]


def test_a_new_folder_replaces_the_old_one_and_what_a_killed_process_left_aside(tmp_path: Path) -> None:
    for name in (".thing.0123456789abcdef.partial", ".thing.0123456789abcdef.before", "thing"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("old")

    with files.new_folder(tmp_path / "thing") as folder:
        (folder / "b").write_text("new")
    assert os.listdir(tmp_path / "thing") == ["b"]
    assert os.listdir(tmp_path) == ["thing"]


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_metrics_survive_a_torn_line_and_go_back_without_changing_a_bit(run: RunDir) -> None:
    numbers = [0.1, 1 / 3, 1e-300, float(torch.tensor(0.1))]
    for step, number in enumerate(numbers, start=1):
        run.log({"kind": "train", "step": step, "total": number})
    with run.metrics_file.open("a") as file:
        file.write('{"kind": "train", "step": 5, "tot')

    assert [record["total"] for record in run.metrics()] == numbers
    run.rewind(3)
    assert [record["total"] for record in run.metrics()] == numbers[:3]
    assert run.metrics_file.read_text().count("\n") == 3
    run.rewind(0)
    assert list(run.metrics()) == []


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"nothing", b"7", b"null", b"[1, 2]", b"[" * 100_000, b'"' + b"9" * 5000),
        *(b'{"kind": "train"}', b'{"step": 1}', b'{"kind": ["train"], "step": 1}'),
        *(b'{"kind": "train", "step": "1"}', b'{"kind": "train", "step": true}', b'{"kind": "train", "step": 1.5}'),
        *(b'{"kind": "train", "step": -1}', b'{"kind": "train", "step": 1%s}' % (b"0" * 400)),
        b'{"kind": "train", "step": 1, "to\xfftal": 2.0}',
    ],
    ids=lambda line: line[:40],
)
def test_lines_that_are_no_records_are_passed_over(run: RunDir, line: bytes) -> None:
    before, after = {"kind": "train", "step": 1, "total": 2.0}, {"kind": "validation", "step": 1, "other": "a text"}
    run.metrics_file.write_bytes(b"\n".join([json.dumps(before).encode(), line, json.dumps(after).encode(), b""]))

    assert list(run.metrics()) == [before, after]
    run.rewind(1)
    assert run.metrics_file.read_text().count("\n") == 2


def test_a_number_that_is_none_is_null_in_the_metrics(run: RunDir) -> None:
    run.log({"step": 1, "grad_norm": float("nan"), "lr": float("-inf"), "total": 1.5})

    assert run.metrics_file.read_text() == '{"step": 1, "grad_norm": null, "lr": null, "total": 1.5}\n'


def test_metrics_of_before_have_the_names_of_today(run: RunDir) -> None:
    run.log({"kind": "train", "step": 1, "gradient": 2.0, "rate": 0.1, "total": 1.5})
    today = {"kind": "train", "step": 1, "grad_norm": 2.0, "lr": 0.1, "total": 1.5}

    assert list(run.metrics()) == [today]
    run.rewind(1)
    assert json.loads(run.metrics_file.read_text()) == today


def test_a_divergence_replaces_the_last_ones_report(run: RunDir) -> None:
    for step in (1, 2):
        where = run.write_divergence({"step": step, "values": {"ce": "nan"}})

    assert json.loads((where / "report.json").read_text()) == {"step": 2, "values": {"ce": "nan"}}


def test_the_newest_run_is_the_one_that_saved_last(tmp_path: Path) -> None:
    assert newest_run(tmp_path) is None
    runs = [RunDir.create(tmp_path / name / "one", {"resolved.yaml": ""}) for name in "ab"]
    assert newest_run(tmp_path) is None
    for age, run in enumerate(runs):
        save(run, 1)
        os.utime(run.checkpoints / "latest", ns=(0, 10**9 * (2 - age)))
    (tmp_path / "latest").write_text("no run's")

    assert newest_run(tmp_path) == tmp_path / "a" / "one"


def test_only_one_process_trains_in_a_folder(run: RunDir) -> None:
    refused = pytest.raises(RunError, match="another process is training in this folder")
    with run.locked(), refused, RunDir(run.path).locked():
        pass
    with run.locked():
        pass


def test_what_is_saved_already_is_not_written_again(run: RunDir) -> None:
    save(run, 2)
    file = run.latest() / "state.json"
    before = file.stat().st_ino
    save(run, 2)
    assert file.stat().st_ino == before


def test_a_folder_that_cannot_be_replaced_is_still_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "thing"
    target.mkdir()
    (target / "old").write_text("old")
    rename = Path.rename

    def not_the_new_one(self: Path, to: Path) -> Path:
        if self.name.endswith(".partial"):
            raise FULL
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", not_the_new_one)
    with pytest.raises(RunError, match="cannot be written"), files.new_folder(target) as folder:
        (folder / "new").write_text("new")
    assert [path.name for path in tmp_path.rglob("*")] == ["thing", "old"]
