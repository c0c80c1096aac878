"""Figures 6 and 17: how near generators of several structures come to synthetic data."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from benchmarks.paper.continuous import GENERATORS, SyntheticGan
from benchmarks.paper.histogram import SAMPLES, projected, shares, total_variation
from benchmarks.paper.polynomials import NODES, PROGRAMS, draw_truths, graph_of
from benchmarks.paper.store import Findings
from benchmarks.paper.task import Task, trained

ROWS = 100_000
"""Rows of each data set."""
REPORTS = 20
SHOWN = 1500
"""Points of a scatter plot of Figure 17."""


def data_sets(replicas: int, seed: int) -> Tensor:
    """The rows (3 R, N, 3) of R data sets of each graph, one graph after the other."""
    seeds = [1000 * seed + replica for replica in range(replicas)]
    return torch.cat(
        [
            draw_truths(name, seeds).sample(ROWS, torch.Generator().manual_seed(seed))
            for name in PROGRAMS
        ]
    )


def train_generator(task: Task, name: str) -> Findings:
    """Train one kind of generator on all data sets and follow its distance to each."""
    scale = task.scale
    data = data_sets(scale.replicas, task.seed)
    real = shares(data[:, :SAMPLES]).to(task.place)
    gan = SyntheticGan(name, data, scale.synthetic_steps, task.seed, task.place)

    def measure() -> Mapping[str, float]:
        found = total_variation(shares(gan.sample(SAMPLES, seed=gan.done)), real)
        return dict(zip(_keys(scale.replicas), found.tolist(), strict=True))

    outcome, reports = trained(
        gan,
        task.work,
        seconds=scale.synthetic_seconds,
        reports=REPORTS,
        facts={"generator": name, "seed": task.seed},
        measure=measure,
    )
    curves = {
        graph: [[float(r[key]) for key in _keys_of(graph, scale.replicas)] for r in reports]
        for graph in PROGRAMS
    }
    points = gan.sample(SHOWN, seed=0)[0]
    return Findings(
        {
            "steps": [int(report["step"]) for report in reports],
            "curves": curves,
            "ending": outcome.ending,
            "points": _rounded(points),
        }
    )


def floors(task: Task) -> Findings:
    """What no generator gets below: two samples of the truth, and what a graph cannot say."""
    data = data_sets(task.scale.replicas, task.seed)
    first, second = shares(data[:, :SAMPLES]), shares(data[:, SAMPLES : 2 * SAMPLES])
    whole = shares(data)
    found = {"sampling": _by_graph(total_variation(first, second), task.scale.replicas)}
    for name in PROGRAMS:
        left = projected(whole, _parents(name))
        found[name] = _by_graph(total_variation(left, whole), task.scale.replicas)
    return Findings({"floors": found, "points": _rounded(data[0, :SHOWN])})


def _parents(name: str) -> tuple[tuple[int, ...], ...]:
    graph = graph_of(name)
    return tuple(tuple(map(NODES.index, graph.parents[node])) for node in NODES)


def _by_graph(values: Tensor, replicas: int) -> dict[str, list[float]]:
    return dict(zip(PROGRAMS, values.view(-1, replicas).tolist(), strict=True))


def _keys(replicas: int) -> Sequence[str]:
    return [key for graph in PROGRAMS for key in _keys_of(graph, replicas)]


def _keys_of(graph: str, replicas: int) -> Sequence[str]:
    return [f"{graph}.{replica}" for replica in range(replicas)]


def _rounded(points: Tensor) -> list[list[Any]]:
    return [[round(value, 3) for value in row] for row in points.tolist()]


__all__ = ["GENERATORS", "data_sets", "floors", "train_generator"]
