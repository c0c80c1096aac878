"""Adjacency matrices."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import adjacency_text, read_adjacency


def read(text):
    return read_adjacency(Source("m.csv", text), "m")


def test_rows_are_causes():
    graph = parse_text('A, "b, c", D : binary\nA -> "b, c"\nD -> "b, c"', "m")
    assert adjacency_text(graph) == ',A,"b, c",D\nA,0,1,0\n"b, c",0,0,0\nD,0,1,0\n'
    assert read(adjacency_text(graph)).graph == graph


def test_names_of_rows_may_be_missing_and_lines_empty():
    graph = read("A,B,C\n\n0,1,1\n0,0,1.0\n0,0.0,\n").graph
    assert [(e.source, e.target) for e in graph.edges] == [("A", "B"), ("A", "C"), ("B", "C")]


def test_a_random_matrix_is_that_of_the_graph():
    matrix = np.triu(np.random.default_rng(0).integers(0, 2, (12, 12)), 1)
    names = [f"n{rank}" for rank in range(12)]
    lines = [",".join(names), *(",".join(map(str, row)) for row in matrix.tolist())]
    graph = read("\n".join(lines)).graph
    found = {(graph.order[e.source], graph.order[e.target]) for e in graph.edges}
    assert found == {(int(i), int(j)) for i, j in np.argwhere(matrix)}


def test_hidden_common_causes_are_not_left_out_silently():
    with pytest.raises(ScmError) as refusal:
        adjacency_text(parse_text("A, B : binary\nA <-> B"))
    assert refusal.value.diagnostics[0].code == "E827"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "E830", 1),
        ("\n\n,,\n", "E830", 1),
        ("A,A\n0,0\n0,0", "E830", 1),
        ("A,\n0,0\n0,0", "E830", 1),
        ("A,B\n0,1", "E830", 1),
        ("A,B\n0,1\n0", "E830", 3),
        (",A,B\nA,0,1\nC,0,0", "E830", 3),
        ("A,B\n\n0,x\n0,0", "E830", 3),
        ("A,B\n\n0,2\n0,0", "E842", 3),
        ("A,B\n0,1\n1,0", "E204", 2),
        ("A,B\n0,1\n0,1", "E203", 3),
        (",".join(f"n{rank}" for rank in range(2001)), "E824", 1),
        ('A,"B\n' + "x" * 200_000, "E830", 1),
    ],
)
def test_what_is_wrong_has_its_line(text, code, line):
    with pytest.raises(ScmError) as refusal:
        read(text)
    assert refusal.value.exit_code == 2
    (report,) = refusal.value.reports
    (found,) = report.diagnostics
    assert (found.code, report.source.position(found.span.start).line) == (code, line)


def test_true_and_false_are_1_and_0():
    graph = read(",A,B\nA,False,True\nB,FALSE,false\n").graph
    assert [(e.source, e.target) for e in graph.edges] == [("A", "B")]


def message(text):
    with pytest.raises(ScmError) as refusal:
        read(text)
    return refusal.value.diagnostics[0].message()


def test_all_wrong_entries_are_one_error_with_their_count():
    assert message("A,B,C\n0,x,y\nz,0,0\n0,0,0").endswith("found `x`, and 2 more like it")
    weights = message("A,B,C\n0,0.5,0\n-2e-3,0,0\n0,1.5,0")
    assert weights == "the matrix holds weights: 0.5 in row `A`, column `B`, and 2 more"
    assert message("A,B\n0,nan\n0,0").endswith("found `nan`")
