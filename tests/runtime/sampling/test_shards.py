"""Large samples: the same bytes whoever writes them, and going on where they stopped."""

import csv
import json
import tarfile
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.sampling import shards
from scm_compiler.runtime.sampling.grid import pixels
from scm_compiler.runtime.sampling.job import Job
from scm_compiler.runtime.sampling.rows import is_whole, write_npz
from scm_compiler.runtime.sampling.shards import shard_paths, write_folder, write_shards


@pytest.fixture
def job(trained) -> Job:
    return Job(str(trained), "do(Mustache=1)", 30, 4, ("Face",))


def drawn(job) -> tuple[np.ndarray, torch.Tensor]:
    sample = job.stream().sample(0, job.rows)
    return sample.rows, pixels(sample.pictures["Face"]).permute(0, 3, 1, 2)


def bytes_of(paths) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(paths) if path.name != "sample.json"}


@pytest.mark.parametrize("form", ["folder", "tar", "npz"])
def test_what_is_written_can_be_learned_from(job, tmp_path, form):
    graph = open_run(job.run).graph
    if form == "folder":
        write_folder(tmp_path / "faces", job)
        spec = f"folder:{tmp_path / 'faces'}"
    elif form == "tar":
        write_shards(shard_paths(str(tmp_path / "faces-{000..002}.tar"), 1), job)
        spec = f"tar:{tmp_path / 'faces-*.tar'}"
    else:
        write_npz(tmp_path / "faces.npz", job.stream(), job.rows)
        spec = f"npz:{tmp_path / 'faces.npz'}"
    table = load_images(spec, graph, "Face", workers=0)
    labels, images = drawn(job)
    assert np.array_equal(table.labels, labels[:, :2])
    assert np.array_equal(np.asarray(table.images), images.numpy())


@pytest.mark.slow
def test_one_process_and_two_write_the_same_bytes(job, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "PART", 8)
    one, two = tmp_path / "one", tmp_path / "two"
    write_folder(one, job)
    write_folder(two, job, processes=2)
    assert bytes_of(one.iterdir()) == bytes_of(two.iterdir())
    assert len(list(one.glob("*.png"))) == 30
    monkeypatch.setattr(shards, "get_context", lambda _: get_context("fork"))  # imports nothing
    names = [tmp_path / name for name in ("a", "b")]
    for name, processes in zip(names, (1, 2), strict=True):
        write_shards(shard_paths(f"{name}/x.tar", 3), job, processes=processes)
    assert bytes_of(names[0].glob("*.tar")) == bytes_of(names[1].glob("*.tar"))


def test_a_stopped_sample_goes_on(job, tmp_path, monkeypatch):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    write_shards(shard_paths(f"{whole}/x.tar", 4), job)
    write = shards._write_shard

    def failing(stream, graph, job, part):
        if part.path.name == "x-002.tar":
            raise KeyboardInterrupt
        write(stream, graph, job, part)

    paths = shard_paths(f"{parts}/x.tar", 4)
    monkeypatch.setattr(shards, "_write_shard", failing)
    with pytest.raises(KeyboardInterrupt):
        write_shards(paths, job)
    assert [path.is_file() for path in paths] == [True, True, False, False]
    before = [path.stat().st_mtime_ns for path in paths[:2]]
    monkeypatch.setattr(shards, "_write_shard", write)
    told = []
    write_shards(paths, job, told=told.append)
    assert [path.stat().st_mtime_ns for path in paths[:2]] == before
    assert told == [15, 22, 30]
    assert bytes_of(whole.glob("*.tar")) == bytes_of(parts.glob("*.tar"))


def test_a_folder_keeps_the_pictures_that_are_there(job, tmp_path):
    folder = tmp_path / "faces"
    write_folder(folder, job)
    before = bytes_of(folder.iterdir())
    (folder / "000007.png").unlink()
    (folder / "metadata.csv").unlink()
    kept = (folder / "000008.png").stat().st_mtime_ns
    write_folder(folder, job)
    assert bytes_of(folder.iterdir()) == before
    assert (folder / "000008.png").stat().st_mtime_ns == kept


def test_another_sample_is_not_mixed_in(job, tmp_path):
    write_folder(tmp_path / "faces", job)
    for changed in (
        Job(job.run, "do(Mustache=0)", 30, 4, ("Face",)),
        Job(job.run, job.regime, 31, 4, ("Face",)),
        Job(job.run, job.regime, 30, 5, ("Face",)),
    ):
        with pytest.raises(ScmError) as caught:
            write_folder(tmp_path / "faces", changed)
        assert [found.code for found in caught.value.diagnostics] == ["E716"]


