"""Counterfactuals that observation determines: published cases, IDC, bounds, and enumeration."""

import random
import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.counterfactual import Memory, decide, decide_query, districts, written
from scm_compiler.identify.evaluation import evaluate
from scm_compiler.identify.identification import Identified, identify
from scm_compiler.inference import answer
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables
from scm_compiler.passes import flatten, twin, unfold
from scm_compiler.passes.twin import Held
from scm_compiler.passes.worlds import rung
from scm_compiler.semantics.query import phrase, read_query

MEDIATION = "X->M M->Y X->Y"
FRONT_DOOR = "X->M M->Y X<->Y"
BOW = "X->Y X<->Y"
NAPKIN = "W->R R->X X->Y W<->X W<->Y"
# The example of Shpitser and Pearl 2007 and 2008 for ID* and IDC*.
EXAMPLE = "X->W W->Y D->Z Z->Y X<->Y"


def decided(graph, text):
    query = read_query(text, graph)
    return decide(graph, query.targets, query.given, query.do)


@pytest.mark.parametrize(
    ("arrows", "query", "formula"),
    [
        # Shpitser and Pearl 2008: P(y_x | x', z_d, d).
        (
            EXAMPLE,
            "P(Y[X=0]=1 | X=1, Z[D=0]=0, D=0)",
            "[sum_{W} P(W | do(X=0)) P(X=1, Y=1 | do(W, Z=0))] / [P(X=1)]",
        ),
        # Pearl 2001, "Direct and indirect effects": the natural effects without confounding.
        (
            MEDIATION,
            "P(Y[X=1, M=M[X=0]]=1)",
            "sum_{M} P(Y=1 | do(X=1, M)) P(M | do(X=0))",
        ),
        # The effect on the treated: Shpitser and Pearl 2009, "Effects of treatment on the
        # treated".
        ("X->Y", "P(Y[X=0]=1 | X=1)", "P(Y=1 | do(X=0))"),
        (
            FRONT_DOOR,
            "P(Y[X=0]=1 | X=1)",
            "[sum_{M} P(M | do(X=0)) P(X=1, Y=1 | do(M))] / [P(X=1)]",
        ),
        # Consistency: Pearl 2009, corollary 7.3.2.
        (BOW, "P(Y[X=1]=1 | X=1)", "[P(Y=1, X=1)] / [P(X=1)]"),
        ("X->Y", "P(Y[X=1]=1 | X=1, Y=1)", "1"),
        # What no unit can be.
        ("X->Y", "P(Y=0 | Y[X=0]=1, Y[X=1]=1)", "0"),
    ],
)
def test_published_counterfactuals_that_are_identified(build, arrows, query, formula):
    graph = build(arrows)
    found = decided(graph, query)
    assert found.identified
    assert words(written(graph, found)) == words(formula)


def words(formula):
    """The formula's words in any order: products and lists commute."""
    return sorted(re.findall(r"[\w=]+|[/+-]", formula))


@pytest.mark.parametrize(
    ("arrows", "query", "node"),
    [
        # Pearl 2009, section 9.2: probabilities of necessity, of sufficiency, and of both.
        ("X->Y", "P(Y[X=0]=0 | X=1, Y=1)", "X"),
        ("X->Y", "P(Y[X=1]=1 | X=0, Y=0)", "X"),
        ("X->Y", "P(Y[X=1]=1, Y[X=0]=0)", "X"),
        # The effect on the treated where cause and effect share a hidden cause.
        (BOW, "P(Y[X=0]=1 | X=1)", "X"),
        # Avin, Shpitser and Pearl 2005: W is a recanting witness, which M and Y read.
        ("X->W W->M W->Y M->Y", "P(Y[X=1, M=M[X=0]]=1)", "X"),
        # The example with the mediator seen as well: as R's cfid has it, see below.
        (EXAMPLE, "P(Y[X=0]=1 | X=1, W=1)", "X"),
    ],
)
def test_published_counterfactuals_that_no_experiment_shows(build, arrows, query, node):
    found = decided(build(arrows), query)
    assert not found.identified
    assert node in {conflict.node for conflict in found.conflicts}


QUERY = "Y[X=0]=0, X=1, Z[D=0]=0, D=0"


