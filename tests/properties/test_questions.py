"""Every form of question against brute-force enumeration of the noise of random models.

Each label is a function of its parents and of a noise that says its value under each
configuration of them; the noise is drawn from the product of the rows of its table. So one
enumeration answers questions about one world and about several, which are compared where no noise
model matters.
"""

import os
from itertools import product

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import answer
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.semantics.query import read_query

EXAMPLES = int(os.environ.get("SCMC_EXAMPLES", "300"))
EXACT = 1e-9
MOST_UNITS = 20_000


class Units:
    """All units of a model: the response of each label to each configuration of its parents."""

    def __init__(self, model):
        self.model, self.graph = model, model.graph
        weights, self.responses = np.ones(1), {}
        for name in self.graph.topological:
            table = model.probabilities[name]
            rows = table.reshape(-1, table.shape[-1])
            every = np.array(list(product(range(table.shape[-1]), repeat=len(rows))))
            own = np.prod([rows[r][every[:, r]] for r in range(len(rows))], axis=0)
            count = len(weights)
            self.responses = {
                other: np.repeat(found, len(every), axis=0)
                for other, found in self.responses.items()
            }
            self.responses[name] = np.tile(every, (count, 1))
            weights = (weights[:, None] * own).ravel()
        self.weights = weights

    def world(self, held=None):
        """Each label's index in every unit; `held` says of some what they are held at."""
        held, found = held or {}, {}
        for name in self.graph.topological:
            if name in held:
                found[name] = np.broadcast_to(held[name], self.weights.shape)
                continue
            parents = self.graph.parents[name]
            sizes = [self.graph.domain(parent).size for parent in parents]
            place = np.zeros(len(self.weights), int)
            for parent, size in zip(parents, sizes, strict=True):
                place = place * size + found[parent]
            found[name] = self.responses[name][np.arange(len(place)), place]
        return found

    def mean(self, what, seen=1.0):
        mass = self.weights * seen
        return None if mass.sum() <= 0 else (mass * what).sum() / mass.sum()

    def numbers(self, name, at):
        values = np.array([float(value) for value in self.graph.domain(name).values])
        return values[at[name]]


def models(random, most=4):
    """A random model few enough of whose units there are, and these."""
    while True:
        count = random.integers(2, most + 1)
        names = [f"N{rank}" for rank in range(count)]
        sizes = random.choice([2, 2, 3], size=count)
        nodes = tuple(
            Node(name, "binary", BINARY)
            if size == 2
            else Node(name, "categorical", Discrete(("1", "2", "4")))
            for name, size in zip(names, sizes, strict=True)
        )
        edges = tuple(
            Edge(names[a], names[b])
            for b in range(count)
            for a in range(b)
            if random.random() < 0.6
        )
        graph = Graph("g", nodes, edges)
        units = 1.0
        for node in nodes:
            shape = table_shape(graph, node.name)
            units *= float(shape[-1]) ** np.prod(shape[:-1])
        if units > MOST_UNITS:
            continue
        tables = {}
        for node in nodes:
            table = random.gamma(1.0, size=table_shape(graph, node.name)) + 1e-3
            table[random.random(table.shape) < random.choice([0, 0, 0.2])] = 0.0
            table[table.sum(-1) == 0] = 1.0
            tables[node.name] = table / table.sum(-1, keepdims=True)
        model = Tables(graph, tables)
        return model, Units(model)


