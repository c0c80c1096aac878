"""scmc as an ordinary user: places of others, no home, pipes for files."""

import os
import shutil
import stat
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from scm_compiler.cli.exits import BUG
from scm_compiler.cli.main import main
from scm_compiler.shipped import shipped
from tests.cli.ordinary import ended
from tests.copies import HUNG

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX users and pipes")

DATA = "csv:x/data.csv?count=count"
RUN = "runs/sprinkler-1"
FACES = ["train", "drawn_faces", "--images", "drawn-faces:40", "--option", "width=8", "-q"]
ASKED = "P(Rain=1)"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with programs, tables, runs and a cache, which the user may read and not write."""
    folder = tmp_path_factory.mktemp("place")
    above = [path for path in (folder, *folder.parents) if not path.stat().st_mode & 0o001]
    modes = [(path, stat.S_IMODE(path.stat().st_mode)) for path in above]
    for path, mode in modes:
        path.chmod(mode | 0o055)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCMC_CACHE", str(folder / "cache"))
        with pytest.MonkeyPatch.context() as briefly:
            briefly.chdir(folder)
            fill()
        held(folder)
        yield folder
    unlock(folder)
    for path, mode in modes:
        path.chmod(mode)


def fill():
    """Do once what the tests let the user do, which also loads what is imported at need."""
    shutil.copytree(shipped("examples", "sprinkler"), "x")
    Path("g.dot").write_text("digraph { A -> B }")
    for words in (
        ["train", "x/model.scm", "--data", DATA],
        [*FACES, "--steps", "1000", "--budget", "0.2s", "--run", "faces"],
        ["export", RUN, "-o", "g.bif"],
        ["compile", "x/model.scm"],
        ["import", "g.bif", "-o", "gone/g.scm", "--run", "gone/run"],
        ["import", "g.dot", "-o", "gone/g2.scm"],
        ["export", "x/model.scm", "-o", "gone/g.json"],
        ["render", "x/model.scm", "-o", "gone/g.svg"],
        ["sample", "-o", "gone/s.csv", "--run", RUN],
        ["query", ASKED, "--run", RUN],
        ["eval", RUN],
        ["verify", RUN],
    ):
        assert main([*words, "-q"]) == 0, words
    shutil.rmtree("gone")


def held(folder):
    """Take away the right to write, also the maker's own."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def unlock(folder):
    """Give the rights back, so that everything can be removed."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


@pytest.fixture
def own(tmp_path, place):
    """A folder of the user's."""
    folder = place.parent / f"{place.name}-{tmp_path.name}"
    folder.mkdir()
    folder.chmod(0o777)
    yield folder
    unlock(folder)
    shutil.rmtree(folder)


@contextmanager
def locked(path, mode=0):
    """A place with other rights."""
    before = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def tree(folder):
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def told(found):
    """The codes of a refusal, none of a command that worked; never a bug, a trace or a hang."""
    assert found.code not in (BUG, HUNG), found
    assert "Traceback" not in found.err, found
    codes = [line[6:10] for line in found.err.splitlines() if line.startswith("error[")]
    assert bool(codes) == bool(found.code), found
    return codes


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["check", "x/model.scm", "--data", DATA, "--implied"], []),
        (["fmt", "--check", "x/model.scm"], []),
        (["query", ASKED], []),
        (["query", ASKED, "--identify", "--on", "x/model.scm"], []),
        (["sample", "-o", "-", "-n", "3", "--run", RUN], []),
        (["verify", RUN], []),
        (["verify", "build/sprinkler"], []),
        (["export", RUN, "--format", "bif", "-o", "-"], []),
        (["compile", "x/model.scm"], ["E657"]),
        (["compile", "hair"], ["E657"]),
        (["train", "x/model.scm", "--data", DATA], ["E657"]),
        (["train", "x/model.scm", "--data", DATA, "--run", "mine"], ["E657"]),
        (["train", "--resume", "--run", RUN], ["E705"]),
        (["train", "--resume", "--run", "faces", "--budget", "9s"], ["E657"]),
        (["init", "hair"], ["E657"]),
        (["render", "x/model.scm"], ["E657"]),
        (["render", "x/model.scm", "-o", "g2.svg"], ["E657"]),
        (["import", "g.bif"], ["E657"]),
        (["import", "g.dot"], ["E657"]),
        (["export", "x/model.scm", "-o", "g.json"], ["E657"]),
        (["sample", "-o", "s.csv", "--run", RUN], ["E657"]),
        (["sample", "-o", "s-{0..1}.tar", "--run", RUN], ["E657"]),
        (["sample", "-o", "folder/", "-n", "2", "--run", "drawn_faces"], ["E657"]),
        (["eval", RUN], ["E657"]),
        (["demo"], ["E657"]),
    ],
    ids=" ".join,
)
def test_a_folder_that_may_not_be_written(place, words, codes):
    before = tree(place)
    assert told(ended(words, place)) == codes
    assert tree(place) == before