@pytest.mark.parametrize(
    ("arrows", "query", "shown"),
    [
        (EXAMPLE, f"P({QUERY})", True),
        (f"{EXAMPLE} X->Y", f"P({QUERY})", False),
        (EXAMPLE, f"P({QUERY}, W=0)", False),
        (EXAMPLE, "P(Y[X=0]=0 | X=1, Z[D=0]=0, D=0)", True),
        (f"{EXAMPLE} X->Y", "P(Y[X=0]=0 | X=1, Z[D=0]=0, D=0)", False),
        ("X->Y", "P(Y[X=0]=0, Y[X=1]=1)", False),
        (EXAMPLE, f"P({QUERY}, Y[X=0, Z=0]=0, Z[X=0]=1)", True),
        ("X->Y Y<->A A<->B B<->Z X->Z", "P(Y[X=0]=0, A=0, B=0, Z[X=1]=0)", False),
        (EXAMPLE, "P(Y[Y=0]=0)", True),
        (EXAMPLE, "P(Y[Y=1]=0)", True),
        (EXAMPLE, f"P({QUERY}, Y[Y=0]=0)", True),
        ("C->A A->Y C->Y", "P(Y[A=1]=0 | A=0)", True),
        ("X->Z Z->Y X<->Z", "P(Y[Z=0]=1)", True),
        ("X->Z Z->Y X<->Z", "P(Y[Z=0]=1, Z[X=0]=0, X=0)", True),
        ("X->Z Z->Y X<->Z", "P(Y[Z=0]=1, Z[X=0]=0, X=0 | Y=1, Z=0, X=1)", True),
        ("X->Z Z->Y X<->Z", "P(Y[Z=0]=1, Z[X=0]=0, X=0 | Y=1, Z=0, X=0)", True),
        ("X->Y Z->Y", "P(Y=0 | X=0, Z=0)", True),
        ("X->Z Z->Y", "P(Z=0, Z[X=0]=1, X=0)", True),
        ("X->Z Z->Y", "P(Z=0, Z[X=0]=1, X=1)", False),
        (BOW, "P(Y[X=0]=0, Y=0)", False),
        ("X->Y X<->Y Y<->Z Z->Y", "P(Y[X=0]=0)", True),
        ("Z->X X->Y", "P(Y[X=0]=0, Y[X=1]=1, Z=0)", False),
        ("R->S S->T T->W R->W R<->T S<->W", "P(W[R=0, T=0]=0, T=0)", False),
    ],
)
def test_all_experiments_show_what_the_r_package_cfid_says(build, arrows, query, shown):
    """Tikka 2023, "Identifying counterfactual queries with the R package cfid": its own cases."""
    assert (not decided(build(arrows), query).conflicts) is shown


def test_an_experiment_would_show_it_and_observation_does_not(build):
    found = decided(build("X->Y X<->Y Z->X"), "P(Y[X=0]=1, Z=1)")
    assert not found.conflicts
    assert [part.treatments for part in found.unidentified] == [("X",)]


def test_a_binary_cause_settles_what_a_cause_of_three_values_leaves_open(build):
    graph = build(NAPKIN)
    found = decided(graph, "P(Y[X=0]=1 | X=1)")
    assert written(graph, found).startswith("[P(Y=1 | do(X=0)) - (")
    three = Discrete(("0", "1", "2"))
    nodes = tuple(Node(n.name, "label", three if n.name == "X" else BINARY) for n in graph.nodes)
    wide = Graph("g", nodes, graph.edges, graph.confounders)
    assert not decided(wide, "P(Y[X=0]=1 | X=1)").identified
    # What needs no other unit's value is as it was.
    assert decided(wide, "P(Y[X=0]=1 | X=0)").identified


def test_open_values_stand_for_all(build):
    graph = build(BOW)
    rows = decide_query(
        graph, ir.Probability((ir.Event(ir.Variable("Y", (ir.Setting("X", 0),))),))
    )
    assert [asked.targets[0].value for asked, _ in rows] == [0]  # the first says no
    assert not rows[0][1].identified


def test_too_many_values(build):
    wide = Discrete(tuple(map(str, range(20))))
    nodes = tuple(Node(name, "label", wide) for name in "ABCD")
    graph = Graph("g", nodes, (Edge("A", "B"),))
    targets = tuple(ir.Event(ir.Variable(name)) for name in "ABCD")
    with pytest.raises(ScmError) as caught:
        decide_query(graph, ir.Probability(targets))
    assert caught.value.diagnostics[0].code == "E454"


