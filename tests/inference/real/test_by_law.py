"""Answers from the observed law, against the mechanisms that made it.

The law of a structural model with hidden causes is worked out exactly, as is what `do` makes of
the model; what is fitted is the law alone.
"""

from itertools import combinations, product
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.real.planning import plan_real
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.parts import observed

FRONT_DOOR = "X, Z, Y : real\nX -> Z -> Y\nX <-> Y"
NAPKIN = "W, R, X, Y : real\nW -> R -> X -> Y\nW <-> X\nW <-> Y"
BACK_DOOR = "C, X, Y : real\nC -> X\nC -> Y\nX -> Y\nC <-> X"
VERMA = "A, B, C, D : real\nA -> B -> C -> D\nB <-> D"


class Linears:
    """A linear Gaussian model in which pairs of nodes share hidden causes."""

    def __init__(self, graph, random):
        self.names, size = list(graph.topological), len(graph.nodes)
        self.place = {name: rank for rank, name in enumerate(self.names)}
        self.slopes, self.noise = np.zeros((size, size)), np.diag(random.uniform(0.7, 1.5, size))
        for edge in graph.edges:
            slope = random.uniform(0.4, 1.2) * random.choice([-1, 1])
            self.slopes[self.place[edge.target], self.place[edge.source]] = slope
        for pair in graph.confounders:
            load = np.zeros(size)
            load[[self.place[pair.left], self.place[pair.right]]] = random.uniform(-1, 1, 2)
            self.noise += np.outer(load, load)
        self.constants = random.uniform(-1, 1, size)

    def shared(self, *worlds):
        """Means of all nodes in each world, and their covariance: the noises are the same."""
        means, loads = [], []
        for held in worlds:
            free, values = np.eye(len(self.names)), np.zeros(len(self.names))
            for name, value in held.items():
                free[self.place[name], self.place[name]], values[self.place[name]] = 0, value
            total = np.linalg.inv(np.eye(len(self.names)) - free @ self.slopes)
            means.append(total @ (free @ self.constants + values))
            loads.append(total @ free)
        both = np.vstack(loads)
        return np.concatenate(means), both @ self.noise @ both.T

    def moments(self, target, held, seen, factual=(), also=()):
        """Mean and variance of a node under `do`, given what is seen there or in fact."""
        mean, cov = self.shared(dict(also), {**dict(also), **held})
        size = len(self.names)
        j = [self.place[n] + (0 if n in factual else size) for n in seen]
        i = self.place[target] + size
        if not j:
            return mean[i], cov[i, i]
        weights = np.linalg.solve(cov[np.ix_(j, j)], cov[j, i])
        away = np.array(list(seen.values())) - mean[j]
        return mean[i] + weights @ away, cov[i, i] - weights @ cov[j, i]

    def fitted(self, graph):
        """The conditionals of the law, as a regression on ever more rows would find them."""
        law, found = observed(graph), {}
        mean, cov = self.shared({})
        for node in graph.nodes:
            parents = law.parents[node.name]
            i, j = self.place[node.name], [self.place[p] for p in parents]
            slopes = np.linalg.solve(cov[np.ix_(j, j)], cov[j, i]) if j else np.zeros(0)
            constant = mean[i] - slopes @ mean[j]
            deviation = np.sqrt(cov[i, i] - slopes @ cov[j, i])
            inputs = {p: graph.by_name[p].domain for p in parents}
            rows = np.array([[constant, *slopes]])
            found[node.name] = Linear(node.domain, inputs, rows, np.array([deviation]))
        return found


def answered(query, graph, mechanisms, **options):
    method = options.pop("method", "auto")
    return plan_real(query, graph, mechanisms, method).run(level=None, **options)


def attempted(query, graph, mechanisms):
    """The number, or the code of what is said instead."""
    try:
        return answered(query, graph, mechanisms).probability
    except ScmError as error:
        return error.diagnostics[0].code


