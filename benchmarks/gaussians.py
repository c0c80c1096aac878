"""Answers of random linear Gaussian networks with labels, beside their closed forms.

    python -m benchmarks.gaussians [--networks N] [--kinds N] [--seed N]

Each network has two labels and up to ten real nodes, caused by labels and by one another. Its law
is worked out here once more, as one normal law for each configuration of the labels. Every kind of
question is asked as it comes, and some kinds of each network by weighted draws alone. `off` is
the greatest error of exact answers, in units of the number or of 1 if that is more; of drawn ones
`held` says how often 1.96 standard errors held the truth, and `most` how many of them the worst
was away.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import erf, exp, pi, sqrt

import numpy as np

from scm_compiler.compiler import parse_text
from scm_compiler.inference.real.planning import plan_real
from scm_compiler.model.mechanism import Mechanism, Tabular
from scm_compiler.model.module import one_thread
from scm_compiler.model.real.linear import Linear

MOST_NODES = 12
LABELS = "AB"

Array = np.ndarray


@dataclass(frozen=True)
class Law:
    """A normal law for each configuration of the labels.

    Attributes:
        labels: (parts, labels).
        weights: (parts,).
        means: (parts, real).
        covariances: (parts, real, real).
    """

    labels: Array
    weights: Array
    means: Array
    covariances: Array

    def at(self, node: int, value: float) -> "Law":
        """Given the value of a real node."""
        variances = self.covariances[:, node, node]
        away = value - self.means[:, node]
        weights = self.weights * np.exp(-(away**2) / variances / 2) / np.sqrt(variances)
        slopes = self.covariances[:, :, node] / variances[:, None]
        rest = slopes[:, :, None] * self.covariances[:, None, node, :]
        means = self.means + slopes * away[:, None]
        return Law(self.labels, weights / weights.sum(), means, self.covariances - rest)

    def where(self, label: int, value: int) -> "Law":
        """Given the value of a label."""
        weights = self.weights * (self.labels[:, label] == value)
        return Law(self.labels, weights / weights.sum(), self.means, self.covariances)

    def mean(self, node: int) -> float:
        """Of a real node."""
        return float(self.weights @ self.means[:, node])

    def variance(self, node: int) -> float:
        """Of a real node."""
        own = self.covariances[:, node, node] + self.means[:, node] ** 2
        return float(self.weights @ own - self.mean(node) ** 2)

    def above(self, node: int, value: float) -> Array:
        """P(node > value) in each part."""
        deviations = np.sqrt(self.covariances[:, node, node])
        away = (value - self.means[:, node]) / deviations
        return np.array([(1 - erf(each / sqrt(2))) / 2 for each in away])

    def density(self, node: int, value: float) -> float:
        """Of a real node, at a number."""
        deviations = np.sqrt(self.covariances[:, node, node])
        away = (value - self.means[:, node]) / deviations
        each = [exp(-(x**2) / 2) / s / sqrt(2 * pi) for x, s in zip(away, deviations, strict=True)]
        return float(self.weights @ np.array(each))

    def mean_above(self, node: int, other: int, value: float) -> float:
        """E(node | other > value)."""
        chances = self.above(other, value)
        deviations = np.sqrt(self.covariances[:, other, other])
        away = (value - self.means[:, other]) / deviations
        steep = np.exp(-(away**2) / 2) / sqrt(2 * pi)
        slopes = self.covariances[:, node, other] / deviations
        mass = self.weights * chances
        return float((mass @ self.means[:, node] + self.weights @ (slopes * steep)) / mass.sum())

    def quantile(self, node: int, level: float) -> float:
        """Of a real node, by halving."""
        low, high = -1e4, 1e4
        for _ in range(200):
            middle = (low + high) / 2
            if 1 - float(self.weights @ self.above(node, middle)) < level:
                low = middle
            else:
                high = middle
        return (low + high) / 2


@dataclass
class Network:
    """A random network; its real nodes are `X0`, `X1`, … in causal order."""

    random: np.random.Generator
    mechanisms: dict[str, Mechanism] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.size = int(self.random.integers(3, MOST_NODES - len(LABELS) + 1))
        self.names = [f"X{rank}" for rank in range(self.size)]
        lines = ["A, B : binary", f"{', '.join(self.names)} : real", "A -> B"]
        for rank, name in enumerate(self.names):
            before = [*LABELS, *self.names[:rank]]
            lines += [f"{cause} -> {name}" for cause in before if self.random.random() < 0.5]
        self.graph = parse_text("\n".join(lines))
        self.tables = {
            "A": self.random.dirichlet([3, 3]),
            "B": self.random.dirichlet([3, 3], 2),
        }
        for name, rows in self.tables.items():
            domain, parents = self.graph.domain(name), self.graph.parents[name]
            self.mechanisms[name] = Tabular(domain, parents, rows=rows)
        for name in self.names:
            inputs = {p: self.graph.by_name[p].domain for p in self.graph.parents[name]}
            rows = 2 ** sum(parent in LABELS for parent in inputs)
            columns = 1 + sum(parent not in LABELS for parent in inputs)
            self.mechanisms[name] = Linear(
                self.graph.by_name[name].domain,
                inputs,
                self.random.normal(0, 0.8, (rows, columns)),
                self.random.uniform(0.4, 1.5, rows),
            )

    def equations(self, labels: Mapping[str, int]) -> tuple[Array, Array, Array]:
        """The constants, the slopes (node, parent) and the deviations in a configuration."""
        constants, slopes = np.zeros(self.size), np.zeros((self.size, self.size))
        deviations = np.zeros(self.size)
        for rank, name in enumerate(self.names):
            own = self.mechanisms[name]
            row = 0
            for parent in own.inputs:
                if parent in LABELS:
                    row = 2 * row + labels[parent]
            constants[rank], deviations[rank] = own.coefficients[row, 0], own.deviations[row]
            real = [self.names.index(parent) for parent in own.inputs if parent not in LABELS]
            slopes[rank, real] = own.coefficients[row, 1:]
        return constants, slopes, deviations

    def law(
        self,
        held: Mapping[int, float] | None = None,
        do: Mapping[str, int] | None = None,
        moved: Mapping[int, tuple[float, float]] | None = None,
    ) -> Law:
        """The law where real nodes are held, or get a mean and a deviation of their own."""
        found = []
        for a in (0, 1):
            for b in (0, 1):
                labels = {"A": a, "B": b, **(do or {})}
                weight = 1.0
                for name, value in (("A", a), ("B", b)):
                    chances = self.tables[name] if name == "A" else self.tables[name][labels["A"]]
                    given = (do or {}).get(name)
                    weight *= float(value == given) if given is not None else chances[value]
                constants, slopes, deviations = self.equations(labels)
                for node, value in (held or {}).items():
                    constants[node], slopes[node], deviations[node] = value, 0.0, 1e-12
                for node, (mean, deviation) in (moved or {}).items():
                    constants[node], slopes[node], deviations[node] = mean, 0.0, deviation
                inverse = np.linalg.inv(np.eye(self.size) - slopes)
                root = inverse * deviations
                found.append(((a, b), weight, inverse @ constants, root @ root.T))
        labels, weights, means, covariances = zip(*found, strict=True)
        return Law(*map(np.array, (labels, weights, means, covariances)))

    def effects(self, cause: int, outcome: int, law: Law) -> tuple[float, float]:
        """The mean total and direct effect of one more of a real cause, among some."""
        total = direct = 0.0
        for (a, b), weight in zip(law.labels, law.weights, strict=True):
            _, slopes, _ = self.equations({"A": a, "B": b})
            total += weight * np.linalg.inv(np.eye(self.size) - slopes)[outcome, cause]
            direct += weight * slopes[outcome, cause]
        return total, direct

    def unit(self) -> tuple[dict[str, float], Callable[[Mapping[int, float]], Array]]:
        """A unit, and what it would have been where real nodes are held."""
        labels = {name: int(self.random.integers(2)) for name in LABELS}
        constants, slopes, deviations = self.equations(labels)
        noise = self.random.normal(size=self.size) * deviations

        def run(held: Mapping[int, float]) -> Array:
            values = np.zeros(self.size)
            for node in range(self.size):
                free = constants[node] + slopes[node] @ values + noise[node]
                values[node] = held.get(node, free)
            return values

        seen = {n: round(float(v), 6) for n, v in zip(self.names, run({}), strict=True)}
        values = np.array(list(seen.values()))
        noise = values - constants - slopes @ values  # of the unit as it is written
        return {**labels, **seen}, run


def questions(network: Network) -> Iterator[tuple[str, str, float]]:
    """The kind, the text and the true answer of each question."""
    random, law = network.random, network.law()
    x, y = sorted(random.choice(network.size, 2, replace=False).tolist())
    v = _near(random, law, x)
    c, d = _near(random, law, y), _near(random, network.law({x: v}), y)
    names = {"X": network.names[x], "Y": network.names[y], "v": f'"{v}"'}
    names |= {"c": f'"{c}"', "d": f'"{d}"'}
    names["M"] = next(name for name in network.names if name not in names.values())
    unit, run = network.unit()
    names["unit"] = ", ".join(f'{name}="{value}"' for name, value in unit.items())
    every = (*_seen(law, x, y, v, c), *_done(network, x, y, v, d, names["M"]))
    for kind, text, truth in (*every, ("unit", "E({Y}[{X}={v}] | {unit})", run({x: v})[y])):
        yield kind, text.format(**names), float(truth)


def _near(random: np.random.Generator, law: Law, node: int) -> float:
    """A number where a node may well be."""
    return round(float(law.mean(node) + 0.7 * random.normal() * sqrt(law.variance(node))), 3)


def _seen(law: Law, x: int, y: int, v: float, c: float) -> Iterator[tuple[str, str, float]]:
    """Of the world as it is."""
    seen = law.at(x, v)
    yield "mean", "E({Y})", law.mean(y)
    yield "variance", "Var({Y})", law.variance(y)
    yield "event", "P({Y} > {c})", law.weights @ law.above(y, c)
    yield "quantile", "Q({Y}, 0.8)", law.quantile(y, 0.8)
    yield "density", "density({Y}={c})", law.density(y, c)
    yield "mean, seen", "E({Y} | {X}={v})", seen.mean(y)
    yield "variance, seen", "Var({Y} | {X}={v})", seen.variance(y)
    yield "label, seen", "P(A=1 | {X}={v})", seen.weights @ seen.labels[:, 0]
    yield "mean, range", "E({Y} | {X} > {v})", law.mean_above(y, x, v)
    above = law.weights * law.above(x, v)
    yield "label, range", "P(A=1 | {X} > {v})", above @ law.labels[:, 0] / above.sum()


def _done(
    network: Network, x: int, y: int, v: float, d: float, other: str
) -> Iterator[tuple[str, str, float]]:
    """Of what is done, and of what would be."""
    law, done, m = network.law(), network.law({x: v}), network.names.index(other)
    yield "mean, held", "E({Y} | do({X}={v}))", done.mean(y)
    yield "event, held", "P({Y} > {d} | do({X}={v}))", done.weights @ done.above(y, d)
    yield "quantile, held", "Q({Y}, 0.3 | do({X}={v}))", done.quantile(y, 0.3)
    total, direct = network.effects(x, y, law)
    among, _ = network.effects(x, y, law.where(1, 1))
    yield "ATE", "ATE({X} -> {Y}, 2 vs 0)", 2 * total
    yield "CATE", "ATE({X} -> {Y}, 2 vs 0 | B=1)", 2 * among
    one, zero = (network.law(do={"A": value}).mean(y) for value in (1, 0))
    yield "ATE of a label", "ATE(A -> {Y})", one - zero
    yield "ATT", "ATT(A -> {Y})", one - zero  # A has no cause
    yield "NDE", "NDE({X} -> {Y}, 2 vs 0)", 2 * direct
    yield "NIE", "NIE({X} -> {Y}, 2 vs 0)", 2 * (total - direct)
    kept, less = (network.law({m: 1.0, x: value}).mean(y) for value in (2.0, 0.0))
    yield "CDE", "CDE({X} -> {Y}, 2 vs 0, {M}=1)", kept - less
    yield "one more", "E({Y} | do({X} = {X} + 1))", law.mean(y) + total
    drawn = network.law(moved={x: (1.0, 2.0)})
    yield "by law", "E({Y} | do({X} ~ normal(1, 2)))", drawn.mean(y)
    yield "variance, by law", "Var({Y} | do({X} ~ normal(1, 2)))", drawn.variance(y)


@dataclass
class Tally:
    """The errors of one kind."""

    exact: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)


def measured(networks: int, kinds: int, seed: int) -> dict[str, Tally]:
    """The errors of every kind: exact ones relative, drawn ones in standard errors."""
    found: dict[str, Tally] = {}
    for rank in range(networks):
        network = Network(np.random.default_rng((seed, rank)))
        every = list(questions(network))
        chosen = network.random.choice(len(every), min(kinds, len(every)), replace=False)
        for place, (kind, text, truth) in enumerate(every):
            tally = found.setdefault(kind, Tally())
            for method in ("auto", *(["weighted"] if place in chosen else [])):
                plan = plan_real(text, network.graph, network.mechanisms, method)
                answer = plan.run(seed=rank, level=None)
                off = abs(answer.probability - truth)
                if not answer.std_error:
                    tally.exact.append(off / max(1.0, abs(truth)))
                else:
                    tally.drawn.append(off / answer.std_error)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.gaussians", description=__doc__)
    parser.add_argument("--networks", type=int, default=200)
    parser.add_argument("--kinds", type=int, default=8, help="that are drawn, of each network")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with one_thread():
        found = measured(args.networks, args.kinds, args.seed)
    print(f"{args.networks} networks")
    print(f"{'kind':<18}{'exact':>7}{'off':>10}{'drawn':>8}{'held':>8}{'most':>7}")
    found["all"] = Tally(
        [off for tally in found.values() for off in tally.exact],
        [off for tally in found.values() for off in tally.drawn],
    )
    for kind, tally in found.items():
        exact = f"{max(tally.exact):.1e}" if tally.exact else ""
        drawn = np.array(tally.drawn)
        held = f"{(drawn < 1.96).mean():.3f}" if len(drawn) else ""
        most = f"{drawn.max():.2f}" if len(drawn) else ""
        print(f"{kind:<18}{len(tally.exact):>7}{exact:>10}{len(drawn):>8}{held:>8}{most:>7}")


if __name__ == "__main__":
    main()
