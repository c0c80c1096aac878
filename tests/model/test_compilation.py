"""Specs and their JSON."""

import json

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.emit import ExplicitModule, ExplicitSpec, ImplicitModule, ImplicitSpec
from scm_compiler.model.compilation import compile_module, spec_from_json, spec_to_json


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


def test_real_nodes_have_no_mechanisms_yet():
    graph = parse_text("Age, Dose : real\nIll : binary\nAge, Dose -> Ill")
    with pytest.raises(ScmError, match=r"E303.*`Age`, `Dose` are real"):
        compile_module(graph)