def drawn_graph(random):
    """A random graph of three to six real nodes, many of them confounded."""
    names = [f"V{rank}" for rank in range(random.integers(3, 7))]
    lines = [f"{', '.join(names)} : real"]
    for left, right in combinations(names, 2):
        lines += [f"{left} -> {right}"] if random.random() < 0.45 else []
        lines += [f"{left} <-> {right}"] if random.random() < 0.3 else []
    return parse_text("\n".join(lines))


@pytest.mark.parametrize("seed", range(12))
def test_random_linear_graphs_are_answered_as_their_mechanisms_would(seed):
    random = np.random.default_rng(seed)
    graph = drawn_graph(random)
    model = Linears(graph, random)
    mechanisms = model.fitted(graph)
    for _ in range(5):
        target, *others = random.permutation([node.name for node in graph.nodes]).tolist()
        count = int(random.integers(1, 3))
        held = {name: round(float(random.normal()), 2) for name in others[:count]}
        seen = {n: 0.4 for n in others[count : count + 1] if random.random() < 0.5}
        told = ", ".join(f"{n}={v}" for n, v in held.items())
        asked = f"({target} | do({told}){''.join(f', {n}={v}' for n, v in seen.items())})"
        mean = attempted(f"E{asked}", graph, mechanisms)
        if mean not in ("E520", "E585"):
            wanted = model.moments(target, held, seen)
            variance = answered(f"Var{asked}", graph, mechanisms).probability
            assert (mean, variance) == pytest.approx(wanted, abs=1e-8), asked


@pytest.mark.parametrize("seed", range(12))
def test_random_linear_graphs_are_answered_of_evidence_that_is_a_range(seed):
    random = np.random.default_rng(200 + seed)
    graph = drawn_graph(random)
    model = Linears(graph, random)
    mechanisms = model.fitted(graph)
    for _ in range(5):
        target, cause, seen, *_ = random.permutation([node.name for node in graph.nodes]).tolist()
        held, least = {cause: round(float(random.normal()), 2)}, round(float(random.normal()), 2)
        given = f"do({cause}={held[cause]}), {seen} > {least}"
        mean = attempted(f"E({target} | {given})", graph, mechanisms)
        own = attempted(f"E({seen} | {given})", graph, mechanisms)
        centre, spread = model.moments(seen, held, {})
        above = centre + sqrt(spread) * hazard((least - centre) / sqrt(spread))
        if own not in ("E520", "E585"):
            assert own == pytest.approx(above, abs=1e-8), given
        if mean not in ("E520", "E585"):
            line = [model.moments(target, held, {seen: at})[0] for at in (0.0, 1.0)]
            wanted = line[0] + (line[1] - line[0]) * above
            assert mean == pytest.approx(wanted, abs=1e-8), (target, given)


def hazard(least):
    """E(normal | it is greater)."""
    return NormalDist().pdf(least) / (1 - NormalDist().cdf(least))


