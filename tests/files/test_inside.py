"""Names inside a stranger's folder lead nowhere else, and only regular files are opened, at once."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from asciivae.files.inside import Inside
from asciivae.files.opening import UnsafePathError, is_stream, open_file

LINK, ODD = "symbolic link", "not a regular file"


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    root = tmp_path / "root"
    (root / "below").mkdir(parents=True)
    (root / "below" / "a.txt").write_text("mine")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    return Inside(root)


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "..", "../secret", "below/../../secret", "below//a.txt", "./a", "a\0", "x" * 256, "é" * 128],
)
def test_names_that_lead_out_are_refused(inside: Inside, name: str) -> None:
    for look in (inside.path, inside.open, inside.checked, inside.writable, inside.folder, inside.open_to_write):
        with pytest.raises(UnsafePathError):
            look(name)
    assert not inside.is_file(name)


def test_regular_files_are_read_written_and_appended_to(inside: Inside) -> None:
    assert inside.read("below/a.txt", 4) == b"mine"
    assert inside.is_file("below/a.txt")
    with pytest.raises(UnsafePathError, match="longer than 3 bytes"):
        inside.read("below/a.txt", 3)
    with inside.open_to_write("below/a.txt", append=True) as file:
        file.write(b"+")
    with inside.open_to_write("below/a.txt") as file:
        file.write(b"M")
    assert inside.read("below/a.txt", 9) == b"Mine+"
    assert inside.writable("new/er/a").parent.is_dir()
    assert inside.checked("below/a.txt").read_text() == "Mine+"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(("make", "reason"), [(fifo, ODD), (bound_socket, ODD), (device_link, LINK)])
def test_what_is_no_file_is_refused_at_once(inside: Inside, make: Callable[[Path], None], reason: str) -> None:
    make(inside.root / "odd")
    for look in (inside.open, inside.checked, inside.writable, inside.open_to_write):
        with pytest.raises(UnsafePathError, match=reason):
            look("odd")
    assert not inside.is_file("odd")


@pytest.mark.parametrize("dangling", [False, True])
def test_links_are_not_followed(inside: Inside, tmp_path: Path, dangling: bool) -> None:
    target = tmp_path / ("nowhere" if dangling else "secret")
    (inside.root / "link").symlink_to(target)
    for look in (inside.open, inside.checked, inside.writable, inside.open_to_write, inside.folder):
        with pytest.raises(UnsafePathError, match=LINK) as caught:
            look("link")
        assert caught.value.filename == str(inside.root / "link")
    assert (tmp_path / "secret").read_text() == "secret"
    assert not (tmp_path / "nowhere").exists()


def test_linked_folders_are_not_entered(inside: Inside, tmp_path: Path) -> None:
    (inside.root / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("link/a", "link/b/a"):
        for look in (inside.open, inside.checked, inside.writable, inside.open_to_write):
            with pytest.raises(UnsafePathError, match=LINK) as caught:
                look(name)
            assert caught.value.filename == str(inside.root / "link")
    with pytest.raises(UnsafePathError, match=LINK):
        inside.folder("link/b", create=True)
    assert os.listdir(tmp_path / "elsewhere") == []


def test_a_file_of_two_names_is_read_but_not_written(inside: Inside, tmp_path: Path) -> None:
    os.link(tmp_path / "secret", inside.root / "hard")
    assert inside.read("hard", 99) == b"secret"
    with pytest.raises(UnsafePathError, match="hard link"):
        inside.open_to_write("hard", append=True)
    assert (tmp_path / "secret").read_text() == "secret"


def test_the_root_may_be_a_link_and_need_not_exist(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(inside.root)
    assert Inside(tmp_path / "alias").read("below/a.txt", 9) == b"mine"
    assert Inside(tmp_path / "new").folder("a/b", create=True).is_dir()
    assert not Inside(tmp_path / "none").is_file("a")


def test_missing_files_are_named_by_their_whole_path(inside: Inside) -> None:
    for name in ("gone", "below/gone", "gone/gone"):
        with pytest.raises(FileNotFoundError) as caught:
            inside.open(name)
        assert str(caught.value.filename).startswith(str(inside.root))


@pytest.mark.timeout(10)
def test_files_that_the_user_names_may_be_links_but_no_fifo(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "link").symlink_to("a")
    os.mkfifo(tmp_path / "pipe")
    with open_file(tmp_path / "link") as file:
        assert file.read() == b"a"
    for path in (tmp_path / "pipe", "/dev/zero", "/dev/null"):
        with pytest.raises(UnsafePathError, match=ODD):
            open_file(path, streams=True)
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)


def test_pipes_that_a_shell_opened_are_streams() -> None:
    read, write = os.pipe()
    os.write(write, b"from a shell")
    os.close(write)
    name = f"/dev/fd/{read}"
    assert is_stream(name)
    assert is_stream("/dev/stdin")
    assert not is_stream("/dev/zero")
    with pytest.raises(UnsafePathError):
        open_file(name)
    with open_file(name, streams=True) as file:
        assert file.read() == b"from a shell"
    os.close(read)
