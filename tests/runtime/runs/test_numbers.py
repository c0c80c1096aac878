"""Questions on a run of tables are answered without torch."""

import subprocess
import sys

import numpy as np
import pytest

from scm_compiler.compiler import load
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.tables import Estimated, Tables
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import open_run, run_of
from scm_compiler.runtime.runs import model_files
from scm_compiler.runtime.runs.numbers import TABLES, read_tables
from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.sequence import create

ASK = """
import sys
from scm_compiler.cli.main import main
assert main(["query", "P(Male=1 | do(Mustache=1))", "--run", sys.argv[1]]) == 0
print({"torch", "networkx", "pydantic"} & set(sys.modules))
"""


@pytest.fixture
def trained(tmp_path):
    graph = load("celeba_g1")
    table = load_labels("celeba-labels", graph)
    return train_labels(create(graph, table, configure(), path=tmp_path / "run")).run


def test_the_kept_tables_are_the_exact_ones(trained):
    assert TABLES in trained.manifest.files
    kept, exact = read_tables(trained.path, trained.graph), trained.module().tables()
    assert not kept.draws
    for name, table in exact.probabilities.items():
        assert kept.probabilities[name].dtype == np.float64
        assert np.array_equal(kept.probabilities[name], table)


def test_a_question_loads_nothing_heavy(trained):
    words = [sys.executable, "-c", ASK, str(trained.path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
    assert "P(Male=1 | do(Mustache=1)) = 0.41675" in done.stdout


def test_a_run_without_the_tables_answers_the_same(trained):
    query = "P(Male=1 | Mustache=1)"
    before = run_of(trained).query(query).probability
    manifest = trained.path / "manifest.json"
    files = {name: held for name, held in trained.manifest.files.items() if name != TABLES}
    manifest.write_text(trained.manifest.model_copy(update={"files": files}).model_dump_json())
    (trained.path / TABLES).unlink()
    assert open_run(trained.path).query(query).probability == before


def test_a_file_of_another_graph_is_refused(trained):
    other = Graph("g", (Node("A", "binary", BINARY),))
    with pytest.raises(ScmError, match="E654"):
        read_tables(trained.path, other)


def test_which_tables_are_kept(monkeypatch):
    nodes = tuple(Node(name, "binary", BINARY) for name in "AB")
    graph = Graph("g", nodes, (Edge("A", "B"),))  # 2 + 4 numbers
    assert model_files.keeps_tables(ExplicitModule(graph))
    monkeypatch.setattr(model_files, "MOST_NUMBERS", 5)
    assert not model_files.keeps_tables(ExplicitModule(graph))
    assert model_files.keeps_tables(ImplicitModule(graph))
    hidden = Graph("g", nodes, (), (Confounder("A", "B"),))
    assert not model_files.keeps_tables(ExplicitModule(hidden))


def test_a_counted_table_may_differ_by_the_error_of_its_draws():
    graph = Graph("g", (Node("A", "binary", BINARY),))

    def tables(share, **draws):
        return Tables(graph, {"A": np.array([1 - share, share])}, Estimated(draws))

    found = tables(0.5, A=10_000)  # five standard errors are 0.025
    assert [*model_files.differing(tables(0.524), found)] == []
    assert [*model_files.differing(tables(0.526), found)] == ["A"]
    assert [*model_files.differing(tables(0.5001), tables(0.5))] == ["A"]
    assert [*model_files.differing(tables(0.9), tables(0.5, A=0))] == []
