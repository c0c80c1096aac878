"""What is told of gaps recommends `missing=em` where the graph allows it, and only there."""

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.controller.registry import configure, make_trainer
from scm_compiler.runtime.data import load_labels, load_table
from scm_compiler.runtime.data.gaps import needs_complete_rows

PROGRAMS = {
    "A, B : binary\nA -> B": True,
    "A, B : binary\nA <-> B": False,
    "A, B : binary\nC : real\nA -> B\nA -> C": False,
    "A, B : binary\nC : real\nA <-> B": False,
}
ROWS = {"A": [0, 1, 1, None], "B": [0, 1, 0, 1], "C": [0.5, 1.5, 2.0, 3.0]}


def loaded(graph, data, **options):
    return (load_table if graph.reals else load_labels)(data, graph, **options)


@pytest.fixture(params=PROGRAMS)
def text(request):
    return request.param


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "t.csv"
    found.write_text("A,B,C\n0,0,0.5\n1,1,1.5\n1,0,2\n,1,3\n")
    return found


def recommends(text, data):
    """Whether what refuses gaps says `missing=em`."""
    with pytest.raises(ScmError) as caught:
        loaded(parse_text(text), data)
    return "missing=em" in str(caught.value)


def test_gaps_of_a_file(text, path):
    assert recommends(text, str(path)) == PROGRAMS[text]


def test_gaps_of_a_frame(text):
    assert recommends(text, ROWS) == PROGRAMS[text]


def test_rows_that_were_dropped(text, path):
    found = loaded(parse_text(text), f"{path}?missing=drop")
    (told,) = (note.help() for note in found.notes if note.code == "W621")
    assert ("missing=em" in told) == PROGRAMS[text]


def test_what_is_not_recommended_is_refused(text, path):
    graph = parse_text(text)
    assert (needs_complete_rows(graph) is None) == PROGRAMS[text]
    if PROGRAMS[text]:
        make_trainer(graph, loaded(graph, f"{path}?missing=em"), configure("mle"))
        return
    with pytest.raises(ScmError, match="E625"):
        make_trainer(graph, loaded(graph, f"{path}?missing=em"), configure("mle"))


def test_where_no_row_is_complete_and_none_can_be_summed_over(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("A,B\n0,\n,1\n")
    with pytest.raises(ScmError, match="help: fill the gaps; scmc does not guess values"):
        load_labels(str(path), parse_text("A, B : binary\nA <-> B"))
