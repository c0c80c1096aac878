"""What a label with dozens of parents should be: networks beside simpler mechanisms.

The complete graph over the 40 CelebA attributes is fitted to the train and validation splits;
minus the mean log-likelihood of the test split is summed over the labels with more than 12
parents.

    python -m benchmarks.wide_labels
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data.table import LabelTable

BITS = Path(__file__).parents[2] / "shared" / "data" / "celeba" / "celeba_attr_bits.npz"
LEAST = 13
PRIOR_ROWS = 5.0

Losses = dict[int, float]


def attributes() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The names, the rows to fit to, and the rows to look at."""
    found = np.load(BITS)
    rows = np.unpackbits(found["bits"], axis=1)[:, :40].astype(np.int64)
    return tuple(map(str, found["names"])), rows[found["split"] < 2], rows[found["split"] == 2]


def loss(chances: np.ndarray, values: np.ndarray) -> float:
    """Minus the mean log-likelihood, in nats."""
    return float(-np.log(np.where(values == 1, chances, 1 - chances)).mean())


def marginals(fit: np.ndarray, test: np.ndarray) -> Losses:
    """Each label alone."""
    wide = range(LEAST, fit.shape[1])
    return {i: loss(np.full(len(test), fit[:, i].mean()), test[:, i]) for i in wide}


def saturated(fit: np.ndarray, test: np.ndarray) -> Losses:
    """The share among the rows with the same parents, smoothed towards the marginal."""
    found = {}
    for i in range(LEAST, fit.shape[1]):
        both = np.concatenate([fit[:, :i], test[:, :i]]).astype(np.uint8)
        keys = np.packbits(both, axis=1)
        _, place = np.unique(keys, axis=0, return_inverse=True)
        place = place.reshape(-1)
        mine, other = place[: len(fit)], place[len(fit) :]
        ones = np.bincount(mine, weights=fit[:, i], minlength=place.max() + 1)
        rows = np.bincount(mine, minlength=place.max() + 1)
        chances = (ones + PRIOR_ROWS * fit[:, i].mean()) / (rows + PRIOR_ROWS)
        found[i] = loss(chances[other], test[:, i])
    return found


def logistic(fit: np.ndarray, test: np.ndarray) -> Losses:
    """Logistic regression on the parents, without interactions."""
    inputs, held = torch.from_numpy(fit).float(), torch.from_numpy(test).float()
    found = {}
    for i in range(LEAST, fit.shape[1]):
        weights = torch.zeros(i + 1, requires_grad=True)
        lbfgs = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

        def step(i: int = i, w: torch.Tensor = weights, o: object = lbfgs) -> torch.Tensor:
            o.zero_grad()
            value = binary_cross_entropy_with_logits(inputs[:, :i] @ w[:i] + w[i], inputs[:, i])
            value.backward()
            return value

        lbfgs.step(step)
        with torch.no_grad():
            logits = held[:, :i] @ weights[:i] + weights[i]
            found[i] = float(binary_cross_entropy_with_logits(logits, held[:, i]))
    return found


def networks(names: tuple[str, ...]) -> Callable[[np.ndarray, np.ndarray], Losses]:
    """The networks of `mle`, at its default settings."""
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    edges = tuple(Edge(a, b) for i, b in enumerate(names) for a in names[:i])

    def losses(fit: np.ndarray, test: np.ndarray) -> Losses:
        cells, counts = np.unique(fit, axis=0, return_counts=True)
        table = LabelTable(names, (2,) * len(names), cells, counts.astype(np.int64), "train")
        trainer = Mle(Graph("complete", nodes, edges), table, MleOptions(), 0)
        while trainer.done < trainer.total:
            trainer.advance(100)
        module, found = trainer.model(), {}
        for i in range(LEAST, len(names)):
            parents, values = torch.from_numpy(test[:, :i]), torch.from_numpy(test[:, i])
            with torch.no_grad():
                found[i] = -float(module.log_probability(names[i], parents, values).mean())
        return found

    return losses


def main() -> None:
    """Fit and print."""
    if not BITS.is_file():
        print(f"not measured: there is no {BITS.name}")
        return
    names, fit, test = attributes()
    mechanisms = {
        "marginals alone": marginals,
        "saturated counts, smoothed": saturated,
        "logistic regression": logistic,
        "networks of mle": networks(names),
    }
    for name, losses in mechanisms.items():
        print(f"{name:<28}{sum(losses(fit, test).values()):8.3f} nats a row", flush=True)


if __name__ == "__main__":
    main()
