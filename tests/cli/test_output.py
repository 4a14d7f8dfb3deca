"""One rule for all outputs, results on stdout, and what goes wrong outside of a command."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tiny_runs import asciivae

from asciivae.cli.output import result, table
from asciivae.cli.plugins import list_

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cat.txt").write_text(CAT)
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def shell(command: str) -> subprocess.CompletedProcess[str]:
    code = f"{sys.executable} -m asciivae"
    return subprocess.run(
        command.replace("asciivae", code, 1), shell=True, executable="/bin/bash", capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("option", "file", "message"),
    [
        ("--png", "x", "does not end with .png"),
        ("--png", "x.jpg", "does not end with .png"),
        ("--png", "x.txt", "does not end with .png"),
        ("--svg", "x.png", "does not end with .svg"),
        ("--png", "folder.png", "is a folder"),
        ("--png", "nowhere/x.png", "parent directory does not exist"),
    ],
)
def test_a_name_that_does_not_fit_is_refused_before_the_work(option: str, file: str, message: str) -> None:
    done = asciivae("edges", "cat.txt", option, file)
    assert done.exit_code == 2
    assert f"error: {file}: {message}" in done.stderr
    assert not done.stdout
    assert sorted(os.listdir()) == ["cat.txt", "folder.png"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["fonts", "--res", "5", "--png", "x"],
        ["reconstruct", "cat.txt", "--png", "x.jpg"],
        ["interpolate", "cat.txt", "cat.txt", "--gif", "x.png"],
        ["sample", "--png", "x.gif"],
        ["evaluate", "bundled", "--html", "x.txt"],
        ["compare", "a", "b", "--png", "x"],
        ["export", "bundled", "x.pt"],
        ["corpus", "show", "embedded", "--png", "x.bmp"],
        ["complete", "cat.txt", "--below", "1", "--png", "x.jpg"],
        ["draw", "cat.png", "--png", "x.jpg"],
    ],
)
def test_every_command_checks_its_outputs_first(arguments: list[str]) -> None:
    done = asciivae(*arguments)
    assert done.exit_code == 2
    assert "does not end with" in done.stderr
    assert not os.path.exists(arguments[-1])


def test_an_output_called_dash_is_stdout_and_results_are_told_elsewhere() -> None:
    done = asciivae("edges", "cat.txt", "--text", "--svg", "-")
    assert done.exit_code == 0
    assert done.stdout.startswith("<svg")
    assert done.stdout.rstrip().endswith("</svg>")
    assert not os.path.exists("-")
    done = asciivae("edges", "cat.txt", "--svg", "-", "--png", "-")
    assert "only one output can go to stdout" in done.stderr
    done = asciivae("corpus", "export", "cats", "--out", "-")
    assert done.exit_code == 1  # there is no such corpus
    (Path("cats")).mkdir()
    Path("cats/cat.txt").write_text(CAT)
    done = asciivae("corpus", "export", "cats", "--out", "-")
    assert done.stdout == '{"id": "cat.txt", "text": " /\\\\_/\\\\\\n( o.o )\\n > ^ <\\n"}\n'


def test_links_are_followed_and_fifos_written_to() -> None:
    Path("target.svg").write_text("old")
    Path("link.svg").symlink_to("target.svg")
    assert asciivae("edges", "cat.txt", "--svg", "link.svg").exit_code == 0
    assert Path("link.svg").is_symlink()
    assert Path("target.svg").read_text().startswith("<svg")
    os.mkfifo("pipe")
    with subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        assert asciivae("edges", "cat.txt", "--svg", "pipe").exit_code == 0
        assert reader.stdout is not None
        assert reader.stdout.read().startswith("<svg")
    assert Path("pipe").is_fifo()


def test_an_open_file_is_written_to_and_neither_replaced_nor_truncated() -> None:
    Path("log").write_text("before\n")
    done = shell("asciivae edges cat.txt --svg /dev/stdout >> log")
    assert done.returncode == 0
    text = Path("log").read_text()
    assert text.startswith("before\n<svg")
    assert text.rstrip().endswith("</svg>")  # the table went to stderr
    done = shell("asciivae edges cat.txt --svg /dev/fd/5 5>> log")
    assert Path("log").read_text().count("<svg") == 2
    assert shell("asciivae edges cat.txt --svg /dev/fd/9").returncode == 1
    done = shell("asciivae edges cat.txt --svg >(cat > copy) && sleep 0.2")
    assert Path("copy").read_text().startswith("<svg")


@pytest.mark.parametrize(
    "words",
    [
        ["reconstruct", "cat.txt", "--out", "-"],
        ["train", "--recipe", "quickstart", "--out", "-"],
        ["train-renderer", "--out", "-"],
        ["scrape", "folder", ".", "--out", "-"],
        ["corpus", "split", "embedded", "--out", "-"],
        ["examples", "-"],
        ["plugins", "new", "loss", "mine", "--to", "-"],
        ["draw", "a.png", "b.png", "--out", "-"],
    ],
)
def test_a_folder_cannot_be_stdout(words: list[str]) -> None:
    done = asciivae(*words)
    assert done.exit_code == 2
    assert "-: names a folder, and - is stdout\n\nhint: name a folder: " in done.stderr
    assert not os.path.exists("-")


def test_two_outputs_are_two_files() -> None:
    Path("a.png").symlink_to("both")
    Path("a.svg").symlink_to("both")
    done = asciivae("edges", "cat.txt", "--png", "a.png", "--svg", "a.svg")
    assert done.exit_code == 2
    assert "both: two outputs would be written into it" in done.stderr
    done = asciivae("corpus", "clean", "embedded", "--out", "x.safetensors", "--refused", "./x.safetensors")
    assert done.exit_code == 2
    assert not os.path.exists("x.safetensors")


def test_the_rule_is_in_the_help() -> None:
    said = " ".join(asciivae("--help").stdout.split())
    assert "Outputs: a new file replaces an old one once it is complete" in said
    assert "Never replaced: what a command reads" in said


needs_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


@needs_full
@pytest.mark.parametrize(
    "arguments",
    [
        ["edges", "cat.txt", "--svg", "/dev/full"],
        ["edges", "cat.txt", "--png", "/dev/full"],
        ["corpus", "export", "embedded", "--out", "full.jsonl"],
        ["corpus", "export", "embedded", "--out", "full.safetensors"],
        ["corpus", "clean", "embedded", "--out", "new.safetensors", "--refused", "/dev/full"],
        ["export", "bundled", "full.safetensors"],
        ["draw", "line.png", "--width", "8", "--no-search", "--out", "/dev/full"],
        ["draw", "line.png", "--width", "8", "--no-search", "--png", "/dev/full"],
        ["complete", "cat.txt", "--below", "1", "-n", "1", "--png", "/dev/full"],
        ["sample", "-n", "1", "--size", "2x4", "--png", "/dev/full"],
        ["interpolate", "cat.txt", "cat.txt", "--steps", "2", "--gif", "/dev/full"],
    ],
)
def test_a_full_device_is_told_and_stays(arguments: list[str]) -> None:
    for name in ("full.jsonl", "full.safetensors"):
        Path(name).symlink_to("/dev/full")
    picture = Image.new("L", (64, 64), 255)
    picture.paste(0, (20, 10, 24, 50))
    picture.save("line.png")
    done = asciivae(*arguments)
    assert done.exit_code in (1, 2)
    assert "No space left on device" in done.stderr
    assert Path("/dev/full").is_char_device()
    assert not os.path.exists("new.safetensors")


@needs_full
@pytest.mark.parametrize("option", ["--help", "--version", "edges --help"])
def test_help_into_a_full_disk_is_one_error(option: str) -> None:
    done = shell(f"asciivae {option} > /dev/full")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: stdout: cannot be written: No space left on device")


def test_sigterm_stops_as_ctrl_c_does() -> None:
    os.mkfifo("pipe.svg")
    code = [sys.executable, "-m", "asciivae", "edges", "cat.txt", "--svg", "pipe.svg"]
    with subprocess.Popen(code, stderr=subprocess.PIPE, text=True) as waiting:
        # Opening a FIFO for writing waits for a reader.
        deadline = time.monotonic() + 120
        while "wait_for_partner" not in wchan(waiting.pid) and time.monotonic() < deadline and waiting.poll() is None:
            time.sleep(0.2)
        waiting.send_signal(signal.SIGTERM)
        _, said = waiting.communicate(timeout=60)
    assert waiting.returncode == 143
    assert said == "interrupted\n"


def wchan(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        pytest.skip("needs /proc")


COLUMNS = ["kind", "name", "what it is", ""]
ROWS = [["loss", "ce", "the cross-entropy of the characters in nats per piece", "sum"], ["model", "spatial", "", "x"]]


def on_a_terminal(columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    table(COLUMNS, ROWS, title=1)
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def test_a_table_is_aligned_where_it_fits(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = on_a_terminal(100, monkeypatch, capsys).splitlines()
    assert [line.split()[0] for line in lines] == ["kind", "loss", "model"]
    lines = on_a_terminal(60, monkeypatch, capsys).splitlines()
    assert lines[1].startswith("loss   ce       the cross-entropy of the")
    assert len(lines) == 4  # the long cell takes two lines


@pytest.mark.parametrize("columns", [40, 20, 14])
def test_a_table_that_is_too_wide_is_one_block_a_row(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = on_a_terminal(columns, monkeypatch, capsys)
    assert max(map(len, text.splitlines())) <= columns
    words = text.split()
    assert words[:3] == ["ce", "kind:", "loss"]
    assert words[-4:] == ["spatial", "kind:", "model", "x"]  # what is empty is left out
    if columns == 40:
        assert text.splitlines()[2:4] == ["  what it is: the cross-entropy of the", "    characters in nats per piece"]


def test_installed_plugins_are_readable_at_40_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    list_("losses")
    lines = capsys.readouterr().out.splitlines()
    assert "ce" in lines
    assert all(len(line) <= 40 for line in lines)
    assert any(line.startswith("  options: ") for line in lines)


def test_the_bundled_model_is_named_without_the_path_of_the_installation() -> None:
    done = asciivae("reconstruct", "cat.txt")
    assert done.stderr.startswith("model: bundled (")
    assert "assets" not in done.stderr
    assert asciivae("score", "cat.txt").stderr.startswith("model: bundled-page (")


def test_a_file_name_does_not_reach_the_terminal_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result("a\x1b[2Jb\n\tc")
    assert capsys.readouterr().out == "a\x1b[2Jb\n\tc\n"  # scripts get it unchanged
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    result("a\x1b[2Jb\n\tc\u202ed\u00e9")
    assert capsys.readouterr().out == "a\\x1b[2Jb\n\tc\\u202ed\u00e9\n"
    result("\x1b[31mred\x1b[0m", coloured=True)
    assert capsys.readouterr().out == "\x1b[31mred\x1b[0m\n"


@pytest.mark.parametrize(
    "words",
    [
        ["reconstruct", "cat.txt", "--out", "file/in"],
        ["corpus", "split", "embedded", "--out", "file/in"],
        ["corpus", "clean", "embedded", "--out", "file/x.safetensors"],
        ["examples", "file/in"],
        ["plugins", "new", "loss", "mine", "--to", "file/in"],
        ["train", "--recipe", "quickstart", "--out", "file/in"],
        ["scrape", "folder", ".", "--out", "file/in"],
    ],
)
def test_what_cannot_be_written_has_one_exit_code(words: list[str]) -> None:
    Path("file").write_text("mine")
    done = asciivae(*words)
    assert done.exit_code == 1, done.stderr
    assert "cannot be" in done.stderr or "is not empty" in done.stderr
    assert "hint: " in done.stderr
    assert Path("file").read_text() == "mine"
