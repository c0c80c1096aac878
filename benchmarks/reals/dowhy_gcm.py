"""dowhy.gcm with automatically assigned mechanisms: run by an interpreter that has dowhy.

    python dowhy_gcm.py TASK.npz ANSWERS.npz

It reads nothing of scmc: a task holds columns, edges and what is asked.
"""

import logging
import sys
import time
import warnings

import networkx as nx
import numpy as np
import pandas as pd
from dowhy import gcm

warnings.filterwarnings("ignore")
logging.disable(logging.INFO)


def main(task_path: str, answers_path: str) -> None:
    """Fit, answer, write."""
    task = np.load(task_path)
    gcm.util.general.set_random_seed(int(task["seed"]))
    gcm.config.disable_progress_bars()
    gcm.config.set_default_n_jobs(1)  # other processes' time would not be counted
    started = time.process_time()
    names = [str(name) for name in task["names"]]
    labels = {str(name) for name in task["labels"]}
    rows, units = (
        pd.DataFrame({n: _typed(task[f"{kind}.{n}"], n in labels) for n in names})
        for kind in ("rows", "units")
    )
    dag = nx.DiGraph()
    dag.add_nodes_from(names)
    dag.add_edges_from((str(left), str(right)) for left, right in task["edges"])
    cause, target = str(task["cause"]), str(task["target"])
    model = gcm.InvertibleStructuralCausalModel(dag)
    gcm.auto.assign_causal_mechanisms(model, rows)
    gcm.fit(model, rows)
    means, quantiles = [], []
    for value in task["values"]:
        drawn = gcm.interventional_samples(
            model, {cause: lambda _, v=value: v}, num_samples_to_draw=int(task["draws"])
        )[target].to_numpy(float)
        means.append(drawn.mean())
        quantiles.append(np.quantile(drawn, task["levels"]))
    first = task["values"][0]
    try:
        imagined = gcm.counterfactual_samples(model, {cause: lambda _: first}, observed_data=units)
        found = imagined[target].to_numpy(float)
    except Exception as error:
        print(f"dowhy.gcm: {type(error).__name__}: {error}", file=sys.stderr)
        found = np.full(len(units), np.nan)
    seconds = time.process_time() - started
    np.savez(answers_path, means=means, quantiles=quantiles, units=found, seconds=seconds)


def _typed(column: np.ndarray, label: bool) -> np.ndarray:
    return column.astype(str) if label else column


if __name__ == "__main__":
    main(*sys.argv[1:])
