"""ID and IDC against the literature, other libraries, and enumeration."""

import csv
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from scm_compiler.identify.evaluation import Dense, evaluate, value
from scm_compiler.identify.hedge import is_hedge
from scm_compiler.identify.identification import (
    Identified,
    NotIdentified,
    derive,
    identifiable,
    identify,
)
from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY

IDENTIFIED = ""
"""For cases of which the source prints another, equal formula, or none: the value is checked."""

# Name and source; the graph; outcomes, treatments, conditions; the formula, None if there is none.
PUBLISHED = [
    ("bow: Pearl 2009, Figure 3.9(a)", "X->Y X<->Y", "Y", "X", "", None),
    ("no confounding: Pearl 2009, Figure 3.8(a)", "X->Y", "Y", "X", "", "P(Y | X)"),
    (
        "back-door: Pearl 2009, Theorem 3.3.2",
        "Z->X Z->Y X->Y",
        "Y",
        "X",
        "",
        "sum_{Z} P(Z) P(Y | Z, X)",
    ),
    (
        "front-door: Pearl 2009, Figure 3.5 and Theorem 3.3.4",
        "X->Z Z->Y X<->Y",
        "Y",
        "X",
        "",
        "sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')",
    ),
    ("front-door, bow on the mediator: Tian and Pearl 2002, Theorem 3", "X->Z Z->Y X<->Z X<->Y",
     "Y", "X", "", None),
    ("instrument: Pearl 2009, page 153", "Z->X X->Y X<->Y", "Y", "X", "", None),
    (
        "napkin: Pearl and Mackenzie 2018, page 240",
        "W->Z Z->X X->Y W<->X W<->Y",
        "Y",
        "X",
        "",
        "[sum_{W} P(X, Y | W, Z) P(W)] / [sum_{W} P(X | W, Z) P(W)]",
    ),
    ("M-graph: Greenland, Pearl and Robins 1999", "X->Y X<->Z Z<->Y", "Y", "X", "", "P(Y | X)"),
    ("M-graph, given the collider", "X->Y X<->Z Z<->Y", "Y", "X", "Z", None),
    (
        "Verma's graph: Verma and Pearl 1990; Tian and Pearl 2002",
        "A->B B->C C->D B<->D",
        "D",
        "C",
        "",
        "sum_{B} P(D | B, C) P(B)",
    ),
    (
        "Verma's graph, both held",
        "A->B B->C C->D B<->D",
        "D",
        "AC",
        "",
        "sum_{B} P(D | A, B, C) P(B | A)",
    ),
    ("Shpitser and Pearl 2008, Figure 2(b)", "X->Y X->Z Z->Y Y<->Z", "Y", "X", "", "P(Y | X)"),
    (
        "Shpitser and Pearl 2008, Figure 2(d)",
        "Z->X Z->Y X->Y X<->Z",
        "Y",
        "X",
        "",
        "sum_{Z} P(Z) P(Y | Z, X)",
    ),
    (
        "Shpitser and Pearl 2006, Figure 1(a): no hedge",
        "V->X X->Y W->Z V<->W V<->Y V<->Z X<->W",
        "YZ",
        "X",
        "",
        "P(Z) sum_{V} P(Y | V, X) P(V)",
    ),
    ("the same with V -> W: a hedge", "V->X X->Y W->Z V<->W V<->Y V<->Z X<->W V->W", "YZ", "X",
     "", None),
    (
        "Shpitser and Pearl 2008, line 6 of ID",
        "X->Y X->Z Z->Y X<->Z",
        "Y",
        "XZ",
        "",
        "P(Y | X, Z)",
    ),
    ("Shpitser and Pearl 2008, Figure 6(a), conditional", "X->Z Z->Y X<->Z", "Y", "X", "Z",
     "P(Y | Z)"),
    ("Shpitser and Pearl 2008, Figure 6(a), without the condition", "X->Z Z->Y X<->Z", "Y", "X",
     "", None),
    ("no effect: ID line 2", "Y->X X<->Y", "Y", "X", "", "P(Y)"),
    ("six covariates: Pearl 2009, page 80", "A->B A->C B->X C->X D->X D->G C->Y X->Y", "Y", "X",
     "", IDENTIFIED),
    ("Pearl 2009, page 92, with four hidden causes",
     "B->X B->A B->C X->A C->Y A->Y B<->X B<->Y X<->C X<->Y", "Y", "X", "", IDENTIFIED),
    ("Pearl 2009, page 92, with two hidden causes",
     "X->A X->Y A->B A->Y B->Y X<->B A<->Y", "Y", "X", "", IDENTIFIED),
    ("two actions: Pearl 2009, page 119", "S->Z S->Y S->T Z->T T->Y S<->Z Z<->Y", "Y", "ST", "",
     IDENTIFIED),
    ("two actions: Pearl 2009, page 125", "A->S S->T T->Y B->Y A<->B A<->T B<->T", "Y", "ST", "",
     IDENTIFIED),
    ("Bareinboim's change of the graph on page 80",
     "A->B A->C B->X C->X X->V V->Y D->C D->H H->Y X->W W->U U->Y C->Y A<->X B<->C C<->H D<->Y",
     "Y", "X", "", IDENTIFIED),
    ("Verma's constraint twice: Tian 2002, page 70", "A->B B->C C->D D->F A<->C B<->D C<->F", "F",
     "A", "", IDENTIFIED),
    ("Verma's constraint twice: Tian 2002, page 59", "A->B B->C C->D D->F A<->F A<->C B<->D", "F",
     "A", "", IDENTIFIED),
    ("Tian 2002, page 90", "A->B C->D B->X D->X X->Y A<->X A<->Y A<->C C<->B C<->F F<->D", "Y",
     "X", "", IDENTIFIED),
    ("Bareinboim and Pearl 2012, page 114, first graph, P alone", "Z->X X->Y Z<->X Z<->Y", "Y",
     "X", "", None),
    ("Bareinboim and Pearl 2012, page 114, second graph, P alone", "Z->X X->Y X<->Y Z<->Y", "Y",
     "X", "", None),
    ("Bareinboim and Pearl 2012, page 114, third graph, P alone", "Z->Y X->Y X<->Z Z<->Y", "Y",
     "X", "", None),
    ("causaleffect: Tikka and Karvanen 2017, `fig1`", "W->X W->Z X->Z Z->Y X<->Y", "Y", "X", "",
     "sum_{W, Z} P(Z | W, X) P(W) sum_{X'} P(Y | W, X', Z) P(X' | W)"),
    ("causaleffect: Tikka and Karvanen 2017, `cond1`", "W->X W->Z X->Z Z->Y X<->Y",
     "Z", "X", "W", "P(Z | W, X)"),
    ("causaleffect: Tikka and Karvanen 2017, `fig5`", "A->X X->B B->Y A<->X A<->B A<->Y X<->Y",
     "Y", "X", "", None),
    ("causaleffect: Tian's graph, Tikka and Karvanen 2017, `fig7`",
     "X->A A->Y C->Y B->X B->A B->C X<->Y X<->C X<->B Y<->B", "ABCY", "X", "", IDENTIFIED),
    ("causaleffect: Tikka and Karvanen 2017, `fig8`", "Z->X Z->W X->Y W->Y", "Y", "XW", "",
     "P(Y | X, W)"),
    ("causaleffect: example of its manual", "X->Y Z->X Z->Y X<->Z", "Y", "X", "",
     "sum_{Z} P(Z) P(Y | Z, X)"),
    ("causaleffect: pruning, example of its manual",
     "X->D D->Y A->X B->A C->B C->X F->A F->D X<->B C<->B B<->Y D<->Y F<->D", "Y", "X", "",
     IDENTIFIED),
    ("causaleffect: simplification, example of its manual", "X->Y W->X W->Z Z->Y", "Y", "X", "",
     IDENTIFIED),
    ("causaleffect: surrogate outcomes, P alone", "W->X W->Z X->Z Z->Y X<->Z", "Y",
     "X", "", None),
    ("causaleffect for Python: Pedemonte-Bernat 2021, Figure 3.15(a)",
     "X<->Y Z->Y X->Z W->X W->Z", "Y", "X", "Z", IDENTIFIED),
    ("causaleffect for Python: Pedemonte-Bernat 2021, Figure 3.15(b)",
     "X<->Y Z->Y X->Z W->X W->Z", "Y", "X", "",
     "sum_{W, Z} P(Z | W, X) P(W) sum_{X'} P(Y | W, X', Z) P(X' | W)"),
    ("line 4 of ID: y0's examples", "X->M Z->X Z->Y M->Y Z<->X M<->Y", "Y", "X", "", IDENTIFIED),
    ("Markov without hidden causes: Pearl 2009, Theorem 3.2.5", "A->B A->C B->D C->D", "D", "B",
     "", "sum_{A} P(D | A, B) P(A)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "y", "x", "z", "formula"),
    [case[1:] for case in PUBLISHED],
    ids=[case[0] for case in PUBLISHED],
)
def test_published(build, model_of, text, y, x, z, formula):
    graph = build(text)
    found = identify(graph, y, x, z)
    if formula is None:
        assert isinstance(found, NotIdentified)
        assert is_hedge(graph, found.hedge)
    else:
        text = str(found.estimand)
        if formula not in (IDENTIFIED, text):
            assert sorted(text) == sorted(formula)  # the factors may stand in another order
        check_value(found, model_of(graph, np.random.default_rng(0)))


def check_value(found, model):
    """The formula on P against the truth; every arbitrary variable really is one."""
    observed = model.joint()
    table = evaluate(found, observed)
    assert table.names == (*found.treatments, *found.conditions, *found.outcomes)
    first = len(found.treatments)
    for held in product((0, 1), repeat=first):
        world = model.joint(dict(zip(found.treatments, held, strict=True)))
        truth = world.marginal(table.names[first:])
        axes = tuple(range(len(found.conditions), truth.ndim))
        assert table.values[held] == pytest.approx(
            truth / truth.sum(axes, keepdims=True), abs=1e-9
        )
    raw = value(found.estimand, observed)
    for name in found.arbitrary:
        assert np.ptp(raw.values, raw.names.index(name)) == pytest.approx(0, abs=1e-9)


def random_graph(source, count):
    names = [f"V{rank}" for rank in range(count)]
    pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
    return Graph(
        "g",
        tuple(Node(name, "binary", BINARY) for name in names),
        tuple(Edge(*pair) for pair in pairs if source.random() < 0.5),
        tuple(Confounder(*pair) for pair in pairs if source.random() < 0.3),
    )


def random_question(source, graph):
    names = list(source.permutation([node.name for node in graph.nodes]))
    y = source.integers(1, max(2, len(names) - 1))
    x = source.integers(0, len(names) - y + 1)
    z = source.integers(0, len(names) - y - x + 1)
    return names[:y], names[y : y + x], names[y + x : y + x + z]


@pytest.mark.parametrize("seed", range(8))
def test_random_models_with_hidden_causes(model_of, seed):
    source = np.random.default_rng(seed)
    verdicts = set()
    for _ in range(60):
        graph = random_graph(source, source.integers(2, 7))
        question = random_question(source, graph)
        found = identify(graph, *question)
        verdicts.add(type(found))
        if isinstance(found, NotIdentified):
            assert is_hedge(graph, found.hedge)
            check_two_models(graph, found.hedge)
        else:
            model = model_of(graph, source)
            check_value(found, model)
            check_value(derive(graph, found.outcomes, found.treatments, found.conditions), model)
    assert verdicts == {Identified, NotIdentified}


def check_two_models(graph, hedge):
    """Shpitser and Pearl 2006, Theorem 4: parities that agree on F, and differ on F' held.

    In the first model each node of F is the parity of its parents in F and of its hidden causes;
    in the second, nodes of F' listen neither to the rest of F nor to causes shared with it.
    """
    plain = parities(hedge.outer, hedge.inner, deaf=False)
    deaf = parities(hedge.outer, hedge.inner, deaf=True)
    assert plain({}) == deaf({})
    rest = [node for node in hedge.outer.nodes if node not in hedge.inner.nodes]
    worlds = [dict.fromkeys(rest, 0), {node: int(node == rest[0]) for node in rest}]
    assert any(plain(held) != deaf(held) for held in [*worlds, dict.fromkeys(rest, 1)])


def parities(outer, inner, *, deaf):
    def distribution(held):
        counts = {}
        for bits in product((0, 1), repeat=len(outer.spouses)):
            values = {}
            for node in outer.nodes:
                heard = set(inner.nodes if deaf and node in inner.nodes else outer.nodes)
                ties = zip(bits, outer.spouses, strict=True)
                causes = sum(bit for bit, pair in ties if node in pair and set(pair) <= heard)
                edges = [(parent, child) for parent, child in outer.edges if parent in heard]
                parity = (causes + sum(values[a] for a, b in edges if b == node)) % 2
                values[node] = held.get(node, parity)
            key = tuple(values.items())
            counts[key] = counts.get(key, 0) + 1
        return counts

    return distribution


def test_bow_two_models_agree_on_p_and_differ_on_do():
    """Y is X, or Y is the cause that X shows as well: nothing seen tells them apart."""
    effect = np.array([[0.5, 0.0], [0.0, 0.5]])  # P(X, Y) of both
    for y_follows_x in (True, False):
        joint, done = np.zeros((2, 2)), np.zeros((2, 2))
        for u in (0, 1):
            joint[u, u] += 0.5  # X is the cause, and Y is equal to it either way
            for x in (0, 1):
                done[x, x if y_follows_x else u] += 0.5
        assert (joint == effect).all()
        assert done[1, 1] == (1.0 if y_follows_x else 0.5)


TABLE = Path(__file__).with_name("agreement.csv")


@pytest.fixture(scope="module")
def cases():
    """Each case of the table with our verdict; benchmarks/identification.py makes the table."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row, identify(*problem(row))) for row in rows]


def problem(row):
    nodes = tuple(Node(name, "binary", BINARY) for name in row["nodes"])
    edges = tuple(Edge(*pair) for pair in row["arrows"].split())
    pairs = tuple(Confounder(*pair) for pair in row["hidden"].split())
    graph = Graph("g", nodes, edges, pairs)
    return graph, row["outcomes"], row["treatments"], row["conditions"]


def differing(cases, library):
    """The cases in which a library gives the other verdict; `!` is none."""
    ours = {Identified: "1", NotIdentified: "0"}
    return [(r, found) for r, found in cases if r[library] not in ("!", ours[type(found)])]


def test_where_the_libraries_agree_so_do_we(cases):
    assert len(cases) > 1_800
    alike = 0
    for row, found in cases:
        verdicts = {row[library] for library in ("y0", "causaleffect", "pyagrum")} - {"!"}
        if len(verdicts) == 1:
            alike += 1
            assert verdicts == {"1" if isinstance(found, Identified) else "0"}, row
    assert alike > 1_800


def test_causaleffect_is_never_wrong(cases):
    assert differing(cases, "causaleffect") == []
    assert not any(row["causaleffect"] == "!" for row, _ in cases)


def test_pyagrum_is_wrong_once(cases):
    """A -> B -> C, A <-> B, A <-> C: P(C | do(A), B) is not P(C | B); see docs/decisions/0010."""
    ((row, found),) = differing(cases, "pyagrum")
    assert (row["arrows"], row["hidden"]) == ("AB BC", "AB AC")
    assert is_hedge(problem(row)[0], found.hedge)
    # Two models: A is the cause of A and B; C listens to B and to the cause of A and C, or not.
    seen, asked = [], []
    for listens in (True, False):
        joint, world = {}, {}
        for u, w in product((0, 1), repeat=2):
            a = u ^ w
            b = a ^ u
            key = (a, b, b ^ w if listens else 0)
            joint[key] = joint.get(key, 0) + 0.25
            key = (u, u ^ w if listens else 0)  # B is u where A is held at 0
            world[key] = world.get(key, 0) + 0.25
        seen.append(joint)
        asked.append(world)
    assert seen[0] == seen[1]
    assert asked[0] != asked[1]


def test_y0_is_wrong_on_conditional_queries_alone(cases, model_of):
    wrong = differing(cases, "y0")
    assert 0 < len(wrong) < 20
    for number, (row, found) in enumerate(wrong):
        assert row["conditions"]
        if isinstance(found, Identified):
            check_value(found, model_of(problem(row)[0], np.random.default_rng(number)))
        else:
            check_two_models(problem(row)[0], found.hedge)


def test_the_table_in_numbers(cases, model_of):
    for number, (row, found) in enumerate(cases[::5]):
        if isinstance(found, Identified):
            check_value(found, model_of(problem(row)[0], np.random.default_rng(number)))


@pytest.mark.parametrize("seed", range(4))
def test_all_but_one_node(seed):
    """Tian and Pearl 2002, Theorem 3: P(v | do(x)) iff no `<->` path leads from x to its child."""
    source = np.random.default_rng(seed)
    for _ in range(100):
        graph = random_graph(source, source.integers(2, 8))
        x = f"V{source.integers(0, len(graph.nodes))}"
        others = [node.name for node in graph.nodes if node.name != x]
        district, waiting = {x}, [x]
        while waiting:
            node = waiting.pop()
            for pair in graph.confounders:
                if node in (pair.left, pair.right):
                    other = pair.right if node == pair.left else pair.left
                    if other not in district:
                        district.add(other)
                        waiting.append(other)
        expected = district.isdisjoint(graph.children[x])
        assert isinstance(identify(graph, others, [x]), Identified) is expected


def huang_and_valtorta(graph, outcomes, treatments):
    """Whether P(s | do(t)) is identified, by the algorithm of Huang and Valtorta (2006).

    "Identifiability in causal Bayesian networks: a sound and complete algorithm" (AAAI): Q[D] for
    the ancestors D of S without T, from the c-components of the whole graph, each by the procedure
    Identify of Tian and Pearl (2003). Nothing of it is shared with the code under test.
    """
    pairs = [{pair.left, pair.right} for pair in graph.confounders]
    nodes = {node.name for node in graph.nodes}

    def grown(names, near):
        found = set(names)
        while more := near(found) - found:
            found |= more
        return found

    def above(names, within):
        arrows = [(edge.source, edge.target) for edge in graph.edges]
        return grown(names, lambda found: {a for a, b in arrows if b in found} & within)

    def component(part, within):
        tied = [pair for pair in pairs if pair <= within]
        return grown(part, lambda found: set().union(*(pair for pair in tied if pair & found)))

    def identified(part, whole):
        ancestors = above(part, whole)
        if ancestors in (part, whole):
            return ancestors == part
        return identified(part, component(part, ancestors))

    needed = above(outcomes, nodes - set(treatments))
    parts = {frozenset(component({name}, needed)) for name in needed}
    return all(identified(set(part), component(part, nodes)) for part in parts)


def test_every_verdict_is_that_of_huang_and_valtorta(cases):
    """All unconditional cases of the table, and 600 larger random graphs."""
    for row, found in cases:
        if not row["conditions"]:
            graph, outcomes, treatments, _ = problem(row)
            expected = huang_and_valtorta(graph, outcomes, treatments)
            assert isinstance(found, Identified) is expected, row
    source = np.random.default_rng(11)
    verdicts = []
    for _ in range(600):
        graph = random_graph(source, source.integers(4, 10))
        outcomes, treatments, _ = random_question(source, graph)
        verdicts.append(huang_and_valtorta(graph, outcomes, treatments))
        assert isinstance(identify(graph, outcomes, treatments), Identified) is verdicts[-1]
    assert 100 < sum(verdicts) < 500


def test_the_published_hedge():
    """Tikka and Karvanen 2017, `fig5`: C-forests of {Z_1, X, Z_2} and {Z_2}."""
    names = ("Z_1", "X", "Z_2", "Y")
    graph = Graph(
        "g",
        tuple(Node(name, "binary", BINARY) for name in names),
        (Edge("Z_1", "X"), Edge("X", "Z_2"), Edge("Z_2", "Y")),
        tuple(
            Confounder(*pair) for pair in (("Z_1", "X"), ("Z_1", "Z_2"), ("Z_1", "Y"), ("X", "Y"))
        ),
    )
    hedge = identify(graph, ["Y"], ["X"]).hedge
    assert hedge.outer.nodes == ("Z_1", "X", "Z_2")
    assert hedge.inner.nodes == ("Z_2",)


def test_without_hidden_causes_everything_is_identified():
    source = np.random.default_rng(3)
    for _ in range(100):
        graph = random_graph(source, 7)
        plain = Graph("g", graph.nodes, graph.edges)
        assert isinstance(identify(plain, *random_question(source, plain)), Identified)


def test_steps_name_the_published_lines(build):
    found = identify(build("W->Z Z->X X->Y W<->X W<->Y"), "Y", "X")
    assert [step.line for step in found.steps] == ["ID line 3", "ID line 7", "ID line 6"]
    assert found.arbitrary == ("Z",)
    refused = identify(build("X->Y X<->Y"), "Y", "X")
    assert [str(step) for step in refused.steps] == ["ID line 5: a hedge of X, Y"]


def test_a_variable_that_is_not_needed_is_left_out(build):
    found = identify(build("G->X X->Z Z->Y X<->Y"), "Y", "X")
    assert str(found.estimand) == "sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')"
    assert str(found.steps[0]) == "projection: G can be left out"


def test_the_same_question_twice_gives_the_same_text():
    graph = random_graph(np.random.default_rng(5), 9)
    texts = {str(identify(graph, ["V8"], ["V1"])) for _ in range(3)}
    assert len(texts) == 1


def test_a_thousand_nodes():
    names = [f"N{rank}" for rank in range(1_000)]
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    edges = tuple(Edge(a, b) for a, b in pairwise(names))
    pairs = tuple(Confounder(a, b) for a, b in zip(names[::5], names[2::5], strict=False))
    found = identify(Graph("g", nodes, edges, pairs), ["N999"], ["N0"])
    assert isinstance(found, Identified)  # no hidden cause ties N0 to its child: Tian and Pearl
    bow = (*pairs, Confounder("N0", "N1"))
    refused = identify(Graph("g", nodes, edges, bow), ["N999"], ["N0"])
    assert refused.hedge.outer.nodes == ("N0", "N1")  # the hedge is as small as can be
    plain = identify(Graph("g", nodes, edges), ["N999"], ["N0"])
    assert str(plain.estimand) == "P(N999 | N0)"


@pytest.mark.parametrize(
    ("y", "x", "z"), [("", "X", ""), ("Y", "Q", ""), ("Y", "Y", ""), ("Y", "X", "X")]
)
def test_wrong_sets_are_refused(build, y, x, z):
    with pytest.raises(ValueError, match=r"no outcome|not a node|overlap"):
        identify(build("X->Y"), y, x, z)


def test_evaluation_says_where_support_is_missing(build):
    found = identify(build("Z->X Z->Y X->Y"), "Y", "X")
    joint = np.array([[[0.2, 0.2], [0.1, 0.1]], [[0.0, 0.0], [0.1, 0.3]]])
    table = evaluate(found, Dense(("Z", "X", "Y"), joint))
    assert np.isnan(table.values[0]).all()
    assert table.values[1] == pytest.approx([0.6 * 0.5 + 0.4 * 0.25, 0.6 * 0.5 + 0.4 * 0.75])


@pytest.mark.parametrize("seed", range(4))
def test_the_decision_without_a_formula_is_the_same(seed):
    source = np.random.default_rng(seed)
    verdicts = set()
    for _ in range(60):
        graph = random_graph(source, 6)
        found = identify(graph, *random_question(source, graph))
        assert identifiable(graph, found) == isinstance(found, Identified)
        verdicts.add(isinstance(found, Identified))
    assert verdicts == {True, False}
