"""What is no text of a graph, and what it is told to be."""

import pytest

from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import read_dagitty
from scm_compiler.interop.wording import embedded

GRAPH = "dag { Sun -> Tan }"


@pytest.mark.parametrize(
    "text",
    [
        f"dagitty('{GRAPH}')", f'g = dagitty::dagitty( "{GRAPH}" );\n',
        f"# mine\nrequire(dagitty)\nlibrary('ggdag')\nmy.g <- dagitty('\n{GRAPH}\n')\n",
    ],
)  # fmt: skip
def test_the_graph_of_a_call_stands_where_it_stood(text):
    found = embedded(text)
    assert found.strip() == GRAPH
    assert found.index(GRAPH) == text.index(GRAPH)
    graph = read_dagitty(Source("t", text)).graph
    assert [(edge.source, edge.target) for edge in graph.edges] == [("Sun", "Tan")]


@pytest.mark.parametrize(
    "text",
    [
        f"g <- dagitty('{GRAPH}')\nlatents(g) <- 'Sun'", f"dagitty('{GRAPH}', layout=TRUE)",
        f"a <- dagitty('{GRAPH}')\nb <- dagitty('{GRAPH}')", f"plot(dagitty('{GRAPH}'))",
        r'dagitty("dag { \"Sun\" -> Tan }")', f"# g <- dagitty('{GRAPH}')",
        "dagitty('a', 'b -> c')",
    ],
)  # fmt: skip
def test_a_script_that_does_more_is_refused(text):
    assert embedded(text) == text
    with pytest.raises(ScmError, match=r"E821"):
        read_dagitty(Source("t", text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("library(dagitty)\nSun -> Tan", "a script"), ("import os\nSun -> Tan", "a script"),
        ("flowchart LR\nSun-->Tan", "Mermaid"), ("dag { Sun --> Tan }", "Mermaid"),
        ("<!doctype html>\n<p>Sun -> Tan", "markup"), ('{"edges": "Sun -> Tan"}', "JSON"),
        ("Sun, Tan : binary\nSun -> Tan", "a program of scmc"), ("Tan ~ Sun # ->", "a formula"),
        ("graph g\n\nSun -> Tan", "a program of scmc"),
        ("network n { }\nprobability ( Sun ) { } // -> ", "BIF"),
    ],
)  # fmt: skip
def test_what_the_text_seems_to_be_is_told(text, kind):
    with pytest.raises(ScmError) as refusal:
        read_dagitty(Source("t", text))
    (found,) = refusal.value.diagnostics
    assert found.code == "E821"
    assert found.help().startswith(f"this looks like {kind}")


@pytest.mark.parametrize(
    "text",
    [
        "We think that Sun -> Tan holds.", "* Sun -> Tan", "1. Sun -> Tan", "Sun -> Tan -> (Age)",
        "“Sun” -> Tan", "dag { Sun → Tan; Age -> Tan }", "dag { Sun => Tan; Age -> Tan }",
        "dag { Sun ~> Tan; Age -> Tan }", "Sun -> Tan, Age", "Sun, Age -> Tan",
        "dag { Sun ->> Tan }",
        "dag { Sun ; -> Tan }", "dag { Sun -x-> Tan }", "dag { Tan = Sun; Age -> Tan }",
        "dga { Sun -> Tan }", "dag { sub {Sun Age} -> Tan }",
        "digraph { edg [dir=back]; Sun -> Tan }",
        "digraph { Sun:Age; Sun -> Tan }", "dag { Sun:Age -> Tan }", "dag { S\u200bun -> Tan }",
        'dag { "S\u00adun" -> Tan }', "# Sun -> Tan\nSun", "strict Sun -> Tan",
        "digraph { Sun; Sun = Tan }",
    ],
)  # fmt: skip
def test_what_would_be_another_graph_is_refused(text):
    with pytest.raises(ScmError, match="E821"):
        read_dagitty(Source("t", text))


@pytest.mark.parametrize("arrow", ["o->", "<-o ", "o-o ", "@->"])
def test_arrows_of_a_pag_are_open(arrow):
    with pytest.raises(ScmError, match="E822"):
        read_dagitty(Source("t", f"dag {{ Sun {arrow}Tan }}"))


def test_a_node_may_be_called_o():
    graph = read_dagitty(Source("t", "dag { o -> p; {o->q} p<-r; o-xylene -> o }")).graph
    ends = {(edge.source, edge.target) for edge in graph.edges}
    assert ends == {("o", "p"), ("o", "q"), ("r", "p"), ("o-xylene", "o")}
