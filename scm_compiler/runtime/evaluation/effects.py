"""What setting one label does to what every label looks like.

Under do(i = v) the share of images in which label j looks to have a value w must be what the label
model says, P(j = w | do(i = v)): a generator that learnt that a mustache goes with men would draw
men under do(Mustache = 1), though a mustache makes no one a man.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scm_compiler.ir import Graph
from scm_compiler.runtime.evaluation.classifier import Reading
from scm_compiler.runtime.evaluation.estimate import Estimate, share
from scm_compiler.runtime.evaluation.regimes import KINDS, Key, Seen, values_of, written


@dataclass(frozen=True)
class Effect:
    """One cell of the effect matrix.

    Attributes:
        regime: Such as `do(Mustache=1)`.
        set_label: The label that is set.
        set_value: Its value.
        label: The label that is looked at.
        value: Its value.
        looks: The share of generated images that look so.
        exact: The probability that the label model gives it.
        difference: The first less the second.
        true_looks: The share of true images of the same labels that look so to the same judge;
            None where the truth cannot be drawn.
    """

    regime: str
    set_label: str
    set_value: str
    label: str
    value: str
    looks: Estimate
    exact: Estimate
    difference: Estimate
    true_looks: Estimate | None


@dataclass(frozen=True)
class Looks:
    """What images look like when an effect is set, and when it is seen.

    Attributes:
        under_do: Under do(effect = 1), the share that looks to have the cause.
        shown: Of those under do(effect = 1) that do not look to have the cause, the share that
            shows the effect.
        under_given: Under given(effect = 1), the share that looks to have the cause.
    """

    under_do: Estimate
    shown: Estimate
    under_given: Estimate


@dataclass(frozen=True)
class Arrow:
    """Whether the images respect the direction of one arrow, cause -> effect, of two labels.

    Attributes:
        cause: The cause, such as Male.
        effect: The effect, such as Mustache.
        generated: What generated images look like.
        true: What true images of the same labels look like to the same judge; None where the
            truth cannot be drawn.
        unmoved: P(cause = 1), which do(effect = 1) must leave as it is.
        expected: P(cause = 1 | effect = 1) of the label model.
    """

    cause: str
    effect: str
    generated: Looks
    true: Looks | None
    unmoved: Estimate
    expected: Estimate


def effects(seen: Mapping[Key, Seen], graph: Graph) -> tuple[Effect, ...]:
    """The effect matrix, one line for each regime, label and value; of 0 and 1 only value 1."""
    return tuple(_cells(seen, graph))


def _cells(seen: Mapping[Key, Seen], graph: Graph) -> Iterator[Effect]:
    values = values_of(graph)
    for key, found in seen.items():
        true = found.true
        for name in found.reading.names:
            for value in range(1 if len(values[name]) == 2 else 0, len(values[name])):
                looks = _looks(found.reading.looks(name), value)
                exact = found.exact[name][value]
                yield Effect(
                    regime=written(key, graph),
                    set_label=key[1],
                    set_value=values[key[1]][key[2]],
                    label=name,
                    value=values[name][value],
                    looks=looks,
                    exact=exact,
                    difference=looks.minus(exact),
                    true_looks=None if true is None else _looks(true.looks(name), value),
                )


def arrows(seen: Mapping[Key, Seen], observed: Seen, graph: Graph) -> tuple[Arrow, ...]:
    """The directions of all arrows between two labels of the image that have two values."""
    sizes = {name: len(values) for name, values in values_of(graph).items()}
    known = {name for name in observed.reading.names if sizes[name] == 2}
    pairs = [(e.source, e.target) for e in graph.edges if {e.source, e.target} <= known]
    return tuple(
        _arrow(cause, effect, seen, observed)
        for cause, effect in pairs
        if all((kind, effect, 1) in seen for kind in KINDS)
    )


def _arrow(cause: str, effect: str, seen: Mapping[Key, Seen], observed: Seen) -> Arrow:
    done, given = (seen[kind, effect, 1] for kind in KINDS)
    truth = None
    if done.true is not None and given.true is not None:
        truth = _looks_of(cause, effect, done.true, given.true)
    return Arrow(
        cause=cause,
        effect=effect,
        generated=_looks_of(cause, effect, done.reading, given.reading),
        true=truth,
        unmoved=observed.exact[cause][1],
        expected=given.exact[cause][1],
    )


def _looks_of(cause: str, effect: str, done: Reading, given: Reading) -> Looks:
    looks = done.looks(cause)
    return Looks(
        under_do=_looks(looks, 1),
        shown=_looks(done.looks(effect)[looks == 0], 1),
        under_given=_looks(given.looks(cause), 1),
    )


def _looks(read: np.ndarray[tuple[int], np.dtype[np.int64]], value: int) -> Estimate:
    return share(int((read == value).sum()), len(read))