def some_graph(source, most, hidden):
    names = [f"N{rank}" for rank in range(source.randint(2, most))]
    pairs = [(a, b) for place, b in enumerate(names) for a in names[:place]]
    return Graph(
        "g",
        tuple(Node(name, "binary", BINARY) for name in names),
        tuple(Edge(a, b) for a, b in pairs if source.random() < 0.5),
        tuple(Confounder(a, b) for a, b in pairs if source.random() < hidden),
    )


def some_world(source, graph, depth=1):
    names = list(graph.by_name)
    count = source.choice([0, 0, 1, 1, 2]) if depth else 1
    return tuple(
        ir.Setting(
            name,
            ir.Variable(source.choice(names), some_world(source, graph, 0))
            if depth and source.random() < 0.3
            else source.randint(0, 1),
        )
        for name in source.sample(names, min(count, len(names)))
    )


def some_events(source, graph, least, most):
    found = {}
    for _ in range(source.randint(least, most)):
        variable = ir.Variable(source.choice(list(graph.by_name)), some_world(source, graph))
        found[variable] = ir.Event(variable, source.randint(0, 1))
    return tuple(found.values())


def test_on_rung_2_it_agrees_with_idc():
    source = random.Random(0)
    refused = 0
    for _ in range(1500):
        graph = some_graph(source, 6, 0.35)
        names = source.sample(list(graph.by_name), len(graph.nodes))
        first, second = sorted(source.choices(range(1, len(names) + 1), k=2))
        treated, seen = names[1:first], names[first:second]
        idc = identify(graph, names[:1], treated, seen)
        do = tuple(ir.Setting(name, source.randint(0, 1)) for name in treated)
        given = [ir.Event(ir.Variable(name), source.randint(0, 1)) for name in seen]
        found = decide(graph, [ir.Event(ir.Variable(names[0]), 1)], given, do)
        assert found.identified == isinstance(idc, Identified), (graph, names, treated, seen)
        refused += not found.identified
    assert refused > 100


def test_without_hidden_causes_bounds_that_meet_are_identified_and_models_agree():
    """Two noise models agree on P; they agree on what is identified, and bounds then meet."""
    source, numbers = random.Random(1), np.random.default_rng(1)
    refused = answered = 0
    for _ in range(900):
        graph = some_graph(source, 5, 0.0)
        query = ir.Probability(
            some_events(source, graph, 1, 2), (), some_events(source, graph, 0, 2)
        )
        if rung(flatten(query, graph)) < 3:
            continue
        rows = {
            name: np.stack([1 - p, p], -1)
            for name in graph.by_name
            for p in [numbers.uniform(0.1, 0.9, size=(2,) * len(graph.parents[name]))]
        }
        try:
            found = answer(query, Tables(graph, rows))
        except ScmError:
            continue  # evidence that cannot be
        verdict = decide(graph, query.targets, query.given, query.do)
        answered += 1
        refused += not verdict.identified
        assert found.identified == verdict.identified, phrase(query, graph)
        if verdict.identified:
            value = number_of(graph, verdict, partial(interventional, graph, Tables(graph, rows)))
            assert value == pytest.approx(found.probability, abs=1e-9), phrase(query, graph)
    assert answered > 300
    assert refused > 30


def interventional(graph, tables, found):
    """P(outcomes | do(treatments)) from all tables, outcomes first: no formula is asked."""
    names = list(graph.by_name)
    parts = []
    for name in names:
        if name not in found.treatments:
            scope = (*graph.parents[name], name)
            parts += [tables.probabilities[name], [names.index(other) for other in scope]]
    kept = (*found.outcomes, *found.treatments)
    ones = [np.ones(2), None]
    for name in found.treatments:  # an axis also where nothing reads what is held
        parts += [ones[0], [names.index(name)]]
    return kept, np.einsum(*parts, [names.index(name) for name in kept])


def number_of(graph, decision, law):
    """The value of a decision, by the distributions that `law` gives."""
    tables = {
        (frozenset(part.outcomes), frozenset(part.treatments)): law(part)
        for part in decision.factors
    }

    def term(districts):
        parts = []
        for district in districts:
            places = dict(district.places(graph))
            names, values = tables[district.nodes, district.read(graph)]
            there = [places[name] for name in names]
            index = tuple(i.value if isinstance(i, Held) else slice(None) for i in there)
            parts += [values[index], [i for i in there if not isinstance(i, Held)]]
        return np.einsum(*parts, []) if parts else 1.0

    if decision.sums is None:
        return sum(map(term, decision.above)) / sum(map(term, decision.below))
    above, below = (
        sum(sign * number_of(graph, part, law) for sign, part in side) for side in decision.sums
    )
    return above / below


