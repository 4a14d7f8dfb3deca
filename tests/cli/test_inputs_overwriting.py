"""No command writes over what it reads; each refuses before it loads a model."""

from pathlib import Path

import pytest
from tiny_runs import asciivae

ART = "/\\\n\\/\n"


@pytest.mark.parametrize(
    "line",
    [
        "edges cat.txt --svg cat.txt",
        "edges cat.txt --png link",
        "edges cat.txt --reconstruct --model model.safetensors --png model.safetensors",
        "evaluate model.safetensors --html model.safetensors",
        "evaluate model.safetensors --data art.jsonl --html art.jsonl",
        "export model.safetensors ./model.safetensors --half",
        "interpolate cat.txt cat.txt --model model.safetensors --gif model.safetensors",
        "reconstruct cat.txt --model model.safetensors --png model.safetensors",
        "sample --like art.jsonl --png art.jsonl",
        "sample --model model.safetensors --png model.safetensors",
    ],
)
def test_what_is_read_is_not_overwritten(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))
    Path("cat.txt").write_text(ART)
    Path("link").symlink_to("cat.txt")
    Path("art.jsonl").write_text('{"text": "<>", "id": "fish"}\n')
    Path("model.safetensors").write_text("weights")
    done = asciivae(*line.split())

    assert (done.exit_code, done.stdout) == (2, "")
    assert "is an input file and would be overwritten\n\nhint: name another f" in done.stderr
    assert [Path(name).read_text() for name in ("cat.txt", "model.safetensors")] == [ART, "weights"]
    assert Path("art.jsonl").read_text().startswith("{")


def test_a_report_is_no_folder(tmp_path: Path) -> None:
    done = asciivae("evaluate", "none", "--html", tmp_path)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"error: {tmp_path}: is a folder\n\nhint: name a file: --html {tmp_path / 'report.html'}\n"
