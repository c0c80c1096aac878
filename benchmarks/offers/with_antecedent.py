"""Antecedent: `analyze` a query on the rows and a graph."""

import re
from typing import Any

import antecedent as ant
import numpy as np
from antecedent import intervention
from antecedent.estimators import Aipw, IvWald
from antecedent.identify import binary_iv_bounds
from antecedent.msm_sensitivity import from_analysis
from antecedent.population import Treated

from benchmarks.offers.questions import ARROWS, rows, sparse_rows, trial_rows


def floats(columns: dict[str, Any]) -> dict[str, Any]:
    """As it takes them."""
    return {name: values.astype(float) for name, values in columns.items()}


def analysed(query: object, **options: object) -> Any:  # noqa: ANN401
    """On the rows."""
    return ant.analyze(floats(rows()), graph=list(ARROWS), query=query, **options)


def told(found: Any) -> str:  # noqa: ANN401
    """Its estimate and how firm that is, as it prints them."""
    if hasattr(found, "uncertainty"):
        ends = found.uncertainty
        return f"{found.estimate:.4f}, 95 % [{ends.lower[0][0]:.4f}, {ends.upper[0][0]:.4f}]"
    if found.estimate is None:
        return f"{found.answer.value}, {found.diagnostics[:1]}"
    return re.sub(r"^<EstimateView | method=.*|>$", "", repr(found.estimate))


def mean(**held: float) -> float:
    """E(Y | do(held))."""
    query = ant.InterventionalDistribution("Y", interventions=held)
    return float(analysed(query).answer.value)


def sparse() -> str:
    """By its own choice of estimator."""
    arrows = [(f"p{i}", "y") for i in range(12)]
    query = ant.AverageEffect("p0", "y")
    return told(ant.analyze(floats(sparse_rows()), graph=arrows, query=query))


def mediated(contrast: str) -> str:
    """Linear and additive."""
    return told(analysed(ant.MediationEffect("X", "Y", mediators=["M"], contrast=contrast)))


def conditional() -> str:
    """By a modifier, which gives the average; and on the rows with Z=1 alone."""
    found = analysed(ant.ConditionalEffect("X", "Y", "Z"))
    kept = rows()["Z"] == 1
    part = {name: values[kept] for name, values in floats(rows()).items() if name != "Z"}
    arrows = [arrow for arrow in ARROWS if "Z" not in arrow]
    alone = ant.analyze(part, graph=arrows, query=ant.AverageEffect("X", "Y"))
    return f"{told(found)}; by hand, of the rows with Z=1, {told(alone)}"


def treated() -> str:
    """By a weighting estimator, which takes the treated as its population."""
    query = ant.AverageEffect("X", "Y", target_population=Treated())
    return told(analysed(query, estimator=Aipw()))


def bounds() -> str:
    """Of the trial's law, which is counted by hand."""
    data = trial_rows()
    cells = [
        [
            float(np.mean((data["Y"] == y) & (data["X"] == x) & (data["Z"] == z)) * 2)
            for x, y in ((0, 0), (0, 1), (1, 0), (1, 1))
        ]
        for z in (0, 1)
    ]
    found = binary_iv_bounds(cells)
    return f"[{found.lower:.4f}, {found.upper:.4f}], for a binary instrument alone"


def sensitivity() -> str:
    """A marginal sensitivity model."""
    effect = analysed(ant.AverageEffect("X", "Y"))
    found = from_analysis(effect, data=floats(rows()), lambda_max=20.0, decision_threshold=0.0)
    crossed = next(point.lambda_value for point in found.grid if point.lower < 0)
    return f"0 is within its bounds from an odds ratio of {crossed:.2f}"


def local() -> str:
    """Wald's ratio."""
    found = ant.analyze(
        floats(trial_rows()),
        graph=[("Z", "X"), ("X", "Y")],  # of a graph with X <-> Y it takes no instrument
        query=ant.AverageEffect("X", "Y"),
        identifier="iv",
        estimator=IvWald(bootstrap=200),
    )
    return told(found)


def frames() -> str:
    """Of pandas."""
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame(floats(rows()))
    query = ant.AverageEffect("X", "Y")
    return told(ant.analyze(frame, graph=list(ARROWS), query=query))


ANSWERS = {
    "interval": lambda: told(analysed(ant.AverageEffect("X", "Y"))),
    "sparse": sparse,
    "ratio": lambda: f"{mean(X=1.0) / mean(X=0.0):.4f}, by hand, of two distributions",
    "ATT": treated,
    "conditional": conditional,
    "NDE": lambda: mediated("natural_direct"),
    "NIE": lambda: mediated("natural_indirect"),
    "CDE": lambda: f"{mean(X=1.0, M=0.0) - mean(X=0.0, M=0.0):.4f}, by hand, of two distributions",
    "variance": "no such query",
    "event": "no query with evidence on rows; `observation_query` is on a composed model",
    "table": lambda: ", ".join(f"edu={value} {mean(edu=float(value)):.4f}" for value in range(3)),
    "argmax": "no such query",
    "function": "an intervention is a value, a shift or a distribution",
    "random": lambda: told(
        analysed(ant.InterventionResponse("Y", intervention=intervention.Bernoulli("X", 0.3)))
    ),
    "virtual": "no query with evidence on rows",
    "row by row": lambda: told(analysed(ant.Counterfactual("X", "Y"))),
    "bounds": bounds,
    "sensitivity": sensitivity,
    "LATE": local,
    "frames": frames,
}
