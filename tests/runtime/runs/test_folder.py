"""Making run folders."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.folder import create_run


@pytest.fixture
def made(make_graph):
    graph = make_graph("Male", name="my graph/é")
    return graph, load_labels("celeba-labels", graph), configure()


def test_folders_are_numbered(made, tmp_path):
    (tmp_path / "my_graph_é-7").mkdir()
    (tmp_path / "my_graph_é-x").mkdir()
    names = [create_run(*made, parent=tmp_path).path.name for _ in range(2)]
    assert names == ["my_graph_é-8", "my_graph_é-9"]


def test_a_named_folder_must_be_free(made, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert create_run(*made, path=empty).path == empty
    assert create_run(*made, path=tmp_path / "deep" / "new").path.is_dir()
    before = (empty / "manifest.json").read_bytes()
    with pytest.raises(ScmError) as caught:
        create_run(*made, path=empty)
    assert [d.code for d in caught.value.diagnostics] == ["E709"]
    assert (empty / "manifest.json").read_bytes() == before


def test_a_run_is_whole_from_the_start(made, tmp_path):
    run = create_run(*made, path=tmp_path / "r")
    again = open_run(run.path)
    assert again.manifest.status == "training"
    assert again.graph == made[0]
    assert again.labels.fingerprint == made[1].fingerprint


def test_a_full_disk_leaves_nothing(made, tmp_path, disk):
    disk.left = 2
    with pytest.raises(ScmError) as caught:
        create_run(*made, path=tmp_path / "r")
    assert [d.code for d in caught.value.diagnostics] == ["E657"]
    assert str(tmp_path / "r") in caught.value.diagnostics[0].message()
    told = caught.value.diagnostics[0].help()
    assert "make room" in told
    assert "--resume" not in told  # there is no run to go on with
    assert list(tmp_path.iterdir()) == []
