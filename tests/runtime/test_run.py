"""Opening runs: what is checked, and what a fault is told as."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import latest_run, open_run
from scm_compiler.runtime.runs.folder import create_run
from scm_compiler.runtime.runs.manifest import digest
from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.sequence import create


@pytest.fixture(scope="module")
def trained(make_graph, tmp_path_factory) -> Path:
    graph = make_graph("Male Young Mustache", "Male>Mustache Young>Mustache", "faces")
    table = load_labels("celeba-labels", graph)
    path = tmp_path_factory.mktemp("module") / "runs" / "faces-1"
    train_labels(create(graph, table, configure(seed=3), path=path, program="# as typed\n"))
    return path


@pytest.fixture
def run(trained, tmp_path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "runs" / "faces-1"))


def refusal(path) -> list[str]:
    with pytest.raises(ScmError) as caught:
        open_run(path)
    assert caught.value.exit_code == 2
    return [d.code for d in caught.value.diagnostics]


def edit(run: Path, **changes) -> None:
    path = run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def vouch(run: Path, name: str) -> None:
    """Enter the digest of a file as it is now, as someone who wants to deceive would."""
    files = json.loads((run / "manifest.json").read_text())["files"]
    edit(run, files=files | {name: digest(run / name)})


def test_what_a_run_holds(run):
    opened = open_run(run)
    assert opened.trained
    assert opened.program == "# as typed\n"
    assert opened.graph.name == "faces"
    assert opened.labels.rows == 202_599
    assert opened.labels.fingerprint == opened.manifest.data.fingerprint
    assert opened.manifest.data.origin == "celeba-labels"
    assert opened.manifest.seed == opened.config.seed == 3
    assert opened.manifest.graph_hash == opened.graph.hash
    assert opened.manifest.versions["torch"] == torch.__version__
    assert opened.module().sample(5).shape == (5, 3)


def test_the_tables_of_a_run_are_the_shares(run):
    opened = open_run(run)
    expected = fit_tables(opened.graph, opened.labels)
    found = opened.tables()
    for name, shares in expected.probabilities.items():
        assert found.probabilities[name] == pytest.approx(shares, abs=1e-7)
    assert found.draws == {}


def test_unseen_configurations_are_marked(make_graph, tmp_path, spec):
    graph = make_graph("A B C", "A>C B>C")
    table = load_labels(spec("A,B,C\n0,0,0\n1,1,1\n0,1,1\n"), graph)
    run = train_labels(create(graph, table, configure(), path=tmp_path / "run")).run
    assert open_run(run.path).tables().unseen["C"].tolist() == [[False, False], [True, False]]


def test_estimated_tables_know_their_draws(make_graph, tmp_path):
    graph = make_graph("Male Mustache", "Male>Mustache")
    config = configure("wgan-gp", steps=2, batch=16, critic_updates=1)
    table = load_labels("celeba-labels", graph)
    opened = open_run(train_labels(create(graph, table, config, path=tmp_path / "r")).run.path)
    found = opened.tables()
    assert isinstance(found, Tables)
    assert set(found.draws) == {"Male", "Mustache"}
    assert min(found.draws.values()) >= 1000
    sampled = opened.module().sample(20_000, generator=torch.Generator().manual_seed(0))
    assert found.probabilities["Male"][1] == pytest.approx(
        float((sampled[:, 0] == 1).double().mean()), abs=0.02
    )


def test_the_global_generator_is_left_alone(run):
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    open_run(run).module()
    open_run(run).tables()
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    "name",
    ["model.scm", "graph.json", "config.json", "cells.safetensors", "labels.safetensors"],
)
def test_a_file_that_was_cut_edited_or_removed(run, name):
    content = (run / name).read_bytes()
    (run / name).write_bytes(content[:-1])
    assert refusal(run) == ["E652"]
    (run / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
    assert refusal(run) == ["E652"]
    (run / name).unlink()
    assert refusal(run) == ["E652"]


def test_all_changed_files_are_told(run):
    (run / "model.scm").write_text("A : binary")
    (run / "metrics.jsonl").unlink()
    assert refusal(run) == ["E652", "E652"]


def test_no_run_at_the_path(run, tmp_path):
    assert refusal(tmp_path / "absent") == ["E651"]
    assert refusal(tmp_path) == ["E651"]
    with pytest.raises(ScmError, match=r"did you mean `.*faces-1`"):
        open_run(run.with_name("face-1"))


@pytest.mark.parametrize("content", ["", "broken", "[]", "{}", '{"format": "one"}'])
def test_a_broken_manifest(run, content):
    (run / "manifest.json").write_text(content)
    assert refusal(run) == ["E656"]


def test_a_manifest_that_lacks_a_field(run):
    manifest = json.loads((run / "manifest.json").read_text())
    del manifest["graph_hash"]
    (run / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ScmError, match="graph_hash"):
        open_run(run)


def test_a_run_of_a_later_version(run):
    (run / "manifest.json").write_text('{"format": 2, "other": "fields"}')
    assert refusal(run) == ["E655"]


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": True},
        {"seed": 3.0},
        {"seed": 4},
        {"seed": -1},
        {"steps": 10**30},
        {"steps": False},
        {"seconds": float("nan")},
        {"created": "yesterday"},
        {"name": "other"},
        {"trainer": "other"},
        {"metrics": {"tvd": float("inf")}},
        {"files": {"x" * 300: "0" * 64}},
        {"files": {"graph.json": "0"}},
        {"heads": {"Face": {"head": "causal_gan"}}},
        {"data": {"origin": "", "fingerprint": "", "rows": -1, "cells": 0}},
    ],
)
def test_a_manifest_that_says_what_no_run_has(run, changes):
    edit(run, **changes)
    assert refusal(run) == ["E656"]


@pytest.mark.parametrize("seed", [True, -1, 2**63, 3.0, "3", None])
def test_a_config_that_says_what_no_run_has(run, seed):
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(config | {"seed": seed}))
    vouch(run, "config.json")
    assert refusal(run) == ["E656"]


def test_a_manifest_that_names_files_elsewhere(run):
    edit(run, files={"../../secret": "0" * 64})
    assert refusal(run) == ["E652"]


def test_the_graph_of_another_run(run):
    edit(run, graph_hash="0" * 64)
    assert refusal(run) == ["E654"]


def test_weights_that_are_no_weights(run):
    (run / "labels.safetensors").write_bytes(b"PK\x03\x04 a pickle")
    vouch(run, "labels.safetensors")
    with pytest.raises(ScmError) as caught:
        open_run(run).module()
    assert [d.code for d in caught.value.diagnostics] == ["E653"]


def test_weights_of_another_graph(run, make_graph, tmp_path):
    graph = make_graph("Male Young Mustache", "Male>Mustache")
    table = load_labels("celeba-labels", graph)
    other = train_labels(create(graph, table, configure(), path=tmp_path / "other")).run
    for name in ("labels.safetensors", "cells.safetensors"):
        shutil.copy(other.path / name, run / name)
        vouch(run, name)
    opened = open_run(run)
    for use in (opened.module, opened.tables, lambda: opened.labels):
        with pytest.raises(ScmError) as caught:
            use()
        assert [d.code for d in caught.value.diagnostics] == ["E654"]


def test_the_newest_run_is_the_last(trained, tmp_path):
    older = shutil.copytree(trained, tmp_path / "runs" / "zebra-1")
    newer = shutil.copytree(trained, tmp_path / "runs" / "apple-1")
    edit(newer, created="2999-01-01T00:00:00+00:00")
    assert latest_run(tmp_path / "runs").path == newer
    assert older != newer


def test_no_run_says_which_command_makes_one(tmp_path):
    with pytest.raises(ScmError) as caught:
        latest_run(tmp_path / "runs")
    (found,) = caught.value.diagnostics
    assert found.code == "E650"
    assert "`scmc train FILE` makes one" in str(found.help())
    assert caught.value.exit_code == 2


def test_a_run_that_was_never_finished(make_graph, tmp_path):
    graph = make_graph("Male")
    table = load_labels("celeba-labels", graph)
    run = create_run(graph, table, configure(), parent=tmp_path)
    assert not run.trained
    assert latest_run(tmp_path, trained=False).path == run.path
    for use in (run.module, run.tables, lambda: latest_run(tmp_path)):
        with pytest.raises(ScmError) as caught:
            use()
        assert [d.code for d in caught.value.diagnostics] == ["E658"]
        assert f"scmc train --resume --run {run.path}" in str(caught.value)


def test_only_the_last_run_may_not_be_broken(run, tmp_path):
    """An older one that cannot be read does not matter; the last one is named."""
    folder = tmp_path / "runs"
    for name in ("old", "new"):
        shutil.copytree(run, folder / name)
        for path in (folder / name).iterdir():
            os.utime(path, (0, 0) if name == "old" else None)
    (folder / "old" / "manifest.json").write_text("broken")
    assert latest_run(folder).path == folder / "new"
    shutil.copytree(folder / "old", folder / "newest")
    for path in (folder / "newest").iterdir():
        os.utime(path, (2**32, 2**32))
    with pytest.raises(ScmError) as caught:
        latest_run(folder)
    (found,) = caught.value.diagnostics
    assert found.code == "E656"
    assert found.path == str(folder / "newest" / "manifest.json")
    assert "name another run" in found.help()
