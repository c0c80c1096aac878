"""What an answer of rung 3 says, and what is refused."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.counterfactual import Networks
from scm_compiler.inference.counterfactual.asking import counterfactual_text
from scm_compiler.ir import Discrete
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.passes.fold import HIDDEN

UNIT = "P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)"


def refused(ask, model, text, **options):
    with pytest.raises(ScmError) as refusal:
        ask(model, text, **options)
    (found,) = refusal.value.diagnostics
    return found


def test_text_names_the_noise_model_and_the_bounds(smoking, ask):
    found = ask(smoking, UNIT)
    shown = str(found)
    assert "rung 3 (counterfactual), not identified (noise model: threshold), exact" in shown
    # By Gene: 0.014 of the unit's 0.119 at 0.01 / 0.1, and 0.105 at 0.2 / 0.5.
    assert f"{UNIT} = {(0.0014 + 0.042) / 0.119:.5f}" in shown
    assert "whatever the noise model: in [0.00000, 0.36471] (sharp)" in shown


def test_json_holds_the_noise_model_and_the_bounds(smoking, ask):
    document = json.loads(json.dumps(ask(smoking, UNIT).to_dict()))
    assert (document["rung"], document["identified"], document["method"]) == (3, False, "exact")
    assert document["noise_model"] == "threshold"
    bounds = document["answer"]["bounds"]
    assert bounds["sharp"] is True
    assert bounds["low"] <= document["answer"]["probability"] <= bounds["high"]


def test_other_rungs_have_neither(smoking, ask):
    document = ask(smoking, "P(Cancer=1 | do(Smoke=1))").to_dict()
    assert "noise_model" not in document
    assert set(document["answer"]) == {"probability"}


def test_two_columns_that_are_one_variable_agree(smoking, ask):
    found = ask(smoking, "P(Gene, Gene[Cough=1])")
    assert found.value.variables == ("Gene", "Gene[Cough=1]")
    gene = ask(smoking, "P(Gene=1)").probability
    shown = [row.probability.value for row in found.value.rows]
    assert shown == pytest.approx([1 - gene, 0, 0, gene])


def test_a_free_target_has_bounds_in_each_row(smoking, ask):
    found = ask(smoking, "P(Cancer[Smoke=0], Cough | Smoke=1, Cancer=1)")
    assert found.value.variables == ("Cancer[Smoke=0]", "Cough")
    assert found.value["1", "1"] == pytest.approx(ask(smoking, UNIT).probability * 0.6)
    head, *lines = str(found.value).splitlines()
    assert head.endswith("whatever the noise model")
    assert len(lines) == 4
    assert all(row["bounds"]["high"] <= 1 for row in found.value.to_dict()["rows"])


def test_a_regime_that_holds_a_node_where_it_would_have_been(smoking, ask):
    found = ask(smoking, "do(Cancer=Cancer[Smoke=0])")
    assert found.rung == 3
    assert found.identified
    risk = 0.7 * 0.01 + 0.3 * 0.2
    assert found.value["Cancer"]["1"].value == pytest.approx(risk)
    assert found.value["Cough"]["1"].value == pytest.approx(0.1 + 0.5 * risk)
    assert found.value["Smoke"]["1"].value == pytest.approx(0.35)


def test_a_mean_of_two_values_is_a_probability(smoking, ask):
    mean = ask(smoking, UNIT.replace("P(", "E(").replace("]=1", "]"))
    chance = ask(smoking, UNIT)
    assert mean.probability == pytest.approx(chance.probability)
    assert (mean.bounds.low, mean.bounds.high) == pytest.approx(
        (chance.bounds.low, chance.bounds.high)
    )
    assert mean.bounds.sharp


def test_impossible_evidence(smoking, ask):
    model = replace(smoking, probabilities={**smoking.probabilities, "Gene": np.array([1.0, 0.0])})
    assert refused(ask, model, "P(Cancer[Smoke=0]=1 | Smoke=1, Gene=1)").code == "E431"
    other_worlds = "P(Cough=1 | Cancer[Smoke=0]=1, Cancer[Smoke=1]=0)"
    assert refused(ask, smoking, other_worlds).code == "E455"


def test_hidden_causes_are_refused_where_they_reach(binary, ask):
    graph = binary("X Y Z W", "X->Y Z->W X<->Y")
    rows = np.array([[0.5, 0.5], [0.2, 0.8]])
    model = Tables(graph, {"X": rows[0], "Y": rows, "Z": rows[0], "W": rows})
    found = refused(ask, model, "P(Y[X=0]=1 | X=1, Y=1)")
    assert (found.code, found.pairs) == ("E432", ("X <-> Y",))
    assert ask(model, "P(W[Z=0]=1 | Z=1, W=1)").probability == pytest.approx(0.625)


def test_hidden_causes_drawn_as_labels_are_still_hidden(binary, ask):
    graph = binary("X Y U", "X->Y U->X U->Y")
    nodes = tuple(replace(n, kind=HIDDEN) if n.name == "U" else n for n in graph.nodes)
    tables = {
        "X": np.full((2, 2), 0.5),
        "Y": np.full((2, 2, 2), 0.5),
        "U": np.array([0.5, 0.5]),
    }
    model = Tables(replace(graph, nodes=nodes), tables)
    assert refused(ask, model, "P(Y[X=0]=1 | X=1, Y=1)", method="exact").code == "E523"


def test_a_node_in_two_worlds_may_have_no_hidden_cause(binary, ask):
    """Y's own noise and its hidden cause are one: its table does not hold them apart."""
    graph = binary("X Y Z", "X->Y Y<->Z")
    rows = np.array([[0.5, 0.5], [0.2, 0.8]])
    model = Tables(graph, {"X": rows[0], "Y": rows, "Z": rows[0]})
    assert refused(ask, model, "P(Y[X=0]=1 | X=1, Y=1)").code == "E432"
    assert ask(model, "P(Y[X=0]=1 | X=1)").probability == pytest.approx(0.5)


