"""Linear Gaussian networks with labels, beside the joint law worked out as one matrix."""

from itertools import product
from math import erf, sqrt

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.inference.real.planning import plan_real
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.linear import Linear


class Network:
    """Two labels and some real nodes, each caused by some of those before it."""

    def __init__(self, seed, size):
        random = np.random.default_rng(seed)
        names = [f"X{rank}" for rank in range(size)]
        lines = ["A, B : binary", f"{', '.join(names)} : real", "A -> B"]
        for rank, name in enumerate(names):
            every = [*"AB", *names[:rank]]
            chosen = [n for n in every if random.random() < 0.5]
            lines += [f"{cause} -> {name}" for cause in chosen]
        self.graph, self.names = parse_text("\n".join(lines)), names
        self.tables = {"A": random.dirichlet([2, 2]), "B": random.dirichlet([2, 2], 2)}
        self.mechanisms = {
            n: Tabular(self.graph.domain(n), self.graph.parents[n], rows=rows)
            for n, rows in self.tables.items()
        }
        for name in names:
            inputs = {p: self.graph.by_name[p].domain for p in self.graph.parents[name]}
            rows = 2 ** sum(p in "AB" for p in inputs)
            slopes = random.normal(0, 1, (rows, 1 + sum(p not in "AB" for p in inputs)))
            spread = random.uniform(0.5, 2, rows)
            domain = self.graph.by_name[name].domain
            self.mechanisms[name] = Linear(domain, inputs, slopes, spread)

    def parts(self, held=None):
        """The weight, mean and covariance of the real nodes for each value of the labels."""
        for a, b in product((0, 1), repeat=2):
            weight = self.tables["A"][a] * self.tables["B"][a, b]
            size = len(self.names)
            slopes, constants, noise = np.zeros((size, size)), np.zeros(size), np.zeros(size)
            for rank, name in enumerate(self.names):
                law = self.mechanisms[name]
                if held and name in held:
                    constants[rank] = held[name]
                    continue
                row = 0
                for parent in law.inputs:
                    row = row * 2 + {"A": a, "B": b}[parent] if parent in "AB" else row
                constants[rank] = law.coefficients[row, 0]
                for parent, slope in zip(law.real, law.coefficients[row, 1:], strict=True):
                    slopes[rank, self.names.index(parent)] = slope
                noise[rank] = law.deviations[row] ** 2
            through = np.linalg.inv(np.eye(size) - slopes)
            yield (a, b), weight, through @ constants, through @ np.diag(noise) @ through.T

    def ask(self, text):
        answer = plan_real(text, self.graph, self.mechanisms).run()
        assert answer.method == "exact"
        return answer.probability


def below(x, mean, variance):
    return (1 + erf((x - mean) / sqrt(2 * variance))) / 2


def density(x, mean, variance):
    return np.exp(-((x - mean) ** 2) / variance / 2) / sqrt(2 * np.pi * variance)


@pytest.mark.parametrize("seed", range(20))
def test_answers_are_those_of_the_joint_law(seed):
    net = Network(seed, 3 + seed % 6)
    first, last = 0, len(net.names) - 1
    x, y = net.names[first], net.names[last]
    joint = [
        (
            labels,
            w * density(0.3, m[first], s[first, first]),
            m[last] + s[last, first] / s[first, first] * (0.3 - m[first]),
            s[last, last] - s[last, first] ** 2 / s[first, first],
        )
        for labels, w, m, s in net.parts()
    ]
    total = sum(w for _, w, *_ in joint)
    mean = sum(w * m for _, w, m, _ in joint) / total
    square = sum(w * (v + m**2) for _, w, m, v in joint) / total
    less = sum(w * below(1.0, m, v) for _, w, m, v in joint) / total
    ill = sum(w for (_, b), w, *_ in joint if b) / total
    assert net.ask(f"E({y} | {x}=0.3)") == pytest.approx(mean, abs=1e-8)
    assert net.ask(f"Var({y} | {x}=0.3)") == pytest.approx(square - mean**2, abs=1e-8)
    assert net.ask(f"P({y} < 1 | {x}=0.3)") == pytest.approx(less, abs=1e-8)
    assert net.ask(f"P(B=1 | {x}=0.3)") == pytest.approx(ill, abs=1e-8)
    assert net.ask(f"Q({y}, {float(less)!r} | {x}=0.3)") == pytest.approx(1.0, abs=1e-6)
    at = sum(w * density(1.0, m, v) for _, w, m, v in joint) / total
    assert net.ask(f"density({y}=1 | {x}=0.3)") == pytest.approx(at, abs=1e-8)


@pytest.mark.parametrize("seed", range(10))
def test_interventions_and_ranges(seed):
    net = Network(seed, 4)
    x, y = net.names[1], net.names[-1]
    held = sum(w * m[-1] for _, w, m, _ in net.parts({x: 2.0}))
    assert net.ask(f"E({y} | do({x}=2))") == pytest.approx(held, abs=1e-8)
    zero = sum(w * m[-1] for _, w, m, _ in net.parts({x: 0.0}))
    assert net.ask(f"ATE({x} -> {y}, 2 vs 0)") == pytest.approx(held - zero, abs=1e-8)
    # E(Y | X > 0) by the sum of E(Y | X=x) over a fine grid.
    top = bottom = 0.0
    for _, w, m, s in net.parts():
        grid = np.linspace(0, m[1] + 12 * sqrt(s[1, 1]) + 12, 200_001)
        mass = density(grid, m[1], s[1, 1]) * (grid[1] - grid[0])
        mass[0] /= 2
        line = m[-1] + s[-1, 1] / s[1, 1] * (grid - m[1])
        top, bottom = top + w * (mass @ line), bottom + w * mass.sum()
    assert net.ask(f"E({y} | {x} > 0)") == pytest.approx(top / bottom, abs=1e-6)
    assert net.ask(f"P({x} > 0)") == pytest.approx(bottom, abs=1e-6)
