"""The folder of a run and its files.

    runs/<recipe>/<stamp>/
        recipe.yaml        as given                  resolved.yaml      with every default
        provenance.json    versions, hardware        metrics.jsonl      one record per line, append only
        samples/step-N.txt originals and reconstructions
        checkpoints/step-N/{model.safetensors, training.safetensors, state.json}
        checkpoints/latest the name of the newest checkpoint; written last
        diverged/          only if the run diverged

Nothing is pickled. `model.safetensors` (`renderer.safetensors` when a renderer is trained) contains its recipe and its
glyphs, which is all that `reconstruct` needs.
"""

from __future__ import annotations

import errno
import fcntl
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor

from asciivae.errors import RunError
from asciivae.files.atomic import (
    cannot_write,
    json_text,
    new_file,
    new_folder,
    replaced_folder,
    write_tensors,
    write_text,
)
from asciivae.files.inside import Inside
from asciivae.files.json_reader import parse_json
from asciivae.files.opening import UnsafePathError
from asciivae.files.weights import format_of
from asciivae.training.run_files import STEP, is_run, record_of, refuse_links, saved_tensors, step_of, unsafe
from asciivae.training.state import TrainState, checked_numbers

RUNS = Path("runs")
"""The default folder of runs."""
STATE_FORMAT = 1
_RENAMED = {"gradient": "grad_norm", "rate": "lr", "blank_share": "blank_fraction"}
"""Metric keys of older runs, and their present names."""
MAX_METRICS = 1 << 30
"""The largest `metrics.jsonl`, in bytes."""
MAX_RECORD, _MAX_STATE = 1 << 20, 1 << 16


class FolderTakenError(RunError):
    """A new run was to be written into a folder that is in use."""


