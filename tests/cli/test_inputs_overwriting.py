"""No command writes over what it reads; each refuses before it loads a model."""

from pathlib import Path

import pytest
from tiny_runs import asciivae

ART = "/\\\n\\/\n"


@pytest.mark.parametrize(
    "line",
    [
        "edges cat.txt --svg cat.svg",
        "edges cat.txt --png cat.png",
        "edges cat.txt --reconstruct --model model.safetensors --png model.png",
        "evaluate model.safetensors --html model.html",
        "evaluate model.safetensors --data art.jsonl --html art.html",
        "export model.safetensors ./model.safetensors --half",
        "interpolate cat.txt cat.txt --model model.safetensors --gif model.gif",
        "reconstruct cat.txt --model model.safetensors --png model.png",
        "sample --like art.jsonl --png art.png",
        "sample --model model.safetensors --png model.png",
        "complete cat.txt --below 1 --png cat.png",
        "sample --begin cat.txt --png cat.png",
        "compare a b --piece cat.txt --png cat.png",
        "fonts --font model.safetensors --png model.png",
        "corpus export art.jsonl --out ./art.jsonl",
        "corpus clean art.jsonl --out x.safetensors --refused art.jsonl",
        "corpus clean model.safetensors --out model.safetensors",
        "corpus show art.jsonl --png art.png",
        "draw cat.png --out cat.txt",
    ],
)
def test_what_is_read_is_not_overwritten(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))
    Path("cat.txt").write_text(ART)
    for name in ("cat.svg", "cat.png"):
        Path(name).symlink_to("cat.txt")
    Path("art.jsonl").write_text('{"text": "<>", "id": "fish"}\n')
    for name in ("art.html", "art.png"):
        Path(name).symlink_to("art.jsonl")
    Path("model.safetensors").write_text("weights")
    for name in ("model.png", "model.html", "model.gif"):
        Path(name).symlink_to("model.safetensors")
    done = asciivae(*line.split())

    assert (done.exit_code, done.stdout) == (2, "")
    assert "is an input file and would be overwritten\n\nhint: name another f" in done.stderr
    assert [Path(name).read_text() for name in ("cat.txt", "model.safetensors")] == [ART, "weights"]
    assert Path("art.jsonl").read_text().startswith("{")


def test_a_report_is_no_folder(tmp_path: Path) -> None:
    done = asciivae("evaluate", "none", "--html", tmp_path)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"error: {tmp_path}: is a folder\n\nhint: name a file: {tmp_path / 'NAME.html'}\n"