class Maker:
    """Draws parts of questions, each with what it is in every unit."""

    def __init__(self, random, graph):
        self.random, self.graph = random, graph
        self.names = [node.name for node in graph.labels]

    def one(self, names=None):
        return str(self.random.choice(names or self.names))

    def value(self, name):
        domain = self.graph.domain(name)
        index = int(self.random.integers(domain.size))
        return domain.values[index], index

    def event(self, names=None):
        """A text, and a function from a world to where it holds."""
        name = self.one(names)
        text, index = self.value(name)
        form = self.random.integers(6)
        if form == 0:
            more, other = self.value(name)
            return f"{name} in ({text}, {more})", lambda w: np.isin(w[name], [index, other])
        if form < 4:
            sign = str(self.random.choice(["<", "<=", ">", ">=", "!="]))
            test = {"<": np.less, "<=": np.less_equal, ">": np.greater}
            test |= {">=": np.greater_equal, "!=": np.not_equal}
            return f"{name} {sign} {text}", lambda w: test[sign](w[name], index)
        return f"{name}={text}", lambda w: w[name] == index

    def proposition(self, names=None):
        form = self.random.integers(4)
        first, holds = self.event(names)
        if form > 1:
            return first, holds
        second, also = self.event(names)
        third, too = self.event(names)
        if form == 0:
            return f"{first} or {second}", lambda w: holds(w) | also(w)
        return (
            f"{first} or {second} and {third}",
            lambda w: holds(w) | (also(w) & too(w)),
        )

    def evidence(self, names=None):
        """Texts, and a function from a world to how likely they are there."""
        parts = [self.proposition(names) for _ in range(self.random.integers(3))]
        likely = None
        if self.random.random() < 0.3:
            name = self.one(names)
            weights = np.round(self.random.random(self.graph.domain(name).size) + 0.01, 3)
            parts.append((f"{name} ~ ({', '.join(f'{w:.3f}' for w in weights)})", None))
            likely = name, weights

        def seen(w):
            found = np.prod([holds(w) for _, holds in parts if holds is not None], axis=0) * 1.0
            return found if likely is None else found * likely[1][w[likely[0]]]

        return [text for text, _ in parts], seen

    def regime(self, units):
        """A `do` of any form, with its worlds: weights and what is held in each."""
        form, name = self.random.integers(6), self.one()
        size = self.graph.domain(name).size
        if form < 2:
            return "", name, [(1.0, {})]
        if form == 2:
            text, index = self.value(name)
            return f"do({name}={text})", name, [(1.0, {name: index})]
        if form == 3:
            cuts = np.sort(self.random.integers(0, 101, size - 1))
            weights = np.diff([0, *cuts, 100]) / 100
            text = ", ".join(f"{weight:.2f}" for weight in weights)
            return f"do({name} ~ ({text}))", name, [(w, {name: v}) for v, w in enumerate(weights)]
        before = list(self.graph.topological[: self.graph.topological.index(name)])
        readable = before or [name]
        condition, holds = self.proposition(readable if self.random.random() < 0.8 else [name])
        if readable == [name]:
            condition, holds = self.proposition([name])
        (yes, then), (no, otherwise) = self.value(name), self.value(name)
        chosen = np.where(holds(units.world()), then, otherwise)
        return f"do({name} = {yes} if {condition} else {no})", name, [(1.0, {name: chosen})]


def bar(*parts):
    shown = ", ".join(filter(None, parts))
    return f" | {shown}" if shown else ""


def over(units, worlds, what, seen):
    """The mean of something over worlds that have weights, given what is seen in each."""
    above = below = 0.0
    for weight, held in worlds:
        world = units.world(held)
        mass = units.weights * seen(world) * weight
        above, below = above + (mass * what(world)).sum(), below + mass.sum()
    return None if below <= 1e-300 else above / below


def probability(random, maker, units):
    do, held, worlds = maker.regime(units)
    plain = bool(do) and "~" not in do and "if" not in do
    names = [name for name in maker.names if not (plain and name == held)] or None
    if names is None:
        return None
    target, holds = maker.proposition()
    texts, seen = maker.evidence(names)
    return f"P({target}{bar(do, *texts)})", over(units, worlds, holds, seen), "if" in do


def expectation(random, maker, units):
    do, held, worlds = maker.regime(units)
    names = [name for name in maker.names if name != held]
    texts, seen = maker.evidence(names) if names else ([], lambda w: 1.0)
    name = maker.one()
    mean = over(units, worlds, lambda w: units.numbers(name, w), seen)
    if random.random() < 0.5 or mean is None:
        return f"E({name}{bar(do, *texts)})", mean, "if" in do
    square = over(units, worlds, lambda w: units.numbers(name, w) ** 2, seen)
    return f"Var({name}{bar(do, *texts)})", square - mean**2, "if" in do


