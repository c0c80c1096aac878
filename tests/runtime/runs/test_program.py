"""A graph written as a program is the same graph when it is read."""

from dataclasses import replace

import pytest

from scm_compiler.compiler import check, load
from scm_compiler.diagnostics import Source
from scm_compiler.ir import Confounder
from scm_compiler.runtime.runs.program import program_text


@pytest.mark.parametrize("name", ["celeba_g1", "celeba_cg1", "hair", "sprinkler", "front_door"])
def test_the_examples_come_back(name):
    graph = load(name)
    again, report = check(Source("g", program_text(graph)))
    assert again is not None, str(report)
    assert again.hash == graph.hash
    assert again.name == graph.name


def test_names_that_need_quotes_and_hidden_causes(make_graph):
    graph = make_graph("P do H:light-brown|2", "P>H", "graph")
    graph = replace(graph, confounders=(Confounder("P", "do"),))
    again, report = check(Source("g", program_text(graph)))
    assert again is not None, str(report)
    assert (again.hash, again.name) == (graph.hash, "graph")
