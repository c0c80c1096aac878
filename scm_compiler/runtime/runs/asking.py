"""How a run is asked: what a question rests on, and what answers it."""

from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

from scm_compiler.inference import LEVEL, SAMPLES, Answer, answer
from scm_compiler.inference.answers import Asked
from scm_compiler.ir.query import Query
from scm_compiler.passes import flatten
from scm_compiler.passes.worlds import rung
from scm_compiler.runtime.runs.record import Record

if TYPE_CHECKING:  # torch takes seconds to import, and an answer from tables does without
    from scm_compiler.inference.real.planning import RealPlan


def ask(
    record: Record,
    query: Query,
    text: str,
    *,
    method: Asked = "auto",
    seed: int = 0,
    samples: int = SAMPLES,
    noise_model: str | None = None,
    level: float | None = LEVEL,
) -> Answer:
    """Answer a question that was read already; the arguments are those of `Run.query`."""
    model, noise = record.distributions(), noise_model or None
    networks = noise is None and bool(model.draws) and rung(flatten(query, model.graph)) == 3
    return answer(
        query,
        model,
        method=method,
        seed=seed,
        samples=samples,
        text=text,
        noise_model=record.responses if networks else noise,
        level=level,
    )


def plan_of_reals(record: Record, text: str, method: str = "auto") -> "RealPlan | None":
    """How a question about real nodes is answered; None of one that tables answer.

    Args:
        record: The run.
        text: The question.
        method: As it was asked for.

    Raises:
        ScmError: E40x and E41x if the question is wrong, E573, E575 and E576 if it is none for
            real nodes.
    """
    if not rests_on_reals(record, text):
        return None
    plan: RealPlan = of_reals().plan_real(text, record.graph, record.mechanisms, method)
    others, rows = record.replicate_mechanisms, record.labels.rows
    return replace(plan, others=others, rows=rows, ranges=record.ranges)


def rests_on_reals(record: Record, text: str) -> bool:
    """Whether a question takes more than the tables of labels."""
    return bool(record.graph.reals) and of_reals().rests_on_reals(text, record.graph)


def of_reals() -> ModuleType:
    """What models with real nodes are asked for; few runs need it loaded."""
    from scm_compiler.inference.real import questions  # noqa: PLC0415  (20 ms)

    return questions
