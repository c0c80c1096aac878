"""Random linear Gaussian networks with discrete parents, and answers by enumeration."""

from itertools import product
from math import prod

import numpy as np

from scm_compiler.inference.gaussian import Instance, LinearNetwork
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY, Discrete, Finite, Real
from scm_compiler.model.real.linear import Linear

THREE = Discrete(("a", "b", "c"))


def network(seed, most=12, discrete=4):
    """A random network of 3 to `most` nodes, some of them discrete; at most three parents."""
    random = np.random.default_rng(seed)
    count = int(random.integers(3, most + 1))
    kinds = ["real"] * count
    for rank in random.permutation(count)[: random.integers(0, min(discrete, count - 1) + 1)]:
        kinds[rank] = "discrete"
    names = [f"{'D' if kind == 'discrete' else 'X'}{rank}" for rank, kind in enumerate(kinds)]
    domains = {n: Real() if n[0] == "X" else (BINARY, THREE)[random.integers(0, 2)] for n in names}
    edges = []
    for rank, name in enumerate(names):
        able = [p for p in names[:rank] if name[0] == "X" or p[0] == "D"]
        chosen = random.permutation(len(able))[: random.integers(0, min(3, len(able)) + 1)]
        edges += [Edge(able[place], name) for place in sorted(chosen)]
    kinds = {n: "real" if n[0] == "X" else "categorical" for n in names}
    graph = Graph("g", tuple(Node(n, kinds[n], domains[n]) for n in names), tuple(edges))
    tables, mechanisms = {}, {}
    for name in names:
        inputs = {parent: domains[parent] for parent in graph.parents[name]}
        sizes = [d.size for d in inputs.values() if isinstance(d, Finite)]
        if name[0] == "D":
            tables[name] = random.dirichlet(np.ones(domains[name].size), sizes)
            continue
        rows = prod(sizes)
        slopes = random.normal(size=(rows, 1 + len(inputs) - len(sizes)))
        mechanisms[name] = Linear(Real(), inputs, slopes, random.uniform(0.3, 2.0, rows))
    return LinearNetwork(graph, tables, mechanisms)


def configurations(net, do=None):
    """Every configuration of the discrete nodes in one world, with its probability."""
    do = do or {}
    names = list(net.tables)
    for values in product(*(range(net.graph.sizes[name]) for name in names)):
        own = dict(zip(names, values, strict=True))
        if any(own[n] != v for n, v in do.items() if n in own):
            continue
        chance = 1.0
        for name in names:
            if name not in do:
                where = tuple(own[p] for p in net.graph.parents[name])
                chance *= net.tables[name][(*where, own[name])]
        yield own, chance


def system(net, own, do=None):
    """x = B x + c + s z of the real nodes, for one configuration: (names, B, c, s)."""
    do = do or {}
    names = [n for n in net.graph.topological if n in net.mechanisms]
    size = len(names)
    slopes, constants, noise = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    for rank, name in enumerate(names):
        if name in do:
            constants[rank] = do[name]
            continue
        mechanism = net.mechanisms[name]
        row = 0
        for parent, domain in mechanism.inputs.items():
            if isinstance(domain, Finite):
                row = row * domain.size + own[parent]
        constants[rank] = mechanism.coefficients[row, 0]
        noise[rank] = mechanism.deviations[row]
        for place, parent in enumerate(mechanism.real, 1):
            slopes[rank, names.index(parent)] = mechanism.coefficients[row, place]
    return names, slopes, constants, noise


def solved(net, own, do=None):
    """The mean, and what each real node makes of the noises."""
    names, slopes, constants, noise = system(net, own, do)
    inverse = np.linalg.inv(np.eye(len(names)) - slopes)
    return names, inverse @ constants, inverse * noise


def conditioned(mean, covariance, places, values):
    """The log density of some of normal variables, and the mean and covariance given them."""
    if not len(places):
        return 0.0, mean, covariance
    seen = covariance[np.ix_(places, places)]
    off = values - mean[places]
    gain = covariance[:, places] @ np.linalg.inv(seen)
    log = -0.5 * (off @ np.linalg.solve(seen, off) + np.linalg.slogdet(2 * np.pi * seen)[1])
    return log, mean + gain @ off, covariance - gain @ covariance[places]


