"""The report of a run: its label model, its image heads, and how their training went."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from scm_compiler.diagnostics import Diagnostic, Report, render_json
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.head_report import HeadReport, PictureRows
from scm_compiler.runtime.evaluation.label_model import LabelReport
from scm_compiler.runtime.evaluation.marginals import Agreement
from scm_compiler.runtime.evaluation.nodes import NodesReport
from scm_compiler.runtime.training.journal import Journal

_PAIR = ("node", "other", "data", "model")
Curves = Mapping[str, tuple[tuple[float, float], ...]]
"""Each metric's points (step, value)."""


@dataclass(frozen=True)
class RunReport:
    """What is found out about a run.

    Attributes:
        run: The run's folder.
        name: The graph's name.
        graph_hash: The graph's hash.
        data: The labels' data.
        labels: On the label model; None where there are real nodes.
        nodes: On the mechanisms where there are real nodes, else None.
        heads: On each trained image head.
        curves: By training: `labels`, or the image's name.
    """

    run: str
    name: str
    graph_hash: str
    data: str
    labels: LabelReport | None
    nodes: NodesReport | None = None
    heads: tuple[HeadReport, ...] = ()
    curves: Mapping[str, Curves] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What to keep in mind."""
        return tuple(warning for head in self.heads for warning in head.warnings)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data for JSON; pictures are left out."""
        found: dict[str, Any] = plain(self)
        return found


def read_curves(path: Path) -> Curves:
    """The curves of a `metrics.jsonl`; empty where there is none."""
    found: dict[str, list[tuple[float, float]]] = {}
    for entry in Journal(path).read():
        step = entry.get("step")
        if not _drawable(step):
            continue
        for name, value in entry.items():
            if name not in ("step", "seconds") and _drawable(value):
                found.setdefault(name, []).append((float(step), float(value)))
    return {name: tuple(points) for name, points in found.items()}


def _drawable(value: object) -> TypeGuard[int | float]:
    """Whether a curve can have this number; the log of a run may have been edited."""
    return isinstance(value, int | float) and abs(value) < 1e300


def plain(content: object) -> Any:  # noqa: ANN401  (whatever JSON can hold)
    """Dataclasses, mappings and arrays as JSON can hold them.

    An estimate becomes `{"value": …, "std_error": …}`, an exact one without the error; a number
    that is not finite becomes null.

    >>> plain(Estimate(0.5, float("nan"))), plain({("a", "b"): np.eye(1)})
    ({'value': 0.5, 'std_error': None}, {'a,b': [[1.0]]})
    """
    match content:
        case Mapping():
            return {_key(key): plain(value) for key, value in content.items()}
        case list() | tuple():
            return [plain(item) for item in content]
        case Diagnostic():
            return render_json(Report(None, (content,)))[0]
    return _record(content) if is_dataclass(content) else _leaf(content)


def _record(content: Any) -> dict[str, Any]:  # noqa: ANN401  (any dataclass)
    if isinstance(content, Estimate):
        error = {"std_error": plain(content.error)} if content.error else {}
        firm = {} if content.interval is None else {"interval": content.interval.to_dict()}
        return {"value": plain(content.value)} | error | firm
    held = {item.name: getattr(content, item.name) for item in fields(content)}
    held |= _derived(content)
    return {k: plain(v) for k, v in held.items() if not isinstance(v, PictureRows)}


def _leaf(content: object) -> Any:  # noqa: ANN401  (whatever JSON can hold)
    if isinstance(content, np.ndarray):
        return content.tolist()
    return None if isinstance(content, float) and not isfinite(content) else content


def _derived(content: object) -> dict[str, object]:
    """The numbers that a reader looks for first."""
    match content:
        case LabelReport():
            return {"worst_intervention": content.worst_intervention}
        case Agreement():
            return {"worst_marginal": content.worst_marginal, "worst_pair": content.worst_pair}
        case NodesReport():
            pairs = [dict(zip(_PAIR, it, strict=True)) for it in content.correlations]
            return {"log_likelihood": content.log_likelihood, "correlations": pairs}
        case HeadReport():
            return {"mean_auc": content.mean_auc}
    return {}


def _key(key: object) -> str:
    return ",".join(map(str, key)) if isinstance(key, tuple) else str(key)
