"""Builds: written whole, replaced whole, and refused when they are not what was written."""

import errno
import hashlib
import json
import os

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.emit import build
from scm_compiler.emit.build import compile_files, is_build, read_build, write_build
from scm_compiler.emit.source import emit_source
from scm_compiler.emit.verification import verify_build
from scm_compiler.model.compilation import spec_to_json
from scm_compiler.model.spec import ExplicitSpec

NAMES = {"manifest.json", *build.PARTS}


@pytest.fixture
def made(graphs, tmp_path):
    """A build of a graph, and what it was made of."""
    graph = graphs["mixed"]
    files = {**compile_files(graph, "explicit").files, "graph.svg": "<svg/>\n", "model.scm": "A"}
    path = tmp_path / "deep" / "g"
    write_build(path, graph, ExplicitSpec(), files)
    return path, graph, files


def contents(path):
    return {entry.name: entry.read_bytes() for entry in path.iterdir()}


def codes(action, *arguments):
    with pytest.raises(ScmError) as caught:
        action(*arguments)
    return [found.code for found in caught.value.diagnostics], caught.value.exit_code


def test_a_build_holds_its_files_and_opens(made):
    path, graph, files = made
    assert set(contents(path)) == NAMES
    assert is_build(path)
    opened = read_build(path)
    assert opened.graph == graph
    assert opened.spec == ExplicitSpec()
    assert opened.certificate == files["certificate.json"]
    assert verify_build(path).consistent
    assert [entry.name for entry in path.parent.iterdir()] == ["g"]


def test_the_same_graph_gives_the_same_bytes(made):
    path, graph, _ = made
    before = contents(path)
    again = {**compile_files(graph, "explicit").files, "graph.svg": "<svg/>\n", "model.scm": "A"}
    write_build(path, graph, ExplicitSpec(), again)
    assert contents(path) == before


@pytest.mark.parametrize("name", sorted(NAMES - {"manifest.json"}))
def test_a_file_that_was_edited_cut_or_removed_is_named(made, name):
    path, _, _ = made
    whole = (path / name).read_bytes()
    for damaged in (whole + b"\n", whole[: len(whole) // 2], b""):
        (path / name).write_bytes(damaged)
        assert codes(verify_build, path) == (["E502"], 1)
    (path / name).unlink()
    with pytest.raises(ScmError) as caught:
        verify_build(path)
    (found,) = caught.value.diagnostics
    assert (found.code, found.path) == ("E503", str(path / name))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": "build"}'])
def test_a_damaged_manifest_is_named(made, text):
    path, _, _ = made
    (path / "manifest.json").write_text(text)
    assert codes(read_build, path) == (["E502"], 1)


@pytest.mark.parametrize("field", ["graph_hash", "spec", "files"])
def test_an_edited_manifest_is_refused(made, field):
    path, _, _ = made
    document = json.loads((path / "manifest.json").read_text())
    document[field] = {"graph_hash": "0" * 64, "spec": {}, "files": {}}[field]
    (path / "manifest.json").write_text(json.dumps(document))
    assert codes(read_build, path) == (["E502"], 1)


def rewrite(path, name, text):
    """Edit a file and its digest in the manifest, as someone who covers the traces would."""
    (path / name).write_text(text)
    document = json.loads((path / "manifest.json").read_text())
    document["files"][name] = hashlib.sha256(text.encode()).hexdigest()
    (path / "manifest.json").write_text(json.dumps(document))


def test_an_edited_graph_is_refused_even_if_the_manifest_was_edited_too(made):
    path, _, _ = made
    document = json.loads((path / "graph.json").read_text())
    del document["edges"][0]
    rewrite(path, "graph.json", json.dumps(document))
    assert codes(verify_build, path) == (["E505"], 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": 10**30},
        {"hidden": True},
        {"table_limit": 1},
        {"table_limit": 1, "hidden": 10**9},
    ],
)
def test_a_spec_that_is_not_that_of_the_source_is_refused(made, changes):
    path, _, _ = made
    document = json.loads((path / "manifest.json").read_text())
    document["spec"] |= changes
    (path / "manifest.json").write_text(json.dumps(document))
    assert codes(verify_build, path) == (["E502"], 1)


def test_a_module_that_would_fill_the_memory_is_not_made(made):
    path, graph, _ = made
    spec = ExplicitSpec(table_limit=1, hidden=10**9)
    document = json.loads((path / "manifest.json").read_text())
    document["spec"] = spec_to_json(spec)
    (path / "manifest.json").write_text(json.dumps(document))
    rewrite(path, "model.py", emit_source(graph, spec))
    assert read_build(path).spec == spec
    assert codes(verify_build, path) == (["E502"], 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"graph_hash": "0"}, "`graph_hash`"),
        ({"consistent": False}, "`consistent`"),
        ({"checks": []}, "`checks`"),
        ({"seed": -1}, "names no seed"),
    ],
)
def test_a_certificate_that_says_something_else_is_refused(made, change, reason):
    path, _, files = made
    rewrite(path, "certificate.json", json.dumps(json.loads(files["certificate.json"]) | change))
    with pytest.raises(ScmError) as caught:
        verify_build(path)
    (found,) = caught.value.diagnostics
    assert found.code == "E507"
    assert reason in found.message()


