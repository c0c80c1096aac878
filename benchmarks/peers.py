"""The same label model in other libraries, built from scmc's tables.

Each function returns a sampler: `sample(rows, do)` draws that many rows of all labels, under an
intervention if one is given. A library that is not installed is left out by `available`.
"""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from scm_compiler.model.tables import Tables

if TYPE_CHECKING:
    import pyagrum as gum

Do = Mapping[str, int]
Sampler = Callable[[int, Do], object]


def numpy_sampler(tables: Tables) -> Sampler:
    """Plain vectorised numpy for binary labels: one table look-up and one comparison a node."""
    graph, draw = tables.graph, np.random.default_rng(0)
    order = [name for name in graph.topological if name in tables.probabilities]
    ones = {
        name: np.ascontiguousarray(table[..., 1], dtype=np.float32).ravel()
        for name, table in tables.probabilities.items()
    }

    def sample(rows: int, do: Do) -> dict[str, np.ndarray]:
        values: dict[str, np.ndarray] = {}
        for name in order:
            if name in do:
                values[name] = np.full(rows, do[name], dtype=np.int8)
                continue
            cell = np.zeros(rows, dtype=np.int32)
            for parent in graph.parents[name]:
                cell = cell * 2 + values[parent]
            uniform = draw.random(rows, dtype=np.float32)
            values[name] = (uniform < ones[name].take(cell)).astype(np.int8)
        return values

    return sample


def pyagrum_network(tables: Tables, do: Do) -> "gum.BayesNet":
    """The model under an intervention as a pyAgrum network."""
    import pyagrum as gum  # noqa: PLC0415  (optional)

    net = gum.BayesNet()
    for node in tables.graph.labels:
        net.add(gum.LabelizedVariable(node.name, node.name, node.domain.size))
    for name, table in tables.probabilities.items():
        parents = () if name in do else tables.graph.parents[name]
        for parent in parents:
            net.addArc(parent, name)
        cpt = np.eye(table.shape[-1])[do[name]] if name in do else table
        net.cpt(name).fillWith(_gum_order(net, name, parents, cpt))
    return net


def pyagrum_sampler(tables: Tables) -> Sampler:
    """PyAgrum's BNDatabaseGenerator; `do` by building the mutilated network."""
    import pyagrum as gum  # noqa: PLC0415  (optional)

    def sample(rows: int, do: Do) -> object:
        net = pyagrum_network(tables, do)  # the generator keeps no reference of its own
        generator = gum.BNDatabaseGenerator(net)
        generator.drawSamples(rows)
        return net, generator

    return sample


def _gum_order(net: object, name: str, parents: tuple[str, ...], cpt: np.ndarray) -> list[float]:
    """The table flattened as pyAgrum stores it: its first variable moves fastest."""
    names = net.cpt(name).names  # type: ignore[attr-defined]
    axes = [(*parents, name).index(n) for n in reversed(names)]
    return list(np.transpose(cpt, axes).ravel())


def pgmpy_model(tables: Tables) -> Any:  # noqa: ANN401  (optional)
    """The model as a pgmpy network."""
    import logging  # noqa: PLC0415

    from pgmpy.factors.discrete import TabularCPD  # noqa: PLC0415  (optional)
    from pgmpy.models import DiscreteBayesianNetwork  # noqa: PLC0415

    logging.getLogger("pgmpy").setLevel(logging.ERROR)
    graph = tables.graph
    model = DiscreteBayesianNetwork()
    model.add_nodes_from([node.name for node in graph.labels])
    model.add_edges_from([(p, name) for name in tables.probabilities for p in graph.parents[name]])
    for name, table in tables.probabilities.items():
        sizes = list(table.shape[:-1])
        values = table.reshape(-1, table.shape[-1]).T
        parents = list(graph.parents[name]) or None
        model.add_cpds(TabularCPD(name, table.shape[-1], values, parents, sizes or None))
    return model


def pgmpy_sampler(tables: Tables) -> Sampler:
    """Pgmpy's `simulate`."""
    model = pgmpy_model(tables)

    def sample(rows: int, do: Do) -> object:
        return model.simulate(rows, do=dict(do) or None, show_progress=False, seed=0)

    return sample


def dowhy_sampler(tables: Tables) -> Sampler:
    """dowhy.gcm with a table look-up as each node's mechanism (its fastest form here)."""
    from dowhy import gcm  # noqa: PLC0415  (optional)

    model = dowhy_model(tables)

    def sample(rows: int, do: Do) -> object:
        if not do:
            return gcm.draw_samples(model, rows)
        held = {name: (lambda x, v=value: np.full_like(x, v)) for name, value in do.items()}
        return gcm.interventional_samples(model, held, num_samples_to_draw=rows)

    return sample


