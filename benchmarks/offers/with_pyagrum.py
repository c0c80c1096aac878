"""PyAgrum: tables learned from the rows, and its causal questions on them."""

from functools import cache
from typing import Any

import pandas as pd
import pyagrum as gum
from pyagrum import causal

from benchmarks.offers.questions import ARROWS, rows, sparse_rows, trial_rows


@cache
def net() -> Any:  # noqa: ANN401
    """The tables by maximum likelihood."""
    return learned(pd.DataFrame(rows()), ARROWS)


def learned(frame: pd.DataFrame, arrows: object) -> Any:  # noqa: ANN401
    """A network of given arrows, its tables learned."""
    shape = gum.BayesNet()
    for name in frame:
        values = sorted(map(str, frame[name].unique()))
        shape.add(gum.LabelizedVariable(str(name), "", values))
    for cause, effect in arrows:
        shape.addArc(cause, effect)
    learner = gum.BNLearner(frame.astype(str), shape)
    learner.useSmoothingPrior(1e-6)
    return learner.learnParameters(shape.dag())


def doing(of: Any, outcome: str, **held: str) -> float:  # noqa: ANN401
    """P(outcome=1 | do(held))."""
    model = causal.CausalModel(of)
    _, found, said = causal.causalImpact(model, on=outcome, doing=set(held), values=held)
    if found is None:
        raise ValueError(said)
    return float(found[{outcome: "1"}])


def effect(of: Any, cause: str, outcome: str) -> float:  # noqa: ANN401
    """A difference of two."""
    return doing(of, outcome, **{cause: "1"}) - doing(of, outcome, **{cause: "0"})


def sparse() -> str:
    """Twelve parents."""
    wide = learned(pd.DataFrame(sparse_rows()), [(f"p{i}", "y") for i in range(12)])
    return f"{effect(wide, 'p0', 'y'):.4f}, no interval"


def treated() -> str:
    """By its counterfactual of a profile."""
    model = causal.CausalModel(net())
    would = causal.counterfactual(model, profile={"X": "1"}, on="Y", whatif="X", values={"X": "0"})
    inference = gum.LazyPropagation(net())
    inference.setEvidence({"X": "1"})
    return (
        f"{float(inference.posterior('Y')[1]) - float(would[{'Y': '1'}]):.4f}, by counterfactual"
    )


def conditional() -> str:
    """Two questions with evidence."""
    model, found = causal.CausalModel(net()), []
    for value in "10":
        _, table, said = causal.causalImpact(
            model, on="Y", doing={"X"}, knowing={"Z"}, values={"X": value, "Z": "1"}
        )
        if table is None:
            raise ValueError(said)
        found.append(float(table[{"Y": "1"}]))
    return f"{found[0] - found[1]:.4f}"


def mediated(cause: str, by: str) -> float:
    """E Y where X is one value and M what it would be at another, by the mediation formula."""
    inner = doing(net(), "M", X=by)
    each = {"1": inner, "0": 1 - inner}
    return sum(each[m] * doing(net(), "Y", X=cause, M=m) for m in "01")


def posterior(target: str, **evidence: object) -> Any:  # noqa: ANN401
    """Given evidence."""
    inference = gum.LazyPropagation(net())
    inference.setEvidence(evidence)
    return inference.posterior(target)


def table() -> str:
    """Over the action."""
    found = [doing(net(), "Y", edu=value) for value in "012"]
    return ", ".join(f"edu={value} {share:.4f}" for value, share in enumerate(found))


def most() -> str:
    """The most probable explanation of all nodes."""
    inference = gum.LazyPropagation(net())
    inference.setEvidence({"X": "1", "Z": "1"})
    return f"{inference.mpe()}, of all nodes; not of some"


def by_row() -> str:
    """Each row's posterior, one after another."""
    frame = pd.DataFrame(rows()).head(1000).astype(str)
    found = [posterior("Y", Z=row.Z, X=row.X, M=row.M)[1] for row in frame.itertuples(index=False)]
    return f"{len(found)} rows, mean {sum(found) / len(found):.4f}, by a loop"


def variance() -> str:
    """Of a probability, by hand."""
    share = doing(net(), "Y", X="1")
    return f"{share * (1 - share):.4f}, by hand from P(Y=1 | do(X=1))"


def random_action() -> str:
    """By hand."""
    return f"{0.3 * doing(net(), 'Y', X='1') + 0.7 * doing(net(), 'Y', X='0'):.4f}, by hand"


def bounds() -> str:
    """With a latent cause of X and Y."""
    tables = learned(pd.DataFrame(trial_rows()), [("Z", "X"), ("X", "Y")])
    model = causal.CausalModel(tables, [("U", ["X", "Y"])], True)
    _, found, said = causal.causalImpact(model, on="Y", doing={"X"}, values={"X": "1"})
    return f"none: {said.split(':')[0]}, a hedge" if found is None else str(found)


ANSWERS = {
    "interval": lambda: f"{effect(net(), 'X', 'Y'):.4f}, no interval",
    "sparse": sparse,
    "ratio": lambda: f"{doing(net(), 'Y', X='1') / doing(net(), 'Y', X='0'):.4f}, by hand",
    "ATT": treated,
    "conditional": conditional,
    "NDE": lambda: f"{mediated('1', '0') - mediated('0', '0'):.4f}, by hand: mediation formula",
    "NIE": lambda: f"{mediated('0', '1') - mediated('0', '0'):.4f}, by hand: mediation formula",
    "CDE": lambda: (
        f"{doing(net(), 'Y', X='1', M='0') - doing(net(), 'Y', X='0', M='0'):.4f}, a difference"
    ),
    "variance": variance,
    "event": lambda: f"{1 - float(posterior('edu', Y='1')[0]):.4f}, by adding values",
    "table": table,
    "argmax": most,
    "function": "an action is a value; a function needs a network changed by hand",
    "random": random_action,
    "virtual": lambda: f"{float(posterior('Y', X=[0.2, 0.8])[1]):.4f}, soft evidence",
    "row by row": by_row,
    "bounds": bounds,
    "sensitivity": "no such question",
    "LATE": "no such question",
    "frames": lambda: f"{type(net()).__name__} learned from a frame of {len(rows())} columns",
}
