"""Peers, each run by an interpreter that has it; nothing of scmc is read.

    python peers.py NAME TASK.npz ANSWERS.npz

A task holds columns, edges and what is asked. `dowhy.gcm` assigns mechanisms automatically,
`tramdag` has a Bernstein transform a node whose parameters are networks of the parents, trained as
its README says, and `causalflows` a neural spline flow with the graph's adjacency; its nodes are
all real.
"""

import logging
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

warnings.filterwarnings("ignore")
logging.disable(logging.INFO)

Columns = Mapping[str, np.ndarray]
Do = Mapping[str, float]


@dataclass(frozen=True)
class Task:
    """A graph, rows, and units."""

    names: tuple[str, ...]
    labels: frozenset[str]
    edges: tuple[tuple[str, str], ...]
    rows: Columns
    units: Columns
    draws: int
    seed: int


@dataclass(frozen=True)
class Fitted:
    """What a peer answers: the columns of drawn units, and what the task's would have been."""

    draw: Callable[[Do], Columns]
    imagine: Callable[[Do], Columns]


def dowhy_gcm(task: Task) -> Fitted:
    """Structural causal models with mechanisms chosen by cross-validation."""
    import networkx as nx  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from dowhy import gcm  # noqa: PLC0415

    gcm.util.general.set_random_seed(task.seed)
    gcm.config.disable_progress_bars()
    gcm.config.set_default_n_jobs(1)  # other processes' time would not be counted

    def frame(columns: Columns) -> pd.DataFrame:
        return pd.DataFrame(
            {n: c.astype(str) if n in task.labels else c for n, c in columns.items()}
        )

    def held(do: Do) -> dict[str, Callable[[Any], float]]:
        return {name: lambda _, v=value: v for name, value in do.items()}

    dag = nx.DiGraph()
    dag.add_nodes_from(task.names)
    dag.add_edges_from(task.edges)
    model = gcm.InvertibleStructuralCausalModel(dag)
    gcm.auto.assign_causal_mechanisms(model, frame(task.rows))
    gcm.fit(model, frame(task.rows))
    units = frame(task.units)
    return Fitted(
        lambda do: gcm.interventional_samples(model, held(do), num_samples_to_draw=task.draws),
        lambda do: gcm.counterfactual_samples(model, held(do), observed_data=units),
    )


def tramdag(task: Task) -> Fitted:
    """A transformation model a node, trained until it no longer gains on held-out rows."""
    import pandas as pd  # noqa: PLC0415
    from tramdag import CausalFlowDAG, ContinuousNode, OrdinalNode  # noqa: PLC0415

    def node(name: str) -> object:
        parents = {left: "ci" for left, right in task.edges if right == name}
        if name in task.labels:
            return OrdinalNode(levels=2, parents=parents)
        return ContinuousNode(parents=parents)

    rows, units = pd.DataFrame(task.rows), pd.DataFrame(task.units)
    flow = CausalFlowDAG({name: node(name) for name in task.names})
    cut = len(rows) * 9 // 10
    flow.fit(
        rows[:cut],
        rows[cut:],
        epochs=4000,
        schedule="plateau",
        plateau_patience=30,
        freeze_patience=120,
        restore_best=True,
        verbose=0,
        seed=task.seed,
    )
    return Fitted(
        lambda do: flow.sample(task.draws, do=dict(do), seed=task.seed),
        lambda do: flow.sample(do=dict(do), u=flow.abduct(units)),
    )


def causalflows(task: Task) -> Fitted:
    """A causal neural spline flow on standardised columns, 2,000 steps of Adam."""
    import torch  # noqa: PLC0415
    from causalflows.flows import CausalNSF  # noqa: PLC0415

    if task.labels:
        raise ValueError("causalflows has real nodes only")
    torch.manual_seed(task.seed)
    rows, units = (
        torch.from_numpy(np.column_stack([columns[name] for name in task.names])).float()
        for columns in (task.rows, task.units)
    )
    middle, spread = rows.mean(0), rows.std(0)
    places = {name: rank for rank, name in enumerate(task.names)}
    adjacency = torch.eye(len(places), dtype=torch.bool)
    for left, right in task.edges:
        adjacency[places[right], places[left]] = True
    flow = CausalNSF(len(places), adjacency=adjacency, hidden_features=(64, 64))
    adam = torch.optim.Adam(flow.parameters(), 2e-3)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 2000)
    for _ in range(2000):
        batch = (rows[torch.randint(len(rows), (512,))] - middle) / spread
        adam.zero_grad()
        (-flow().log_prob(batch).mean()).backward()
        adam.step()
        decay.step()

    def columns(found: torch.Tensor) -> Columns:
        back = (found * spread + middle).numpy()
        return {name: back[:, rank] for name, rank in places.items()}

    def where(do: Do) -> dict[str, Any]:
        ((name, value),) = do.items()
        rank = places[name]
        return {"index": rank, "value": float((value - middle[rank]) / spread[rank])}

    def draw(do: Do) -> Columns:
        with torch.no_grad():
            found = flow().sample_interventional(**where(do), sample_shape=(task.draws,))
            return columns(found)

    def imagine(do: Do) -> Columns:
        with torch.no_grad():
            return columns(flow().compute_counterfactual((units - middle) / spread, **where(do)))

    return Fitted(draw, imagine)


PEERS = {"dowhy.gcm": dowhy_gcm, "tramdag": tramdag, "causalflows": causalflows}


def main(name: str, task_path: str, answers_path: str) -> None:
    """Fit, answer, write."""
    given = np.load(task_path)
    names = tuple(map(str, given["names"]))
    rows, units = ({n: given[f"{kind}.{n}"] for n in names} for kind in ("rows", "units"))
    edges = tuple((str(left), str(right)) for left, right in given["edges"])
    labels = frozenset(map(str, given["labels"]))
    task = Task(names, labels, edges, rows, units, int(given["draws"]), int(given["seed"]))
    cause, target, values = str(given["cause"]), str(given["target"]), given["values"].tolist()
    started = time.process_time()
    fitted = PEERS[name](task)
    drawn = [np.asarray(fitted.draw({cause: v})[target], np.float64) for v in values]
    means = [column.mean() for column in drawn]
    quantiles = [np.quantile(column, given["levels"]) for column in drawn]
    found = np.asarray(fitted.imagine({cause: values[0]})[target], np.float64)
    seconds = time.process_time() - started
    np.savez(answers_path, means=means, quantiles=quantiles, units=found, seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