class RunDir:
    """An existing run folder; use `create` or `open`.

    Its content is untrusted: it may come from elsewhere. Nothing is read or written through links in it.

    Args:
        path: the folder.
        kind: what is trained in it, `model` or `renderer`.
    """

    def __init__(self, path: Path, kind: str = "model") -> None:
        self.path = path
        self.kind = kind
        self.checkpoints = path / "checkpoints"
        self.metrics_file = path / "metrics.jsonl"
        self._inside = Inside(path)

    @classmethod
    def create(cls, path: Path, files: Mapping[str, str], kind: str = "model") -> RunDir:
        """Start a run in a new or empty folder and write `files` (name to text) into it.

        Raises:
            FolderTakenError: the folder is not empty.
            RunError: it cannot be written.
        """
        try:
            if path.is_dir() and not path.is_symlink() and any(path.iterdir()):
                raise _taken(path)
            made = cls(path, kind)
            if path.is_dir():  # it may be a mount point or the working directory, which cannot be replaced
                with made.locked():
                    if any(path.iterdir()):
                        raise _taken(path)
                    made.describe(files)
                return made
            with replaced_folder(path, replace=False) as folder:  # of two at the same time, one fails
                for name, text in files.items():
                    (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR) and os.path.lexists(path):
                raise _taken(path) from error
            raise cannot_write(path, error) from error
        return made

    @classmethod
    def open(cls, path: Path, kind: str = "model") -> RunDir:
        """Open the folder of a run.

        Raises:
            RunError: the folder does not contain a run, or holds a link, a FIFO or a device in place of its files.
        """
        run = cls(path, kind)
        if not os.path.lexists(path / "resolved.yaml"):
            raise RunError("is not the folder of a run", place=str(path), hint="a run's folder has a resolved.yaml")
        refuse_links(path)
        return run

    def save(self, state: TrainState, metadata: Mapping[str, str], glyphs: Tensor, *, keep: int) -> Path:
        """Write a checkpoint, make it the latest, and delete all others except the `keep` - 1 before it.

        Args:
            state: the state to save.
            metadata: text for the weights file's header, including `recipe` (resolved YAML).
            glyphs: (95, h, w), the atlas of the run.
            keep: number of checkpoints to keep, at least 1.
        """
        name = f"step-{state.step}"
        latest = self._latest()
        if latest is not None and latest.name == name:
            return latest
        self._folder("checkpoints")
        with new_folder(self.checkpoints / name) as folder:
            header = {"format": format_of(self.kind), **metadata, "step": str(state.step)}
            write_tensors(folder / self._weights, {**state.weights(), "glyphs": glyphs}, header)
            write_tensors(folder / "training.safetensors", state.tensors())
            numbers = json_text({"format": STATE_FORMAT, **state.numbers()})
            (folder / "state.json").write_text(numbers, encoding="utf-8")
        write_text(self.checkpoints / "latest", name + "\n")
        # A checkpoint of a later step is left over from a process that was killed before it became the latest.
        folders = sorted(self._saved(), key=step_of)
        kept = [folder for folder in folders if step_of(folder) <= state.step][-keep:]
        for other in folders:
            if other not in kept:
                shutil.rmtree(other, ignore_errors=True)
        return self.checkpoints / name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against other training processes; the lock is released if the process dies.

        Raises:
            RunError: another process holds the lock.
        """
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            what = "another process is training in this folder"
            raise RunError(what, place=str(self.path), hint="wait for it, or stop it") from error
        try:
            yield
        finally:
            os.close(handle)

    def has_checkpoint(self) -> bool:
        """Whether there is a complete checkpoint."""
        return self._latest() is not None

    def latest_step(self) -> int | None:
        """The step of the newest complete checkpoint; None without one."""
        found = self._latest()
        return None if found is None else step_of(found)

    def latest(self) -> Path:
        """The newest complete checkpoint.

        Raises:
            RunError: there is none.
        """
        found = self._latest()
        if found is None:
            raise RunError("has no checkpoint yet", place=str(self.path), hint=f"asciivae train --resume {self.path}")
        return found

    def weights_file(self) -> Path:
        """The weights of the newest complete checkpoint.

        Raises:
            RunError: there is none, or a link or no regular file stands in its place.
        """
        folder = self.latest()
        try:
            return self._inside.checked(f"checkpoints/{folder.name}/{self._weights}")
        except OSError as error:
            raise unsafe(error) from error

    @property
    def _weights(self) -> str:
        return f"{self.kind}.safetensors"

    def _latest(self) -> Path | None:
        try:
            named = self._inside.read("checkpoints/latest", _MAX_STATE).decode("ascii", "replace").strip()
        except UnsafePathError as error:
            raise unsafe(error) from error
        except OSError:
            named = ""
        if STEP.fullmatch(named) and self._is_complete(named):
            return self.checkpoints / named
        # `latest` is written after its checkpoint, so a complete one may exist without it.
        return max((folder for folder in self._saved() if self._is_complete(folder.name)), key=step_of, default=None)

    def _saved(self) -> list[Path]:
        """The folders of checkpoints, complete or not."""
        found = self._folder("checkpoints", create=False)
        names = os.listdir(found) if found.is_dir() else []
        return [found / name for name in names if STEP.fullmatch(name) and not (found / name).is_symlink()]

    def _is_complete(self, name: str) -> bool:
        return self._inside.is_file(f"checkpoints/{name}/state.json")

    def _folder(self, name: str, *, create: bool = True) -> Path:
        try:
            return self._inside.folder(name, create=create)
        except OSError as error:
            raise cannot_write(self.path / name, error) from error

    def load(self, state: TrainState) -> bool:
        """Restore the latest checkpoint into `state`; return False if there is none yet.

        Raises:
            RunError: it cannot be read, or does not fit the recipe.
        """
        folder = self._latest()
        if folder is None:
            return False
        name = f"checkpoints/{folder.name}"
        largest = sum(value.nbytes for value in state.model.state_dict().values())
        try:
            numbers = checked_numbers(parse_json(self._inside.read(f"{name}/state.json", _MAX_STATE)), STATE_FORMAT)
            if numbers["step"] != step_of(folder):
                raise ValueError(f"'step' is {numbers['step']:.0f}, unlike the name of the folder")
            weights = saved_tensors(self._inside, f"{name}/{self._weights}", largest)
            tensors = saved_tensors(self._inside, f"{name}/training.safetensors", largest)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, UnsafePathError) else error
            raise RunError(
                f"cannot be read ({reason})", place=str(folder), hint=f"delete {folder} and resume"
            ) from error
        weights.pop("glyphs", None)
        try:
            state.restore(weights, tensors, numbers)
        except RunError as error:
            error.place = str(folder)
            raise
        return True

    def log(self, record: Mapping[str, Any]) -> None:
        """Append a record to the metrics and flush it.

        Non-finite floats (such as the gradient norm of a skipped float16 step) are written as null, since JSON has no
        NaN or infinity.
        """
        numbers = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in record.items()}
        try:
            with self._inside.open_to_write("metrics.jsonl", append=True) as file:
                file.write(json.dumps(numbers, allow_nan=False).encode() + b"\n")
        except OSError as error:
            raise cannot_write(self.metrics_file, error) from error

    def metrics(self) -> Iterator[dict[str, Any]]:
        """Iterate over the records: `kind` is a string and `step` an integer from 0, other values are unchecked.

        Lines that are not such records are skipped: a killed process may leave an incomplete one, and a run from
        elsewhere may contain anything.

        Raises:
            RunError: the file is a link or no regular file, or larger than `MAX_METRICS`.
        """
        try:
            with self._inside.open("metrics.jsonl") as file:
                if os.fstat(file.fileno()).st_size > MAX_METRICS:
                    raise UnsafePathError(f"it is longer than {MAX_METRICS} bytes", self.metrics_file)
                for line in iter(lambda: file.readline(MAX_RECORD), b""):
                    record = record_of(line)
                    if record is not None:
                        yield {_RENAMED.get(key, key): value for key, value in record.items()}
        except FileNotFoundError:
            return
        except OSError as error:
            raise unsafe(error) from error

    def describe(self, files: Mapping[str, str]) -> None:
        """Write or replace files (name to text)."""
        for name, text in files.items():
            write_text(self.path / name, text)

    def rewind(self, step: int) -> None:
        """Remove the records of steps after `step`, which will be repeated."""
        with new_file(self.metrics_file) as aside, aside.open("w", encoding="utf-8") as file:
            for record in self.metrics():
                if record["step"] <= step:
                    file.write(json.dumps(record) + "\n")

    def write_sample(self, step: int, text: str) -> Path:
        """Write the sample reconstructions of this step."""
        file = self.sample_file(step, "txt")
        write_text(file, text)
        return file

    def sample_file(self, step: int, ending: str) -> Path:
        """The path of a sample of this step; its folder is created if necessary.

        Raises:
            RunError: the folder cannot be created, or is a link.
        """
        name = f"samples/step-{step}.{ending}"
        try:
            return self._inside.writable(name)
        except OSError as error:
            raise cannot_write(self.path / name, error) from error

    def write_divergence(self, report: Mapping[str, Any]) -> Path:
        """Write the report of a divergence."""
        with new_folder(self.path / "diverged") as folder:
            (folder / "report.json").write_text(json_text(report), encoding="utf-8")
        return self.path / "diverged"


def newest_run(root: Path, kind: str = "model") -> Path | None:
    """The run of a recipe of a kind under `root` with the most recent checkpoint; None without one."""
    markers = [Path(folder) / "latest" for folder, _, files in os.walk(root) if "latest" in files]
    found = [
        (os.lstat(marker).st_mtime_ns, marker.parent.parent)
        for marker in markers
        if marker.parent.name == "checkpoints"
        and Inside(marker.parent).is_file("latest")
        and any(marker.parent.glob(f"step-*/{kind}.safetensors"))
    ]
    return max(found)[1] if found else None


def _taken(path: Path) -> FolderTakenError:
    resume = f"continue it with `asciivae train --resume {path}`, or " if is_run(path) else ""
    return FolderTakenError(
        "is not empty; runs never overwrite files",
        place=str(path),
        hint=f"{resume}name another folder with --out",
    )
