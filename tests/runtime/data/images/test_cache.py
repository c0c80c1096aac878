"""Decoded once, kept whole."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import numpy as np
import pytest

from scm_compiler.ir import Image
from scm_compiler.runtime.data.images import cache, decode_pool, files
from scm_compiler.runtime.data.images.cache import cache_folder
from scm_compiler.runtime.data.images.image_spec import Part
from scm_compiler.runtime.data.images.parts import Fault, read_part, write_part


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Parts of four images, so that small sets have several."""
    monkeypatch.setattr(cache, "part_rows", lambda _: 4)


@pytest.fixture
def decoded(monkeypatch):
    """The names of the files that were decoded."""
    names = []

    def counting(data, *given):
        names.append(data)
        return plain(data, *given)

    plain = decode_pool.decode
    monkeypatch.setattr(decode_pool, "decode", counting)
    return names


def test_the_second_time_nothing_is_decoded(folder, load, decoded, faces):
    place = folder(10)
    first = load(f"folder:{place}")
    assert len(decoded) == 10
    second = load(f"folder:{place}")
    assert len(decoded) == 10
    assert second.fingerprint == first.fingerprint
    assert (second.images == first.images).all()
    load(f"folder:{place}", faces("Young"))  # the labels are no part of what is decoded
    assert len(decoded) == 10
    load(f"folder:{place}", faces(image=Image(3, 4, 4)))
    assert len(decoded) == 20


def test_the_images_are_mapped_and_read_only(folder, load):
    table = load(f"folder:{folder()}")
    assert isinstance(table.images.base, np.memmap)
    assert not table.images.flags.writeable


def test_the_fingerprint_is_that_of_the_content(folder, load, encoded, decoded):
    place = folder()
    before = load(f"folder:{place}").fingerprint
    os.utime(place / "000.png", (1, 1))
    assert load(f"folder:{place}").fingerprint == before  # decoded again, and the same
    assert len(decoded) == 12
    (place / "000.png").write_bytes(encoded(99))
    changed = load(f"folder:{place}").fingerprint
    table = place / "metadata.csv"
    table.write_text(table.read_text().replace("001.png,1,0", "001.png,0,0"))
    assert len({before, changed, load(f"folder:{place}").fingerprint}) == 3


def test_a_part_keeps_images_and_faults(tmp_path):
    images = [np.full((3, 2, 2), i, np.uint8) for i in range(2)]
    write_part(tmp_path / "p.npz", images, [Fault(7, "why")])
    found = read_part(tmp_path / "p.npz")
    assert (found.images == np.stack(images)).all()
    assert found.faults == (Fault(7, "why"),)


def test_a_part_whose_array_is_larger_than_the_file_is_damaged(tmp_path):
    stream = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (2**40,)}
    np.lib.format.write_array_header_1_0(stream, header)
    with zipfile.ZipFile(tmp_path / "p.npz", "w") as archive:
        archive.writestr("images.npy", stream.getvalue())
    with pytest.raises(ValueError, match=r"images\.npy is larger than the file"):
        read_part(tmp_path / "p.npz")


