"""`LATE(Z -> X -> Y)` where real nodes take part: the Wald ratio of means that are observed."""

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.local_effects import MovesNobody, NoDefiersAssumed
from scm_compiler.inference.instrument import refuse_no_instrument
from scm_compiler.inference.number import Number
from scm_compiler.inference.real.names import Names
from scm_compiler.ir import Graph
from scm_compiler.ir.query import LocalEffect
from scm_compiler.semantics.codes.queries import CauseNotBinary
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

MONOTONE = "monotone"
"""What is assumed of noise: the instrument moves nobody the other way."""


def wald(query: tree.LocalEffect) -> tree.Ratio:
    """What the instrument does to the outcome, divided by what it does to the cause."""
    return tree.Ratio(_moved(query, query.outcome), _moved(query, query.cause), query.span)


def require_words(names: Names, query: tree.LocalEffect) -> bool:
    """Whether the three nodes are there and are numbers, and the instrument is 0 or 1."""
    before = len(names.found)
    for word in (query.instrument, query.cause, query.outcome):
        if names.known(word) and names.real(word) is None:
            names.labels.numeric(word)
    domain = names.labels.known(query.instrument)
    if len(names.found) == before and (domain is None or {*domain.values} != {"0", "1"}):
        values = (str(names.real(query.instrument)),) if domain is None else domain.values
        name, span = quoted(query.instrument.text), query.instrument.span
        names.found.append(CauseNotBinary("LATE", name, values, span=span))
    return len(names.found) == before


def require_instrument(query: tree.LocalEffect, graph: Graph) -> None:
    """Refuse what the graph makes no instrument.

    Raises:
        ScmError: E535.
    """
    words = (word.text for word in (query.instrument, query.cause, query.outcome))
    refuse_no_instrument(LocalEffect((), *words), graph)


def assumed(query: tree.LocalEffect, moved: Number) -> NoDefiersAssumed:
    """What is assumed, of how far the instrument moves the cause.

    Raises:
        ScmError: E536 if that is not at all.
    """
    instrument, cause = query.instrument.text, query.cause.text
    if abs(moved.value) <= max(1e-9, 2 * (moved.std_error or 0.0)):
        raise refuse(MovesNobody(instrument, cause))
    return NoDefiersAssumed(instrument, cause, moved.value > 0, bounded=False)


def _moved(query: tree.LocalEffect, node: tree.Word) -> tree.Sum:
    """How far the instrument moves a node, as it is seen."""

    def mean(value: str) -> tree.Expectation:
        word = tree.Word(value, query.instrument.span)
        seen = tree.Event(tree.Variable(query.instrument), word, query.span)
        return tree.Expectation(tree.Variable(node), (), (seen,), span=query.span)

    return tree.Sum(((True, mean("1")), (False, mean("0"))), query.span)
