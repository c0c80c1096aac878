"""Questions written in another way that means the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from math import nan
from typing import TypeVar

from scm_compiler.inference.real.asking import Reader
from scm_compiler.ir.domain import is_number
from scm_compiler.syntax import query_tree as tree

Written = TypeVar("Written")


def variables(written: object) -> tuple[tree.Variable, ...]:
    """The variables in a part of a question."""
    if isinstance(written, tree.Variable):
        return (written,)
    if isinstance(written, tuple):
        return tuple(v for part in written for v in variables(part))
    if is_dataclass(written):
        parts = (getattr(written, each.name) for each in fields(written))
        return tuple(v for part in parts for v in variables(part))
    return ()


def differences(reader: Reader, effect: tree.Effect) -> tree.Sum | None:
    """An effect as a difference of two means; None of one that compares nested worlds.

    The means are of regimes under `do`, or those of other worlds where whom the effect is of
    depends on the cause.
    """
    if effect.name in ("NDE", "NIE"):
        return None
    words = effect.values or (tree.Word("1"), tree.Word("0"))
    given = reader.evidence(effect)
    cause = effect.cause.text
    told = {variable.node.text for variable in variables(given)}
    elsewhere = any(_reaches(reader, cause, name) for name in told)
    terms = []
    for plus, word in zip((True, False), words, strict=True):
        world = (tree.Assignment(effect.cause, word), *effect.held)
        target = tree.Variable(effect.outcome, world if elsewhere else ())
        do = effect.do if elsewhere else (*effect.do, *world)
        terms.append((plus, tree.Expectation(target, do, given)))
    return tree.Sum(tuple(terms))


def in_one_world(reader: Reader, written: tree.Plain) -> tree.Plain:
    """A question of one world as one of what `do` makes, where nothing of the units' own counts.

    What a world holds without reaching a variable is left out of it, and so is what is seen to be
    at that value anyway.
    """
    seen = {
        event.variable.node.text: event.value.text
        for event in written.given
        if isinstance(event, tree.Event) and event.value and not event.variable.world
    }

    def anyway(action: tree.Assignment, world: tuple[tree.Assignment, ...]) -> bool:
        node, value = action.node.text, action.value
        moved = any(_reaches(reader, a.node.text, node) for a in world if a is not action)
        if moved or node not in seen or isinstance(value, tree.Variable):
            return False
        return seen[node] == value.text or _number(seen[node]) == _number(value.text)

    def felt(variable: tree.Variable) -> tree.Variable:
        node, world = variable.node.text, variable.world
        held = (a for a in world if _reaches(reader, a.node.text, node) and not anyway(a, world))
        return replace(variable, world=tuple(held))

    written = _each_variable(written, felt)
    found = variables((getattr(written, "targets", getattr(written, "target", ())), written.given))
    worlds = {variable.world for variable in found if variable.world}
    if len(worlds) != 1:
        return written
    (world,) = worlds
    held = {action.node.text for action in world}
    own = {variable.node.text for variable in found if not variable.world}
    changed = any(_reaches(reader, h, o) for h in held for o in own)
    nested = any(isinstance(action.value, tree.Variable) for action in world)
    if changed or nested or held & set(map(_done, written.do)):
        return written
    freed = _each_variable(written, lambda v: replace(v, world=()))
    return replace(freed, do=(*written.do, *world))


def _number(text: str) -> float:
    return float(text) if is_number(text) else nan


def _reaches(reader: Reader, cause: str, node: str) -> bool:
    return cause == node or reader.labels.causes(cause, node)


def renamed(written: Written, names: Mapping[str, str]) -> Written:
    """A question in which what is seen, or asked, in the units' own world has other names."""

    def own(variable: tree.Variable) -> tree.Variable:
        name = None if variable.world else names.get(variable.node.text)
        return variable if name is None else replace(variable, node=tree.Word(name))

    return _each_variable(written, own)


def seen_as_held(written: tree.Plain, names: Iterable[str]) -> tree.Plain | None:
    """A question in which some evidence is held instead; None if it is not of one value each."""
    left, do = list[tree.Proposition](), list(written.do)
    waiting = set(names)
    for event in written.given:
        told = {variable.node.text for variable in variables(event)}
        if not told & waiting:
            left.append(event)
        elif isinstance(event, tree.Event) and event.value is not None:
            do.append(tree.Assignment(event.variable.node, event.value))
            waiting -= told
        else:
            return None
    return None if waiting else replace(written, do=tuple(do), given=tuple(left))


def _done(action: tree.Action) -> str:
    """To which node something is done."""
    node = action.variable.node if isinstance(action, tree.Likely) else action.node
    return node.text


def _each_variable(written: Written, change: Callable[[tree.Variable], tree.Variable]) -> Written:
    """A question with other targets and evidence; what is done stays."""
    if isinstance(written, tree.Variable):
        return change(written)  # type: ignore[return-value]
    if isinstance(written, tuple):
        return tuple(_each_variable(part, change) for part in written)  # type: ignore[return-value]
    if not is_dataclass(written) or isinstance(written, tree.Word):
        return written
    parts = {
        each.name: _each_variable(getattr(written, each.name), change)
        for each in fields(written)
        if each.name not in ("do", "span", "world")
    }
    found: Written = replace(written, **parts)  # type: ignore[type-var]
    return found
