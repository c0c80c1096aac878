"""Tree to text: a query in canonical form."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import RESERVED


def print_query(query: tree.Query) -> str:  # noqa: C901, PLR0911  (a form each)
    """The text of a query, which parses to it again.

    >>> print_query(tree.Effect(tree.Word("my X"), tree.Word("Y"), "ATT"))
    'ATT("my X" -> Y)'
    """
    match query:
        case tree.Probability(targets, do, given):
            return f"P({_list(targets)}{print_conditions(do, given)})"
        case tree.Best(targets, do, given):
            return f"argmax({_list(targets)}{print_conditions(do, given)})"
        case tree.Expectation(target, do, given, variance):
            function = "Var" if variance else "E"
            return f"{function}({_part(target)}{print_conditions(do, given)})"
        case tree.Quantile(target, level, do, given):
            return f"Q({_part(target)}, {_value(level)}{print_conditions(do, given)})"
        case tree.Density(target, value, do, given):
            return f"density({_part(target)}={_value(value)}{print_conditions(do, given)})"
        case tree.Effect(cause, outcome, name, values, held, do, given):
            versus = [] if values is None else [" vs ".join(map(_value, values))]
            arrow = f"{quoted(cause.text)} -> {quoted(outcome.text)}"
            inside = ", ".join([arrow, *versus, *map(_part, held)])
            return f"{name}({inside}{print_conditions(do, given)})"
        case tree.LocalEffect(instrument, cause, outcome):
            names = (quoted(word.text) for word in (instrument, cause, outcome))
            return f"LATE({' -> '.join(names)})"
        case tree.Sum(terms):
            return "".join(
                f"{(' + ' if plus else ' - ') if rank else ''}{_factor(term)}"
                for rank, (plus, term) in enumerate(terms)
            )
        case tree.Ratio(above, below):
            return f"{_factor(above, tree.Ratio)} / {_factor(below, tree.Ratio)}"
        case tree.Regime(do, given):
            parts = [f"do({_list(do)})"] if do or not given else []
            return ", ".join([*parts, *([f"given({_list(given)})"] if given else [])])


def print_conditions(do: Iterable[tree.Action], given: Iterable[tree.Proposition]) -> str:
    """What stands behind the bar, with the bar; nothing if nothing does."""
    parts = [f"do({_list(do)})"] if do else []
    shown = ", ".join([*parts, *map(_part, given)])
    return f" | {shown}" if shown else ""


def print_variable(variable: tree.Variable) -> str:
    """A node, in its world: `Y[X=1]`."""
    return _part(variable)


def _factor(number: tree.Number, *more: type[Any]) -> str:
    """A number, in brackets where it is a sum."""
    shown = print_query(number)
    return f"({shown})" if isinstance(number, (tree.Sum, *more)) else shown


def _list(parts: Iterable[Any]) -> str:
    return ", ".join(map(_part, parts))


def _part(part: Any) -> str:  # noqa: ANN401, C901, PLR0911, PLR0912  (a kind each)
    match part:
        case tree.Variable(node, world):
            return f"{quoted(node.text)}[{_list(world)}]" if world else quoted(node.text)
        case tree.Assignment(node, tree.Word() as value):
            return f"{quoted(node.text)}={_value(value)}"
        case tree.Assignment(node, value):
            return f"{quoted(node.text)}={_part(value)}"
        case tree.Each(node):
            return quoted(node.text)
        case tree.Event(variable, None):
            return _part(variable)
        case tree.Event(variable, tree.Word() as value):
            return f"{_part(variable)}={_value(value)}"
        case tree.Compared(variable, "in", values):
            return f"{_part(variable)} in ({', '.join(map(_value, values))})"
        case tree.Compared(variable, relation, (value,)):
            return f"{_part(variable)} {relation} {_value(value)}"
        case tree.Likely(variable, weights):
            shown = ", ".join(map(_value, weights))
            return f"{_part(variable)} ~ {f'({shown})' if len(weights) > 1 else shown}"
        case tree.Choice(node, cases, otherwise):
            chosen = "".join(f"{_value(value)} if {_part(when)} else " for value, when in cases)
            return f"{quoted(node.text)}={chosen}{_value(otherwise)}"
        case tree.Curve(node, low, high, step):
            by = "" if step is None else f" by {_value(step)}"
            return f"{quoted(node.text)}={_value(low)}..{_value(high)}{by}"
        case tree.Drawn(node, law, numbers):
            return f"{quoted(node.text)} ~ {law.text}({', '.join(map(_value, numbers))})"
        case tree.Formula(node, terms):
            first, *more = [(" + " if plus else " - ") + _part(term) for plus, term in terms]
            return f"{quoted(node.text)}={first.removeprefix(' + ')}{''.join(more)}"
        case tree.Product(factors):
            signs = [(" * " if times else " / ") + _value(word) for times, word in factors]
            return "".join(signs).removeprefix(" * ")
        case tree.Either(cases):
            return " or ".join(" and ".join(map(_part, case)) for case in cases)
    raise TypeError(part)


def _value(word: tree.Word) -> str:
    return print_value(word.text)


@lru_cache(maxsize=4096)
def print_value(text: str) -> str:
    """A value as a query writes it: in quotes where it is no word and no number."""
    return text if re.fullmatch(r"\w+|-?[0-9]+\.[0-9]+", text) else f'"{text}"'


@lru_cache(maxsize=4096)
def quoted(name: str) -> str:
    """A node's name as a query writes it: in quotes if it is reserved or no word."""
    plain = re.fullmatch(r"\w+", name) and name not in RESERVED
    return name if plain else f'"{name}"'
