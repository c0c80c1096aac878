"""Counterfactuals that observation determines in spite of hidden causes, against enumeration."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from scm_compiler import parse, train
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.law import law_graph
from scm_compiler.inference import Table, answer, plan
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Counted, Estimated, Fitted, Tables, table_shape
from scm_compiler.passes.fold import unfold
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import phrase

FRONT_DOOR = "S T C", "S->T T->C S<->C"
EFFECT_ON_THE_TREATED = "P(C[S=0]=1 | S=1)"


def drawn_graph(source):
    names = "ABCD"
    pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
    three = Discrete(("0", "1", "2"))
    return Graph(
        "g",
        tuple(Node(n, "categorical", three if source.random() < 0.2 else BINARY) for n in names),
        tuple(Edge(*pair) for pair in pairs if source.random() < 0.5),
        tuple(Confounder(*pair) for pair in pairs if source.random() < 0.3),
    )


def drawn_model(graph, source):
    """Tables in which each hidden cause has three states, and the same with it as a label."""
    whole, _ = unfold(graph, 3)
    rows = {
        node.name: source.dirichlet(
            np.ones(node.domain.size), size=table_shape(whole, node.name)[:-1]
        )
        for node in whole.labels
    }
    nodes = tuple(replace(node, kind="categorical") for node in whole.nodes)
    return Tables(whole, rows), Tables(replace(whole, nodes=nodes), rows)


def drawn_query(source, graph):
    """What one label has in another world, given what was seen, perhaps under an intervention."""
    names = list(source.permutation(list(graph.by_name)))

    def value(name):
        return int(source.integers(graph.domain(name).size))

    x, y, z, w = names
    world = (ir.Setting(x, value(x)),)
    free = source.random() < 0.2
    targets = [ir.Event(ir.Variable(y, world), None if free else value(y))]
    if source.random() < 0.3:
        targets.append(ir.Event(ir.Variable(z), value(z)))
    given = [ir.Event(ir.Variable(x), value(x))] if source.random() < 0.7 else []
    if source.random() < 0.4:
        given.append(ir.Event(ir.Variable(w, world if source.random() < 0.4 else ()), value(w)))
    do = (ir.Setting(w, value(w)),) if source.random() < 0.2 else ()
    return ir.Probability(tuple(targets), do, tuple(given))


def numbers(found):
    if isinstance(found.value, Table):
        return [row.probability.value for row in found.value.rows]
    return [found.probability]


@pytest.mark.parametrize("seed", range(4))
def test_answers_are_the_truth_or_refused(seed):
    """The truth is the answer of the model in which the hidden causes are labels like others."""
    source = np.random.default_rng(seed)
    met = Counter()
    for _ in range(150):
        graph = drawn_graph(source)
        model, open_to_all = drawn_model(graph, source)
        query = drawn_query(source, graph)
        if rung(query) < 3 or not graph.confounders:
            continue
        try:
            found = answer(query, model, noise_model="threshold", method="exact")
        except ScmError as error:
            met[error.diagnostics[0].code] += 1
            continue
        if not found.found:
            met["by the tables"] += 1
            drawn = answer(query, model, noise_model="threshold", method="weighted")
            assert numbers(drawn) == pytest.approx(numbers(found), abs=0.05), phrase(query, graph)
            continue
        truth = answer(query, open_to_all)
        assert truth.identified, phrase(query, graph)
        assert numbers(found) == pytest.approx(numbers(truth), abs=1e-9), phrase(query, graph)
        met["by a formula"] += 1
    assert {"by a formula", "by the tables", "E520", "E523"} <= met.keys()
    assert met["by a formula"] > 15, met


def smoking(binary, smoke=(0.6, 0.4), tar=((0.9, 0.1), (0.1, 0.9)), *, unseen=None, draws=None):
    """The front door, by its observational distribution."""
    graph = binary(*FRONT_DOOR)
    whole, hidden = unfold(graph, 2)
    rows = {
        name: np.full(table_shape(whole, name), 0.5)
        for name in (*(n.name for n in graph.labels), *hidden)
    }
    law = {
        "S": np.array(smoke),
        "T": np.array(tar),
        "C": np.array([[[0.9, 0.1], [0.6, 0.4]], [[0.5, 0.5], [0.3, 0.7]]]),
    }
    if draws is None:
        held = Tables(law_graph(graph), law, Fitted(unseen or {}))
        return Tables(whole, rows, Fitted(observational=held))
    held = Tables(law_graph(graph), law, Estimated(draws, unseen or {}))
    return Tables(whole, rows, Counted(10_000, draws, observational=held))


def test_the_effect_on_the_treated_by_the_front_door(binary, ask):
    """P(C[S=0]=1 | S=1) = sum_T P(T | S=0) P(C=1 | S=1, T)."""
    found = ask(smoking(binary), EFFECT_ON_THE_TREATED)
    assert found.probability == pytest.approx(0.9 * 0.5 + 0.1 * 0.7, abs=1e-12)
    assert (found.rung, found.identified, found.method) == (3, True, "exact")
    assert found.noise_model is None
    assert found.bounds is None
    assert found.how.startswith("rung 3 (counterfactual), identified by")
    assert f"{EFFECT_ON_THE_TREATED} = [" in found.formulas
    assert found.to_dict()["formulas"] == list(found.derived)
    assert found.to_dict()["estimands"]


def test_contrasts_expectations_and_regimes(binary, ask):
    model = smoking(binary)
    treated, own = 0.9 * 0.5 + 0.1 * 0.7, 0.1 * 0.5 + 0.9 * 0.7
    assert ask(model, "E(C[S=0] | S=1)").probability == pytest.approx(treated, abs=1e-12)
    effect = ask(model, "P(C[S=1]=1 | S=1) - P(C[S=0]=1 | S=1)")
    assert effect.probability == pytest.approx(own - treated, abs=1e-12)
    table = ask(model, "P(C[S=0] | S=1)").value
    assert table["1"] == pytest.approx(treated, abs=1e-12)
    assert table.variables == ("C[S=0]",)


def test_estimated_distributions_give_an_error(binary, ask):
    """The error is about what the delta method gives: T's rows count 3,000, C's 1,500."""
    draws = {"S": np.array(10_000), "T": np.full(2, 3000), "C": np.full((2, 2), 1500)}
    found = ask(smoking(binary, draws=draws), EFFECT_ON_THE_TREATED)
    by_tar = (0.7 - 0.5) ** 2 * 0.9 * 0.1 / 3000
    by_cancer = (0.9**2 * 0.25 + 0.1**2 * 0.21) / 1500
    assert found.std_error == pytest.approx((by_tar + by_cancer) ** 0.5, rel=0.25)
    assert (found.method, found.samples) == ("drawn", 10_000)


def test_combinations_never_seen_are_said_or_refused(binary, ask):
    """Nobody without tar smokes: P(C | S=1, T=0) is a guess."""
    guessed = {"C": np.array([[False, False], [True, False]])}
    model = smoking(binary, tar=((0.9, 0.1), (0.0, 1.0)), unseen=guessed)
    found = ask(model, EFFECT_ON_THE_TREATED)
    (warning,) = found.warnings
    assert warning.code == "W445"
    assert warning.low == pytest.approx(0.1 * 0.7)
    assert warning.high == pytest.approx(0.9 + 0.1 * 0.7)
    assert not ask(model, "P(C[S=1]=1 | S=0)").warnings
    nobody = smoking(binary, unseen={"C": np.array([[True, True], [False, False]])})
    with pytest.raises(ScmError) as caught:
        ask(nobody, "P(C[S=1]=1 | S=0)")
    assert caught.value.diagnostics[0].code == "E443"


def test_a_difference_that_is_no_probability_is_refused(tmp_path):
    """In the napkin (P(Y=1 | do(X=0)) - P(Y=1, X=0)) / P(X=1), where X=1 is rare in the rows."""
    program = "W, R, X, Y : binary\nW -> R -> X -> Y\nW <-> X\nW <-> Y\n"
    cells = {"0,0,0,0": 40, "0,1,0,1": 40, "1,0,0,1": 20, "1,1,0,0": 40}
    cells |= dict.fromkeys(["0,0,1,0", "0,1,1,1", "1,0,1,0", "1,1,1,1"], 1)
    rows = tmp_path / "rows.csv"
    rows.write_text("\n".join(["W,R,X,Y,n", *(f"{cell},{n}" for cell, n in cells.items())]) + "\n")
    data = f"csv:{rows}?count=n"
    run = train(parse(program, "napkin"), data=data, tables="shares", path=tmp_path / "run")
    effect = run.query("P(Y=1 | do(X=0))").probability
    with pytest.raises(ScmError) as caught:
        run.query("P(Y[X=0]=1 | X=1)")
    (found,) = caught.value.diagnostics
    assert found.code == "E444"
    assert found.value == pytest.approx((effect - 60 / 144) / (4 / 144), abs=1e-6)


def test_a_copy_that_is_read_as_the_value_of_several_parents(binary, ask):
    """D reads A, and as C what A is: the diagonal of P(D | do(A, C))."""
    graph = binary("A B C D", "A->D B->C C->D A<->C B<->C")
    model, open_to_all = drawn_model(graph, np.random.default_rng(0))
    text = "P(C=0 | D[C=A[B=0]]=1)"
    truth = ask(open_to_all, text).probability
    assert ask(model, text).probability == pytest.approx(truth, abs=1e-9)


def test_impossible_evidence(binary, ask):
    with pytest.raises(ScmError) as caught:
        ask(smoking(binary), f"{EFFECT_ON_THE_TREATED} - P(T=1 | S[S=1]=0)")
    assert caught.value.diagnostics[0].code == "E431"
    with pytest.raises(ScmError) as caught:
        ask(smoking(binary, smoke=(1.0, 0.0)), EFFECT_ON_THE_TREATED)
    assert caught.value.diagnostics[0].code == "E431"


def test_what_no_experiment_shows_is_refused(binary, ask):
    with pytest.raises(ScmError) as caught:
        ask(smoking(binary), "P(C[S=0]=1 | S=1, C=1)", method="exact")
    (found,) = caught.value.diagnostics
    assert found.code == "E523"
    assert found.span is not None


@pytest.mark.parametrize("text", [EFFECT_ON_THE_TREATED, "P(C[S=0]=1 | S=1, C=1)"])
def test_draws_do_not_answer_it(binary, ask, text):
    """The tables that would be drawn from do not know how the hidden cause moves C."""
    with pytest.raises(ScmError) as caught:
        ask(smoking(binary), text, method="weighted")
    assert caught.value.diagnostics[0].code == "E432"


def test_the_plan_says_the_formula(binary, parsed):
    graph = binary(*FRONT_DOOR)
    planned = plan(parsed(EFFECT_ON_THE_TREATED, graph), graph, text=EFFECT_ON_THE_TREATED)
    assert (planned.rung, planned.identified, planned.method) == (3, True, "exact")
    assert EFFECT_ON_THE_TREATED in str(planned)
    assert planned.to_dict()["formulas"] == list(planned.derived)
    assert planned.parts
