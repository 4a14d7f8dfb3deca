import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Workers of pytest-xdist share the cores: one thread each, also in the processes that tests start. Before torch.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest.register_assert_rewrite("plugin_site", "sick_losses", "tensor_checks", "tiny_runs")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stores of the tests' corpora do not go into the user's cache."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ASCIIVAE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


@pytest.fixture(autouse=True, scope="session")
def signals_as_in_a_terminal() -> Iterator[None]:
    """Tests send signals that a background job, or one under nohup, inherits as ignored: put the defaults back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def fidelity_dir() -> Path:
    """Numbers from the original experiments' own code: ASCIIVAE_FIDELITY, or ../shared/fidelity."""
    default = Path(__file__).resolve().parents[2] / "shared" / "fidelity"
    folder = Path(os.environ.get("ASCIIVAE_FIDELITY") or default)
    if not (folder / "unit_pieces.json").is_file():
        pytest.skip(f"no fidelity fixtures in {folder}")
    return folder


@pytest.fixture(scope="session")
def real_drawings() -> Path:
    """13,076 real drawings of at most 64 × 64 cells: train64.jsonl.gz in ASCIIVAE_CORPUS, or in ../shared/corpus."""
    default = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    file = Path(os.environ.get("ASCIIVAE_CORPUS") or default) / "train64.jsonl.gz"
    if not file.is_file():
        pytest.skip(f"there is no {file}; set ASCIIVAE_CORPUS")
    return file


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a `device` every one there is: "cpu", and "cuda" and "mps" where available."""
    if "device" in metafunc.fixturenames:
        import torch

        others = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
        metafunc.parametrize("device", ["cpu", *(name for name, there in others.items() if there)], indirect=True)


@pytest.fixture
def device(request: pytest.FixtureRequest) -> Any:
    """The device a test is to run on, a torch.device."""
    import torch

    return torch.device(request.param)
