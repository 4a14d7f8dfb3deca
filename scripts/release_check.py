"""Build the wheel and the sdist, check them, and try the wheel in a fresh environment.

    python scripts/release_check.py [--dist DIR] [--site-packages DIR]

Needs `pip install -e '.[release]'`, and an index for the packages that asciivae depends on; with `--site-packages` they
are taken from that folder, which is quicker, and nothing is downloaded. Each step is printed; the first that fails
ends it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LARGEST_MB = 25
IN_WHEEL = (
    "asciivae/py.typed",
    "asciivae/assets/model.safetensors",
    "asciivae/assets/page.safetensors",
    "asciivae/assets/tracer.safetensors",
    "asciivae/assets/model.onnx",
    "asciivae/assets/page.onnx",
    "asciivae/assets/tracer.onnx",
    "asciivae/assets/onehot2raa.safetensors",
    "asciivae/assets/drawings.jsonl.gz",
    "asciivae/recipes/quickstart.yaml",
    "asciivae/web/site/index.html",
    "asciivae/web/site/onnxruntime.wasm.gz",
)
IN_SDIST = (
    "LICENSE",
    "SECURITY.md",
    "CITATION.cff",
    "CHANGELOG.md",
    "mkdocs.yml",
    "constraints.txt",
    "tests/test_docs.py",
)
BUNDLED = ("bundled", "bundled-page", "bundled-tracer")
TRIED = """
import asciivae
for name in {names}:
    print(name, type(asciivae.load(name, device="cpu")).__name__)
"""
QUICKSTART = ["train", "--recipe", "quickstart", "--set", "train.steps=2", "--set", "data.limit=64"]
COMMANDS = [
    ["--version"],
    ["examples"],
    ["reconstruct", "cat.txt", "--side-by-side", "--png", "cat.png"],
    ["draw", "cat.png", "--width", "16"],
    ["sample", "-n", "1", "--size", "6x20"],
    ["complete", "cat.txt", "--below", "2", "-n", "1"],
    ["score", "cat.txt"],
    [*QUICKSTART, "--set", "evaluation.pieces=8", "--out", "run"],
    ["reconstruct", "cat.txt", "--side-by-side", "--model", "run"],
    ["web", "--export", "page"],
    ["recipes", "list"],
    ["plugins", "list"],
]


def run(*words: str | Path, cwd: Path = PROJECT, env: dict[str, str] | None = None) -> str:
    """Run a command, print it, and return what it printed; end everything if it fails."""
    print("$", *(Path(word).name if isinstance(word, Path) else word for word in words), flush=True)
    line = [str(word) for word in words]
    done = subprocess.run(line, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def built(dist: Path) -> tuple[Path, Path]:
    """The sdist, and the wheel that is built from it."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, PROJECT)
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    run(sys.executable, "-m", "twine", "check", "--strict", sdist, wheel)
    return sdist, wheel


def check_contents(sdist: Path, wheel: Path) -> None:
    """What has to be in them is, what must not be is not, and the wheel is small enough."""
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    missing = [name for name in IN_SDIST if name not in in_sdist] + [name for name in IN_WHEEL if name not in in_wheel]
    strays = [name for name in in_wheel if not name.startswith(("asciivae/", "asciivae-"))]
    strays += [name for name in in_sdist | in_wheel if "__pycache__" in name or name.startswith(("runs/", "site/"))]
    size = wheel.stat().st_size / 1e6
    if missing or strays or size > LARGEST_MB:
        raise SystemExit(f"missing: {missing}\nnot to be there: {strays}\nwheel: {size:.1f} MB, at most {LARGEST_MB}")
    print(f"{wheel.name}: {len(in_wheel)} files, {size:.1f} MB; {sdist.name}: {sdist.stat().st_size / 1e6:.1f} MB")


def fresh(folder: Path, wheel: Path, site_packages: Path | None) -> tuple[Path, dict[str, str]]:
    """The Python of a new environment in which the wheel is installed, and the variables to run it with."""
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "ASCIIVAE"))
    }
    env["ASCIIVAE_CACHE"] = str(folder / "cache")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if site_packages is None:
        run(*install, "-c", PROJECT / "constraints.txt", wheel, env=env)
    else:
        run(*install, "--no-deps", "--no-index", wheel, env=env)
        ours = run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])", env=env).strip()
        (Path(ours) / "dependencies.pth").write_text(f"{site_packages}\n")
    return python, env


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dist", type=Path, help="where to leave what was built (default: nowhere)")
    parser.add_argument("--site-packages", type=Path, help="a folder that has what asciivae depends on")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dist = (options.dist or folder / "dist").resolve()
        if dist.is_dir() and any(dist.iterdir()):
            raise SystemExit(f"--dist {dist} is not empty")
        sdist, wheel = built(dist)
        check_contents(sdist, wheel)
        python, env = fresh(folder, wheel, options.site_packages)
        desk = folder / "desk"
        desk.mkdir()
        where = run(python, "-c", "import asciivae; print(asciivae.__file__)", cwd=desk, env=env)
        if not where.startswith(str(folder)):
            raise SystemExit(f"the fresh environment imports {where}")
        print(run(python, "-c", TRIED.format(names=BUNDLED), cwd=desk, env=env), end="")
        for words in COMMANDS:
            if not run(python.with_name("asciivae"), *words, cwd=desk, env=env).strip():
                raise SystemExit("printed nothing")
    print("ready to be released")


if __name__ == "__main__":
    main()
