"""Graphs to draw."""

from itertools import pairwise

import pytest

from scm_compiler.ir import (
    Binned,
    Confounder,
    Discrete,
    Edge,
    Graph,
    Image,
    Node,
    Ordinal,
    Real,
)
from scm_compiler.ir.domain import BINARY

HOSTILE_NAMES = (
    'a"b\\',
    "<b>&amp;</b>",
    "two\nlines",
    "c:d",
    "--> e]]>",
    "日本語",
    "\\N\\G",
    "`x` #1; {y}",
    "\x07bell",
    "end",
)


def _binary(*names):
    return tuple(Node(name, "binary", BINARY) for name in names)


@pytest.fixture(scope="session")
def front_door():
    edges = (Edge("Smoking", "Tar"), Edge("Tar", "Cancer"))
    hidden = (Confounder("Smoking", "Cancer"),)
    return Graph("front_door", _binary("Smoking", "Tar", "Cancer"), edges, hidden)


@pytest.fixture(scope="session")
def hair():
    nodes = (
        *_binary("Male"),
        Node("Hair", "categorical", Discrete(("black", "brown", "blond"))),
        Node("Age", "likert", Discrete(("low", "high"))),
        Node("Photo", "image", Image(3, 64, 48)),
    )
    pairs = [("Male", "Hair"), ("Age", "Hair"), ("Male", "Photo"), ("Hair", "Photo")]
    edges = tuple(Edge(*pair) for pair in pairs)
    return Graph("hair", nodes, edges, (Confounder("Male", "Age"),))


@pytest.fixture(scope="session")
def kinds():
    """A node of each kind, and one of a package's."""
    nodes = (
        Node("Age", "real", Real(0, 120)),
        Node("Pain", "real", Real()),
        *_binary("Ill"),
        Node("Hair", "categorical", Discrete(("black", "blond"))),
        Node("School", "ordinal", Ordinal(("none", "some", "much"))),
        Node("Weight", "binned", Binned((18.5, 25))),
        Node("Mood", "likert", Discrete(("low", "high"))),
        Node("Photo", "image", Image(3, 64, 48)),
    )
    edges = tuple(Edge(node.name, "Photo") for node in nodes[:-1])
    return Graph("kinds", nodes, edges, (Confounder("Age", "Pain"),))


@pytest.fixture(scope="session")
def hostile():
    """A graph whose every name tries to break out of its format."""
    edges = tuple(Edge(*pair) for pair in pairwise(HOSTILE_NAMES))
    hidden = (Confounder(HOSTILE_NAMES[0], HOSTILE_NAMES[4]),)
    return Graph('h<&"\\N\n--', _binary(*HOSTILE_NAMES), edges, hidden)


@pytest.fixture(scope="session")
def large():
    """A chain with a shortcut to every third node: 4,000 nodes, more lines than Graphviz gets."""
    names = [f"N{number}" for number in range(4000)]
    edges = [Edge(a, b) for a, b in pairwise(names)]
    edges += [Edge(a, b) for a, b in zip(names, names[3:], strict=False)]
    return Graph("large", _binary(*names), tuple(edges))