@pytest.mark.parametrize(
    "changes",
    [
        {"images": 6.0},
        {"images": True},
        {"images": 0},
        {"images": 10**30},
        {"faults": [[0, "why"]]},
        {"faults": [[-1, "why"]]},
        {"digest": "0"},
    ],
)
def test_an_entry_whose_facts_do_not_fit_is_made_again(folder, load, decoded, tmp_path, changes):
    place = folder()
    before = load(f"folder:{place}").fingerprint
    (file,) = (tmp_path / "cache").rglob("facts.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    assert load(f"folder:{place}").fingerprint == before
    assert len(decoded) == 12


def contents(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*") if path.is_file()}


def test_only_what_is_needed_stays(folder, load, tmp_path):
    load(f"folder:{folder()}")
    assert contents(tmp_path / "cache") == {"images.npy", "facts.json", "lock"}


def test_a_full_disk_loses_nothing(folder, load, refusal, decoded, monkeypatch):
    place = folder(10)

    def full(path, *given):
        if path.name == "000001.npz":
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(path, *given)

    plain = decode_pool.write_part
    monkeypatch.setattr(decode_pool, "write_part", full)
    found = refusal(f"folder:{place}")
    assert "error[E678]: cannot keep decoded images in" in found
    assert "no space left on device" in found
    assert "SCMC_CACHE" in found
    monkeypatch.setattr(decode_pool, "write_part", plain)
    decoded.clear()
    assert len(load(f"folder:{place}")) == 10
    assert len(decoded) == 6  # the first four were there


def test_a_cache_that_is_no_folder(folder, refusal, tmp_path):
    (tmp_path / "cache").write_text("")
    assert "error[E678]" in refusal(f"folder:{folder()}")


@pytest.mark.parametrize("name", ["images.npy", "facts.json"])
@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\x02\x00('", b"{}"])
def test_a_damaged_entry_is_made_again(folder, load, decoded, tmp_path, name, damage):
    place = folder()
    before = load(f"folder:{place}")
    (file,) = (tmp_path / "cache").rglob(name)
    file.write_bytes(damage)
    after = load(f"folder:{place}")
    assert after.fingerprint == before.fingerprint
    assert len(decoded) == 12


def test_a_damaged_part_is_decoded_again(folder, load, refusal, monkeypatch, tmp_path):
    place = folder()
    monkeypatch.setattr(decode_pool, "write_part", lambda path, *_: path.write_bytes(b"damaged"))
    assert "000000.npz is damaged and was removed; try again" in refusal(f"folder:{place}")
    monkeypatch.undo()
    (tmp_path / "cache").rename(tmp_path / "old")
    assert len(load(f"folder:{place}")) == 6


SCRIPT = """
    import sys
    from pathlib import Path
    from scm_compiler.ir import Edge, Graph, Image, Node
    from scm_compiler.ir.domain import BINARY
    from scm_compiler.runtime.data.images import cache, decode_pool, load_images

    cache.part_rows = lambda _: 4
    count = 0

    def counting(*given):
        global count
        count += 1
        return plain(*given)

    plain, decode_pool.decode = decode_pool.decode, counting

    def load():
        nodes = Node("Male", "binary", BINARY), Node("Face", "image", Image(3, 8, 8))
        graph = Graph("g", nodes, (Edge("Male", "Face"),))
        return load_images(sys.argv[1], graph, "Face", cache=Path(sys.argv[2]), workers=0)
"""


def started(body, *arguments) -> subprocess.Popen:
    program = textwrap.dedent(SCRIPT) + textwrap.dedent(body)
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_process_leaves_no_half_file(folder, load, decoded, faces, tmp_path):
    place, root = folder(12), tmp_path / "cache"
    body = """
        def stopping(path, *given):
            if path.name == "000002.npz":
                (path.parent / ".000002.npz.left").write_bytes(b"half")
                print("now", flush=True)
                sys.stdin.read()
            write(path, *given)

        write, decode_pool.write_part = decode_pool.write_part, stopping
        load()
    """
    program = textwrap.dedent(SCRIPT) + textwrap.dedent(body)
    command = [sys.executable, "-c", program, f"folder:{place}", str(root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "now\n"
        process.send_signal(signal.SIGKILL)
    assert contents(root) == {"000000.npz", "000001.npz", ".000002.npz.left", "lock"}
    table = load(f"folder:{place}", faces("Male"))
    assert len(decoded) == 4
    assert table.images[:, 0, 0, 0].tolist() == list(range(12))
    assert contents(root) == {"images.npy", "facts.json", "lock"}


def test_two_processes_decode_once(folder, tmp_path):
    place = folder(40)
    body = "print(load().fingerprint, count)"
    running = [started(body, f"folder:{place}", tmp_path / "cache") for _ in range(2)]
    outputs = [process.communicate()[0].split() for process in running]
    assert outputs[0][0] == outputs[1][0]
    assert sorted(int(count) for _, count in outputs) == [0, 40]


def parts(folder: Path, count: int) -> list[Part]:
    folder.mkdir()
    return [Part(folder / f"{i}.npz", 2 * i, 2 * i + 2) for i in range(count)]


@pytest.fixture
def always_workers(monkeypatch):
    """Start workers for any number of images; gives the processes that were started."""
    monkeypatch.setattr(decode_pool, "WORTH_A_WORKER", 1)
    begun = []

    def popen(*given, **options):
        begun.append(plain(*given, **options))
        return begun[-1]

    plain = subprocess.Popen
    monkeypatch.setattr(decode_pool.subprocess, "Popen", popen)
    return begun


def test_workers_give_what_one_process_gives(folder, load, always_workers, decoded, tmp_path):
    place = folder(130)
    (place / "005.png").write_bytes(b"damaged")
    alone = load(f"folder:{place}")
    assert len(decoded) == 130
    pooled = load(f"folder:{place}", workers=2, cache=tmp_path / "other")
    assert len(always_workers) == 2
    assert len(decoded) == 130
    assert pooled.fingerprint == alone.fingerprint
    assert pooled.notes == alone.notes


def test_workers_end_when_the_caller_stops(folder, always_workers, tmp_path):
    pictures = list(files.pictures_in(folder(12)).values())
    work = decode_pool.decode_parts(pictures, parts(tmp_path / "p", 6), Image(3, 8, 8), None, 2)
    first = next(work)
    assert read_part(first.path).images.shape == (2, 3, 8, 8)
    work.close()
    assert [process.poll() is not None for process in always_workers] == [True, True]


def test_a_worker_that_cannot_write(folder, always_workers, tmp_path):
    pictures = list(files.pictures_in(folder(4)).values())
    absent = [Part(tmp_path / "absent" / "0.npz", 0, 4)]
    with pytest.raises(FileNotFoundError):
        list(decode_pool.decode_parts(pictures, absent, Image(3, 8, 8), None, 1))


def test_a_worker_that_ends(folder, refusal, always_workers, monkeypatch, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    found = refusal(f"folder:{folder()}", workers=2)
    assert "error[E679]: a process that decodes images ended with status 3" in found
    assert "between `000.png` and `003.png`" in found


def test_the_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("SCMC_CACHE", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    assert cache_folder() == Path("/a")
    monkeypatch.delenv("SCMC_CACHE")
    assert cache_folder() == Path("/b/scmc")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache_folder().is_relative_to(tmp_path)


def test_progress_is_told(folder, load):
    class Seen:
        def __init__(self):
            self.told = []

        def start(self, total, done):
            self.told.append((total, done))

        def move(self, done, seconds):
            self.told.append(done)

        def report(self, step, metrics):
            raise AssertionError

        def stop(self):
            self.told.append("stop")

    seen = Seen()
    load(f"folder:{folder(10)}", progress=seen)
    assert seen.told == [(10, 0), 4, 8, 10, "stop"]
