"""Which numbers a question to a model with real nodes asks for."""

import numpy as np

from scm_compiler.inference.real.asking import Asked, Reader
from scm_compiler.inference.real.curves import at, curves_of, points
from scm_compiler.inference.real.local import require_words, wald
from scm_compiler.inference.real.openings import at_first
from scm_compiler.inference.real.units import Variable
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.semantics.codes.questions import NothingToChoose
from scm_compiler.syntax import query_tree as tree


def numbers_of(reader: Reader, written: tree.Query) -> list[Asked]:
    """The numbers that a question asks for, at one value of what stands without."""
    written = at_first(written, reader.graph)
    match written:
        case tree.Probability(do=do, given=given):
            target = real_target(written, reader.graph)
            if target is not None:
                return [reader.expectation(tree.Expectation(target, do, given))]
            return [_filled(reader, written)]
        case tree.Best(targets, do, given, span):
            if all(isinstance(t, tree.Event) and t.value is not None for t in targets):
                reader.found.append(NothingToChoose(span=span))
            return [_filled(reader, tree.Probability(targets, do, given, span))]
        case tree.LocalEffect():
            return _parts(reader, wald(written)) if require_words(reader, written) else []
        case tree.Regime(do, given):
            every = (Variable(n.name) for n in reader.graph.tabular if n.kind != HIDDEN)
            scene = reader.scene(do, given, *every)
            return [Asked(scene, "mean", lambda draw: np.ones(draw.count))]
    return _parts(reader, written)


def _parts(reader: Reader, written: tree.Number) -> list[Asked]:  # noqa: PLR0911  (a form each)
    """The numbers that one number is made of."""
    match written:
        case tree.Sum(terms):
            return [one for _, term in terms for one in _parts(reader, term)]
        case tree.Ratio(above, below):
            return [*_parts(reader, above), *_parts(reader, below)]
        case tree.Probability():
            return [reader.probability(written)]
        case tree.Expectation():
            return [reader.expectation(written)]
        case tree.Quantile():
            return [reader.quantile(written)]
        case tree.Density():
            return [reader.density(written)]
        case tree.Effect():
            return [reader.effect(written)]


def real_target(written: tree.Probability, graph: Graph) -> tree.Variable | None:
    """The real node whose whole distribution is asked for, by itself."""
    match written.targets:
        case (tree.Event(variable, None),):
            node = graph.by_name.get(variable.node.text)
            return variable if node is not None and isinstance(node.domain, Real) else None
    return None


def free_targets(written: tree.Probability) -> list[tree.Event]:
    """The targets that stand without a value."""
    return [t for t in written.targets if isinstance(t, tree.Event) and t.value is None]


def first_of(reader: Reader, written: tree.Query) -> tree.Query:
    """A question at the first point of its curve, if it has one."""
    if not curves_of(written):
        return written
    found = points(reader, written)
    return at(written, found[0] if found else curves_of(written)[0].low.text)


def _filled(reader: Reader, written: tree.Probability) -> Asked:
    """A probability, of whose open targets the first values are taken."""
    targets: list[tree.Proposition] = []
    for target in written.targets:
        if isinstance(target, tree.Event) and target.value is None:
            node = reader.graph.by_name.get(target.variable.node.text)
            if node is not None and isinstance(node.domain, Finite):
                word = tree.Word(node.domain.values[0], target.span)
                targets.append(tree.Event(target.variable, word, target.span))
                continue
        targets.append(target)
    return reader.probability(tree.Probability(tuple(targets), written.do, written.given))
