"""Files of tensors that were edited by hand, with their digests made right again."""

import json
import shutil

import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.manifest import digest
from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.sequence import create
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors

SMALL = {"steps": 2, "hidden": 4, "layers": 2, "noise": 2, "batch": 8, "critic_updates": 1}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs of explicit and implicit mechanisms, with a hidden common cause and without."""
    folder = tmp_path_factory.mktemp("runs")
    nodes = tuple(Node(name, "binary", BINARY) for name in ("Male", "Mustache"))
    for pairs in ((), (Confounder("Male", "Mustache"),)):
        graph = Graph("g", nodes, (Edge("Male", "Mustache"),), pairs)
        table = load_labels("celeba-labels", graph)
        for trainer, options in (("mle", {}), ("wgan-gp", SMALL)):
            path = folder / f"{trainer}{len(pairs)}"
            train_labels(create(graph, table, configure(trainer, **options), path=path))
    return folder


def use(run):
    """Read every tensor of a run."""
    opened = open_run(run)
    opened.module()
    opened.query("P(Mustache=1)")


@pytest.fixture
def edited(runs, tmp_path):
    """Edits the facts or tensors of a run's file; the refusal of whoever asks the run then."""

    def edit(name, file, facts, tensors=None):
        run = shutil.copytree(runs / name, tmp_path / "run")
        held = read_tensors(run / file)
        write_tensors(run / file, {**held.tensors, **(tensors or {})}, {**held.facts, **facts})
        manifest = json.loads((run / "manifest.json").read_text())
        manifest["files"][file] = digest(run / file)
        (run / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(ScmError) as caught:
            use(run)
        (found,) = caught.value.diagnostics
        assert caught.value.exit_code == 2
        assert found.path == str(run / file)
        assert found.code == "E653"
        return found.reason

    return edit


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"noise": 500_000_000}, "Male.layer0.weight has shape (4, 2), not (4, 500000000)"),
        ({"hidden": 10**12}, "Male.layer0.weight has shape (4, 2), not (1000000000000, 2)"),
        ({"layers": 10**30}, "a network has at most 1,000 layers"),
        ({"layers": 1000}, "Male.layer1.weight has shape (1, 4), not (4, 4)"),
        ({"hidden": True}, "hidden: Input should be a valid integer"),
        ({"hidden": 4.0}, "hidden: Input should be a valid integer"),
        ({"family": "explicit"}, "a spec has no field noise"),
    ],
)
def test_a_network_has_the_size_of_its_weights(edited, changes, reason):
    spec = {"family": "implicit", "hidden": 4, "layers": 2, "noise": 2} | changes
    assert reason in edited("wgan-gp0", "labels.safetensors", {"spec": spec})


def test_a_hidden_cause_has_the_states_of_the_weights(edited):
    spec = {"family": "explicit", "table_limit": 4096, "hidden": 64, "layers": 3}
    said = edited("mle1", "labels.safetensors", {"spec": {**spec, "hidden_states": 10**8}})
    assert said.startswith("it has no tensor Male.layer0.weight")  # so large, it is a network


@pytest.mark.parametrize(
    ("name", "facts", "reason"),
    [
        ("mle1", {"hidden_states": 10**8}, "it has no hidden causes of 100000000 states"),
        ("mle1", {"hidden_states": True}, "hidden_states: Input should be a valid integer"),
        ("mle1", {"hidden_states": None}, "hidden_states: Input should be a valid integer"),
        ("wgan-gp0", {"draws": {"Male": -1}}, "draws.Male: Input should be greater"),
        ("wgan-gp0", {"draws": -1}, "draws: Input should be a valid dictionary"),
        ("wgan-gp0", {"draws": {"Other": 9}}, "it tells of draws of 'Other'"),
        ("wgan-gp0", {"drawn": 9}, "nothing in it shares noise"),
        ("wgan-gp1", {"drawn": 10**30}, "drawn: Input should be less"),
        ("wgan-gp1", {"drawn": 0}, "it has no hidden causes of 1 states"),
    ],
)
def test_tables_are_as_their_facts_say(edited, name, facts, reason):
    assert reason in edited(name, "tables.safetensors", facts)


@pytest.mark.parametrize(
    ("file", "tensor", "value", "reason"),
    [
        ("tables", "Male.table", torch.tensor([0.5, 0.5]), "Male.table is of type F32, not F64"),
        ("tables", "Male.table", torch.full((2,), torch.nan).double(), "not a distribution"),
        ("tables", "Other.table", torch.ones(1), "it has further tensors: Other.table"),
        ("labels", "Male.logits", torch.zeros(1).long(), "Male.logits is of type I64, not F32"),
        ("labels", "Male.logits", torch.tensor([torch.inf]), "holds what is no finite number"),
        ("labels", "Male.logits", torch.zeros(9), "Male.logits has shape (9,), not (1,)"),
        ("cells", "counts", torch.full((4,), 2**62), "a cell or a count is out of range"),
        ("cells", "counts", torch.ones(4).long(), "it holds other data than the manifest says"),
        ("cells", "counts", torch.ones(5).long(), "counts has shape (5,), not (4,)"),
        ("cells", "cells", torch.zeros(4, 2), "cells is of type F32, not I64"),
    ],
)
def test_tensors_are_of_their_type_and_shape(edited, file, tensor, value, reason):
    assert reason in edited("mle0", f"{file}.safetensors", {}, {tensor: value})


def test_draws_behind_a_row_are_no_less_than_none(edited):
    behind = {"Male.table_draws": torch.tensor(-1)}
    assert "below zero" in edited("wgan-gp1", "tables.safetensors", {}, behind)
