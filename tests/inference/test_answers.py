"""Answers to queries of each form, against figures worked out by hand."""

import gc
import json
import weakref
from dataclasses import replace

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import answer, shape
from scm_compiler.inference.draws import draw_labels
from scm_compiler.ir import Discrete, Edge, Graph, Image, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables
from scm_compiler.passes.fold import HIDDEN


def code_of(refusal):
    (diagnostic,) = refusal.value.diagnostics
    return diagnostic.code


# P(Cancer=1 | do(Smoke)), averaged over Gene.
DO0, DO1 = 0.7 * 0.01 + 0.3 * 0.2, 0.7 * 0.1 + 0.3 * 0.5
SMOKE = 0.7 * 0.2 + 0.3 * 0.7
SEE1 = (0.7 * 0.2 * 0.1 + 0.3 * 0.7 * 0.5) / SMOKE


@pytest.mark.parametrize(
    ("text", "expected", "rung"),
    [
        ("P(Smoke=1)", SMOKE, 1),
        ("P(Cancer=1 | Smoke=1)", SEE1, 1),
        ("P(Cancer=1 | do(Smoke=1))", DO1, 2),
        ("P(Cancer=1 | do(Smoke=1)) - P(Cancer=1 | do(Smoke=0))", DO1 - DO0, 2),
        ("ATE(Smoke -> Cancer)", DO1 - DO0, 2),
        ("ATE(Cancer -> Smoke)", 0.0, 2),
        ("E(Cancer | do(Smoke=1))", DO1, 2),
        ("E(Cancer | Smoke=1) - E(Cancer | do(Smoke=1))", SEE1 - DO1, 2),
        ("P(Smoke=1 | do(Cancer=1))", SMOKE, 2),
        ("P(Smoke=1 | do(Smoke=1))", 1.0, 2),
        ("P(Smoke=0 | do(Smoke=1))", 0.0, 2),
        ("P(Smoke=1 | Smoke=1)", 1.0, 1),
        ("P(Smoke=1, Smoke=0)", 0.0, 1),
        ("P(Smoke=1, Gene=1)", 0.21, 1),
        ("P(Gene=1 | do(Smoke=1), Cancer=1)", 0.15 / 0.22, 2),
        ("P(Gene=1 | Smoke=1)", 0.21 / SMOKE, 1),
        ("P(Gene=1 | do(Smoke=1))", 0.3, 2),
        # Written as counterfactuals, but one world holds everything.
        ("P(Cancer[Smoke=1]=1)", DO1, 2),
        ("P(Cancer[Smoke=1]=1 | Gene=1)", 0.5, 2),
        ("P(Cancer[Smoke=1]=1, Cough[Smoke=1]=1)", DO1 * 0.6, 2),
        ("P(Gene[Smoke=1]=1 | Smoke=1)", 0.21 / SMOKE, 1),
        ("P(Smoke[Smoke=1]=1)", 1.0, 2),
        ("P(Cancer[Smoke=1]=1 | do(Smoke=0))", DO1, 2),
        ("P(Cancer[Smoke=0]=1 | do(Gene=1))", 0.2, 2),
        ("E(Cancer[Smoke=1])", DO1, 2),
    ],
)
def test_one_number(smoking, ask, text, expected, rung):
    found = ask(smoking, text)
    assert found.probability == pytest.approx(expected, abs=1e-12)
    assert (found.rung, found.identified, found.method, found.std_error) == (
        rung,
        True,
        "exact",
        None,
    )
    assert found.samples is None
    assert found.query == text


@pytest.mark.parametrize(
    "text", ["P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)", "do(Cancer=Cancer[Smoke=0])"]
)
def test_worlds_that_differ_are_not_sampled(smoking, ask, text):
    with pytest.raises(ScmError) as refusal:
        ask(smoking, text, method="sample")
    assert code_of(refusal) == "E430"


def test_evidence_that_contradicts_itself_once_its_worlds_are_one(smoking, ask):
    for text in ("P(Cough=1 | Gene=1, Gene[Smoke=1]=0)", "P(Gene=1 | Smoke[Smoke=1]=0)"):
        with pytest.raises(ScmError) as refusal:
            ask(smoking, text)
        assert code_of(refusal) == "E431"


@pytest.mark.parametrize("text", ["P(Gene=0, Gene=1 | Gene=0)", "P(Smoke=0, Smoke=1 | Cough=1)"])
def test_two_values_at_once_are_impossible(smoking, ask, text):
    assert ask(smoking, text).probability == 0.0


