"""Bayesian networks in `.xdsl`, as GeNIe and SMILE write them.

Of a table the variable's own value changes fastest, then that of the last parent. pyAgrum has it
the other way round: its files say that they are its own, and are read so.
"""

from collections.abc import Iterator
from math import prod

import numpy as np

from scm_compiler.diagnostics import Source
from scm_compiler.interop.document import Document
from scm_compiler.interop.network import Blocks, Conditional, Word, network_of
from scm_compiler.interop.network_xml import Parts, numbers
from scm_compiler.interop.told import Told, told, word
from scm_compiler.interop.xml_text import Element, read_xml
from scm_compiler.markup import markup
from scm_compiler.model.tables import Tables

FORM = "`.xdsl`"
_SORTS = ("cpt", "deterministic")


def read_xdsl(source: Source, name: str | None = None) -> Document:
    """The network of a text; nodes are called by their ids.

    Raises:
        ScmError: With exit code 2: E837 where it is no XDSL, E838 for nodes without a table of
            their own, and as `network_of`.
    """
    root = read_xml(source, "smile", FORM)
    parts = Parts(source, FORM)
    nodes = parts.first(root, "nodes").children
    for element in nodes:
        own = Word(element.attributes.get("id", "").strip(), element.span)
        if element.tag not in _SORTS:
            raise parts.no_table(own.text, element.tag, element)
        if not own.text:
            raise parts.wrong("the `id` of a node", "", element.span)
        values = [state.attributes.get("id", "").strip() for state in element.all("state")]
        parts.declare(own, values, _properties(element))
    apps = (one.attributes.get("app", "") for one in root.within() if one.tag == "genie")
    other = any(app.lower().startswith("agrum") for app in apps)
    for element in nodes:
        child = Word(element.attributes["id"].strip(), element.span)
        parts.define(child, _table(parts, element, reverse=other))
    called = root.attributes.get("id", "network")
    return network_of(source, Blocks(called, parts.variables, parts.tables), name)


def xdsl_text(tables: Tables) -> str:
    """The network as GeNIe reads it, parents before their children.

    Raises:
        ScmError: E827 if the tables cannot be told.
    """
    found = told(tables, FORM)
    called = word(tables.graph.name)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<smile version="1.0" id="{called}">']
    lines += ["  <nodes>"]
    lines += [line for one in sorted(found, key=lambda one: one.depth) for line in _node(one)]
    lines += [
        "  </nodes>",
        "  <extensions>",
        f'    <genie version="1.0" app="scmc" name="{called}">',
    ]
    lines += [line for one in found for line in _shown(one)]
    return "\n".join([*lines, "    </genie>", "  </extensions>", "</smile>", ""])


def _node(one: Told) -> Iterator[str]:
    yield f'    <cpt id="{markup(one.name)}">'
    yield from (f'      <state id="{markup(value)}" />' for value in one.values)
    for key, value in one.properties.items():
        yield f'      <property id="{key}">{markup(value)}</property>'
    if one.parents:
        yield f"      <parents>{markup(' '.join(parent.name for parent in one.parents))}</parents>"
    yield f"      <probabilities>{one.numbers}</probabilities>"
    yield "    </cpt>"


def _shown(one: Told) -> Iterator[str]:
    """What GeNIe writes on the node; pyAgrum takes it for the name."""
    yield f'      <node id="{markup(one.name)}">'
    yield f"        <name>{markup(one.name)}</name>"
    yield "      </node>"


def _table(parts: Parts, element: Element, *, reverse: bool) -> Conditional:
    given = element.first("parents")
    names = [] if given is None else given.text.split()
    span = element.span if given is None else given.span
    if element.tag == "deterministic":
        flat = _deterministic(parts, element)
    else:
        flat = numbers(parts, parts.first(element, "probabilities"))
    sizes = [len(parts.variables[n].values) for n in names if n in parts.variables]
    size = len(parts.variables[element.attributes["id"].strip()].values)
    if reverse and len(sizes) == len(names) and len(flat) == prod(sizes) * size:
        turned = np.array(flat).reshape(*sizes[::-1], size)
        flat = np.moveaxis(turned, range(len(sizes)), range(len(sizes))[::-1]).ravel().tolist()
    parents = tuple(Word(name, span) for name in names)
    return Conditional(parents, element.span, flat=flat, fastest=True)


def _deterministic(parts: Parts, element: Element) -> list[float]:
    """The table of a node that is a function of its parents."""
    values = parts.variables[element.attributes["id"].strip()].values
    results = parts.first(element, "resultingstates")
    flat: list[float] = []
    for state in results.text.split():
        if state not in values:
            raise parts.wrong(f"a state of `{element.attributes['id']}`", state, results.span)
        flat += [float(state == value) for value in values]
    return flat


def _properties(element: Element) -> dict[str, tuple[str, ...]]:
    return {
        part.attributes.get("id", ""): tuple(part.text.split()) for part in element.all("property")
    }
