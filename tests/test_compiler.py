"""The pipeline."""

import gc

import pytest

from scm_compiler.compiler import check, load, read_source
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.kinds import BUILTIN, NodeKind


def test_load_gives_the_graph(tmp_path):
    path = tmp_path / "pair.scm"
    path.write_text("A, B : binary\nA -> B\n")
    graph = load(path)
    assert (graph.name, [node.name for node in graph.nodes]) == ("pair", ["A", "B"])
    assert load(str(path)) == graph


def test_load_finds_an_example():
    graph = load("celeba_g1")
    assert len(graph.labels) == 9
    assert [node.name for node in graph.images] == ["Face"]


def test_load_refuses_with_every_error(tmp_path):
    path = tmp_path / "bad.scm"
    path.write_text("A : binary\nA -> B\nA -> A\n")
    with pytest.raises(ScmError) as refusal:
        load(path)
    assert [found.code for found in refusal.value.diagnostics] == ["E201", "E203"]
    assert refusal.value.exit_code == 1


def test_check_keeps_warnings_of_a_right_program():
    graph, report = check(Source("g.scm", "A, B : binary\nA -> B; A -> B"))
    assert graph is not None
    assert [found.code for found in report.diagnostics] == ["W201"]


def test_kinds_of_packages_are_looked_for_where_one_is_used(monkeypatch):
    coin = NodeKind("coin", BUILTIN["binary"].domain, "a package")
    monkeypatch.setattr("scm_compiler.compiler.installed", lambda: BUILTIN.extended(coin))
    graph, _ = check(Source("g.scm", "A : coin"))
    assert graph is not None
    assert graph.nodes[0].kind == "coin"


@pytest.mark.parametrize("text", ["A : binary", "A -> A", "A :"])
def test_the_garbage_collector_is_left_as_it_was(text):
    assert gc.isenabled()
    check(Source("g.scm", text))
    assert gc.isenabled()


def test_read_source_names_the_file(tmp_path):
    path = tmp_path / "g.scm"
    path.write_text("A : binary")
    assert read_source(path).name == str(path)


def test_asserts_are_decided_up_to_a_bound(monkeypatch):
    source = Source("g.scm", "A, B, C : binary\nA -> B -> C\nassert A _||_ C | B\n")
    monkeypatch.setattr("scm_compiler.compiler.MOST_STEPS", 5)
    assert check(source)[0] is not None
    monkeypatch.setattr("scm_compiler.compiler.MOST_STEPS", 4)
    graph, report = check(source)
    assert graph is None
    assert [found.code for found in report.diagnostics] == ["E470"]