def test_a_free_target_is_a_table(smoking, ask):
    table = ask(smoking, "P(Cough, Gene | do(Smoke=1))").value
    assert table.variables == ("Cough", "Gene")
    assert table["1", "1"] == pytest.approx(0.3 * (0.5 * 0.1 + 0.5 * 0.6))
    assert sum(row.probability.value for row in table.rows) == pytest.approx(1)
    fixed = ask(smoking, "P(Smoke, Cancer | do(Smoke=1))").value
    assert [row.probability.value for row in fixed.rows] == pytest.approx([0, 0, 1 - DO1, DO1])
    part = ask(smoking, "P(Gene, Smoke=1)").value
    assert [row.probability.value for row in part.rows] == pytest.approx([0.14, 0.21])


def test_a_regime_is_every_label(smoking, ask):
    found = ask(smoking, "do(Smoke=1), given(Cancer=1)").value
    assert found["Smoke"]["1"].value == 1
    assert found["Cancer"]["0"].value == 0
    assert found["Gene"]["1"].value == pytest.approx(0.15 / 0.22)
    assert found["Cough"]["1"].value == pytest.approx(0.6)
    assert ask(smoking, "do()").rung == 1
    assert ask(smoking, "do()").value["Smoke"]["1"].value == pytest.approx(SMOKE)
    whole = ask(smoking, "do(Gene=0, Smoke=1, Cancer=1, Cough=0)").value
    assert [table["1"].value for table in whole.values()] == [0, 1, 1, 0]


def test_json_has_the_agreed_form(smoking, ask):
    one = ask(smoking, "P(Cancer=1 | do(Smoke=1))").to_dict()
    assert one["answer"] == {"probability": pytest.approx(DO1)}
    keys = {"query", "ok", "rung", "identified", "method", "samples", "seconds", "graph_hash"}
    assert keys <= set(one)
    assert one["graph_hash"] == smoking.graph.hash
    table = ask(smoking, "P(Cancer | do(Smoke=1))").to_dict()["answer"]
    assert table["variables"] == ["Cancer"]
    assert table["rows"][1] == {
        "values": {"Cancer": "1"},
        "probability": pytest.approx(DO1),
    }
    regime = ask(smoking, "do(Smoke=1)").to_dict()["answer"]
    assert regime["marginals"]["Cancer"]["1"]["probability"] == pytest.approx(DO1)
    assert "images" in regime
    assert "difference" in ask(smoking, "ATE(Smoke -> Cancer)").to_dict()["answer"]
    json.dumps([one, table, regime])


def test_text_says_first_how_it_was_got(smoking, ask):
    how, value, firm = str(ask(smoking, "P(Cancer=1 | do(Smoke=1))")).splitlines()
    assert firm == "no interval: the tables were given, and no data stand behind them"
    assert how.startswith("rung 2 (intervene), identified, exact, ")
    assert value == "P(Cancer=1 | do(Smoke=1)) = 0.22000"


def test_a_number_is_asked_of_a_number_alone(smoking, ask):
    with pytest.raises(ValueError, match="not one number"):
        _ = ask(smoking, "do()").probability


def test_images_are_sinks_and_change_nothing(smoking, ask):
    graph = smoking.graph
    face = Node("Face", "image", Image(3, 8, 8))
    edges = tuple(Edge(node.name, "Face") for node in graph.nodes)
    drawn = Graph("g", (*graph.nodes, face), (*graph.edges, *edges))
    model = Tables(drawn, smoking.probabilities)
    assert ask(model, "P(Cancer=1 | do(Smoke=1))").probability == pytest.approx(DO1)
    assert set(ask(model, "do(Smoke=1)").value) == {"Gene", "Smoke", "Cancer", "Cough"}


def test_values_that_are_numbers_have_an_expectation(ask):
    dose = Node("Dose", "categorical", Discrete(("-1", "0", "2.5")))
    model = Tables(Graph("g", (dose,)), {"Dose": np.array([0.2, 0.3, 0.5])})
    assert ask(model, "E(Dose)").probability == pytest.approx(-0.2 + 1.25)
    assert ask(model, "P(Dose=-1)").probability == pytest.approx(0.2)
    assert ask(model, "E(Dose | do(Dose=2.5))").probability == 2.5


