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
from asciivae.files.atomic import cannot_write, json_text, new_folder, write_tensors, write_text
from asciivae.files.weights import MODEL_FORMAT, RENDERER_FORMAT
from asciivae.training.state import TrainState

STATE_FORMAT = 1
_RENAMED = {"gradient": "grad_norm", "rate": "lr", "blank_share": "blank_fraction"}
"""Metric keys of older runs, and their present names."""
LARGEST_STEP = 2**53
"""The largest integer that a float represents exactly; charts use floats."""
_FORMATS = {"model": MODEL_FORMAT, "renderer": RENDERER_FORMAT}


class RunDir:
    """An existing run folder; use `create` or `open`.

    Args:
        path: the folder.
        kind: what is trained in it, `model` or `renderer`.
    """

    def __init__(self, path: Path, kind: str = "model") -> None:
        self.path = path
        self.kind = kind
        self.checkpoints = path / "checkpoints"
        self.metrics_file = path / "metrics.jsonl"

    @classmethod
    def create(cls, path: Path, files: Mapping[str, str], kind: str = "model") -> RunDir:
        """Start a run in a new or empty folder and write `files` (name to text) into it.

        Raises:
            RunError: the folder is not empty, or cannot be written.
        """
        try:
            taken = path.exists() and (not path.is_dir() or any(path.iterdir()))
        except OSError as error:
            raise cannot_write(path, error) from error
        if taken:
            resume = f"continue it with `asciivae train --resume {path}`, or " if _is_run(path) else ""
            raise RunError(
                "is not empty; runs never overwrite files",
                place=str(path),
                hint=f"{resume}name another folder with --out",
            )
        if path.is_dir():  # it may be a mount point or the working directory, which cannot be replaced
            for name, text in files.items():
                write_text(path / name, text)
        else:
            with new_folder(path) as folder:
                for name, text in files.items():
                    (folder / name).write_text(text, encoding="utf-8")
        return cls(path, kind)

    @classmethod
    def open(cls, path: Path, kind: str = "model") -> RunDir:
        """Open the folder of a run.

        Raises:
            RunError: the folder does not contain a run.
        """
        run = cls(path, kind)
        if not _is_run(path):
            raise RunError("is not the folder of a run", place=str(path), hint="a run's folder has a resolved.yaml")
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
        with new_folder(self.checkpoints / name) as folder:
            header = {"format": _FORMATS[self.kind], **metadata, "step": str(state.step)}
            write_tensors(folder / self._weights, {**state.weights(), "glyphs": glyphs}, header)
            write_tensors(folder / "training.safetensors", state.tensors())
            numbers = json_text({"format": STATE_FORMAT, **state.numbers()})
            (folder / "state.json").write_text(numbers, encoding="utf-8")
        write_text(self.checkpoints / "latest", name + "\n")
        # A checkpoint of a later step is left over from a process that was killed before it became the latest.
        folders = sorted(self.checkpoints.glob("step-*"), key=_step_of)
        kept = [folder for folder in folders if _step_of(folder) <= state.step][-keep:]
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
            raise RunError(
                "another process is training in this folder", place=str(self.path), hint="wait for it, or stop it"
            ) from error
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
        return None if found is None else _step_of(found)

    def latest(self) -> Path:
        """The newest complete checkpoint.

        Raises:
            RunError: there is none.
        """
        found = self._latest()
        if found is None:
            raise RunError("has no checkpoint yet", place=str(self.path), hint=f"asciivae train --resume {self.path}")
        return found

    @property
    def _weights(self) -> str:
        return f"{self.kind}.safetensors"

    def _latest(self) -> Path | None:
        try:
            named = self.checkpoints / (self.checkpoints / "latest").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            named = None
        if named is not None and (named / "state.json").is_file() and named.parent == self.checkpoints:
            return named
        # `latest` is written after its checkpoint, so a complete one may exist without it.
        complete = [folder for folder in self.checkpoints.glob("step-*") if (folder / "state.json").is_file()]
        return max(complete, key=_step_of, default=None)

    def load(self, state: TrainState) -> bool:
        """Restore the latest checkpoint into `state`; return False if there is none yet.

        Raises:
            RunError: it cannot be read, or does not fit the recipe.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        folder = self._latest()
        if folder is None:
            return False
        try:
            numbers = json.loads((folder / "state.json").read_text(encoding="utf-8"))
            if numbers.get("format") != STATE_FORMAT:
                raise ValueError(f"format {numbers.get('format')!r}, this version reads {STATE_FORMAT}")
            weights = load_file(folder / self._weights)
            tensors = load_file(folder / "training.safetensors")
        except (OSError, ValueError, AttributeError, SafetensorError) as error:
            raise RunError(
                f"cannot be read ({error})", place=str(folder), hint=f"delete {folder} and resume"
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
            with self.metrics_file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(numbers, allow_nan=False) + "\n")
        except OSError as error:
            raise cannot_write(self.metrics_file, error) from error

    def metrics(self) -> Iterator[dict[str, Any]]:
        """Iterate over the records: `kind` is a string and `step` an integer from 0, other values are unchecked.

        Lines that are not such records are skipped: a killed process may leave an incomplete one, and a run from
        elsewhere may contain anything.
        """
        if not self.metrics_file.is_file():
            return
        for line in self.metrics_file.read_bytes().splitlines():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if _is_record(record):
                yield {_RENAMED.get(key, key): value for key, value in record.items()}

    def rewind(self, step: int) -> None:
        """Remove the records of steps after `step`, which will be repeated."""
        kept = [json.dumps(record) for record in self.metrics() if record["step"] <= step]
        write_text(self.metrics_file, "".join(line + "\n" for line in kept))

    def write_sample(self, step: int, text: str) -> Path:
        """Write the sample reconstructions of this step."""
        file = self.sample_file(step, "txt")
        write_text(file, text)
        return file

    def sample_file(self, step: int, ending: str) -> Path:
        """The path of a sample of this step; its folder is created if necessary.

        Raises:
            RunError: the folder cannot be created.
        """
        folder = self.path / "samples"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        return folder / f"step-{step}.{ending}"

    def write_divergence(self, report: Mapping[str, Any]) -> Path:
        """Write the report of a divergence."""
        with new_folder(self.path / "diverged") as folder:
            (folder / "report.json").write_text(json_text(report), encoding="utf-8")
        return self.path / "diverged"


def newest_run(root: Path) -> Path | None:
    """The run of a model under `root` with the most recent checkpoint; None without one."""
    markers = [Path(folder) / "latest" for folder, _, files in os.walk(root) if "latest" in files]
    saved = [marker for marker in markers if marker.parent.name == "checkpoints"]
    runs = [marker for marker in saved if any(marker.parent.glob("step-*/model.safetensors"))]
    return max(runs, key=lambda marker: marker.stat().st_mtime_ns).parent.parent if runs else None


def _is_run(path: Path) -> bool:
    return (path / "resolved.yaml").is_file()


def _is_record(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return False
    step = value.get("step")
    return type(step) is int and 0 <= step < LARGEST_STEP


def _step_of(folder: Path) -> int:
    digits = folder.name.removeprefix("step-")
    return int(digits) if digits.isdigit() else -1
