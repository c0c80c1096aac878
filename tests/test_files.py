"""A file is written whole or not at all."""

import os

import pytest

from scm_compiler import files
from scm_compiler.diagnostics import ScmError
from scm_compiler.files import make_folder, write_whole, writing


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
