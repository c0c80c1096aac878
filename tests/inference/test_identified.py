"""Graphs with hidden common causes, end to end: `answer` against enumeration of the truth."""

from collections import Counter
from itertools import pairwise, product
from math import prod

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify import evaluation
from scm_compiler.identify.estimand import factors
from scm_compiler.identify.graph import causal
from scm_compiler.identify.identification import Identified, identify
from scm_compiler.identify.law import law_graph
from scm_compiler.inference import answer, plan
from scm_compiler.inference.observation import observation_of
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Counted, Fitted, Tables, table_shape
from scm_compiler.passes import fold
from scm_compiler.passes.fold import unfold

STATES = 3


def drawn_graph(source, count):
    names = [f"V{rank}" for rank in range(count)]
    pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
    sizes = {name: int(source.integers(2, 4)) for name in names}
    domains = {name: Discrete(tuple(map(str, range(size)))) for name, size in sizes.items()}
    return Graph(
        "g",
        tuple(Node(name, "categorical", domains[name]) for name in names),
        tuple(Edge(*pair) for pair in pairs if source.random() < 0.45),
        tuple(Confounder(*pair) for pair in pairs if source.random() < 0.3),
    )


def drawn_model(graph, source):
    """Tables in which each hidden cause is a label of three unequal states."""
    whole, hidden = unfold(graph, STATES)
    return Tables(
        whole,
        {
            node.name: source.dirichlet(
                np.ones(node.domain.size), size=table_shape(whole, node.name)[:-1]
            )
            for node in whole.labels
        },
    ), hidden


def truth(model, do, names):
    """P(names | do): every state of every label and hidden cause is gone through."""
    graph = model.graph
    labels = [node.name for node in graph.labels]
    letters = dict(zip(labels, "abcdefghijklmnopqrstuvwxyz", strict=False))
    parts, scopes = [], []
    for name in labels:
        scope = (*graph.parents[name], name)
        table = model.probabilities[name]
        if name in do:
            table, scope = np.eye(table.shape[-1])[do[name]], (name,)
        parts.append(table)
        scopes.append("".join(letters[other] for other in scope))
    wanted = "".join(letters[name] for name in names)
    return np.einsum(f"{','.join(scopes)}->{wanted}", *parts, optimize=True)


def question(source, graph):
    names = list(source.permutation([node.name for node in graph.labels]))
    y = source.integers(1, max(2, len(names) - 1))
    x = source.integers(0, len(names) - y + 1)
    z = source.integers(0, len(names) - y - x + 1)
    return names[:y], names[y : y + x], names[y + x : y + x + z]