def test_a_run_of_another_user(place, own):
    run, before = str(place / RUN), tree(place)
    assert told(ended(["query", ASKED, "--run", run], own)) == []
    assert told(ended(["sample", "-o", "s.csv", "-n", "3", "--run", run], own)) == []
    assert told(ended(["export", run, "-o", "g.bif"], own)) == []
    assert told(ended(["eval", run, "--html", "page.html"], own)) == ["E657"]
    assert told(ended(["train", "--resume", "--run", run], own)) == ["E705"]
    more = ["train", "--resume", "--run", str(place / "faces"), "--budget", "9s"]
    assert "= help: allow writing there, then go on" in ended(more, own).err
    assert {path.name for path in own.iterdir()} == {"s.csv", "g.bif"}
    assert tree(place) == before


def test_everything_that_is_written_can_be_read_by_others(tmp_path, monkeypatch):
    """As far as the umask allows; what is kept under a temporary name is its maker's alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCMC_CACHE", str(tmp_path / "cache"))
    before = os.umask(0o022)
    try:
        fill()
    finally:
        os.umask(before)
    assert [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o044 != 0o044] == []


@pytest.mark.parametrize(
    "words",
    [
        ["query", ASKED, "--run"],
        ["sample", "-o", "-", "--run"],
        ["train", "--resume", "--run"],
        ["train", "--stage", "images", "--run"],
        ["eval"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(("folder", "last"), [(RUN, f"`{RUN}/manifest.json`"), ("runs", "`runs`")])
def test_a_run_that_may_not_be_searched(place, words, folder, last):
    """Named, it is told of; and so it is as the last one, in whose place no older one is taken."""
    with locked(place / folder):
        for asked, told_of in (
            ([*words, RUN], f"`{RUN}"),
            ([word for word in words if word != "--run"], last),
        ):
            found = ended(asked, place)
            assert told(found) == ["E114"]
            assert f"cannot read {told_of}" in found.err
            assert "Permission denied" in found.err


def test_a_run_to_verify_or_export_that_may_not_be_searched(place):
    with locked(place / RUN):
        for words in (["verify", RUN], ["export", RUN, "--format", "bif", "-o", "-"]):
            found = ended(words, place)
            assert told(found)[0] in ("E114", "E117")
            assert f"`{RUN}/" in found.err


def test_an_older_run_that_may_not_be_searched_is_no_hindrance(own, place):
    shutil.copytree(place / RUN, own / "runs" / "mine")
    older = own / "runs" / "others"
    older.mkdir(parents=True)
    os.utime(older, (10**9, 10**9))
    with locked(older):
        found = ended(["query", ASKED], own)
    assert told(found) == []
    assert f"on {Path('runs', 'mine')}" in found.out


def test_a_folder_of_runs_that_may_not_be_listed(own, place):
    """Which number is free cannot be told, and no name is tried for ever."""
    (own / "runs").mkdir()
    words = ["train", str(place / "x/model.scm"), "--data", f"csv:{place}/x/data.csv?count=count"]
    (own / RUN).mkdir()
    (own / RUN / "taken").touch()
    with locked(own / "runs", 0o333):
        found = ended(words, own, seconds=20)
    assert told(found) == ["E114"]
    assert "cannot read `runs`: Permission denied" in found.err


@pytest.mark.parametrize(
    "words",
    [
        ["check", "x/model.scm"],
        ["fmt", "x/model.scm"],
        ["compile", "x/model.scm"],
        ["render", "x/model.scm", "-o", "-"],
        ["export", "x/model.scm", "-o", "-", "--format", "json"],
        ["query", "ATE(Rain -> Wet)", "--adjustment", "--on", "x/model.scm"],
        ["train", "x/model.scm", "--data", DATA],
        ["import", "x/g.dot", "-o", "-"],
        ["check", "sprinkler", "--data", DATA],
        ["train", "sprinkler", "--data", "celeba:x"],
        ["train", "drawn_faces", "--images", "folder:x"],
        ["train", "drawn_faces", "--images", "npz:x/a.npz"],
        ["train", "drawn_faces", "--images", "tar:x/a.tar"],
        ["init", "hair", "--to", "x/hair"],
        ["sample", "-o", "x/s.csv", "--run", RUN],
    ],
    ids=" ".join,
)
def test_a_file_that_may_not_be_read(place, words):
    """Neither for itself nor for its folder; the place is named, and what is wrong with it."""
    before = tree(place)
    file = place / "x" / ("data.csv" if "sprinkler" in words else "model.scm")
    for path in (place / "x", *([file] if f"x/{file.name}" in " ".join(words) else [])):
        with locked(path):
            found = ended(words, place)
        assert told(found), found
        assert "`x" in found.err
        assert "permission denied" in found.err.lower()
    assert tree(place) == before


def test_a_cache_of_another_user(place, own):
    """What it holds is used; what it lacks is refused, with the way out."""
    words = [*FACES, "--steps", "1"]
    cache = {"SCMC_CACHE": str(place / "cache")}
    assert told(ended(words, own, cache)) == []
    other = ["drawn-faces:41" if word == "drawn-faces:40" else word for word in words]
    shared = {"SCMC_CACHE": None, "XDG_CACHE_HOME": str(place / "cache")}
    home = {"SCMC_CACHE": None, "XDG_CACHE_HOME": None, "HOME": str(place)}
    runs = tree(own)
    for environment in (cache, shared, home):
        found = ended(other, own, environment)
        assert told(found) == ["E678"]
        assert "= help: name another folder in SCMC_CACHE" in found.err
    with locked(place / "cache"):
        assert told(ended(words, own, cache)) == ["E678"]
    assert tree(own) == runs
    assert told(ended(other, own, {"SCMC_CACHE": str(own / "cache")})) == []


@pytest.mark.parametrize("home", [None, "/nonexistent/home", ""])
def test_no_home(place, own, home):
    environment = {"HOME": home, "SCMC_CACHE": None, "XDG_CACHE_HOME": None}
    data = f"csv:{place}/x/data.csv?count=count"
    for words in (
        ["check", "sprinkler"],
        ["compile", "sprinkler"],
        ["train", "sprinkler", "--data", data],
        ["query", ASKED],
        ["sample", "-o", "faces.png", "-n", "2", "--run", "drawn_faces"],
        ["render", "sprinkler", "-o", "g.svg"],
        ["eval"],
    ):
        assert told(ended(words, own, environment)) == [], words
    assert told(ended([*FACES, "--steps", "1"], own, environment)) in ([], ["E678"])


@contextmanager
def fed(pipe, content):
    """A pipe into which another process writes."""
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    content = content.resolve()
    words = ["sh", "-c", 'exec cat "$0" > "$1"', str(content), str(pipe)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as writer:
        try:
            yield
        finally:
            writer.kill()
    pipe.unlink()


@pytest.mark.parametrize(
    ("words", "source", "codes"),
    [
        (["check", "p.scm"], "x/model.scm", []),
        (["fmt", "--check", "p.scm"], "x/model.scm", []),
        (["compile", "p.scm"], "x/model.scm", []),
        (["render", "p.scm", "-o", "-"], "x/model.scm", []),
        (["export", "p.scm", "-o", "-", "--format", "json"], "x/model.scm", []),
        (["query", ASKED, "--identify", "--on", "p.scm"], "x/model.scm", []),
        (["query", ASKED, "--run", "p.scm"], "x/model.scm", ["E651"]),
        (["sample", "-o", "-", "--run", "p.scm"], "x/model.scm", ["E651"]),
        (["eval", "p.scm"], "x/model.scm", ["E651"]),
        (["verify", "p.scm"], "x/model.scm", ["E506"]),
        (["train", "--resume", "--run", "p.scm"], "x/model.scm", ["E651"]),
        (["import", "p.dot"], "g.dot", []),
        (["import", "p.bif"], "g.bif", []),
        (["check", "sprinkler", "--data", "csv:p.csv"], "x/data.csv", ["E603"]),
        (["train", "sprinkler", "--data", "csv:p.csv"], "x/data.csv", ["E603"]),
        (["train", "sprinkler", "--data", "celeba:p.csv"], "x/data.csv", ["E602"]),
        (["train", "drawn_faces", "--images", "npz:p.npz"], "g.dot", ["E671"]),
        (["train", "drawn_faces", "--images", "tar:p.tar"], "g.dot", ["E673"]),
        (["train", "drawn_faces", "--images", "folder:p"], "g.dot", ["E671"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_pipe_in_the_place_of_a_file(place, own, words, source, codes):
    name = next(word for word in words if word.split(":")[-1].startswith("p")).split(":")[-1]
    with fed(own / name, place / source):
        assert told(ended(words, own, seconds=20)) == codes
        assert stat.S_ISFIFO((own / name).lstat().st_mode)


@pytest.mark.parametrize("file", ["manifest.json", "config.json", "tables.safetensors"])
def test_a_pipe_in_a_run(place, own, file):
    run = own / "run"
    shutil.copytree(place / RUN, run)
    run.chmod(0o755)
    (run / file).unlink()
    os.mkfifo(run / file)
    for words in (["query", ASKED, "--run", "run"], ["verify", "run"]):
        assert told(ended(words, own, seconds=20))[0] in ("E651", "E652")


def test_an_import_that_cannot_write_its_program_makes_no_run(place, own):
    (own / "others").mkdir()
    with locked(own / "others", 0o555):
        for output in ("others/g.scm", "others/deeper/g.scm"):
            assert told(ended(["import", str(place / "g.bif"), "-o", output], own)) == ["E657"]
    assert [path.name for path in own.iterdir()] == ["others"]
    words = ["import", str(place / "g.bif"), "--force", "-o", "others"]
    assert told(ended(words, own)) == ["E657"]
    assert told(ended(["import", str(place / "g.bif"), "-o", "new/g.scm"], own)) == []
