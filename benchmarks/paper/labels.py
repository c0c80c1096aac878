"""Figures 7a and 7b, Tables 1 and 2: label models of the CelebA labels beside the exact ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from benchmarks.paper.published import TABLE_1
from benchmarks.paper.store import Findings
from benchmarks.paper.task import Task, trained
from scm_compiler.compiler import load
from scm_compiler.inference import answer
from scm_compiler.ir import query as ir
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.controller.registry import configure, make_trainer
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.evaluation.distance import distance, table_probabilities

GRAPHS = ("celeba_g1", "celeba_cg1", "celeba_rcg1")
REPORTS = 20
DRAWS = 2000
"""Draws for each parent configuration behind a point of a curve; the last point has 100,000."""
RAW_ROWS = 20_000
EDGES = (0.0, 0.05, 0.5, 0.95, 1.0)
"""The four bins of Figure 7a."""


def renormalised_distance(tables: Tables, data: LabelTable) -> float:
    """The distance as the paper's code takes it.

    Combinations that the data do not hold are left out of the model, and the rest is scaled to
    sum to one. So it can be 0 for a model with much of its mass outside the data.
    """
    return renormalised(table_probabilities(tables, data.cells), data.counts / data.rows)


def renormalised(model: np.ndarray, data: np.ndarray) -> float:
    """The same for the probabilities of the data's cells.

    >>> renormalised(np.array([0.4, 0.4]), np.array([0.5, 0.5]))  # 0.2 lie outside
    0.0
    """
    return float(np.abs(model / model.sum() - data).sum() / 2)


def fit_exactly(task: Task) -> Findings:
    """What maximum likelihood gives: the exact floor of every graph, in closed form."""
    del task
    return Findings({name: _described(*_exact(name)) for name in GRAPHS})


def train_labels(task: Task, name: str, preset: str, seed: int) -> Findings:
    """Train `wgan-gp` on one graph, with both distances at every report."""
    graph = load(name)
    data = load_labels("celeba-labels", graph)
    steps = {} if task.scale.label_steps is None else {"steps": task.scale.label_steps}
    config = configure("wgan-gp", preset=preset, seed=seed, **steps)
    trainer = make_trainer(graph, data, config)

    def measure() -> Mapping[str, float]:
        random = torch.Generator().manual_seed(0)
        tables = trainer.model().tables(draws=DRAWS, generator=random)
        return {
            "tvd": distance(tables, data).value,
            "renormalised": renormalised_distance(tables, data),
        }

    outcome, reports = trained(
        trainer,
        task.work,
        seconds=task.scale.label_seconds,
        reports=REPORTS,
        facts={"graph": graph.hash, "config": config.model_dump(mode="json")},
        measure=measure,
    )
    module = trainer.model()
    curve = [[int(r["step"]), float(r["tvd"]), float(r["renormalised"])] for r in reports]
    return Findings(
        {
            **_described(module.tables(), data),
            "curve": curve,
            "steps": outcome.step,
            "total": trainer.total,
            "bins": bins(module, task.seed),
        }
    )


@torch.no_grad()
def bins(module: ImplicitModule, seed: int) -> list[float]:
    """The shares of raw outputs of all labels in the four bins of Figure 7a."""
    raw = module.raw(module.draw_noise(RAW_ROWS, generator=torch.Generator().manual_seed(seed)))
    counts, _ = np.histogram(raw.numpy(), EDGES)
    return [float(share) for share in counts / counts.sum()]


def _exact(name: str) -> tuple[Tables, LabelTable]:
    graph = load(name)
    data = load_labels("celeba-labels", graph)
    return fit_tables(graph, data), data


def _described(tables: Tables, data: LabelTable) -> dict[str, Any]:
    """The distances, marginals and pairwise tables of a model, with the data's."""
    return {
        "tvd": distance(tables, data).value,
        "renormalised": renormalised_distance(tables, data),
        "outside": 1 - float(table_probabilities(tables, data.cells).sum()),
        "marginals": {name: _one(tables, name) for name in data.labels},
        "pairs": {",".join(pair): _pair(tables, pair) for pair in TABLE_1},
        "data": {
            "marginals": {
                name: float(data.counts_of([name])[1] / data.rows) for name in data.labels
            },
            "pairs": {
                ",".join(pair): (data.counts_of(pair) / data.rows).reshape(-1).tolist()
                for pair in TABLE_1
            },
        },
    }


def _one(tables: Tables, name: str) -> float:
    event = ir.Event(ir.Variable(name), 1)
    return float(answer(ir.Probability((event,)), tables).probability)


def _pair(tables: Tables, names: tuple[str, str]) -> list[float]:
    """P at 00, 01, 10, 11."""
    found = answer(ir.Probability(tuple(ir.Event(ir.Variable(n)) for n in names)), tables)
    return [float(row.probability.value) for row in found.value.rows]
