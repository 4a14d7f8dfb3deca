"""How a process finds the others."""

import subprocess
import sys

import pytest

from asciivae.errors import UsageError
from asciivae.training.joined import here, join


def test_a_process_without_torchrun_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert join() is here()
    assert (here().rank, here().world, here().leads, here().lost) == (0, 1, True, None)
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert join().world == 1


@pytest.mark.parametrize(("name", "value"), [("WORLD_SIZE", "two"), ("RANK", ""), ("LOCAL_RANK", "-1")])
def test_an_environment_that_is_not_torchruns_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for other, usual in {"RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(other, usual)
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"the environment says {name}='{value}', which is not a number") as caught:
        join()
    assert caught.value.place == "torchrun"
    assert caught.value.hint == "start the processes with torchrun, or unset WORLD_SIZE to train with one"


def test_one_process_imports_nothing_for_others() -> None:
    code = "import sys; from asciivae.training.joined import join; join(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