class TestImpossible:
    @pytest.fixture
    def model(self, binary):
        """C is A and B; D is separate, and always 0."""
        both = np.zeros((2, 2, 2))
        both[..., 0] = 1
        both[1, 1] = [0, 1]
        half = np.array([0.5, 0.5])
        graph = binary("A B C D", "A->C B->C")
        return Tables(graph, {"A": half, "B": half, "C": both, "D": np.array([1.0, 0.0])})

    @pytest.mark.parametrize(
        "text",
        [
            "P(B=1 | A=0, C=1)",
            "P(B | do(A=0), C=1)",
            "P(B=1 | D=1)",
            "P(B=1 | B=1, D=1)",
            "P(B=1 | do(B=1), D=1)",
            "given(A=0, C=1)",
            "given(D=1)",
            "P(B=1 | A=1) - P(B=1 | A=0, C=1)",
        ],
    )
    @pytest.mark.parametrize("method", ["exact", "sample"])
    def test_is_refused(self, model, ask, text, method):
        with pytest.raises(ScmError) as refusal:
            ask(model, text, method=method)
        assert code_of(refusal) == "E431"
        assert refusal.value.exit_code == 1

    def test_names_the_evidence_and_the_world(self, model, ask):
        with pytest.raises(ScmError, match=r"`C=1` has probability zero under `do\(A=0\)`"):
            ask(model, "P(B=1 | do(A=0), C=1)")

    def test_what_is_possible_is_answered(self, model, ask):
        assert ask(model, "P(B=1 | A=1, C=1)").probability == 1
        assert ask(model, "P(C=1 | D=0)").probability == pytest.approx(0.25)


def test_rare_evidence_is_no_zero(binary, ask):
    """Three hundred symptoms of probability 0.1 each: P(evidence) is 1e-300 or less."""
    names = [f"S{i}" for i in range(300)]
    graph = binary("A " + " ".join(names), " ".join(f"A->{name}" for name in names))
    symptom = np.array([[0.95, 0.05], [0.9, 0.1]])
    tables = {"A": np.array([0.5, 0.5]), **dict.fromkeys(names, symptom)}
    model = Tables(graph, tables)
    half = ", ".join(f"{name}=1" for name in names[:299])
    # Odds 2^299: the complement is lost to rounding, the probability is not.
    assert ask(model, f"P(A=1 | {half})").probability == pytest.approx(1)
    ones = ", ".join(f"{name}=1" for name in names[:3])
    assert ask(model, f"P(A=0 | {ones})").probability == pytest.approx(1 / 9)
    flat = Tables(graph, tables | dict.fromkeys(names, np.array([[0.9, 0.1], [0.9, 0.1]])))
    everything = ", ".join(f"{name}=1" for name in names)
    assert ask(flat, f"P(A=1 | {everything})").probability == pytest.approx(0.5)
    regime = ask(flat, f"given({everything})").value
    assert regime["A"]["1"].value == pytest.approx(0.5)


class TestHiddenCauses:
    def test_tables_of_confounded_labels_are_refused(self, binary, ask):
        graph = binary("X Y Z", "X->Y Y->Z X<->Y")
        tables = {
            "X": np.array([0.5, 0.5]),
            "Y": np.array([[0.6, 0.4], [0.1, 0.9]]),
            "Z": np.array([[0.7, 0.3], [0.2, 0.8]]),
        }
        model = Tables(graph, tables)
        refused = ("P(Y=1 | X=1)", "P(Y=1 | do(X=1))", "P(Z=1)", "given(X=1)", "P(X=1 | Z=1)")
        for text in refused:
            with pytest.raises(ScmError) as refusal:
                ask(model, text)
            assert code_of(refusal) == "E432"
            assert "X <-> Y" in str(refusal.value)

    def test_what_does_not_rest_on_them_is_answered(self, binary, ask):
        graph = binary("X Y Z", "X->Y Y->Z X<->Y")
        tables = {
            "X": np.array([0.5, 0.5]),
            "Y": np.array([[0.6, 0.4], [0.1, 0.9]]),
            "Z": np.array([[0.7, 0.3], [0.2, 0.8]]),
        }
        model = Tables(graph, tables)
        assert ask(model, "P(Z=1 | do(Y=1))").probability == pytest.approx(0.8)
        assert ask(model, "P(X=1 | do(Y=1))").probability == pytest.approx(0.5)
        assert ask(model, "P(X=1)").probability == pytest.approx(0.5)

    @pytest.fixture
    def drawn(self):
        """X <-> Y as a label U that causes both, and X -> Y."""
        nodes = (
            Node("X", "binary", BINARY),
            Node("Y", "binary", BINARY),
            Node("U(X,Y)", HIDDEN, BINARY),
        )
        edges = (Edge("U(X,Y)", "X"), Edge("X", "Y"), Edge("U(X,Y)", "Y"))
        leaning = np.array([[0.9, 0.1], [0.2, 0.8]])
        tables = {
            "U(X,Y)": np.array([0.5, 0.5]),
            "X": leaning,
            "Y": np.array([[[0.9, 0.1], [0.5, 0.5]], [[0.6, 0.4], [0.1, 0.9]]]),
        }
        return Tables(Graph("g", nodes, edges), tables)

    def test_tables_with_the_hidden_cause_answer_observations(self, drawn, ask):
        expected = (0.5 * 0.1 * 0.4 + 0.5 * 0.8 * 0.9) / (0.5 * 0.1 + 0.5 * 0.8)
        found = ask(drawn, "P(Y=1 | X=1)")
        assert found.probability == pytest.approx(expected)
        assert set(ask(drawn, "do()").value) == {"X", "Y"}

    def test_but_not_interventions_that_the_data_do_not_determine(self, drawn, ask):
        for text in ("P(Y=1 | do(X=1))", "ATE(X -> Y)", "do(X=1)"):
            with pytest.raises(ScmError) as refusal:
                ask(drawn, text, method="exact")
            assert code_of(refusal) == "E520"
        assert ask(drawn, "do(Y=1), given(X=1)").value["X"]["1"].value == 1
        assert ask(drawn, "P(X=1 | do(Y=1))").probability == pytest.approx(0.45)