def dowhy_model(tables: Tables) -> object:
    """The model as dowhy.gcm has it, each mechanism a table look-up."""
    import networkx as nx  # noqa: PLC0415
    from dowhy import gcm  # noqa: PLC0415  (optional)
    from dowhy.graph import get_ordered_predecessors  # noqa: PLC0415

    root, look_up = _dowhy_mechanisms()
    graph = tables.graph
    dag = nx.DiGraph()
    dag.add_nodes_from(node.name for node in graph.labels)
    dag.add_edges_from((p, name) for name in tables.probabilities for p in graph.parents[name])
    model = gcm.ProbabilisticCausalModel(dag)
    for name, table in tables.probabilities.items():
        parents, during_fit = graph.parents[name], get_ordered_predecessors(model.graph, name)
        ones = np.transpose(table[..., 1], [parents.index(p) for p in during_fit]).ravel()
        model.set_causal_mechanism(name, look_up(ones) if parents else root(ones))
        model.graph.nodes[name][gcm.causal_models.PARENTS_DURING_FIT] = during_fit
    return model


def _dowhy_mechanisms() -> tuple[type, type]:
    """The mechanisms of a root and of a node with parents, on dowhy's base classes."""
    from dowhy.gcm.causal_mechanisms import (  # noqa: PLC0415  (optional)
        ConditionalStochasticModel,
        StochasticModel,
    )

    draw = np.random.default_rng(0)

    class Root(StochasticModel):  # type: ignore[misc]
        def __init__(self, ones: np.ndarray) -> None:
            self.ones = ones

        def fit(self, *_: object) -> None:
            """Nothing to fit: the probability is given."""

        def draw_samples(self, num_samples: int) -> np.ndarray:
            return (draw.random(num_samples) < self.ones[()]).astype(np.int64).reshape(-1, 1)

        def clone(self) -> "Root":
            return Root(self.ones)

    class LookUp(ConditionalStochasticModel):  # type: ignore[misc]
        def __init__(self, ones: np.ndarray) -> None:
            self.ones = ones

        def fit(self, *_: object) -> None:
            """Nothing to fit: the table is given."""

        def draw_samples(self, parent_samples: np.ndarray) -> np.ndarray:
            cell = np.zeros(len(parent_samples), dtype=np.int64)
            for column in parent_samples.T:
                cell = cell * 2 + column.astype(np.int64)
            return (draw.random(len(cell)) < self.ones[cell]).astype(np.int64).reshape(-1, 1)

        def clone(self) -> "LookUp":
            return LookUp(self.ones)

    return Root, LookUp


def pyro_sampler(tables: Tables) -> Sampler:
    """Pyro with `poutine.do` and a vectorised plate (its fastest form)."""
    import pyro  # noqa: PLC0415  (optional)
    import torch  # noqa: PLC0415

    graph = tables.graph
    order = [name for name in graph.topological if name in tables.probabilities]
    ones = {
        name: torch.tensor(table[..., 1].ravel(), dtype=torch.float32)
        for name, table in tables.probabilities.items()
    }

    def model(rows: int) -> dict[str, torch.Tensor]:
        values: dict[str, torch.Tensor] = {}
        with pyro.plate("rows", rows), torch.no_grad():
            for name in order:
                cell = torch.zeros(rows, dtype=torch.long)
                for parent in graph.parents[name]:
                    cell = cell * 2 + values[parent].long()
                bernoulli = pyro.distributions.Bernoulli(ones[name][cell], validate_args=False)
                values[name] = pyro.sample(name, bernoulli)
        return values

    def sample(rows: int, do: Do) -> object:
        held = {name: torch.full((rows,), float(value)) for name, value in do.items()}
        return pyro.poutine.do(model, data=held)(rows) if held else model(rows)

    return sample


PEERS: dict[str, tuple[str, Callable[[Tables], Sampler]]] = {
    "pyAgrum": ("pyagrum", pyagrum_sampler),
    "pgmpy": ("pgmpy", pgmpy_sampler),
    "dowhy.gcm": ("dowhy", dowhy_sampler),
    "pyro": ("pyro", pyro_sampler),
}


def available() -> dict[str, Callable[[Tables], Sampler]]:
    """The samplers whose library is installed."""
    return {name: make for name, (module, make) in PEERS.items() if find_spec(module)}