def algebra(random, maker, units):
    parts = [probability(random, maker, units) for _ in range(3)]
    parts = [part for part in parts if part is not None and part[1] is not None]
    if len(parts) < 3:
        return None
    (a, x, s), (b, y, t), (c, z, u) = parts
    hard = s or t or u
    if random.random() < 0.5:
        return f"{a} - {b} + {c}", x - y + z, hard
    return None if z < 1e-12 else (f"({a} - {b}) / {c}", (x - y) / z, hard)


def effect(random, maker, units):
    if len(maker.names) < 2:
        return None
    graph = units.graph
    cause, outcome = random.choice(maker.names, 2, replace=False)
    (one, first), (zero, second) = maker.value(cause), maker.value(cause)
    versus = f", {one} vs {zero}"
    name = str(random.choice(["ATE", "ATT", "NDE", "NIE", "CDE"]))
    texts, seen = maker.evidence()
    if name == "ATT":
        texts, seen = [], lambda w: w[cause] == first
    factual = seen(units.world())
    if name in ("ATE", "ATT"):
        sides = [{cause: first}, {cause: second}]
    elif name == "CDE":
        others = [n for n in maker.names if n not in (cause, outcome)]
        if not others:
            return None
        middle = maker.one(others)
        text, index = maker.value(middle)
        versus += f", {middle}={text}"
        sides = [{cause: first, middle: index}, {cause: second, middle: index}]
    else:
        changed, fixed = (first, second) if name == "NDE" else (second, first)
        natural = units.world({cause: fixed})
        between = [
            parent
            for parent in graph.parents[outcome]
            if parent != cause and reaches(graph, cause, parent)
        ]
        sides = [{cause: changed} | {n: natural[n] for n in between}, {cause: second}]
    means = [units.mean(units.numbers(outcome, units.world(held)), factual) for held in sides]
    shown = bar(*texts) if name != "ATT" else ""
    value = None if means[0] is None else means[0] - means[1]
    return f"{name}({cause} -> {outcome}{versus}{shown})", value, True


def reaches(graph, node, other):
    found, waiting = set(), [node]
    while waiting:
        for child in graph.children[waiting.pop()]:
            if child not in found:
                found.add(child)
                waiting.append(child)
    return other in found


def several_worlds(random, maker, units):
    name, held = maker.one(), maker.one()
    text, index = maker.value(held)
    want, value = maker.value(name)
    other, holds = maker.proposition()
    texts, seen = maker.evidence()
    world, factual = units.world({held: index}), units.world()
    hit = (world[name] == value) | holds(factual)
    query = f"P({name}[{held}={text}]={want} or {other}{bar(*texts)})"
    return query, units.mean(hit, seen(factual)), True


FORMS = (probability, expectation, algebra, effect, several_worlds)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_question_is_what_enumeration_says(form):
    asked = 0
    for seed in range(EXAMPLES // len(FORMS)):
        random = np.random.default_rng((FORMS.index(form), seed))
        model, units = models(random)
        made = form(random, Maker(random, model.graph), units)
        if made is not None:
            asked += compared(model, *made)
    assert asked > EXAMPLES // len(FORMS) // 3


def compared(model, text, expected, several):
    """Whether the answer could be compared; it is right where it could."""
    if expected is None:
        with pytest.raises(ScmError) as refusal:
            answer(read_query(text, model.graph), model, text=text)
        # two events that leave one value each, and not the same, are two values
        assert refusal.value.diagnostics[0].code in ("E431", "E414"), text
        return True
    try:
        found = answer(read_query(text, model.graph), model, text=text)
    except ScmError as error:
        if not several or error.diagnostics[0].code != "E455":  # impossible under this noise
            raise
        return False
    if found.bounds is not None and found.bounds.open:  # what the noise model decides
        assert found.bounds.low - EXACT <= expected <= found.bounds.high + EXACT, text
        return False
    assert abs(found.probability - expected) < EXACT, text
    return True
