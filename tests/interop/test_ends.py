"""The ends of DOT's edges: what Graphviz draws there, and what is made of it."""

import re
from itertools import product

import pytest

from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop.ends import drawn
from scm_compiler.interop.graph_text import read_graph_text
from scm_compiler.render.graphviz import find_engine, lay_out

SHAPES = ("", "normal", "none", "odot", "halfopen", "lteenormal", "dotnone")


def arrows(text):
    source = Source("t", text)
    return [drawn(source, edge) for edge in read_graph_text(source).edges]


def arrow(attributes, header="digraph", between="->"):
    (found,) = arrows(f"{header} {{ a {between} b [{attributes}] }}")
    return found


def seen(svg):
    """The marks at the upper and at the lower end of each edge: ``, `o` for a circle, else `>`."""
    for edge in re.findall(r'<g id="edge\d+".*?</g>', svg, re.DOTALL):
        line = re.search(r'<path [^>]*d="M[-.\d]+,([-.\d]+)C.*[ ,]([-.\d]+)"', edge)
        top, end = sorted((float(line[1]), float(line[2])))
        marks = {"upper": set(), "lower": set()}
        for shape, rest in re.findall(r"<(ellipse|polygon|polyline)(.*?)/>", edge):
            place = re.search(r'cy="([-.\d]+)"|points="[-.\d]+,([-.\d]+)', rest)
            at = float(place[1] or place[2])
            side = "upper" if abs(at - top) < abs(at - end) else "lower"
            marks[side].add("o" if shape == "ellipse" else ">")
        yield tuple("o" if "o" in found else "".join(found) for found in marks.values())


@pytest.mark.parametrize(("header", "between"), [("digraph", "->"), ("graph", "--")])
def test_graphviz_draws_what_is_read(header, between):
    """Each direction with each pair of ends; the upper end is the tail in either sort of graph."""
    every = list(product(("", "forward", "back", "both", "none"), SHAPES, SHAPES))
    lines = [
        f'a{n} {between} b{n} [dir="{way}", arrowtail="{tail}", arrowhead="{head}"]'
        for n, (way, tail, head) in enumerate(every)
    ]
    text = f"{header} {{ {'; '.join(lines)} }}"
    svg = lay_out(find_engine("auto"), text, "svg").decode()
    ends = list(seen(svg))
    assert len(ends) == len(every)
    for asked, (tail, head), found in zip(every, ends, arrows(text), strict=True):
        expected = f"{tail.replace('>', '<')}-{head}" if tail or head else "--"
        assert found == expected, asked


def test_an_edge_with_one_head_is_an_arrow():
    assert arrow("dir=both, arrowtail=none, arrowhead=normal") == "->"
    assert arrow("dir=both, arrowhead=none") == "<-"
    assert arrow("dir=both, arrowtail=noneempty, arrowhead=vee") == "<->"


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ("arrowhead=tee", "-|"), ("arrowhead=box", "-?"), ("dir=back, arrowtail=diamond", "?-"),
        ("arrowhead=invempty", "-?"), ("arrowhead=inv", "-?"), ("arrowhead=dotnormal", "-o"),
        ("arrowhead=crowvee", "-?"), ("dir=both, arrowtail=odot, arrowhead=odot", "o-o"),
    ],
)  # fmt: skip
def test_an_end_that_is_no_head_is_open(attributes, found):
    assert arrow(attributes) == found


@pytest.mark.parametrize(
    ("attributes", "hint"),
    [
        ("dir=bakc", "`back`"), ("dir=Both", "`both`"), ("arrowhead=nromal", "`normal`"),
        ("dir=both, arrowtail=roundish", None), ("arrowhed=none", "`arrowhead=none`"),
        ("dri=both", "`dir=both`"), ("arrowhead=veeveeveeveevee", None),
    ],
)  # fmt: skip
def test_a_value_that_dot_does_not_know_is_refused(attributes, hint):
    with pytest.raises(ScmError) as refusal:
        arrow(attributes)
    (found,) = refusal.value.diagnostics
    assert (found.code, refusal.value.exit_code) == ("E840", 2)
    assert (found.help() is None) if hint is None else hint in found.help()


def test_defaults_and_strict_graphs():
    text = "digraph { edge [arrowtail=none] a -> b [dir=both]; { edge [dir=back] c -> d } }"
    assert arrows(text) == ["->", "--"]
    assert arrows("strict digraph { a -> b; b -> a; a -> b [dir=both] }") == ["<->", "->"]
    assert arrows("strict digraph { a -> b; edge [dir=back]; a -> b }") == ["->"]
    assert arrows("strict graph { a -- b; b -- a [dir=forward] }") == ["->"]
    again = "digraph { subgraph s { edge [dir=both] a -> b } c -> d subgraph s { e -> f } }"
    assert arrows(again) == ["<->", "->", "<->"]


def test_a_turned_arrow_that_contradicts_itself():
    assert arrow("dir=back", between="<-") == "<-"
    with pytest.raises(ScmError, match="E840"):
        arrow("dir=forward", between="<-")
