"""A counterfactual from Python values: a label, what would have been held, what was seen."""

from collections.abc import Mapping

from scm_compiler.ir import Graph
from scm_compiler.ir.tables import Tables
from scm_compiler.runtime.queries import Answer, answer
from scm_compiler.runtime.queries.counterfactual.responses import Responses
from scm_compiler.semantics.question import read_query
from scm_compiler.syntax.printer import print_name

Value = str | int


def counterfactual_text(
    target: str, do: Mapping[str, Value] | None = None, given: Mapping[str, Value] | None = None
) -> str:
    """The question as it is written.

    Args:
        target: The nodes asked for, or a whole question, which is returned as it is.
        do: What would have been held; the targets live in that world.
        given: What was seen, in the world as it is.

    >>> counterfactual_text("Bald", {"Male": 0}, {"Male": 1, "Bald": 1})
    'P(Bald[Male=0] | Male=1, Bald=1)'
    >>> counterfactual_text("P(Bald[Male=0]=1 | Male=1, Bald=1)")
    'P(Bald[Male=0]=1 | Male=1, Bald=1)'
    """
    if not do and not given and "(" in target:
        return target
    world = f"[{_settings(do)}]" if do else ""
    evidence = f" | {_settings(given)}" if given else ""
    return f"P({print_name(target)}{world}{evidence})"


def ask_counterfactual(
    model: Tables,
    graph: Graph,
    target: str,
    *,
    do: Mapping[str, Value] | None = None,
    given: Mapping[str, Value] | None = None,
    noise_model: str | Responses | None = None,
    seed: int = 0,
) -> Answer:
    """What a label would have been, given what was.

    Args:
        model: The tables.
        graph: The graph as declared.
        target: A label, or a whole question such as `P(Bald[Male=0]=1 | Male=1, Bald=1)`.
        do: What would have been held.
        given: What was seen, in the world as it is.
        noise_model: `threshold`, `gumbel-max`, or the responses of the model's networks; None for
            `threshold` where the tables are exact.
        seed: Of the posterior draws behind a standard error.

    Returns:
        The table of the label, or what the question asks, with its noise model and bounds.

    Raises:
        ScmError: E40x and E41x if a name or value is wrong, E43x and E45x if there is no answer.
    """
    text = counterfactual_text(target, do, given)
    query = read_query(text, graph)
    return answer(query, model, noise_model=noise_model, seed=seed, text=text)


def _settings(values: Mapping[str, Value] | None) -> str:
    pairs = (values or {}).items()
    return ", ".join(f"{print_name(name)}={_value(value)}" for name, value in pairs)


def _value(value: Value) -> str:
    return str(int(value)) if isinstance(value, int) else print_name(value)