def test_guessed_rows_are_told(smoking, ask):
    unseen = {"Cancer": np.array([[False, False], [True, False]])}
    model = replace(smoking, known=Fitted(unseen))
    (warning,) = ask(model, UNIT).warnings
    assert warning.code == "W450"
    assert warning.share == pytest.approx(0.21 * 0.5 / (0.14 * 0.1 + 0.21 * 0.5))
    assert refused(ask, model, UNIT.replace("Smoke=1", "Smoke=1, Gene=1")).code == "E435"
    assert ask(model, UNIT.replace("Smoke=1", "Smoke=1, Gene=0")).warnings == ()


def test_too_large_is_refused_before_memory_is_taken(parsed, binary):
    causes = [f"C{i}" for i in range(12)]
    effects = [f"E{i}" for i in range(14)]
    edges = [f"X->{name}" for name in causes]
    edges += [f"{cause}->{effect}" for cause in causes[:4] for effect in effects]
    graph = binary(" ".join(["X", *causes, *effects]), " ".join(edges))
    random = np.random.default_rng(0)
    shapes = {n.name: (2,) * (len(graph.parents[n.name]) + 1) for n in graph.labels}
    tables = {name: random.dirichlet([1, 1], shape[:-1]) for name, shape in shapes.items()}
    seen = ", ".join(f"{name}=1" for name in effects)
    query = parsed(f"P(E0[X=0]=1 | X=1, {seen})", graph)
    beyond = Networks.of(query, graph, limit=64).beyond((), limit=64)
    assert beyond is not None
    assert beyond.code == "E450"
    found = Networks.of(query, graph).answer(Tables(graph, tables))
    assert 0 < found.parts[""].point < 1


def test_a_counterfactual_from_values(smoking, ask):
    text = counterfactual_text("Cancer", {"Smoke": 0}, {"Smoke": 1, "Cancer": 1})
    assert text == "P(Cancer[Smoke=0] | Smoke=1, Cancer=1)"
    assert ask(smoking, text).value["1"] == pytest.approx(ask(smoking, UNIT).probability)
    assert counterfactual_text(UNIT) == UNIT


def test_names_that_need_quotes_get_them():
    text = counterfactual_text("P", {"5_o": 1}, {"a b": "light brown"})
    assert text == 'P("P"[5_o=1] | "a b"="light brown")'


def test_a_thousand_nodes(binary, parsed):
    names = [f"N{i}" for i in range(1000)]
    edges = [f"{a}->{b}" for a, b in pairwise(names)]
    graph = binary(" ".join(names), " ".join(edges))
    rows = np.array([[0.9, 0.1], [0.05, 0.95]])
    model = Tables(graph, {name: rows if i else rows[0] for i, name in enumerate(names)})
    query = parsed("P(N999[N900=0]=1 | N999=1, N100=0)", graph)
    found = Networks.of(query, graph).answer(model).parts[""]
    assert 0 < found.point <= 1
    assert found.bounds[0].low <= found.point <= found.bounds[0].high


def test_evidence_that_nothing_ties_to_the_target_leaves_its_bounds_alone(binary, ask):
    """What two worlds say of D, which has three values, says nothing of B."""
    graph = binary("A B C D", "A->B C->D")
    nodes = tuple(
        replace(n, kind="categorical", domain=Discrete(("0", "1", "2"))) if n.name == "D" else n
        for n in graph.nodes
    )
    tables = {
        "A": np.array([0.5, 0.5]),
        "B": np.array([[0.5, 0.5], [0.2, 0.8]]),
        "C": np.array([0.5, 0.5]),
        "D": np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]),
    }
    model = Tables(replace(graph, nodes=nodes), tables)
    found = ask(model, "P(B=1 | A=1, D[C=0]=1, D[C=1]=2)")
    assert (found.rung, found.identified, found.noise_model) == (3, True, None)
    assert found.probability == pytest.approx(0.8)
    assert not found.bounds.open
