"""Queries as text, and as it was typed."""

import re
from collections.abc import Iterable, Sequence

from scm_compiler.ir import Finite, Graph
from scm_compiler.ir import query as ir
from scm_compiler.syntax.query_printer import print_value, quoted


def numeric_values(domain: Finite) -> tuple[float, ...]:
    """The values of a domain as numbers; ValueError if one is not a number.

    >>> from scm_compiler.ir import Discrete
    >>> numeric_values(Discrete(("0", "1")))
    (0.0, 1.0)
    """
    return tuple(float(value) for value in domain.values)


def phrase(query: ir.Query | ir.Quantity, graph: Graph) -> str:  # noqa: PLR0911  (a form each)
    """The query as text that resolves to it again."""
    match query:
        case ir.Derived(words) | ir.Best(words):
            return words
        case ir.LocalEffect():
            names = (query.instrument, query.cause, query.outcome)
            return f"LATE({' -> '.join(map(quoted, names))})"
        case ir.Sum(terms):
            return _sum([(weight, phrase(term, graph)) for weight, term in terms])
        case ir.Product(left, right):
            return f"{_factor(left, graph)} * {_factor(right, graph)}"
        case ir.Ratio(above, below):
            return f"{_factor(above, graph)} / {_factor(below, graph)}"
        case ir.Expectation(target, do, given):
            return f"E({_variable(target, graph)}{_conditions(do, given, graph)})"
        case ir.Probability(targets, do, given):
            return f"P({phrase_events(targets, graph)}{_conditions(do, given, graph)})"
        case ir.Regime(do, given):
            parts = [f"do({_world(do, graph)})"] if do or not given else []
            parts += [f"given({phrase_events(given, graph)})"] if given else []
            return ", ".join(parts)


def _sum(terms: Sequence[tuple[float, str]]) -> str:
    shown = "".join(
        f" {'-' if weight < 0 else '+'} {'' if abs(weight) == 1 else f'{abs(weight):g} '}{term}"
        for weight, term in terms
    )
    return shown.removeprefix(" + ").removeprefix(" ") or "0"


def _factor(quantity: ir.Quantity, graph: Graph) -> str:
    shown = phrase(quantity, graph)
    return f"({shown})" if isinstance(quantity, ir.Sum) else shown


def worded(text: str | None, query: ir.Query, graph: Graph) -> str:
    r"""The query as the user wrote it, on one line; its phrase if the text was not kept.

    >>> worded("P(A |\r\n  do(B=0))", ir.Regime(), Graph("g", (), ()))
    'P(A | do(B=0))'
    """
    return phrase(query, graph) if text is None else on_one_line(text)


def on_one_line(text: str) -> str:
    r"""A text as it was typed, with a blank for each line's end and other white space.

    >>> on_one_line("do(A=1,\r\n  B=0)\u00a0")
    'do(A=1, B=0)'
    """
    return re.sub(r"\s*[^\S ]\s*", " ", text.strip())


def _conditions(do: ir.World, given: Sequence[ir.Event], graph: Graph) -> str:
    parts = [f"do({_world(do, graph)})"] if do else []
    parts += [phrase_events(given, graph)] if given else []
    return f" | {', '.join(parts)}" if parts else ""


def phrase_events(events: Iterable[ir.Event], graph: Graph) -> str:
    """Events as a query writes them, such as `Bald[Male=0]=1, Young`."""
    return ", ".join(_event(event, graph) for event in events)


def _event(event: ir.Event, graph: Graph) -> str:
    variable = _variable(event.variable, graph)
    if event.value is None:
        return variable
    return f"{variable}={value_name(graph, event.variable.node, event.value)}"


def _variable(variable: ir.Variable, graph: Graph) -> str:
    name = quoted(variable.node)
    return f"{name}[{_world(variable.world, graph)}]" if variable.world else name


def _world(world: ir.World, graph: Graph) -> str:
    return ", ".join(f"{quoted(s.node)}={_setting(s, graph)}" for s in world)


def _setting(setting: ir.Setting, graph: Graph) -> str:
    if isinstance(setting.value, ir.Variable):
        return _variable(setting.value, graph)
    return value_name(graph, setting.node, setting.value)


def value_name(graph: Graph, node: str, value: int) -> str:
    """A value as a query writes it."""
    return print_value(graph.domain(node).values[value])
