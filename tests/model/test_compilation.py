"""Specs and their JSON."""

import json

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.model.compilation import (
    compile_module,
    spec_for,
    spec_from_json,
    spec_to_json,
)
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.real.mixed import MixedModule
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec


@pytest.mark.parametrize("spec", [ExplicitSpec(hidden=3), ImplicitSpec(noise=4)])
def test_specs_survive_json(spec):
    assert spec_from_json(json.loads(json.dumps(spec_to_json(spec)))) == spec


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "names its family"),
        ({"family": "other"}, "names its family"),
        ({"family": ["x"]}, "names its family"),
        ({"family": "explicit", "colour": 1}, "no field colour"),
        ({"family": "explicit", "hidden": "wide"}, "hidden"),
        ({"family": "explicit", "hidden": 0}, "at least 1"),
    ],
)
def test_what_is_no_spec_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        spec_from_json(data)


def test_the_spec_chooses_the_family(graphs):
    assert isinstance(compile_module(graphs["one"]), ExplicitModule)
    assert isinstance(compile_module(graphs["one"], ImplicitSpec()), ImplicitModule)


def test_descriptions_and_parameters_cover_the_labels(graphs):
    module = compile_module(graphs["mixed"])
    assert module.count_parameters() == {"A": 1, "B": 6, "C": 6, "D": 18}
    assert module.describe()["D"] == "table of 6"
    networks = compile_module(graphs["mixed"], ImplicitSpec(hidden=5, layers=2, noise=2))
    assert networks.count_parameters()["A"] == 2 * 5 + 5 + 5 + 1


def test_real_nodes_have_no_implicit_mechanisms():
    graph = parse_text("Age, Dose : real\nIll : binary\nAge, Dose -> Ill")
    assert isinstance(compile_module(graph), MixedModule)
    with pytest.raises(ScmError, match=r"E303.*`Age`, `Dose` are real"):
        compile_module(graph, ImplicitSpec())


def test_a_hidden_cause_of_a_real_node_has_no_mechanism():
    hidden = "A, B : binary\nX : real\nA -> X\nA <-> B"
    assert compile_module(parse_text(hidden)).sample(3).shape == (3, 3)
    with pytest.raises(ScmError, match="E570"):
        compile_module(parse_text(hidden.replace("A <-> B", "B <-> X")))


def test_the_spec_of_a_graph_with_real_nodes_is_read_back():
    graph = parse_text("Age, Dose : real\nIll : binary\nAge, Dose -> Ill")
    spec = spec_for(graph)
    assert spec_from_json(json.loads(json.dumps(spec_to_json(spec)))) == spec
    with pytest.raises(ValueError, match="the mechanisms are of"):
        compile_module(parse_text("A : real"), spec)
