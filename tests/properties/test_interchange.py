"""From a program to a format of another program and back: the same graph, or a coded word."""

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.compiler import check
from scm_compiler.diagnostics import ScmError, Sink, Source
from scm_compiler.interop import (
    FORMATS,
    Document,
    from_networkx,
    losses,
    parse_bif,
    to_networkx,
)
from scm_compiler.interop.bif_text import bif_text
from scm_compiler.interop.positions import positions_of, remarks
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.semantics.program import program_text
from scm_compiler.syntax.parser import parse

LETTERS = st.characters(exclude_characters='"', exclude_categories=("C", "Z")) | st.sampled_from(
    " <>/\\:;#,-'"
)
ODD = ["Node", "node", "graph", "edge", "P", "<5", "Asy/Patch", "a -> b", "dag", "strict", "table"]
NAMES = (
    (st.text(LETTERS, min_size=1, max_size=6) | st.sampled_from(ODD))
    .map(str.strip)
    .filter(lambda name: name and name.isprintable())
)
DOMAINS = st.just(BINARY) | st.lists(NAMES, min_size=2, max_size=4, unique=True).map(
    lambda values: Discrete(tuple(values))
)


@st.composite
def graphs(draw, images=True):
    names = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    last = len(names) - (draw(st.booleans()) and images and len(names) > 1)
    nodes = [node(name, draw(DOMAINS)) for name in names[:last]]
    nodes += [Node(name, "image", Image(3, 8, 8)) for name in names[last:]]
    order = draw(st.permutations(range(last))) + list(range(last, len(names)))
    pairs = [(i, j) for j in range(len(names)) for i in range(min(j, last))]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    ends = sorted((order[j], order[i]) for i, j in chosen)
    edges = tuple(Edge(names[source], names[target]) for target, source in ends)
    labels = [(i, j) for i, j in pairs if j < last]
    hidden = draw(st.lists(st.sampled_from(labels), unique=True)) if labels else []
    shared = tuple(Confounder(names[i], names[j]) for j, i in sorted((j, i) for i, j in hidden))
    return Graph("g", tuple(nodes), edges, shared)


def node(name, domain):
    return Node(name, "binary" if domain == BINARY else "categorical", domain)


GRAPHS = sorted(
    name for name, form in FORMATS.items() if form.write and "tables" not in form.keeps
)


@settings(max_examples=150, deadline=None)
@given(graphs(), st.sampled_from(GRAPHS))
def test_what_is_written_is_read_as_it_was(graph, form):
    document = Document(graph)
    try:
        text = FORMATS[form].write(document)
    except ScmError as refusal:
        (found,) = refusal.diagnostics
        ends_so = any(n.name.endswith("\\") for n in graph.nodes)
        values_so = any("\\" in v for n in graph.labels for v in n.domain.values)
        assert found.code == "E827"
        assert ends_so or values_so or (form == "adjacency" and graph.confounders)
        return
    again = FORMATS[form].read(Source("t", text), "g").graph
    if losses(document, form):  # of values or images, which were told
        graph = Graph("g", tuple(Node(n.name, "binary", BINARY) for n in graph.nodes), graph.edges)
    assert again.hash == graph.hash
    assert again == graph


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_networkx_and_programs_hold_every_graph(graph):
    assert from_networkx(to_networkx(graph)).hash == graph.hash
    again, report = check(Source("t", program_text(graph)))
    assert again is not None, str(report)
    assert again.hash == graph.hash


@settings(max_examples=60, deadline=None)
@given(graphs(images=False), st.integers(0, 2**32 - 1))
def test_networks_come_back_from_bif_to_the_last_bit(graph, seed):
    graph = Graph("g", graph.nodes, graph.edges)
    random = np.random.default_rng(seed)
    drawn = {n.name: random.gamma(0.3, size=table_shape(graph, n.name)) for n in graph.labels}
    drawn = {n: (t + 1e-9) / (t + 1e-9).sum(-1, keepdims=True) for n, t in drawn.items()}
    model = Tables(graph, drawn)
    again = parse_bif(Source("t", bif_text(model)), "g")
    assert again.graph == graph
    for name, table in drawn.items():
        assert np.array_equal(again.probabilities[name], table)


PLACES = st.floats(-1e6, 1e6).map(lambda number: round(number, 6) + 0.0)


@settings(max_examples=60, deadline=None)
@given(graphs(images=False), st.data())
def test_positions_come_back(graph, data):
    places = {n.name: (data.draw(PLACES), data.draw(PLACES)) for n in graph.nodes}
    text = program_text(graph, remarks(places))
    source = Source("t", text)
    assert_near(positions_of(parse(source, Sink(source))), places)
    for form in ("dagitty", "dot"):
        try:
            text = FORMATS[form].write(Document(graph, positions=places))
        except ScmError:
            continue  # a name that cannot be written
        assert_near(FORMATS[form].read(Source("t", text), "g").positions, places)


def assert_near(found, expected):
    """Ten digits of an inch or of a point are written."""
    assert found.keys() == expected.keys()
    for name, place in expected.items():
        assert np.allclose(found[name], place, rtol=1e-9, atol=2e-6)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["A", "B", '"c d"', "->", "<-", "<->", "--", "{", "}", "[", "]", "=", ",", ";", "\n",
             '"', "#", "//", "/*", "*/", "<", ">", "dag", "digraph", "subgraph", "node", "pos",
             "1,2", "latent", "kind", "variable", "type", "discrete", "probability", "table",
             "|", "(", ")", "2", "0.5", "0"]
        ),
        max_size=40,
    ).map(" ".join)
    | st.text(max_size=60),
    st.sampled_from(sorted(FORMATS)),
)  # fmt: skip
def test_garbage_is_read_or_refused(text, form):
    with contextlib.suppress(ScmError):
        FORMATS[form].read(Source("t", text), "g")
