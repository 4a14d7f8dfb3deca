"""Files are complete or as they were, and nothing put in the way leads a write elsewhere."""

import errno
import os
import re
import resource
import stat
from pathlib import Path

import pytest

from asciivae.errors import AsciivaeError, RunError, UsageError
from asciivae.files import atomic
from asciivae.files.atomic import (
    create_text,
    descriptor,
    new_file,
    new_folder,
    replaced_file,
    replaced_folder,
    write_output,
    write_text,
)

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def entries(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_appears_complete_or_not_at_all(tmp_path: Path) -> None:
    with replaced_file(tmp_path / "a") as aside:
        aside.write_text("new")
        assert entries(tmp_path) == [aside.name]
        assert re.fullmatch(r"\.a\.[0-9a-f]{16}\.partial", aside.name)
    assert (tmp_path / "a").read_text() == "new"

    def interrupted() -> None:
        with replaced_file(tmp_path / "a") as aside:
            aside.write_text("newer")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert entries(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "new"


@pytest.mark.parametrize("write", [new_file, new_folder, replaced_file, replaced_folder])
def test_names_that_links_occupy_are_never_followed(
    write: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda _: "0123456789abcdef")
    (tmp_path / "mine").write_text("mine")
    (tmp_path / ".a.0123456789abcdef.partial").symlink_to(tmp_path / "mine")
    if write in (replaced_file, replaced_folder):
        with pytest.raises(FileExistsError), write(tmp_path / "a"):  # type: ignore[operator]
            pass
    else:  # takes it for what a killed process left, and removes the link
        with write(tmp_path / "a") as aside:  # type: ignore[operator]
            (aside / "b" if aside.is_dir() else aside).write_text("new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "mine").is_symlink()


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        ".a.0123456789abcdef.partial",
        ".a.partial",
        ".ab.0123456789abcdef.partial",
        ".a.0123456789abcdeX.partial",
    ):
        (tmp_path / name).write_text("left")
    write_text(tmp_path / "a", "new")

    assert entries(tmp_path) == [".a.0123456789abcdeX.partial", ".a.partial", ".ab.0123456789abcdef.partial", "a"]


def test_a_folder_that_may_not_be_replaced_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine").write_text("")
    with pytest.raises(OSError, match="not empty"), replaced_folder(tmp_path / "a", replace=False) as aside:
        (aside / "b").write_text("new")
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["a", "mine"]


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127])
def test_names_may_be_as_long_as_the_file_system_allows(name: str, tmp_path: Path) -> None:
    for _ in range(2):
        write_text(tmp_path / name, "text")
    assert entries(tmp_path) == [name]


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "none" / "a"
    with pytest.raises(RunError) as caught:
        write_text(place, "text")
    assert caught.value.headline == f"{place}: cannot be written: No such file or directory"
    with pytest.raises(OSError, match=re.escape(f"'{place}'")), replaced_file(place):
        pass
    with pytest.raises(RunError, match="cannot be written: Is a directory"):
        write_text(tmp_path, "text")


# ── what the user asked for ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stage", [(Path, "open"), (os, "fsync"), (Path, "replace")])
def test_a_full_disk_leaves_the_file_of_before(
    stage: tuple[object, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.png"
    file.write_text("before")

    def fails(*_: object, **__: object) -> None:
        raise FULL

    with monkeypatch.context() as patched:
        patched.setattr(*stage, fails)
        with pytest.raises(UsageError) as caught:
            write_output(file, b"after", hint="name another --png file", kind=UsageError)
    assert str(caught.value) == (
        f"{file}: cannot be written: No space left on device\n\nhint: free some space, or name another --png file"
    )
    assert entries(tmp_path) == ["a.png"]
    assert file.read_text() == "before"


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file = tmp_path / "real" / "a.png"
    file.write_text("before")
    file.chmod(0o640)
    (tmp_path / "link").symlink_to(file)
    write_output(tmp_path / "link", b"after")

    assert (tmp_path / "link").is_symlink()
    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    (tmp_path / "dangling").symlink_to(tmp_path / "real" / "new")
    write_output(tmp_path / "dangling", b"new")
    assert (tmp_path / "real" / "new").read_bytes() == b"new"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_output(tmp_path / "pipe", b"content")
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
    assert entries(tmp_path) == ["pipe"]


def test_a_file_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.png"
    file.write_text("before")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    with pytest.raises(AsciivaeError, match="cannot be written: Permission denied") as caught:
        write_output(file, b"after")
    assert caught.value.hint == "choose a writable folder; earlier output is intact"
    assert file.read_text() == "before"


def test_what_is_edited_is_created_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    create_text(file, "a\n")
    for there in (file, tmp_path / "dangling"):
        if there != file:
            there.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(FileExistsError):
            create_text(there, "b\n")
    assert (file.read_text(), (tmp_path / "elsewhere").exists()) == ("a\n", False)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            create_text(tmp_path / "full.txt", "c" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (tmp_path / "full.txt").exists()


@pytest.mark.parametrize(
    ("name", "number"),
    [("-", 1), ("/dev/stdout", 1), ("/dev/stderr", 2), ("/dev/fd/0", 0), ("/proc/self/fd/12", 12), ("x", None)],
)
def test_open_files_are_known_by_their_names(name: str, number: int | None) -> None:
    assert descriptor(Path(name)) == number
