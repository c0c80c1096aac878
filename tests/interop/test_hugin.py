"""Hugin's `.net`."""

import pytest

from scm_compiler.diagnostics import Source
from scm_compiler.interop.hugin import read_net
from tests.interop.refusing import refused

NET = """% a comment
net { node_size = (80 40); name = "wet grass"; }
node rain { states = ("no" "a bit" "much"); label = "Rain?"; position = (10 20); }
discrete node lawn { states = ("dry" "wet"); }
node sun { states = (no yes); }
potential (rain) { data = (0.5 0.25 0.25); }
potential (sun | ) { data = (0.25 0.75); }
potential (lawn | rain sun) {
  data = (((0.9 0.1) (1.0 0.0))   % rain=no
          ((0.3 0.7) (0.6 0.4))
          ((0.0 1.0) (0.2 0.8)));
}
"""


def read(text):
    return read_net(Source("g.net", text), "g")


def test_graph_and_tables():
    tables = read(NET).tables
    assert tables.graph.by_name["rain"].domain.values == ("no", "a bit", "much")
    assert tables.graph.parents["lawn"] == ("rain", "sun")
    assert tables.probabilities["lawn"][:, :, 0].tolist() == [[0.9, 1.0], [0.3, 0.6], [0.0, 0.2]]
    assert tables.probabilities["sun"].tolist() == [0.25, 0.75]


def test_a_class_of_hugin():
    inner = NET.replace("net {", "").replace('"wet grass"; }', '"wet grass";')
    assert read(f"class yard {{ inputs = ();\n{inner} }}").graph == read(NET).graph


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("net {", "dag {", "E837"),
        ("(0.25 0.75)", "(0.25 x)", "E837"),
        ("(0.25 0.75)", "(-0.25 1.25)", "E837"),
        ("(0.25 0.75)", "(-1 -1)", None),
        ("(0.25 0.75)", "(0.25 0.5 0.25)", "E682"),
        ("(0.25 0.75)", "(0.2 0.2)", "E682"),
        ("rain sun)", "rain moon)", "E681"),
        ("rain sun)", "rain rain)", "E683"),
        ("(sun | )", "(sun | lawn)", "E684"),
        ("potential (sun | )", "potential (rain)", "E683"),
        ("node sun", "node rain", "E683"),
        ("node sun", "decision sun", "E838"),
        ("node sun", "continuous node sun", "E838"),
        ("data = (0.25 0.75)", 'model_data = "x + 1"', "E838"),
        ("(no yes)", "(no no)", "E837"),
        ("states = (no yes);", "", "E837"),
        ('"a bit"', '"a bit', "E837"),
        ("(lawn | rain sun)", "(lawn rain sun)", "E837"),
    ],
)
def test_what_is_wrong_is_refused(old, new, code):
    assert old in NET
    text = NET.replace(old, new, 1)
    if code is None:
        assert read(text).untold.code == "E836"
    else:
        assert refused(read, text) == code


def test_a_file_cut_anywhere_is_refused():
    for end in range(0, len(NET.rstrip()), 5):
        assert refused(read, NET[:end]) in ("E837", "E682")
