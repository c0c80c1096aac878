"""Bayesian networks in XMLBIF, as Weka, SamIam, JavaBayes and pyAgrum write them."""

from collections.abc import Iterator

from scm_compiler.diagnostics import Source
from scm_compiler.interop.document import Document
from scm_compiler.interop.network import Blocks, Conditional, Word, network_of
from scm_compiler.interop.network_xml import Parts, numbers
from scm_compiler.interop.told import Told, told, word
from scm_compiler.interop.xml_text import Element, read_xml
from scm_compiler.markup import markup
from scm_compiler.model.tables import Tables

FORM = "XMLBIF"


def read_xmlbif(source: Source, name: str | None = None) -> Document:
    """The network of a text.

    Raises:
        ScmError: With exit code 2: E837 where it is not XMLBIF, E838 for decisions and utilities,
            and as `network_of`.
    """
    root = read_xml(source, "BIF", FORM)
    parts = Parts(source, FORM)
    network = parts.first(root, "NETWORK")
    for element in network.children:
        if element.tag.upper() == "VARIABLE":
            sort = element.attributes.get("TYPE", "nature").strip()
            own = parts.text(element, "NAME")
            if sort.lower() not in ("nature", "discrete"):
                raise parts.no_table(own.text, sort, element)
            values = [
                part.text.strip()
                for part in element.children
                if part.tag.upper() in ("OUTCOME", "VALUE")
            ]
            parts.declare(own, values, _properties(element))
        elif element.tag.upper() in ("DEFINITION", "PROBABILITY"):
            parents = [Word(part.text.strip(), part.span) for part in element.all("GIVEN")]
            table = numbers(parts, parts.first(element, "TABLE"))
            child = parts.text(element, "FOR")
            parts.define(child, Conditional(tuple(parents), child.span, flat=table, fastest=True))
    called = network.first("NAME")
    blocks = Blocks(
        "network" if called is None else called.text.strip(), parts.variables, parts.tables
    )
    return network_of(source, blocks, name)


def xmlbif_text(tables: Tables) -> str:
    """The network as XMLBIF 0.3, the variable's own value changing fastest.

    Raises:
        ScmError: E827 if the tables cannot be told.
    """
    found = told(tables, FORM)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BIF VERSION="0.3">', "<NETWORK>"]
    lines.append(f"<NAME>{word(tables.graph.name)}</NAME>")
    lines += [line for one in found for line in _variable(one)]
    lines += [line for one in found for line in _definition(one)]
    return "\n".join([*lines, "</NETWORK>", "</BIF>", ""])


def _variable(one: Told) -> Iterator[str]:
    yield '<VARIABLE TYPE="nature">'
    yield f"  <NAME>{markup(one.name)}</NAME>"
    yield from (f"  <OUTCOME>{markup(value)}</OUTCOME>" for value in one.values)
    for key, value in one.properties.items():
        yield f"  <PROPERTY>{key} = {markup(value)}</PROPERTY>"
    yield "</VARIABLE>"


def _definition(one: Told) -> Iterator[str]:
    yield "<DEFINITION>"
    yield f"  <FOR>{markup(one.name)}</FOR>"
    yield from (f"  <GIVEN>{markup(parent.name)}</GIVEN>" for parent in one.parents)
    yield f"  <TABLE>{one.numbers}</TABLE>"
    yield "</DEFINITION>"


def _properties(element: Element) -> dict[str, tuple[str, ...]]:
    found = (part.text.partition("=") for part in element.all("PROPERTY"))
    return {key.strip(): tuple(value.split()) for key, _, value in found}