def with_hidden_nodes(graph, model):
    """The model's tables on the graph in which each hidden cause is a node."""
    whole, names = unfold(graph, 3)
    nodes = (replace(node, kind="categorical") for node in whole.nodes)
    whole = replace(whole, nodes=tuple(nodes))  # a hidden node would be a hidden cause again
    blocks = [block for block in graph.noise if len(block.readers) > 1]
    called = {frozenset(b.readers): name for b, name in zip(blocks, names, strict=True)}

    def name_of(part):
        return part if isinstance(part, str) else called[frozenset((part.left, part.right))]

    found = {}
    for scope, table in model.tables:
        axes = [name_of(part) for part in scope]
        wanted = (*whole.parents[axes[-1]], axes[-1])
        found[axes[-1]] = table.transpose([axes.index(name) for name in wanted])
    return Tables(whole, found)


def test_with_hidden_causes_the_formulas_are_the_truth(model_of):
    """The truth is the answer of the model in which the hidden causes are nodes like others."""
    source, numbers = random.Random(2), np.random.default_rng(2)
    checked = 0
    for _ in range(700):
        graph = some_graph(source, 4, 0.4)
        query = ir.Probability(
            some_events(source, graph, 1, 2), (), some_events(source, graph, 0, 2)
        )
        verdict = decide(graph, query.targets, query.given)
        if not graph.confounders or rung(flatten(query, graph)) < 3 or not verdict.identified:
            continue
        model = model_of(graph, numbers)
        try:
            truth = answer(query, with_hidden_nodes(graph, model))
        except ScmError:
            continue  # evidence that cannot be
        joint = model.joint()

        def law(part, joint=joint):
            table = evaluate(part, joint)
            return table.names, table.values

        value = number_of(graph, verdict, law)
        assert value == pytest.approx(truth.probability, abs=1e-9), phrase(query, graph)
        checked += 1
    assert checked > 150


def torn_pairs(count, values):
    """Several parts alike, in each of which two worlds of one outcome disagree."""
    domain = Discrete(tuple(map(str, range(values))))
    names = [f"{letter}{part}" for part in range(count) for letter in "XWMY"]
    edges = [(f"{a}{p}", f"{b}{p}") for p in range(count) for a, b in ("XM", "MY", "WM", "WY")]
    pairs = [(f"{a}{p}", f"{b}{p}") for p in range(count) for a, b in ("MY", "XW")]
    return Graph(
        "g",
        tuple(Node(name, "label", domain) for name in names),
        tuple(Edge(*edge) for edge in edges),
        tuple(Confounder(*pair) for pair in pairs),
    )


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_terms_of_many_sums_are_bounded(count, monkeypatch):
    """Each part alone has 64 terms, and the whole the product of all."""
    looked = []
    monkeypatch.setattr(
        districts, "learn", lambda *known: looked.append(known) or twin.learn(*known)
    )
    graph = torn_pairs(count, 4)
    held = [ir.Variable(f"Y{part}", (ir.Setting(f"X{part}", 0),)) for part in range(count)]
    decided = decide(
        graph,
        [ir.Event(variable, 0) for variable in held],
        [ir.Event(ir.Variable(f"Y{part}"), 0) for part in range(count)],
    )
    assert decided.conflicts
    assert len(looked) * 4 * count < 4 * districts.MOST_COPIES


def test_a_record_does_not_change_what_is_decided():
    source = random.Random(5)
    for _ in range(40):
        graph = some_graph(source, 5, 0.3)
        memory = Memory(graph)
        names = list(graph.by_name)
        for _ in range(4):
            world = (ir.Setting(source.choice(names), source.randint(0, 1)),)
            targets = [ir.Event(ir.Variable(source.choice(names), world), source.randint(0, 1))]
            given = [ir.Event(ir.Variable(source.choice(names)), source.randint(0, 1))]
            alone = decide(graph, targets, given)
            assert decide(graph, targets, given, memory=memory) == alone