def test_no_folder_a_file_or_something_else_is_no_build(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for name in ("nothing", "file", "folder"):
        assert codes(read_build, tmp_path / name) == (["E506"], 2)
        assert not is_build(tmp_path / name)


def test_nothing_but_a_build_is_replaced(made, tmp_path):
    path, graph, files = made
    (path / "notes.txt").write_text("mine")
    before = contents(path)
    assert codes(write_build, path, graph, ExplicitSpec(), files) == (["E508"], 2)
    assert contents(path) == before
    (tmp_path / "file").write_text("x")
    assert codes(write_build, tmp_path / "file", graph, ExplicitSpec(), files) == (["E508"], 2)
    (tmp_path / "empty").mkdir()
    write_build(tmp_path / "empty", graph, ExplicitSpec(), files)
    assert is_build(tmp_path / "empty")


@pytest.mark.parametrize("failing", range(6))
def test_a_full_disk_leaves_the_old_build_whole(made, monkeypatch, failing):
    path, graph, files = made
    before = contents(path)
    written = []

    def full(target, text):
        if len(written) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(target)
        target.write_text(text)

    monkeypatch.setattr(build, "write_whole", full)
    changed = {**files, "graph.svg": "<svg>new</svg>"}
    with pytest.raises(ScmError) as caught:
        write_build(path, graph, ExplicitSpec(), changed)
    (found,) = caught.value.diagnostics
    assert found.code == "E657"
    assert "No space left" in found.message()
    assert caught.value.exit_code == 2
    assert contents(path) == before
    assert [entry.name for entry in path.parent.iterdir()] == ["g"]


@pytest.mark.parametrize("exchange", [True, False])
def test_an_old_build_is_replaced_with_and_without_an_exchange(made, monkeypatch, exchange):
    path, graph, files = made
    if not exchange:
        monkeypatch.setattr(build, "_exchange", lambda first, second: False)
    write_build(path, graph, ExplicitSpec(), {**files, "graph.svg": "<svg>new</svg>"})
    assert (path / "graph.svg").read_text() == "<svg>new</svg>"
    assert set(contents(path)) == NAMES
    assert [entry.name for entry in path.parent.iterdir()] == ["g"]


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"[" * 100_000], ids=["bytes", "deep"])
def test_a_certificate_that_is_no_json_is_refused(made, damage):
    path, _, _ = made
    (path / build.CERTIFICATE).write_bytes(damage)
    manifest = json.loads((path / build.MANIFEST).read_text())
    manifest["files"][build.CERTIFICATE] = hashlib.sha256(damage).hexdigest()
    (path / build.MANIFEST).write_text(json.dumps(manifest))
    assert codes(verify_build, path) == (["E507"], 1)


def test_a_manifest_of_brackets_is_no_build(made):
    path, _, _ = made
    (path / build.MANIFEST).write_bytes(b"[" * 100_000)
    assert not is_build(path)