def events(names, values=None):
    some = [None] * len(names) if values is None else values
    return tuple(ir.Event(ir.Variable(n), v) for n, v in zip(names, some, strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_answers_are_the_truth_or_refused(seed):
    """120 random models; the counts show that every way of answering was met."""
    source = np.random.default_rng(seed)
    met = Counter()
    for _ in range(30):
        graph = drawn_graph(source, source.integers(2, 6))
        model, _hidden = drawn_model(graph, source)
        outcomes, treatments, conditions = question(source, graph)
        sizes = {node.name: node.domain.size for node in graph.labels}
        held = {name: int(source.integers(sizes[name])) for name in treatments}
        seen = [int(source.integers(sizes[name])) for name in conditions]
        do = tuple(ir.Setting(name, value) for name, value in held.items())
        asked = ir.Probability(events(outcomes), do, events(conditions, seen))
        try:
            found = answer(asked, model)
        except ScmError as error:
            met[error.diagnostics[0].code] += 1
            assert not causal(graph).identify(
                f"P({', '.join(outcomes)} | do({', '.join(treatments)})"
                f"{''.join(f', {name}' for name in conditions)})"
            )
            continue
        joint = truth(model, held, (*conditions, *outcomes))[tuple(seen)]
        if not found.identified:
            met["bounds"] += 1
            for row, true in zip(found.value.rows, (joint / joint.sum()).ravel(), strict=True):
                span = row.probability.bounds
                assert span.low - 1e-7 <= true <= span.high + 1e-7
            continue
        numbers = [row.probability.value for row in found.value.rows]
        assert numbers == pytest.approx((joint / joint.sum()).ravel(), abs=1e-9)
        met["formula" if found.found and treatments and graph.confounders else "observed"] += 1
    assert met.keys() <= {"bounds", "formula", "observed", "E520"}
    assert min(met["formula"], met["observed"], met["bounds"] + met["E520"]) >= 3


def test_answers_do_not_depend_on_how_hidden_causes_were_fitted(binary, ask):
    """Two models that agree on what is seen, and have other hidden states, answer alike."""
    graph = binary("S T C", "S->T T->C S<->C")
    whole, (hidden,) = unfold(graph, 2)
    smoke = np.array([[0.8, 0.2], [0.2, 0.8]])
    cancer = np.array([[[0.9, 0.1], [0.7, 0.3]], [[0.5, 0.5], [0.3, 0.7]]])
    tar = np.array([[0.9, 0.1], [0.1, 0.9]])
    one = Tables(whole, {"S": smoke, "T": tar, "C": cancer, hidden: np.array([0.5, 0.5])})
    # The same law with the hidden states split unevenly: S is its own cause, C follows from it.
    below = [np.array([0.5 * smoke[0, s], 0.5 * smoke[1, s]]) for s in (0, 1)]
    follows = np.stack([np.stack([cancer[t].T @ (b / b.sum()) for b in below]) for t in (0, 1)])
    shares = np.array([b.sum() for b in below])
    other = Tables(whole, {"S": np.eye(2), "T": tar, "C": follows, hidden: shares})
    rung_2 = ("P(C=1 | do(S=1))", "E(C | do(S=0))", "ATE(S -> C)", "P(C=1 | do(S=1), T=1)")
    for text in (*rung_2, "P(C[S=1]=1 | S=0)"):
        assert ask(one, text).probability == pytest.approx(ask(other, text).probability, abs=1e-12)
    assert ask(one, "P(C=1 | do(S=1))").probability == pytest.approx(0.56)
    with pytest.raises(ScmError):
        ask(one, "P(C[S=1]=1 | S=0, C=0)", method="exact")


def test_the_answer_says_by_what(binary, ask):
    graph = binary("S T C", "S->T T->C S<->C")
    model, _ = drawn_model(graph, np.random.default_rng(0))
    found = ask(model, "P(C=1 | do(S=1))")
    assert found.how.startswith("rung 2 (intervene), identified by the front-door formula, exact")
    line = "P(C | do(S)) = sum_{T} P(T | S) sum_{S'} P(C | S', T) P(S')"
    assert found.formulas == line
    assert line in str(found)
    (estimand,) = found.to_dict()["estimands"]
    assert estimand["by"] == "the front-door formula"
    assert ask(model, "P(C=1 | S=1)").how.startswith("rung 1 (observe), identified, exact")
    effect = ask(model, "ATE(S -> C)").probability
    apart = [ask(model, f"P(C=1 | do(S={s}))").probability for s in (0, 1)]
    assert effect == pytest.approx(apart[1] - apart[0], abs=1e-12)
    regime = ask(model, "do(S=1)").value
    assert regime["C"]["1"].value == pytest.approx(apart[1], abs=1e-12)
    assert regime["S"]["1"].value == 1.0


def test_targets_that_the_condition_fixes(binary, ask):
    graph = binary("S T C", "S->T T->C S<->C")
    model, _ = drawn_model(graph, np.random.default_rng(1))
    plain = ask(model, "P(C=1 | do(S=1))").probability
    assert ask(model, "P(C=1, S=1 | do(S=1))").probability == pytest.approx(plain, abs=1e-12)
    assert ask(model, "P(C=1, S=0 | do(S=1))").probability == 0
    assert ask(model, "P(C=1, C=0 | do(S=1))").probability == 0
    table = ask(model, "P(S, C | do(S=1))").value
    assert table["1", "1"] == pytest.approx(plain, abs=1e-12)
    assert table["0", "1"] == 0


def test_an_unidentified_query_shows_its_hedge_and_a_way_out(binary, ask):
    model, _ = drawn_model(binary("X Y", "X->Y X<->Y"), np.random.default_rng(0))
    for text in ("P(Y=1 | do(X=1))", "ATE(X -> Y)", "do(X=1)", "P(Y | do(X=0)) - P(Y | X=0)"):
        with pytest.raises(ScmError) as caught:
            ask(model, text.replace("P(Y |", "P(Y=1 |"), method="exact")
        (found,) = caught.value.diagnostics
        assert found.code == "E520"
        assert found.outer == ("X", "Y")
        assert "an experiment on `X`" in found.help()
        assert found.span is not None


def law_of(graph, shares, unseen):
    """A model whose law is given, with hidden states of no meaning."""
    whole, hidden = unfold(graph, 2)
    rows = {
        name: np.full(table_shape(whole, name), 0.5)
        for name in (*(n.name for n in graph.labels), *hidden)
    }
    law = Tables(law_graph(graph), shares, Fitted(unseen))
    return Tables(whole, rows, Fitted(observational=law))


def test_combinations_never_seen_are_said_or_refused(binary, ask):
    """Front door in which nobody without tar smokes: P(C | S=1, T=0) is a guess."""
    graph = binary("S T C", "S->T T->C S<->C")
    shares = {
        "S": np.array([0.6, 0.4]),
        "T": np.array([[0.9, 0.1], [0.0, 1.0]]),
        "C": np.array([[[0.9, 0.1], [0.6, 0.4]], [[0.5, 0.5], [0.3, 0.7]]]),
    }
    guessed = {"C": np.array([[False, False], [True, False]])}
    model = law_of(graph, shares, guessed)
    sure = ask(model, "P(C=1 | do(S=1))")
    assert not sure.warnings
    assert sure.probability == pytest.approx(0.6 * 0.4 + 0.4 * 0.7)
    part = ask(model, "P(C=1 | do(S=0))")
    (warning,) = part.warnings
    assert warning.code == "W445"
    least = 0.9 * 0.6 * 0.1 + 0.1 * (0.6 * 0.4 + 0.4 * 0.7)
    assert warning.low == pytest.approx(least)
    assert warning.high == pytest.approx(least + 0.9 * 0.4)
    assert warning.low <= part.probability <= warning.high
    table = ask(model, "P(C | do(S=0))")
    assert table.warnings[0].width == pytest.approx(0.9 * 0.4)


def test_nothing_behind_a_formula_is_refused(binary, ask):
    """The back-door formula where one treatment never occurs in either stratum."""
    graph = binary("Z X Y", "X->Y Z->X Z<->Y")
    shares = {
        "Z": np.array([0.5, 0.5]),
        "X": np.array([[1.0, 0.0], [1.0, 0.0]]),
        "Y": np.full((2, 2, 2), 0.5),
    }
    unseen = {"Y": np.array([[False, True], [False, True]])}
    model = law_of(graph, shares, unseen)
    assert ask(model, "P(Y=1 | do(X=0))").probability == pytest.approx(0.5)
    with pytest.raises(ScmError) as caught:
        ask(model, "P(Y=1 | do(X=1))")
    assert [d.code for d in caught.value.diagnostics] == ["E443"]


def test_bounds_hold_whatever_the_guesses(binary, ask):
    """Random laws with unseen rows: other numbers in those rows never leave the interval."""
    graph = binary("W Z X Y", "W->Z Z->X X->Y W<->X W<->Y")
    source = np.random.default_rng(5)
    met = Counter()
    for _ in range(40):
        law = law_graph(graph)
        shares = {
            n.name: source.dirichlet(np.ones(2), size=table_shape(law, n.name)[:-1])
            for n in law.labels
        }
        mask = source.random(table_shape(law, "Y")[:-1]) < 0.15
        for text in ("P(Y=1 | do(X=1))", "P(Y=1 | do(Z=1))"):
            try:
                found = ask(law_of(graph, shares, {"Y": mask}), text)
            except ScmError as error:
                met[error.diagnostics[0].code] += 1
                continue
            low, high = found.probability, found.probability
            for warning in found.warnings:
                met[warning.code] += 1
                low, high = warning.low, warning.high
            for guess in (0.0, 1.0, source.random()):
                rows = np.where(mask[..., None], [1 - guess, guess], shares["Y"])
                other = ask(law_of(graph, {**shares, "Y": rows}, {}), text).probability
                if text == "P(Y=1 | do(Z=1))":
                    assert low - 1e-9 <= other <= high + 1e-9
    assert met.keys() <= {"E443", "W445"}
    assert met["W445"] > 5


def test_sampling_draws_only_what_is_identified(binary, ask):
    model, _ = drawn_model(binary("S T C", "S->T T->C S<->C"), np.random.default_rng(2))
    exact = ask(model, "P(C=1 | do(S=1))").probability
    drawn = ask(model, "P(C=1 | do(S=1))", method="sample", samples=40_000, seed=3)
    assert abs(drawn.probability - exact) < 4.9 * drawn.std_error  # one in a million
    bow, _ = drawn_model(binary("X Y", "X->Y X<->Y"), np.random.default_rng(2))
    with pytest.raises(ScmError):
        ask(bow, "P(Y=1 | do(X=1))", method="sample")


@pytest.mark.parametrize("seed", range(3))
def test_counterfactuals_are_right_or_refused(seed):
    """Where hidden causes are out of reach the answer is that of the model without them."""
    source = np.random.default_rng(seed)
    met = Counter()
    for _ in range(40):
        names = "ABCD"
        pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
        graph = Graph(
            "g",
            tuple(Node(name, "binary", BINARY) for name in names),
            tuple(Edge(*pair) for pair in pairs if source.random() < 0.6),
            tuple(Confounder(*pair) for pair in pairs if source.random() < 0.12),
        )
        model, _hidden = drawn_model(graph, source)
        y, x = ("D", "A") if source.random() < 0.5 else ("C", "B")
        world = (ir.Setting(x, 1),)
        asked = ir.Probability((ir.Event(ir.Variable(y, world), 1),), (), events((x, y), (0, 1)))
        try:
            found = answer(asked, model, noise_model="threshold", method="exact")
        except ScmError as error:
            met[error.diagnostics[0].code] += 1
            continue
        met["answered"] += 1
        assert found.probability == pytest.approx(enumerated(model, x, y), abs=1e-9)
    assert met.keys() == {"E523", "answered"}
    assert min(met.values()) > 3


def enumerated(model, x, y):
    """P(y[x=1] = 1 | x=0, y=1) with threshold noise, over all states of all noise.

    The noise of a node is cut at every probability that its table holds: within a piece the
    node does the same whatever the piece's point is.
    """
    graph = model.graph
    order = [name for name in graph.topological if model.probabilities[name].ndim]
    pieces = {}
    for name in order:
        cuts = np.cumsum(model.probabilities[name][..., ::-1], -1)[..., :-1]
        ends = np.unique(np.concatenate([[0.0, 1.0], np.clip(cuts.ravel(), 0, 1)]))
        pieces[name] = [((a + b) / 2, b - a) for a, b in pairwise(ends)]
    above = ancestors(graph, y) | {x}
    used = [name for name in order if name in above or name in ancestors(graph, x)]
    both = only = 0.0

    def walk(rank, fact, other, weight):
        nonlocal both, only
        if rank == len(used):
            only += weight
            both += weight * (other[y] == 1)
            return
        name = used[rank]
        for point, width in pieces[name]:
            new = dict(fact), dict(other)
            for world in new:
                row = model.probabilities[name][tuple(world[p] for p in graph.parents[name])]
                world[name] = int((point < np.cumsum(row[::-1])[:-1]).sum())
            if name == x:
                new[1][x] = 1
            wanted = {x: 0, y: 1}
            if name in wanted and new[0][name] != wanted[name]:
                continue
            walk(rank + 1, *new, weight * width)

    walk(0, {}, {}, 1.0)
    return both / only


def ancestors(graph, name):
    found, waiting = {name}, [name]
    while waiting:
        for parent in graph.parents[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def test_hidden_causes_elsewhere_cost_nothing(ask):
    """A thousand nodes: what a query does not rest on is not looked at."""
    names = [f"N{rank}" for rank in range(1_000)]
    graph = Graph(
        "chain",
        tuple(Node(name, "binary", BINARY) for name in names),
        tuple(Edge(a, b) for a, b in pairwise(names)),
        (Confounder("N10", "N20"), Confounder("N500", "N510")),
    )
    model, _hidden = drawn_model(graph, np.random.default_rng(0))
    found = ask(model, "P(N999=1 | do(N700=1))")
    later = names[700:]
    row = np.array([0.0, 1.0])
    for name in later[1:]:
        row = row @ model.probabilities[name]
    assert found.probability == pytest.approx(row[1], abs=1e-12)


def test_every_setting_of_a_regime(binary, ask):
    graph = binary("W Z X Y", "W->Z Z->X X->Y W<->X W<->Y")
    model, _ = drawn_model(graph, np.random.default_rng(7))
    for x, z in product((0, 1), repeat=2):
        found = ask(model, f"do(X={x}, Z={z})").value
        for name in "WY":
            expected = truth(model, {"X": x, "Z": z}, (name,))
            assert found[name]["1"].value == pytest.approx(expected[1], abs=1e-9)


@pytest.fixture
def broad(binary):
    """A front door with 26 further effects: a formula for all of them has 2^28 numbers."""
    effects = [f"E{rank}" for rank in range(26)]
    edges = ["X->M", "M->Y", "X<->Y", *(f"X->{name}" for name in effects)]
    whole, (hidden,) = unfold(binary(" ".join(["X M Y", *effects]), " ".join(edges)), 2)
    rows = {
        "X": np.array([[0.8, 0.2], [0.3, 0.7]]),
        "M": np.array([[0.9, 0.1], [0.2, 0.8]]),
        "Y": np.array([[[0.9, 0.1], [0.6, 0.4]], [[0.5, 0.5], [0.2, 0.8]]]),
        hidden: np.array([0.4, 0.6]),
    }
    rows |= {name: np.array([[0.3, 0.7], [0.05, 0.95]]) for name in effects}
    return Tables(whole, rows)


def asked(do):
    effects = ", ".join(f"E{rank}=1" for rank in range(26))
    return f"P(Y=1, {effects} | do(X={do}))"


@pytest.mark.statistics
def test_a_formula_that_is_too_wide_leaves_weighted_draws(broad, ask):
    """The truth by hand: given X the effects are independent. One false alarm in a million."""
    found = ask(broad, asked(1))
    assert found.method == "weighted"
    y = 0.2 * (0.4 * 0.1 + 0.6 * 0.4) + 0.8 * (0.4 * 0.5 + 0.6 * 0.8)
    assert abs(found.probability - y * 0.95**26) < 4.9 * found.std_error
    assert found.std_error < 0.01
    assert "identified by" in found.how
    assert "likelihood weighting" in found.how


def test_the_width_of_a_formula_is_known_before_anything_is_done(broad, parsed, ask):
    with pytest.raises(ScmError) as caught:
        ask(broad, asked(1), method="exact")
    (found,) = caught.value.diagnostics
    assert (found.code, found.cells) == ("E433", 28)
    assert found.message() == "the formula needs a table of 2^28 numbers; the limit is 2^24"
    planned = plan(parsed(asked(1), fold(broad.graph)), broad.graph)
    assert planned.method == "weighted"
    said = "likelihood weighting (the formula needs a table of 2^28 numbers; the limit is 2^24)"
    assert said in str(planned)
    assert planned.to_dict()["widest"] == 2**28


def test_networks_have_no_draws_to_fall_back_on(broad, ask):
    """As counted in draws: the declared graph with its law and no hidden states."""
    law = observation_of(broad).law
    rows = {name: table for name, table in law.probabilities.items() if name != "Y"}
    rows["Y"] = np.full((2, 2), 0.5)  # P(Y | M), which nothing below rests on
    counted = Tables(fold(broad.graph), rows, Counted(1000, observational=law))
    with pytest.raises(ScmError) as caught:
        ask(counted, asked(1))
    (found,) = caught.value.diagnostics
    assert found.code == "E433"
    assert "run.module().sample" in found.help()


@pytest.mark.parametrize("seed", range(3))
def test_no_evaluation_makes_a_larger_table_than_is_foretold(seed, monkeypatch):
    """On random identified queries: the largest table that is made is the one foretold."""
    source = np.random.default_rng(seed + 50)
    seen = []
    check = evaluation.check_size

    def noted(shape, names):
        seen.append(prod(shape))
        check(shape, names)

    monkeypatch.setattr(evaluation, "check_size", noted)
    met = 0
    while met < 15:
        graph = drawn_graph(source, source.integers(3, 6))
        model, _ = drawn_model(graph, source)
        outcomes, treatments, conditions = question(source, graph)
        found = identify(graph, tuple(outcomes), tuple(treatments), tuple(conditions))
        if not isinstance(found, Identified) or not treatments:
            continue
        met += 1
        seen.clear()
        observed = observation_of(model)
        if observed is None:
            continue
        evaluation.evaluate(found, observed)
        sizes = {node.name: node.domain.size for node in graph.labels}
        foretold = evaluation.largest_table(found, sizes)
        marginals = [prod(sizes[n] for n in f.free) for f in factors(found.estimand)]
        assert max([*seen, *marginals]) == foretold