@pytest.mark.parametrize("seed", range(8))
def test_random_linear_graphs_are_answered_in_every_form(seed):
    random = np.random.default_rng(300 + seed)
    graph = drawn_graph(random)
    model = Linears(graph, random)
    mechanisms = model.fitted(graph)
    for _ in range(4):
        target, cause, *_ = random.permutation([node.name for node in graph.nodes]).tolist()
        mean, variance = model.moments(target, {cause: 0.8}, {})
        law, less = NormalDist(mean, sqrt(variance)), model.moments(target, {cause: -0.4}, {})[0]
        forms = {
            f"P({target} > 0.3 | do({cause}=0.8))": 1 - law.cdf(0.3),
            f"Q({target}, 0.9 | do({cause}=0.8))": law.inv_cdf(0.9),
            f"density({target}=0.3 | do({cause}=0.8))": law.pdf(0.3),
            f"ATE({cause} -> {target}, 0.8 vs -0.4)": mean - less,
            f"E({target} | do({cause}=0.8)) - E({target} | do({cause}=-0.4))": mean - less,
        }
        found = {text: attempted(text, graph, mechanisms) for text in forms}
        if "E520" in found.values() or "E585" in found.values():
            assert len(set(found.values())) == 1
            continue
        assert found == pytest.approx(forms, abs=1e-8)
        rows = answered(f"P({target} | do({cause}=0.8))", graph, mechanisms).value.rows
        told = [row.probability.value for row in rows]
        wanted = [mean, law.stdev, *(law.inv_cdf(level) for level in (0.25, 0.5, 0.75))]
        assert told == pytest.approx(wanted, abs=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_what_would_have_been_of_those_who_had_another_value(seed):
    random = np.random.default_rng(100 + seed)
    graph = drawn_graph(random)
    model = Linears(graph, random)
    mechanisms = model.fitted(graph)
    for _ in range(4):
        names = random.permutation([node.name for node in graph.nodes]).tolist()
        target, cause, more, *_ = names
        seen = {cause: -1.0} | ({more: 0.3} if random.random() < 0.5 else {})
        also = {names[3]: 0.7} if len(names) > 3 and random.random() < 0.5 else {}
        done = [f"do({name}={value})" for name, value in also.items()]
        told = ", ".join(done + [f"{name}={value}" for name, value in seen.items()])
        found = attempted(f"E({target}[{cause}=0.5] | {told})", graph, mechanisms)
        if found not in ("E520", "E585", "E586"):
            wanted = model.moments(target, {cause: 0.5}, seen, seen, also)[0]
            assert found == pytest.approx(wanted, abs=1e-8)


@pytest.mark.parametrize("seed", range(8))
def test_who_has_the_value_that_is_held_is_as_is_seen(seed):
    random = np.random.default_rng(400 + seed)
    graph = drawn_graph(random)
    model = Linears(graph, random)
    mechanisms = model.fitted(graph)
    for _ in range(4):
        target, cause, more, *_ = random.permutation([node.name for node in graph.nodes]).tolist()
        found = attempted(f"E({target}[{cause}=0.50] | {cause}=0.5, {more}=1)", graph, mechanisms)
        wanted = model.moments(target, {}, {cause: 0.5, more: 1.0}, (cause, more))[0]
        assert found == pytest.approx(wanted, abs=1e-8)
        held = f"{target}[{cause}=0.5, {more}=0]"
        found = attempted(f"E({held} | {cause}=0.5)", graph, mechanisms)
        if found not in ("E520", "E585", "E586"):
            wanted = model.moments(target, {cause: 0.5, more: 0.0}, {cause: 0.5}, (cause,))[0]
            assert found == pytest.approx(wanted, abs=1e-8), held


@pytest.mark.parametrize(
    ("program", "query", "target", "held", "seen"),
    [
        (FRONT_DOOR, "E(Y | do(X=1.5))", "Y", {"X": 1.5}, {}),
        (FRONT_DOOR, "E(X | do(Z=1), Y=2)", "X", {"Z": 1}, {"Y": 2}),
        (NAPKIN, "E(Y | do(X=0.5))", "Y", {"X": 0.5}, {}),
        (NAPKIN, "Var(Y | do(X=0.5))", "Y", {"X": 0.5}, {}),
        (BACK_DOOR, "E(Y | do(X=1), C=1)", "Y", {"X": 1}, {"C": 1}),
        (VERMA, "E(D | do(C=-1))", "D", {"C": -1}, {}),
        (VERMA, "Var(D | do(A=1, C=-1))", "D", {"A": 1, "C": -1}, {}),
    ],
)
def test_draws_agree_with_the_mechanisms(program, query, target, held, seen):
    graph = parse_text(program)
    model = Linears(graph, np.random.default_rng(3))
    wanted = model.moments(target, held, seen)[query.startswith("Var")]
    mechanisms = model.fitted(graph)
    assert answered(query, graph, mechanisms).probability == pytest.approx(wanted, abs=1e-9)
    drawn = answered(query, graph, mechanisms, method="weighted")
    assert abs(drawn.probability - wanted) < 4 * drawn.std_error
    again = answered(query, graph, mechanisms, method="weighted")
    assert again.probability == drawn.probability


def test_evidence_of_several_values_has_to_be_identified_itself():
    graph = parse_text("X, Z, Y : real\nX -> Z -> Y\nX <-> Z")
    model = Linears(graph, np.random.default_rng(0))
    mechanisms = model.fitted(graph)
    found = attempted("E(Y | do(X=1), Z=2)", graph, mechanisms)
    assert found == pytest.approx(model.moments("Y", {"Z": 2.0}, {})[0])
    assert attempted("E(Y | do(X=1), Z > 2)", graph, mechanisms) == "E520"
    confounded = parse_text("X, Z, Y : real\nX -> Y\nX <-> Y")
    mechanisms = Linears(confounded, np.random.default_rng(0)).fitted(confounded)
    assert attempted("E(Y | do(X=1), Y > 2)", confounded, mechanisms) == "E520"


class Labels:
    """A structural model of binary labels in which pairs share hidden causes."""

    def __init__(self, names, arrows, pairs, random):
        self.names, self.pairs = names, pairs
        self.reads = {n: [a for a, b in arrows if b == n] for n in names}
        self.ends = {n: [rank for rank, pair in enumerate(pairs) if n in pair] for n in names}
        self.tables = {
            n: random.uniform(0.05, 0.95, (2,) * (len(self.reads[n]) + len(self.ends[n])))
            for n in names
        }

    def joint(self, held=()):
        """P of all labels under `do`, hidden causes summed out."""
        held, found = dict(held), np.zeros((2,) * len(self.names))
        for causes in product((0, 1), repeat=len(self.pairs)):
            for cell in np.ndindex(found.shape):
                values, chance = dict(zip(self.names, cell, strict=True)), 0.5 ** len(causes)
                for name, value in values.items():
                    if name in held:
                        chance *= value == held[name]
                        continue
                    row = [values[p] for p in self.reads[name]]
                    one = self.tables[name][tuple(row + [causes[k] for k in self.ends[name]])]
                    chance *= one if value else 1 - one
                found[cell] += chance
        return found

    def fitted(self, graph):
        """The conditionals of the law as tables; `R` is nothing that is asked for."""
        joint, law, found = self.joint(), observed(graph), {}
        for name in self.names:
            parents = law.parents[name]
            axes = [self.names.index(n) for n in (*parents, name)]
            table = joint.sum(tuple(k for k in range(joint.ndim) if k not in axes))
            table = np.transpose(table, np.argsort(np.argsort(axes)))
            rows = table / table.sum(-1, keepdims=True)
            found[name] = Tabular(graph.domain(name), parents, rows=rows)
        inputs = {p: graph.by_name[p].domain for p in law.parents["R"]}
        rows = np.zeros((2 ** len(inputs), 1))
        found["R"] = Linear(graph.by_name["R"].domain, inputs, rows, np.ones(len(rows)))
        return found


LABELS = [
    ("XZY", ["XZ", "ZY"], ["XY"], {"X": 1}),
    ("WSXY", ["WS", "SX", "XY"], ["WX", "WY"], {"X": 1}),
    ("ABCD", ["AB", "BC", "CD"], ["BD"], {"C": 0}),
    ("CXMY", ["CX", "XM", "MY", "CY"], ["CX", "XY"], {"X": 0}),
    ("XYZW", ["XY", "YZ", "ZW"], ["XZ", "YW"], {"Y": 1}),
]


@pytest.mark.parametrize(("names", "arrows", "pairs", "held"), LABELS)
def test_labels_that_are_tied_to_a_real_node(names, arrows, pairs, held):
    lines = [f"{', '.join(names)} : binary", "R : real", *(f"{a} -> {b}" for a, b in arrows)]
    lines += [f"{a} <-> {b}" for a, b in pairs] + [f"{n} <-> R" for n in names]
    lines += [f"{n} -> R" for n in names]
    graph = parse_text("\n".join(lines))
    model = Labels(names, arrows, pairs, np.random.default_rng(1))
    mechanisms = model.fitted(graph)
    truth = model.joint(held)
    for rank, name in enumerate(names):
        if name in held:
            continue
        told = ", ".join(f"{n}={v}" for n, v in held.items())
        found = attempted(f"P({name}=1 | do({told}))", graph, mechanisms)
        if found != "E520":
            assert found == pytest.approx(np.moveaxis(truth, rank, 0)[1].sum(), abs=1e-10)
