"""Training from Python: a graph and data in, a run out."""

from pathlib import Path

from scm_compiler.ir import Graph
from scm_compiler.runtime.controller import configure, train_labels
from scm_compiler.runtime.data import default_source, load_labels
from scm_compiler.runtime.run import Run


def train(
    graph: Graph,
    *,
    data: str | None = None,
    trainer: str = "mle",
    preset: str = "default",
    seed: int = 0,
    budget: float | None = None,
    path: Path | str | None = None,
    **options: object,
) -> Run:
    """Train the labels of a graph and return the run.

    Args:
        graph: From `load`.
        data: A source as `scmc train --data` takes it, such as `csv:people.csv`; the shipped
            CelebA label counts if None.
        trainer: `mle` (maximum likelihood) or `wgan-gp` (section 7.1, Kocaoglu et al. 2017).
        preset: Named settings of the trainer.
        seed: The same seed gives the same weights, byte for byte.
        budget: The most seconds to train.
        path: The run's folder; `runs/<graph>-<n>` if None.
        options: Settings that differ from the preset.

    Raises:
        ScmError: If the data do not fit the graph (E6xx), or the training fails (E7xx).
        ValueError: If an option is not one of the trainer's.
    """
    config = configure(trainer, preset=preset, seed=seed, **options)
    table = load_labels(data or default_source(graph), graph)
    folder = None if path is None else Path(path)
    return train_labels(graph, table, config, path=folder, budget=budget).run
