"""Scmc, by its Python interface; runs are kept in a temporary folder."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import scm_compiler as scm
from benchmarks.offers.questions import ARROWS, rows, sparse_rows, trial_rows

PLACE = Path(tempfile.mkdtemp())
PROGRAM = "Z, X, M, Y : binary\nedu : categorical(0, 1, 2)\n" + "".join(
    f"{cause} -> {effect}\n" for cause, effect in ARROWS
)


@cache
def run() -> Any:  # noqa: ANN401
    """Trained on the rows."""
    return _trained(PROGRAM, pd.DataFrame(rows()), "rows")


@cache
def trial() -> Any:  # noqa: ANN401
    """Trained on the trial."""
    program = "Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n"
    return _trained(program, pd.DataFrame(trial_rows()), "trial")


@cache
def sparse() -> Any:  # noqa: ANN401
    """Trained on twelve parents."""
    parents = ", ".join(f"p{i}" for i in range(12))
    return _trained(
        f"{parents}, y : binary\n{parents} -> y\n", pd.DataFrame(sparse_rows()), "wide"
    )


def _trained(program: str, frame: pd.DataFrame, name: str) -> Any:  # noqa: ANN401
    path = PLACE / f"{name}.scm"
    path.write_text(program, encoding="utf-8")
    return scm.train(scm.load(path), data=frame, run=PLACE / name)


def _asked(text: str, of: Callable[[], Any] = run) -> Callable[[], str]:
    """How a question is asked; the answer as it prints it."""

    def ask() -> str:
        of()
        answer = of().query(text)
        lines = [
            " ".join(line.split()) for line in answer.text.splitlines() if line[:8] != "which is"
        ]
        warned = [warning.code for warning in answer.warnings]
        return "; ".join([*lines, *warned]).removeprefix(f"{text} ").removeprefix("= ")

    return ask


def by_row() -> str:
    """All rows at once."""
    frame = pd.DataFrame(rows()).head(1000)
    found = run().query("P(Y=1 | Z, X, M)", rows=frame).probabilities
    return f"{len(frame)} rows, mean {sum(found) / len(found):.4f}, one call"


def sensitivity() -> str:
    """The E-value and the tipping point."""
    found = run().sensitivity("ATE(X -> Y)")
    return f"E-value {found.e_value:.3f}, tipping point {found.tipping_point:.4f}"


ANSWERS = {
    "interval": _asked("ATE(X -> Y)"),
    "sparse": _asked("ATE(p0 -> y)", sparse),
    "ratio": _asked("P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))"),
    "ATT": _asked("ATT(X -> Y)"),
    "conditional": _asked("ATE(X -> Y | Z=1)"),
    "NDE": _asked("NDE(X -> Y)"),
    "NIE": _asked("NIE(X -> Y)"),
    "CDE": _asked("CDE(X -> Y, M=0)"),
    "variance": _asked("Var(Y | do(X=1))"),
    "event": _asked("P(edu >= 1 | Y=1)"),
    "table": _asked("P(Y | do(edu))"),
    "argmax": _asked("argmax(M, Y | X=1, Z=1)"),
    "function": _asked("P(Y=1 | do(X = Z))"),
    "random": _asked("P(Y=1 | do(X ~ 0.3))"),
    "virtual": _asked("P(Y=1 | X ~ (0.2, 0.8))"),
    "row by row": by_row,
    "bounds": _asked("ATE(X -> Y)", trial),
    "sensitivity": sensitivity,
    "LATE": _asked("LATE(Z -> X -> Y)", trial),
    "frames": lambda: f"{type(run()).__name__} of a frame with {len(rows())} columns",
}
