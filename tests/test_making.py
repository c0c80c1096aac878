"""A folder that is made beside its place, and what killed processes left there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scm_compiler import making
from scm_compiler.cli.main import main
from scm_compiler.making import PREFIX, room_beside

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no locks of folders")

WRITER = """
import sys
from pathlib import Path
from scm_compiler.making import room_beside
with room_beside(Path(sys.argv[1])) as room:
    (room / "half").mkdir()
    (room / "half" / "file").write_text("half")
    print(room, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(tmp_path):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "made")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        room = process.stdout.readline().strip()
        yield process, room
        process.kill()


def test_what_is_renamed_stays_and_nothing_else(tmp_path):
    target = tmp_path / "deep" / "made"
    with room_beside(target) as room:
        (room / "new").mkdir()
        (room / "new").rename(target)
        assert room.parent == target.parent
    assert [path.name for path in target.parent.iterdir()] == ["made"]


def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path, writer):
    process, room = writer
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert Path(room, "half", "file").exists()
    assert main(["init", "hair", "--to", str(tmp_path / "hair"), "-q"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["hair"]


def test_what_a_living_writer_makes_stays(tmp_path, writer):
    _, room = writer
    with room_beside(tmp_path / "other"):
        assert Path(room, "half", "file").exists()
    assert Path(room, "half", "file").exists()


def test_no_link_and_no_file_is_taken_for_a_folder(tmp_path):
    kept = tmp_path / "kept"
    (kept / "inside").mkdir(parents=True)
    (tmp_path / f"{PREFIX}link").symlink_to(kept)
    (tmp_path / f"{PREFIX}file").write_text("mine")
    with room_beside(tmp_path / "made"):
        pass
    assert (kept / "inside").exists()
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_was_swept_before_it_was_held_is_made_again(tmp_path, monkeypatch):
    taken = []

    def swept(handle, **_):
        if not taken:
            taken.extend(tmp_path.glob(f"{PREFIX}*"))
            taken[0].rmdir()
        return True

    monkeypatch.setattr(making, "lock", swept)
    with room_beside(tmp_path / "made") as room:
        assert room.is_dir()
        assert room not in taken