def test_too_large_is_refused_before_memory_is_taken(binary, ask):
    names = [f"X{i}" for i in range(60)]
    # Each pair has a common child that is seen, so that all sixty depend on each other.
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i] if (i + int(b[1:])) % 2]
    children = [f"C{i}" for i in range(len(pairs))]
    edges = [f"{p}->{c}" for pair, c in zip(pairs, children, strict=True) for p in pair]
    graph = binary(" ".join(names + children), " ".join(edges))
    tables = dict.fromkeys(names, np.array([0.5, 0.5]))
    tables |= dict.fromkeys(children, np.full((2, 2, 2), 0.5))
    evidence = ", ".join(f"{child}=1" for child in children)
    model = Tables(graph, tables)
    with pytest.raises(ScmError) as refusal:
        ask(model, f"P(X0=1 | {evidence})", method="exact")
    assert code_of(refusal) == "E433"
    assert "the limit is 2^26" in str(refusal.value)
    estimated = ask(model, f"P(X0=1 | {evidence})")
    assert estimated.method == "weighted"
    assert estimated.probability == pytest.approx(0.5, abs=5 * estimated.std_error)
    assert ask(model, "P(C0=1)").probability == pytest.approx(0.5)


def test_a_second_question_of_the_same_shape_reuses_the_plan(smoking, parsed, monkeypatch):
    fresh = Tables(smoking.graph, smoking.probabilities)
    first = answer(parsed("P(Cancer=1 | do(Smoke=1))", fresh.graph), fresh)

    def planned_again(*_):
        raise AssertionError("planned again")

    monkeypatch.setattr(shape, "compile_shape", planned_again)
    other = answer(parsed("P(Cancer=0 | do(Smoke=0))", fresh.graph), fresh)
    assert (first.probability, other.probability) == pytest.approx((DO1, 1 - DO0))


def test_a_thousand_nodes(ask, parsed):
    random = np.random.default_rng(5)
    names = [f"X{i}" for i in range(1000)]
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    edges, tables = [], {}
    for i in range(1000):
        parents = sorted({int(p) for p in random.integers(max(0, i - 5), i, 2)} if i else set())
        edges += [Edge(names[p], names[i]) for p in parents]
        tables[names[i]] = random.dirichlet([1, 1], size=[2] * len(parents))
    model = Tables(Graph("g", nodes, tuple(edges)), tables)
    total = ask(model, "P(X999 | do(X500=1), X998=1)").value
    assert sum(row.probability.value for row in total.rows) == pytest.approx(1)
    forward = ask(model, "P(X600=1 | X300=1)").probability
    marginals = ask(model, "given(X300=1)").value
    assert marginals["X600"]["1"].value == pytest.approx(forward, abs=1e-12)


@pytest.mark.parametrize("method", ["exact", "weighted", "sample"])
def test_what_is_remembered_of_a_model_does_not_keep_it(smoking, ask, method):
    model = replace(smoking)
    ask(model, "P(Cancer=1 | Cough=1)", method=method, samples=100)
    draw_labels(ir.Regime(), model, 10)
    left = weakref.ref(model)
    del model
    gc.collect()
    assert left() is None