def closed(net, given, worlds, everywhere=None):
    """By enumeration, with nothing discrete that differs between worlds.

    Args:
        net: The network.
        given: Names and values seen in the first world.
        worlds: Real nodes to be held.
        everywhere: What is held in all worlds.

    Returns:
        For each configuration: it, its weight, and the mean and the covariance of all real nodes
        in all worlds, world by world.
    """
    found = []
    seen = [n for n in given if n in net.mechanisms]
    for own, chance in configurations(net, everywhere):
        if any(own[n] != v for n, v in given.items() if n in own):
            continue
        parts = [solved(net, own, (everywhere or {}) | do) for do in worlds]
        names = parts[0][0]
        mean = np.concatenate([part[1] for part in parts])
        loads = np.vstack([part[2] for part in parts])
        places = [names.index(n) for n in seen]
        values = np.array([given[n] for n in seen])
        log, mean, covariance = conditioned(mean, loads @ loads.T, places, values)
        found.append((own, np.log(chance) + log, mean, covariance))
    logs = np.array([each[1] for each in found])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return [(f[0], w, f[2], f[3]) for f, w in zip(found, weights, strict=True)]


def total(parts, places):
    """The mean and the covariance of a mixture at some places."""
    weights = np.array([part[1] for part in parts])
    means = np.array([part[2][places] for part in parts])
    inner = np.array([part[3][np.ix_(places, places)] for part in parts])
    mean = weights @ means
    away = means - mean
    return mean, np.einsum("k,kij->ij", weights, inner) + (away.T * weights) @ away


def unit(net, seed):
    """One unit, drawn."""
    random = np.random.default_rng((seed, 1))
    world = {}
    for name in net.graph.topological:
        if name in net.tables:
            table = net.tables[name][tuple(world[p] for p in net.graph.parents[name])]
            world[name] = int(random.choice(len(table), p=table))
        else:
            own = net.mechanisms[name]
            column = {p: np.array([world[p]]) for p in own.inputs}
            world[name] = float(own.sample(column, random.normal(size=1))[0])
    return world


def here(name):
    """A node in the world as it is."""
    return Instance.of(name)


def cells(net):
    """Every way in which the uniform noises of the discrete nodes fall, and its probability.

    A noise matters only by which of the numbers that any row of the node's table adds up to it is
    between.
    """
    cuts = {
        name: np.unique(np.concatenate([[0.0, 1.0], table.cumsum(-1)[..., :-1].ravel()]))
        for name, table in net.tables.items()
    }
    middles = [(cut[1:] + cut[:-1]) / 2 for cut in cuts.values()]
    widths = [np.diff(cut) for cut in cuts.values()]
    for where in product(*(range(len(each)) for each in middles)):
        noise = {n: m[k] for n, m, k in zip(cuts, middles, where, strict=True)}
        yield noise, prod(w[k] for w, k in zip(widths, where, strict=True))


def fallen(net, noise, do):
    """What the discrete nodes are for their noises."""
    own = {}
    for name in net.graph.topological:
        if name in net.tables:
            row = net.tables[name][tuple(own[p] for p in net.graph.parents[name])]
            own[name] = do.get(name, int((noise[name] > row.cumsum()[:-1]).sum()))
    return own


def by_noise(net, given, worlds):
    """As `closed`, where discrete nodes differ between worlds too, by their uniform noises."""
    found = []
    seen = [n for n in given if n in net.mechanisms]
    for noise, chance in cells(net):
        own = [fallen(net, noise, do) for do in worlds]
        if any(own[0][n] != v for n, v in given.items() if n in own[0]):
            continue
        parts = [solved(net, each, do) for each, do in zip(own, worlds, strict=True)]
        names = parts[0][0]
        mean, loads = np.concatenate([p[1] for p in parts]), np.vstack([p[2] for p in parts])
        values = np.array([given[n] for n in seen])
        places = [names.index(n) for n in seen]
        log, mean, covariance = conditioned(mean, loads @ loads.T, places, values)
        found.append((own, np.log(chance) + log, mean, covariance))
    logs = np.array([each[1] for each in found])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return [(f[0], w, f[2], f[3]) for f, w in zip(found, weights, strict=True)]
