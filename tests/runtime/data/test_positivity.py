"""Parent configurations that the data never show."""

import numpy as np

from scm_compiler.compiler import load
from scm_compiler.runtime.data import check_data, load_labels, tabulate
from scm_compiler.runtime.data.positivity import positivity


def test_each_label_with_parents_is_counted(make_graph, write):
    graph = make_graph("A B C", "A>C B>C A>B")
    path = write("A,B,C,id\n0,0,0,1\n0,0,1,2\n1,1,0,3\n")
    report, rows = check_data(graph, f"csv:{path}")
    assert [d.code for d in report.diagnostics] == ["N601", "W601"]
    assert report.ok
    second, third = rows
    assert (second.name, second.configurations, second.unseen, second.fewest) == ("B", 2, 0, 1)
    assert (third.parents, third.configurations, third.unseen) == (("A", "B"), 4, 2)
    assert third.examples == (("0", "1"), ("1", "0"))
    assert third.fewest == 1
    warning = report.diagnostics[1]
    assert warning.message() == "`C`: 2 of 4 parent configurations never occur in the data"
    assert warning.help() == "never seen: A=0, B=1; A=1, B=0"


def test_values_are_named(make_graph, spec):
    graph = make_graph("H:red|blue B", "H>B")
    report, _ = check_data(graph, spec("H,B\nred,0\n"))
    assert report.diagnostics[0].help() == "never seen: H=blue"


def test_a_label_with_very_many_parents(make_graph):
    names = [f"P{i}" for i in range(70)]
    graph = make_graph(" ".join([*names, "Y"]), " ".join(f"{name}>Y" for name in names))
    cells = np.eye(3, 71, dtype=np.int64)
    table = tabulate(graph, cells, np.array([5, 2, 9]), "test")
    (row,) = positivity(graph, table)
    assert row.configurations == 2**70
    assert row.unseen == 2**70 - 3
    assert row.fewest == 2


def test_causal_graph_1_is_covered_by_celeba():
    report, rows = check_data(load("celeba_g1"), "celeba-labels")
    assert report.diagnostics == ()
    assert {row.name: row.configurations for row in rows}["Narrow_Eyes"] == 8
    assert min(row.fewest for row in rows) == 4687


def test_the_completed_graph_is_not():
    graph = load("celeba_cg1")
    dense = load_labels("celeba-labels", graph)
    _, rows = check_data(graph, "celeba-labels")
    for row in rows:
        assert row.unseen == int((dense.counts_of(row.parents) == 0).sum())
    assert sum(row.unseen for row in rows) > 100
