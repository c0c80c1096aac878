"""The formats by name: suffixes, what each keeps, what a file beyond reason does."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from scm_compiler.compiler import load, parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.interop import FORMATS, Document, losses, read_document
from scm_compiler.interop.document import LARGEST_FILE
from scm_compiler.interop.formats import format_of, program_losses
from scm_compiler.ir import Discrete, Graph, Node
from scm_compiler.model.tables import Estimated, Tables


def code_of(call):
    with pytest.raises(ScmError) as refusal:
        call()
    assert refusal.value.exit_code == 2
    return refusal.value.diagnostics[0].code


@pytest.mark.parametrize("form", FORMATS)
def test_the_suffix_says_the_format(form):
    for suffix in FORMATS[form].suffixes:
        assert format_of(Path(f"a.b{suffix.upper()}"), "reads") == form
    assert code_of(lambda: format_of(Path("g.smile"), "reads")) == "E820"


GRAPHS = sorted(
    name for name, form in FORMATS.items() if form.write and "tables" not in form.keeps
)


@pytest.mark.parametrize("form", GRAPHS)
def test_a_binary_graph_comes_back_from_every_format(tmp_path, form):
    graph = parse_text('A, "b c", D : binary\nA -> "b c" -> D\nA -> D', "g")
    path = tmp_path / f"g{FORMATS[form].suffixes[0]}"
    path.write_text(FORMATS[form].write(Document(graph)), encoding="utf-8")
    assert read_document(path).graph == graph
    assert losses(Document(graph), form) == ()
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read_document(packed, form).graph.hash == graph.hash


KEEPING = [form for form in GRAPHS if "order" in FORMATS[form].keeps]


@pytest.mark.parametrize("form", KEEPING)
def test_real_and_ordered_nodes_come_back_from_formats_of_kinds(tmp_path, form):
    kinds = "A : real(0, inf)\nB : real\nC : ordinal(low, high)\nD : binned(18.5, 25)\n"
    graph = parse_text(f"{kinds}A, C -> B\nB -> D\nA <-> D", "g")
    path = tmp_path / f"g{FORMATS[form].suffixes[0]}"
    path.write_text(FORMATS[form].write(Document(graph)), encoding="utf-8")
    assert read_document(path).graph.hash == graph.hash
    assert losses(Document(graph), form) == ()


def said(document, form):
    return " ".join(found.message() for found in losses(document, form))


def test_what_a_format_does_not_keep_is_told():
    hair = Document(
        load("hair"), positions={"Hair": (0, 0)}, marks={"Hair": frozenset({"outcome"})}
    )
    assert said(hair, "dagitty") == "dagitty does not keep what is asserted"
    assert "positions" in said(hair, "json")
    assert "marks of dagitty" in said(hair, "dot")
    assert "the values of `Hair`" in said(hair, "adjacency")
    assert "that `Face` is an image" in said(Document(load("celeba_g1")), "adjacency")
    assert "images, such as `Face`" in said(Document(load("celeba_g1")), "bif")
    adjusted = Document(hair.graph, marks={"Hair": frozenset({"adjusted"})}, bends={"x": (0, 0)})
    assert [found.code for found in program_losses(adjusted)] == ["W820", "W820"]


def test_what_tables_have_beside_their_numbers_is_told():
    graph = parse_text('A, "b c" : binary\nA -> "b c"', "g")
    tables = Tables(
        graph,
        {"A": np.full(2, 0.5), "b c": np.full((2, 2), 0.5)},
        Estimated({"A": 100}, {"b c": np.array([True, False])}),
    )
    found = said(Document(graph, tables), "bif")
    assert "`b c` has another for other programs" in found
    assert "that 1 of its rows rest on no data" in found
    assert "that `A` were estimated, from how many draws" in found


def test_a_kind_of_another_package_is_told_by_its_values():
    graph = Graph("g", (Node("A", "likert", Discrete(("low", "high"))),), ())
    assert "the kind of `A`" in said(Document(graph), "dot")
    assert 'kind="categorical(low, high)"' in FORMATS["dot"].write(Document(graph))
    assert losses(Document(graph), "json") == ()


def test_the_order_and_the_numbers_are_lost_where_there_is_no_place_for_them():
    graph = Document(parse_text("A : real\nB : ordinal(low, high)\nA -> B", "g"))
    assert "the values of `A`, `B`" in said(graph, "adjacency")
    assert "that the values of `B` stand in an order" in said(graph, "xdsl")


def test_files_are_bounded(tmp_path):
    bomb = tmp_path / "net.bif.gz"
    bomb.write_bytes(gzip.compress(b" " * (LARGEST_FILE + 1)))
    assert code_of(lambda: read_document(bomb)) == "E824"
    for damaged in (b"\xff\xfe", gzip.compress(b"dag{}")[:12]):
        bomb.write_bytes(damaged)
        assert code_of(lambda: read_document(bomb)) == "E685"
    wide = tmp_path / "wide.bif"
    parents = [f"p{rank}" for rank in range(40)]
    pair = "{ type discrete [ 2 ] { a, b }; }\n"
    text = "".join(f"variable {name} {pair}" for name in [*parents, "y"])
    text += f"probability ( y | {', '.join(parents)} ) {{ default 0.5, 0.5; }}\n"
    wide.write_text(text)
    assert code_of(lambda: read_document(wide)) == "E682"  # p0 has no table
    text += "".join(f"probability ( {n} ) {{ table 0.5, 0.5; }}\n" for n in parents)
    wide.write_text(text)
    assert code_of(lambda: read_document(wide)) == "E824"
