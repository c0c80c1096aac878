"""Dowhy, by `CausalModel` for effects and by `dowhy.gcm` for actions that are not a value."""

from collections.abc import Callable
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from dowhy import CausalModel, gcm

from benchmarks.offers.questions import ARROWS, rows, sparse_rows, trial_rows

DRAWS = 20_000

gcm.config.disable_progress_bars()


def effect_model(arrows: object, frame: pd.DataFrame, cause: str, outcome: str) -> CausalModel:
    """A model for one effect."""
    return CausalModel(frame, cause, outcome, graph=nx.DiGraph(arrows))


@cache
def model() -> CausalModel:
    """Of X and Y."""
    return effect_model(ARROWS, pd.DataFrame(rows()), "X", "Y")


@cache
def mechanisms() -> Any:  # noqa: ANN401
    """Every node a classifier of its parents, as dowhy assigns them by itself."""
    frame = pd.DataFrame(rows()).astype(str)
    found = gcm.ProbabilisticCausalModel(nx.DiGraph(ARROWS))
    gcm.auto.assign_causal_mechanisms(found, frame)
    gcm.fit(found, frame)
    return found


def estimate(method: str, **options: object) -> Any:  # noqa: ANN401
    """The effect of X on Y."""
    estimand = model().identify_effect(proceed_when_unidentifiable=True)
    return model().estimate_effect(estimand, method_name=f"backdoor.{method}", **options)


def interval() -> str:
    """A regression's."""
    found = estimate("linear_regression", confidence_intervals=True)
    low, high = np.ravel(found.get_confidence_intervals())
    return f"{found.value:.4f}, 95 % [{low:.4f}, {high:.4f}], linear regression"


def sparse() -> str:
    """By weighting."""
    frame = pd.DataFrame(sparse_rows())
    arrows = [(f"p{i}", "y") for i in range(12)]
    found = effect_model(arrows, frame, "p0", "y")
    estimand = found.identify_effect(proceed_when_unidentifiable=True)
    value = found.estimate_effect(estimand, method_name="backdoor.linear_regression").value
    return f"{value:.4f}, linear regression on p0 alone, since nothing confounds it"


def treated() -> str:
    """Of those whose X is 1."""
    found = estimate("propensity_score_weighting", target_units="att")
    return f"{found.value:.4f}, by weighting"


def conditional() -> str:
    """Of the rows with Z=1, by a function that picks them."""
    found = estimate("linear_regression", target_units=lambda frame: frame["Z"] == 1)
    return f"{found.value:.4f}, of a linear regression without interactions"


def mediated(kind: str) -> str:
    """NDE or NIE by two regressions."""
    estimand = model().identify_effect(
        estimand_type=f"nonparametric-{kind}", proceed_when_unidentifiable=True
    )
    found = model().estimate_effect(estimand, method_name="mediation.two_stage_regression")
    return f"{found.value:.4f}, two linear regressions"


def controlled() -> str:
    """CDE."""
    estimand = model().identify_effect(
        estimand_type="nonparametric-cde", proceed_when_unidentifiable=True
    )
    found = model().estimate_effect(estimand, method_name="backdoor.linear_regression")
    return f"{found.value:.4f}, linear regression"


def _share(held: dict[str, Callable[[Any], Any]]) -> float:
    drawn = gcm.interventional_samples(mechanisms(), held, num_samples_to_draw=DRAWS)
    return float((drawn["Y"] == "1").mean())


def table() -> str:
    """Value by value."""
    found = [_share({"edu": lambda _, v=value: v}) for value in "012"]
    return (
        ", ".join(f"edu={value} {share:.3f}" for value, share in enumerate(found)) + ", by samples"
    )


def variance() -> str:
    """Of samples."""
    share = _share({"X": lambda _: "1"})
    return f"{share * (1 - share):.4f}, of {DRAWS:,} samples"


def ratio() -> str:
    """Of samples."""
    return f"{_share({'X': lambda _: '1'}) / _share({'X': lambda _: '0'}):.3f}, of samples"


def random_action() -> str:
    """X drawn anew."""
    draw = np.random.default_rng(0)
    share = _share({"X": lambda _: str(int(draw.random() < 0.3))})
    return f"{share:.4f}, of {DRAWS:,} samples"


def sensitivity() -> str:
    """The E-value of its refuter."""
    arrows = [arrow for arrow in ARROWS if "edu" not in arrow]  # it refuses other causes of Y
    plain = effect_model(arrows, pd.DataFrame(rows()).drop(columns="edu"), "X", "Y")
    estimand = plain.identify_effect(proceed_when_unidentifiable=True)
    found = plain.estimate_effect(estimand, method_name="backdoor.linear_regression")
    refuted = plain.refute_estimate(
        estimand,
        found,
        method_name="add_unobserved_common_cause",
        simulation_method="e-value",
        plot=False,
    )
    return f"E-value {refuted.stats['evalue_estimate']:.3f}"


def local() -> str:
    """The ratio of Wald."""
    arrows = [("Z", "X"), ("X", "Y"), ("U", "X"), ("U", "Y")]
    trial = effect_model(arrows, pd.DataFrame(trial_rows()), "X", "Y")
    estimand = trial.identify_effect(proceed_when_unidentifiable=True)
    found = trial.estimate_effect(
        estimand, method_name="iv.instrumental_variable", confidence_intervals=True
    )
    return f"{found.value:.4f}, Wald's ratio, not called LATE"


ANSWERS = {
    "interval": interval,
    "sparse": sparse,
    "ratio": ratio,
    "ATT": treated,
    "conditional": conditional,
    "NDE": lambda: mediated("nde"),
    "NIE": lambda: mediated("nie"),
    "CDE": controlled,
    "variance": variance,
    "event": "no question with evidence; samples can be counted",
    "table": table,
    "argmax": "no such question",
    "function": "an action is a function of the node's own value, not of other nodes",
    "random": random_action,
    "virtual": "no evidence",
    "row by row": "no question with evidence; gcm.counterfactual_samples is by row",
    "bounds": "no bounds",
    "sensitivity": sensitivity,
    "LATE": local,
    "frames": lambda: f"{type(model()).__name__} of a frame",
}
