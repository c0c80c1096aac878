"""What a node may be: real numbers, ordered names, intervals."""

import hashlib
import json
from math import inf, nan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Binned, Discrete, Graph, Node, Ordinal, Real
from scm_compiler.ir.domain import BINARY, index_of, plain
from scm_compiler.ir.json import graph_from_json, graph_to_json

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ENDS = st.tuples(st.just(-inf) | NUMBERS, st.just(inf) | NUMBERS).filter(lambda e: e[0] < e[1])
REALS = ENDS.map(lambda ends: Real(*ends))
BINS = st.lists(NUMBERS, min_size=1, max_size=5, unique=True).map(
    lambda cuts: Binned(tuple(sorted(cuts)))
)
NAMES = st.lists(st.text(min_size=1, max_size=4), min_size=2, max_size=4, unique=True)
DOMAINS = REALS | BINS | NAMES.map(lambda names: Ordinal(tuple(names)))


def graph_of(domain):
    return Graph("g", (Node("A", domain.type, domain), Node("B", "binary", BINARY)))


@given(DOMAINS)
def test_a_graph_of_any_domain_survives_json(domain):
    graph = graph_of(domain)
    again = graph_from_json(graph_to_json(graph))
    assert again == graph
    assert again.hash == graph.hash
    assert graph_to_json(again) == graph_to_json(graph)


@given(DOMAINS, DOMAINS)
def test_graphs_have_one_hash_where_their_domains_are_equal(one, other):
    assert (graph_of(one).hash == graph_of(other).hash) == (one == other)


def test_the_hash_is_of_the_ends_and_never_changes():
    graph = Graph("g", (Node("A", "real", Real(0, 120)), Node("B", "real", Real(high=0.5))))
    nodes = [["A", "real", ["real", 0, 120]], ["B", "real", ["real", "-inf", 0.5]]]
    claim = json.dumps(
        {"nodes": nodes, "edges": [], "confounders": []}, separators=(",", ":")
    ).encode()
    assert graph.hash == hashlib.sha256(claim).hexdigest()
    assert graph.hash == Graph("h", (Node("A", "real", Real(-0.0, 120.0)), graph.nodes[1])).hash


@pytest.mark.parametrize("ends", [(0, 0), (1, 0), (nan, 1), (0, nan), (inf, inf), (-inf, -inf)])
def test_ends_are_in_order(ends):
    with pytest.raises(ValueError, match="low must be less than high"):
        Real(*ends)


def test_the_ends_of_a_real_node_are_among_its_numbers():
    unit = Real(0, 1)
    assert 0.0 in unit
    assert 1.0 in unit
    assert nextafter(1, 2) not in unit
    assert not Real().__contains__(nan)
    assert inf not in Real()


@given(BINS, NUMBERS)
def test_a_number_is_in_one_interval(bins, number):
    """As comparisons with each cut say."""
    found = bins.read(repr(number))
    assert found == sum(number >= cut for cut in bins.cuts)
    assert bins.values[0] == f"<{plain(bins.cuts[0])}"
    assert len(bins.values) == len(set(bins.values)) == len(bins.cuts) + 1


@pytest.mark.parametrize("text", ["", "old", "nan", "inf", "-inf", "1e999", "1,5"])
def test_no_interval_holds_what_is_no_number(text):
    assert Binned((30, 50)).read(text) is None


@pytest.mark.parametrize("cuts", [(), (1, 1), (2, 1), (nan,), (0, inf)])
def test_cuts_grow(cuts):
    with pytest.raises(ValueError, match="each more than the one before"):
        Binned(cuts)


def test_the_order_is_known_where_there_is_one():
    assert Ordinal(("low", "high")).ordered
    assert Binned((30,)).ordered
    assert not Discrete(("low", "high")).ordered


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (Real(), "real numbers"),
        (Real(0), "real numbers from 0"),
        (Real(high=1e20), "real numbers to 1e+20"),
        (Real(-1, 0.5), "real numbers from -1 to 0.5"),
    ],
)
def test_a_real_domain_in_words(domain, words):
    assert str(domain) == words


def test_nodes_are_listed_by_what_they_may_be():
    graph = Graph("g", (Node("A", "real", Real()), Node("B", "binary", BINARY)))
    assert [node.name for node in graph.reals] == ["A"]
    assert [node.name for node in graph.labels] == ["B"]
    assert [node.name for node in graph.tabular] == ["A", "B"]
    assert graph.counts == "1 label, 1 real node"
    assert "real numbers" in graph._repr_html_()


@pytest.mark.parametrize(
    "domain",
    [
        {"type": "real", "low": True},
        {"type": "real", "low": 5, "high": 5},
        {"type": "real", "low": "inf"},
        {"type": "real", "low": "0"},
        {"type": "real", "values": ["0", "1"]},
        {"type": "binned", "cuts": []},
        {"type": "binned", "cuts": [1, "2"]},
        {"type": "binned", "cuts": [2, 1]},
        {"type": "binned", "cuts": [10**400]},
        {"type": "ordinal", "values": ["low"]},
        {"type": "ordinal", "values": ["low", "low"]},
    ],
)
def test_a_domain_that_no_program_makes_is_refused(domain):
    document = json.loads(graph_to_json(graph_of(Real())))
    document["nodes"][0] |= {"kind": domain["type"], "domain": domain}
    with pytest.raises(ScmError, match="E504"):
        graph_from_json(json.dumps(document))


def test_infinite_numbers_in_json_are_no_other_graph():
    text = graph_to_json(graph_of(Real(0)))
    for other in ("Infinity", "NaN", "1e999"):
        with pytest.raises(ScmError, match=r"E50[45]"):
            graph_from_json(text.replace('"low": 0', f'"low": {other}'))


@pytest.mark.parametrize(
    ("text", "values", "index"),
    [
        ("yes", ("0", "1"), 1),
        ("False", ("0", "1"), 0),
        ("1", ("no", "yes"), 1),
        ("TRUE", ("true", "false"), 0),
        ("1.0", ("0", "1"), 1),
        ("2", ("0", "1"), None),
        ("yes", ("low", "high"), None),
        ("yes", ("1", "true"), None),
        ("yes", ("0", "1", "2"), None),
        ("2.0", ("1", "2", "10"), 1),
    ],
)
def test_a_value_may_be_written_as_data_write_it(text, values, index):
    assert index_of(text, Discrete(values)) == index
