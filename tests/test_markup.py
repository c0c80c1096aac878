"""Whatever things are called, what is made of them has the elements that tame names have."""

import ast
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scm_compiler as scm
from scm_compiler import render
from scm_compiler.diagnostics import Source
from scm_compiler.interop.dagitty import dagitty_text
from scm_compiler.interop.document import Document
from scm_compiler.interop.dot import dot_text, read_dot
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.query import Event, Regime, Setting, Variable
from scm_compiler.markup import markup, visible
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.html import report_html

ROOT = Path(__file__).parents[1]

HOSTILE = (
    "<script>alert(1)</script>",
    "' onload='alert(1)",
    "</title></style><img src=x onerror=alert(1)>",
    "]]><![CDATA[<b>",
    "<!-- & --> &lt;b&gt; &#60;",
    "$$ } \\end{x} \\href{javascript:alert(1)}{y} $$",
    "```\n</pre>| a | b |".replace("\n", " "),
    "{{x}} ${y} %s `id`",
)
ELSEWHERE = ('"><svg onload=alert(1)>', "\u202eturned", "\x00\x1b[31m", "two\nlines", "\ufffe")
"""What a program's own text refuses, and a graph from Python or JSON may hold."""


class Elements(HTMLParser):
    """The elements of an HTML text with the names of their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}",))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.found.append(("comment", data))

    def handle_decl(self, decl):
        self.found.append(("declaration", decl))

    unknown_decl = handle_pi = handle_decl


def elements(svg):
    """The elements of an XML text with the names of their attributes."""
    return [(part.tag, *part.attrib) for part in ET.fromstring(svg).iter()]


def program(cause, effect, value):
    return (
        f'"{cause}" : binary\n"{effect}" : categorical("{value}", other)\n'
        f'"{cause}" -> "{effect}"\n'
    )


def made(folder, cause, effect, value, name):
    """A run, and every result that shows itself as HTML."""
    graph = scm.parse(program(cause, effect, value), name)
    data = folder / f"{name.replace('/', '_')}.csv"
    quoted = (f'"{cell}"' for cell in (cause, effect, 0, value, 1, "other", 1, value, 0, value))
    data.write_text("{},{}\n{},{}\n{},{}\n{},{}\n{},{}\n".format(*quoted))
    run = scm.train(graph, data=f"csv:{data}", path=data.with_suffix(""))
    ask, held = f'P("{effect}"="{value}" | do("{cause}"=1))', {cause: 1}
    hidden = scm.parse(program(cause, effect, value) + f'"{cause}" <-> "{effect}"\n', name)
    shown = (
        graph,
        hidden,
        run,
        run.query(ask),
        run.query(ask).value,
        run.query(f'P("{effect}" | do("{cause}"=1))'),
        run.query(f'P("{effect}"["{cause}"=1]="{value}" | "{cause}"=0)'),
        run.explain(ask),
        run.do(held).answer(),
        run.do(held).answer().value,
        run.sample(3),
        run.given({effect: value}).counterfactual(3, do=held),
        graph.identify(f'P("{effect}" | do("{cause}"))'),
        graph.identify(f'P("{effect}"["{cause}"=1]="{value}")'),
        hidden.identify(f'P("{effect}" | do("{cause}"))'),
    )
    return graph, run, [result._repr_html_() for result in shown]


@pytest.fixture(scope="module")
def tame(tmp_path_factory):
    return made(tmp_path_factory.mktemp("tame"), "Cause", "Effect", "one", "graph")


@pytest.fixture(scope="module", params=range(len(HOSTILE)), ids=lambda n: HOSTILE[n][:12])
def hostile(request, tmp_path_factory):
    names = [HOSTILE[(request.param + turn) % len(HOSTILE)] for turn in range(4)]
    return names, made(tmp_path_factory.mktemp("hostile"), *names)


def test_results_in_a_notebook(tame, hostile):
    names, (_, _, pages) = hostile
    for plain, page in zip(tame[2], pages, strict=True):
        assert Elements(page).found == Elements(plain).found
    assert names[0] in Elements(pages[0]).text
    assert names[2] in Elements(pages[5]).text


def test_the_report(tame, hostile):
    names, (_, run, _) = hostile
    page, plain = (report_html(evaluate_run(it)) for it in (run, tame[1]))
    assert Elements(page).found == Elements(plain).found
    assert f"run {run.path}" in Elements(page).text
    assert names[0] in Elements(page).text


def held(graph):
    cause, effect = graph.nodes
    regime = Regime(do=(Setting(cause.name, 1),), given=(Event(Variable(effect.name), 0),))
    return graph, regime


@pytest.mark.parametrize("engine", ["auto", "built-in"])
def test_pictures(tame, hostile, engine):
    names, (graph, _, _) = hostile
    drawn = [render.draw_svg(*held(it), engine=engine) for it in (graph, tame[0])]
    assert elements(drawn[0]) == elements(drawn[1])
    assert all(name in " ".join(ET.fromstring(drawn[0]).itertext()) for name in names[:2])


def test_graphs_in_other_languages(tame, hostile):
    names, (graph, _, _) = hostile
    mermaid = [render.draw_mermaid(*held(it)).splitlines() for it in (graph, tame[0])]
    assert len(mermaid[0]) == len(mermaid[1])
    outside = ("\n".join(lines[4:]) for lines in mermaid)
    bare, plain = (re.sub(r'"[^"]*"', '""', text) for text in outside)
    assert bare == plain
    labels = re.findall(r'"([^"]*)"', "\n".join(mermaid[0][4:]))
    assert not any(
        set(label.replace("<br/><small>", "").replace("</small>", "")) & set("<>&'`$")
        for label in labels
    )
    json.loads(mermaid[0][1].removeprefix("title: "))
    read = read_dot(Source("g.dot", dot_text(Document(graph))), "g").graph
    assert [node.name for node in read.nodes] == names[:2]
    assert names[0] in dagitty_text(Document(graph))


@pytest.mark.parametrize("name", [*HOSTILE, *ELSEWHERE], ids=range(len(HOSTILE) + len(ELSEWHERE)))
def test_names_that_no_program_could_give(name):
    nodes = (Node(name, "binary", BINARY), Node("B", "categorical", Discrete((name, "x"))))
    graph = Graph(name, nodes, (Edge(name, "B"),))
    plain = Graph("g", (Node("A", "binary", BINARY), nodes[1]), (Edge("A", "B"),))
    assert Elements(graph._repr_html_()).found == Elements(plain._repr_html_()).found
    for engine in ("auto", "built-in"):
        drawn = render.draw_svg(graph, engine=engine)
        assert elements(drawn) == elements(render.draw_svg(plain, engine=engine))
        assert visible(name) in " ".join(ET.fromstring(drawn).itertext())
    assert len(render.draw_mermaid(graph).splitlines()) == len(
        render.draw_mermaid(plain).splitlines()
    )


@given(st.text(st.characters(codec=None)))
def test_any_text_is_text(text):
    """As HTML, as an attribute and as XML, it is what it was, but for what cannot be seen."""
    page = f'<p title="{markup(text)}">{markup(text)}</p>'
    assert Elements(page).found == [("p", "title"), ("/p",)]
    read = ET.fromstring(page.encode()).text or ""
    for before, after in zip(text, read, strict=True):
        assert after == before or (after == "\ufffd" and not before.isprintable())


def test_nothing_else_makes_markup():
    """`html.escape` and its like stand in one place, so that no text can be forgotten there."""
    for path in [*ROOT.glob("scm_compiler/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]:
        names = {
            node.module if isinstance(node, ast.ImportFrom) else name.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in node.names
        }
        assert path.name == "markup.py" or not names & {"html", "xml.sax.saxutils", "markupsafe"}
