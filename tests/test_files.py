"""A file is written whole or not at all."""

import os
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scm_compiler import files
from scm_compiler.cli.main import main
from scm_compiler.diagnostics import ScmError
from scm_compiler.files import (
    holds,
    is_stream,
    listed,
    make_folder,
    reading,
    require_writable,
    write_whole,
    writing,
)


def test_it_writes_text_and_bytes(tmp_path):
    write_whole(tmp_path / "a", "grün")
    write_whole(tmp_path / "b", b"\x00")
    assert (tmp_path / "a").read_bytes() == "grün".encode()
    assert (tmp_path / "b").read_bytes() == b"\x00"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    write_whole(tmp_path / "whole", "")
    assert (tmp_path / "whole").stat().st_mode == plain.stat().st_mode


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_replacing_keeps_the_permissions(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_refused_write_names_its_place(tmp_path):
    with pytest.raises(ScmError) as caught, writing(tmp_path / "g.svg"):
        raise OSError(28, "No space left on device")
    assert caught.value.exit_code == 2
    assert [str(found.code) for found in caught.value.diagnostics] == ["E657"]
    place = f"`{tmp_path / 'g.svg'}`"
    assert caught.value.diagnostics[0].message() == (
        f"cannot write {place}: No space left on device"
    )


def test_folders_are_made_as_pathlib_makes_them_and_deeper(tmp_path):
    place = tmp_path
    for _ in range(1100):
        place = place / "d"
    make_folder(place)
    make_folder(place)
    assert place.is_dir()
    while place != tmp_path:  # pytest could not remove them
        place.rmdir()
        place = place.parent
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        make_folder(tmp_path / "file" / "a" / "b")


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX files")


@needs_pipes
def test_a_link_stays_and_what_it_leads_to_is_replaced_in_its_own_folder(tmp_path, monkeypatch):
    far, near = tmp_path / "far", tmp_path / "near"
    far.mkdir()
    near.mkdir()
    (far / "a").write_text("old")
    os.link(far / "a", tmp_path / "was")
    (near / "one").symlink_to(far / "a")
    (near / "two").symlink_to("one")
    (near / "new").symlink_to(far / "made")
    monkeypatch.chdir(near)
    for name in ("two", "new"):
        write_whole(Path(name), "fresh")
        assert Path(name).is_symlink()
    assert (far / "a").read_text() == (far / "made").read_text() == "fresh"
    assert (tmp_path / "was").read_text() == "old"  # another file took the place
    assert sorted(path.name for path in far.iterdir()) == ["a", "made"]


@needs_pipes
def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link"):
        with ThreadPoolExecutor(1) as reader:
            read = reader.submit(pipe.read_bytes)
            write_whole(path, "all of it" * 20_000)
            assert read.result(10) == b"all of it" * 20_000
    assert stat.S_ISFIFO(pipe.lstat().st_mode)
    assert is_stream(pipe)


@needs_pipes
def test_a_device_is_written_to(tmp_path):
    device = tmp_path / "null.svg"
    try:
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 3))  # a copy of the null device
        device.write_bytes(b"")
    except OSError as error:
        pytest.skip(f"no device can be made here: {error}")
    before = device.lstat()
    write_whole(device, "gone")
    assert main(["render", "celeba_g1", "--engine", "built-in", "-q", "-o", str(device)]) == 0
    assert main(["export", "celeba_g1", "--format", "json", "-q", "-o", str(device)]) == 0
    after = device.lstat()
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)
    assert list(tmp_path.iterdir()) == [device]


@needs_pipes
@pytest.mark.parametrize("sort", ["folder", "socket", "loop", "under a file"])
def test_what_cannot_be_written_is_refused_and_stays(sort, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    path = Path("it")
    with socket.socket(socket.AF_UNIX) as listening:
        if sort == "folder":
            path.mkdir()
        elif sort == "socket":
            listening.bind(str(path))
        elif sort == "loop":
            path.symlink_to(path)
        else:
            path.touch()
        asked = path / "a" if sort == "under a file" else path
        before = path.lstat()
        with pytest.raises(ScmError) as caught, writing(asked):
            write_whole(asked, "new")
    assert [found.code for found in caught.value.diagnostics] == ["E657"]
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert list(tmp_path.iterdir()) == [tmp_path / path]


@pytest.mark.parametrize("target", ["-", "/dev/stdout", "named by its own name"])
def test_standard_output_is_written_to(target, tmp_path):
    if target.startswith("/dev") and not Path(target).exists():
        pytest.skip("the system has no name for standard output")
    log = tmp_path / "log"
    log.write_text("kept\n")
    asked = target if target.startswith(("-", "/")) else str(log)
    write = f"write_whole(Path({asked!r}), 'added\\n')"
    code = f"from pathlib import Path\nfrom scm_compiler.files import write_whole\n{write}"
    with log.open("a") as stream:
        subprocess.run([sys.executable, "-c", code], stdout=stream, check=True, timeout=60)
    assert log.read_text() == "kept\nadded\n"
    piped = subprocess.run(
        [sys.executable, "-c", code.replace(str(log), "-")], capture_output=True, check=True
    )
    assert piped.stdout == b"added\n"


def test_a_place_is_tried_before_there_is_anything_to_write(tmp_path):
    require_writable(Path("-"))
    require_writable(tmp_path / "a")
    assert not list(tmp_path.iterdir())
    with pytest.raises(FileNotFoundError):
        require_writable(tmp_path / "none" / "a")
    with pytest.raises(IsADirectoryError):
        require_writable(tmp_path)


def test_what_a_folder_holds(tmp_path):
    for name in ("b", "a"):
        (tmp_path / name).touch()
    (tmp_path / "c").mkdir()
    assert [path.name for path in listed(tmp_path)] == ["a", "b", "c"]
    assert listed(tmp_path / "none") == listed(tmp_path / "a") == []
    assert holds(tmp_path, "a")
    assert not any(holds(tmp_path, name) for name in ("c", "none", "a/b", "\0"))


def test_what_the_system_does_not_let_us_know_is_told(tmp_path):
    (tmp_path / "circle").symlink_to("circle")
    for ask in (
        lambda: listed(tmp_path / "circle"),
        lambda: holds(tmp_path, "circle"),
        lambda: holds(tmp_path, "x" * 5000),
    ):
        with pytest.raises(ScmError) as caught:
            ask()
        assert [found.code for found in caught.value.diagnostics] == ["E114"]
        assert caught.value.exit_code == 2
    with (
        pytest.raises(ScmError, match="cannot read `there`: No such file"),
        reading(Path("there")),
    ):
        (tmp_path / "none").read_bytes()
