"""Pathmc: a regression for each node, with interactions, and draws of its coefficients by PyMC."""

import logging
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pathmc

from benchmarks.offers.questions import rows, sparse_rows

SPEC = "X ~ Z\nM ~ X\nY ~ X + M + Z + edu + X:M + X:Z"
SAMPLING = {"draws": 300, "tune": 300, "chains": 2, "cores": 1, "progressbar": False}

logging.disable(logging.CRITICAL)


def fitted(spec: str, frame: pd.DataFrame, binary: tuple[str, ...]) -> Any:  # noqa: ANN401
    """Coefficients drawn."""
    found = pathmc.model(
        spec, data=frame.astype(float), families=dict.fromkeys(binary, "bernoulli")
    )
    found.fit(random_seed=1, **SAMPLING)
    return found


@cache
def model() -> Any:  # noqa: ANN401
    """Of the rows."""
    return fitted(SPEC, pd.DataFrame(rows()), ("X", "M", "Y"))


def held(**action: Any) -> Any:  # noqa: ANN401
    """The draws of P(Y=1) under an action."""
    drawn = model().do(set=action).draws("Y")
    return np.asarray(drawn).reshape(-1, *np.shape(drawn)[2:]) if np.ndim(drawn) > 1 else drawn


def between(draws: Any) -> str:  # noqa: ANN401
    """Mean and 95 % of draws."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{np.mean(draws):.4f}, 95 % [{low:.4f}, {high:.4f}]"


def sparse() -> str:
    """Without interactions."""
    spec = "y ~ " + " + ".join(f"p{i}" for i in range(12))
    found = fitted(spec, pd.DataFrame(sparse_rows()), ("y",))
    return f"{found.ate('y', 'p0')}, main effects alone"


def table() -> str:
    """Value by value."""
    return "; ".join(f"edu={value} {between(held(edu=float(value)))}" for value in range(3))


def variance() -> str:
    """From the draws of a probability."""
    chance = held(X=1.0)
    return f"{between(chance * (1 - chance))}, by hand"


def random_action() -> str:
    """A column of drawn values."""
    drawn = (np.random.default_rng(0).random(len(rows()["X"])) < 0.3).astype(float)
    return between(held(X=drawn))


ANSWERS = {
    "interval": lambda: str(model().ate("Y", "X")),
    "sparse": sparse,
    "ratio": lambda: str(model().comparisons("Y", "X", comparison="ratio")),
    "ATT": lambda: str(model().att("Y", "X")),
    "conditional": lambda: str(model().cate("Y", "X", condition={"Z": 1.0})),
    "NDE": lambda: str(model().effect("X -> Y")),
    "NIE": lambda: str(model().effect("X -> M -> Y")),
    "CDE": lambda: f"{between(held(X=1.0, M=0.0) - held(X=0.0, M=0.0))}, a difference of draws",
    "variance": variance,
    "event": "no evidence; `prob` is of an event under an action",
    "table": table,
    "argmax": "no such question",
    "function": lambda: f"{between(held(X=rows()['Z'].astype(float)))}, a column as the action",
    "random": random_action,
    "virtual": "no evidence",
    "row by row": lambda: str(model().predictions("Y")),
    "bounds": "no bounds",
    "sensitivity": lambda: str(model().sensitivity("Y", "X")),
    "LATE": "no such question",
    "frames": lambda: f"{type(model()).__name__} of a frame",
}
