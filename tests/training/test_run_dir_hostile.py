"""A run that comes from elsewhere: nothing is read or written through links, and its numbers are checked."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from asciivae.errors import RunError
from asciivae.training.optim import Optim
from asciivae.training.run_dir import FolderTakenError, RunDir, newest_run
from asciivae.training.state import TrainState, checked_numbers

GLYPHS = torch.rand(95, 2, 2)


def new_state(step: int = 0) -> TrainState:
    state = TrainState(nn.Linear(3, 2), Optim(use="adam", lr=0.1))
    state.step = step
    return state


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    made = RunDir.create(tmp_path / "run", {"resolved.yaml": "asciivae: 1\n", "provenance.json": "{}"})
    for step in (1, 2):
        made.save(new_state(step), {"recipe": "asciivae: 1"}, GLYPHS, keep=2)
        made.log({"kind": "train", "step": step})
    made.write_sample(2, "sample")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "step-9").mkdir()
    (tmp_path / "mine" / "notes").write_text("mine")
    return made


def everything(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() if path.is_file() else "" for path in folder.rglob("*")}


def link_to_file(path: Path, mine: Path) -> None:
    path.symlink_to(mine / "notes")


def link_to_folder(path: Path, mine: Path) -> None:
    path.symlink_to(mine)


def dangling(path: Path, mine: Path) -> None:
    path.symlink_to(mine / "new")


def fifo(path: Path, mine: Path) -> None:
    os.mkfifo(path)


def use(folder: Path) -> None:
    """All that a resumed run does with its folder."""
    run = RunDir.open(folder)
    state = new_state()
    assert run.load(state)
    run.rewind(state.step)
    state.step += 1
    run.log({"kind": "train", "step": state.step})
    run.write_sample(state.step, "new")
    run.save(state, {"recipe": "asciivae: 1"}, GLYPHS, keep=1)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("make", [link_to_file, link_to_folder, dangling, fifo])
@pytest.mark.parametrize(
    "name",
    [
        *("resolved.yaml", "provenance.json", "metrics.jsonl", "samples", "checkpoints", "checkpoints/latest"),
        *("checkpoints/step-2/state.json", "checkpoints/step-2/model.safetensors"),
        *("checkpoints/step-2/training.safetensors", "samples/step-3.txt"),
    ],
)
def test_what_lies_in_the_way_is_refused_at_once(
    run: RunDir, tmp_path: Path, name: str, make: Callable[[Path, Path], None]
) -> None:
    place = run.path / name
    if place.exists():
        place.rename(tmp_path / "moved")
    make(place, tmp_path / "mine")
    before = everything(tmp_path / "mine")
    if name.endswith("state.json"):  # without it the checkpoint was never complete: the one before it is taken
        use(run.path)
    else:
        with pytest.raises(RunError, match=r"symbolic link|not a regular file"):
            use(run.path)
    assert everything(tmp_path / "mine") == before


def test_links_among_old_checkpoints_are_left_alone(run: RunDir, tmp_path: Path) -> None:
    (run.checkpoints / "step-0").symlink_to(tmp_path / "mine")
    use(run.path)
    assert (tmp_path / "mine" / "notes").read_text() == "mine"
    assert sorted(os.listdir(run.checkpoints)) == ["latest", "step-0", "step-3"]


@pytest.mark.parametrize(
    "latest", ["x" * 5000, "step-" + "9" * 400, "step-\u00b2", "step-1/../step-1", "step--1", "\0"]
)
def test_a_latest_that_names_no_checkpoint_is_not_followed(run: RunDir, latest: str) -> None:
    (run.checkpoints / "latest").write_text(latest)
    assert run.latest_step() == 2


def test_folders_that_are_no_checkpoints_are_left_alone(run: RunDir) -> None:
    for name in ("step-\u00b2", "step-", "step-1e3", "step-" + "9" * 200):
        (run.checkpoints / name).mkdir()
    use(run.path)
    assert run.latest_step() == 3
    assert (run.checkpoints / "step-\u00b2").is_dir()


GOOD = {"format": 1, "step": 2, "rate_scale": 1.0}


@pytest.mark.parametrize(
    "text",
    [
        *(json.dumps({**GOOD, "step": step}) for step in (-5, 7.9, 2.0, "2", True, 10**18, None, [2], 1)),
        *(json.dumps({**GOOD, "rate_scale": scale}) for scale in (-0.5, 1.5, "1", True, None)),
        *(json.dumps({**GOOD, "averaged_weights": count}) for count in (-1, 0.5, "1", True)),
        *(json.dumps({**GOOD, "format": number}) for number in (True, 1.0, "1", 2, None)),
        '{"format": 1, "step": 2, "rate_scale": 1e999}',
        '{"format": 1, "step": 2, "rate_scale": NaN}',
        '{"format": 1, "step": 2, "step": 2, "rate_scale": 1.0}',
        '{"format": 1, "step": 2, "rate_scale": 1.0, "more": ' + "[" * 50_000 + "]" * 50_000 + "}",
        json.dumps({**GOOD, "more": "x" * 100_000}),
        "[]",
        "7",
        "",
    ],
)
def test_numbers_that_no_run_writes_are_damage(run: RunDir, text: str) -> None:
    (run.latest() / "state.json").write_text(text)
    state = new_state()
    with pytest.raises(RunError, match="cannot be read") as caught:
        run.load(state)
    assert caught.value.hint == f"delete {run.latest()} and resume"
    assert state.step == 0


def test_a_gradient_scaler_is_checked_too() -> None:
    sound = {**GOOD, "scaler_scale": 65536.0, "scaler__growth_tracker": 3}
    assert checked_numbers(sound, 1)["scaler__growth_tracker"] == 3
    for name, value in (("scaler_scale", -1.0), ("scaler_scale", "1"), ("scaler__growth_tracker", 0.5)):
        with pytest.raises(ValueError, match=name):
            checked_numbers({**sound, name: value}, 1)


def test_metrics_are_read_line_by_line_within_limits(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["[" * 10_000, '{"kind": "train", "step": 1e999}', "x" * (1 << 20), '{"kind": "train", "step": 9}', ""]
    with run.metrics_file.open("a") as file:
        file.write("\n".join(lines))
    assert [record["step"] for record in run.metrics()] == [1, 2, 9]
    monkeypatch.setattr("asciivae.training.run_dir.MAX_METRICS", 1000)
    with pytest.raises(RunError, match="longer than 1000 bytes"):
        list(run.metrics())


def test_of_two_that_create_a_run_at_once_one_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, path = Path.rename, tmp_path / "run"

    def late(self: Path, target: Path) -> Path:
        """The other one is a moment faster."""
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", real)
            RunDir.create(path, {"resolved.yaml": "the other's"})
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", late)
        with pytest.raises(FolderTakenError):
            RunDir.create(path, {"resolved.yaml": "mine"})
    assert (path / "resolved.yaml").read_text() == "the other's"
    assert os.listdir(tmp_path) == ["run"]


@pytest.mark.timeout(20)
def test_the_newest_run_is_no_link(run: RunDir, tmp_path: Path) -> None:
    (tmp_path / "a" / "checkpoints" / "step-1").mkdir(parents=True)
    (tmp_path / "a" / "checkpoints" / "step-1" / "model.safetensors").write_text("")
    (tmp_path / "a" / "checkpoints" / "latest").symlink_to("nowhere")
    assert newest_run(tmp_path) == run.path


@pytest.mark.parametrize("name", ["model.safetensors", "training.safetensors"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_run_does_not_go_on_from_nan(run: RunDir, name: str, value: float) -> None:
    file = run.latest() / name
    tensors = load_file(file)
    first = "weight" if name == "model.safetensors" else "optimiser/weight/exp_avg"
    save_file({**tensors, first: torch.full((2, 3), value)}, file)
    with pytest.raises(RunError, match=f"{name} contains NaN or infinity in '{first}'"):
        run.load(new_state())


def test_a_checkpoint_that_is_much_larger_than_the_model_is_not_read(run: RunDir) -> None:
    with (run.latest() / "training.safetensors").open("r+b") as file:
        file.truncate(1 << 40)  # a sparse file
    with pytest.raises(RunError, match=r"training\.safetensors is larger than .* the limit for this model"):
        run.load(new_state())


@pytest.mark.timeout(20)
@pytest.mark.parametrize("make", [link_to_file, dangling, fifo])
def test_weights_are_not_taken_from_elsewhere(run: RunDir, tmp_path: Path, make: Callable[[Path, Path], None]) -> None:
    file = run.latest() / "model.safetensors"
    assert run.weights_file() == file
    file.unlink()
    make(file, tmp_path / "mine")
    with pytest.raises(
        RunError, match=r"model\.safetensors: cannot be read: it is (a symbolic link|not a regular file)"
    ):
        run.weights_file()