def refused(write, *args) -> str:
    with pytest.raises(ScmError) as caught:
        write(*args)
    (found,) = caught.value.diagnostics
    return found.code


def test_files_from_elsewhere_are_left_alone(job, tmp_path):
    photos, shard = tmp_path / "photos", tmp_path / "all.tar"
    photos.mkdir()
    for path in (photos / "metadata.csv", photos / "000003.png", shard):
        path.write_text("mine")
    assert refused(write_folder, photos, job) == "E724"
    assert refused(write_shards, [shard], job) == "E724"
    assert sorted(tmp_path.iterdir()) == [shard, photos]
    assert {path.read_text() for path in (*photos.iterdir(), shard)} == {"mine"}


@pytest.mark.parametrize("span", ["{5..1}", "{0..999999999999}"])
def test_a_range_that_is_none(span):
    assert refused(shard_paths, f"faces-{span}.tar", 1) == "E715"


def test_images_of_like_names_have_names_of_their_own(job):
    several = replace(job, images=("a b", "a_b", "a-b"))
    assert len({shards._picture(several, image, 0) for image in several.images}) == 3
    assert len({shards._column(several, image) for image in several.images}) == 3


def test_whole_numbers_alone_are_numbers():
    assert [text for text in ("0", "12", "01", "-1", "\u0663", "") if is_whole(text)] == [
        "0",
        "12",
    ]


def test_the_members_of_a_shard(job, tmp_path):
    (path,) = shard_paths(str(tmp_path / "all.tar"), 1)
    write_shards([path], job)
    with tarfile.open(path) as archive:
        names = archive.getnames()
        record = archive.extractfile("000003.json")
        assert record is not None
        found = json.loads(record.read())
        assert {member.mtime for member in archive.getmembers()} == {0}
    assert names[:4] == ["000000.png", "000000.json", "000001.png", "000001.json"]
    labels, _ = drawn(job)
    assert list(found.values()) == labels[3].tolist()
    assert list(found) == ["Male", "Mustache", "Young"]


def test_the_table_of_a_folder(job, tmp_path):
    write_folder(tmp_path / "faces", job)
    with (tmp_path / "faces" / "metadata.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    labels, _ = drawn(job)
    assert [row["file_name"] for row in rows] == [f"{n:06d}.png" for n in range(30)]
    assert [int(row["Male"]) for row in rows] == labels[:, 0].tolist()


def test_two_samples_at_a_time(job, tmp_path, monkeypatch):
    """Of two processes that begin at the same moment the second one sees whose place it is."""
    write_folder(tmp_path / "faces", job)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    with pytest.raises(ScmError) as caught:
        write_folder(tmp_path / "faces", replace(job, seed=5))
    assert [found.code for found in caught.value.diagnostics] == ["E716"]
    assert json.loads((tmp_path / "faces" / "sample.json").read_text())["seed"] == 4


def test_a_process_that_ends_is_told(job, tmp_path, monkeypatch):
    class Broken(shards.ProcessPoolExecutor):
        def submit(self, *_):
            raise BrokenProcessPool

    monkeypatch.setattr(shards, "ProcessPoolExecutor", Broken)
    monkeypatch.setattr(shards, "PART", 8)
    with pytest.raises(ScmError) as caught:
        write_folder(tmp_path / "faces", job, processes=2)
    assert [found.code for found in caught.value.diagnostics] == ["E722"]


def test_what_a_killed_process_left_is_removed(job, tmp_path):
    """Half-written files of this sample go; those of others stay."""
    faces, tar = tmp_path / "faces", tmp_path / "a.tar"
    write_folder(faces, job)
    write_shards([tar], job)
    left = [faces / ".000003.png.abcd_123", faces / ".metadata.csv.abcd_123"]
    left.append(tmp_path / ".a.tar.abcd_123")
    others = [faces / ".notes.txt", tmp_path / ".b.tar.abcd_123"]
    for path in (*left, *others):
        path.touch()
    write_folder(faces, job)
    write_shards([tar], job)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in others)


def test_what_another_process_writes_is_not_removed(job, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    write_folder(tmp_path, job)
    (tmp_path / ".000003.png.abcd_123").touch()
    with (tmp_path / "sample.json").open("rb") as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_SH)
        write_folder(tmp_path, job)
    assert (tmp_path / ".000003.png.abcd_123").exists()
