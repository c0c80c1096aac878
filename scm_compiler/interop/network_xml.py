"""What the readers of networks in trees have in common: parts that must be there, and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scm_compiler.diagnostics import ScmError, Source, Span
from scm_compiler.interop.codes.bif import BifTwice
from scm_compiler.interop.codes.trees import NoTableNode, TreeSyntax
from scm_compiler.interop.network import UNKNOWN, Conditional, Variable, Word, refusal
from scm_compiler.interop.xml_text import Element


@dataclass
class Parts:
    """The variables and tables of a file, collected.

    Attributes:
        source: The file's text.
        form: What messages call its format.
        variables: By name.
        tables: By the name of their variable.
    """

    source: Source
    form: str
    variables: dict[str, Variable] = field(default_factory=dict)
    tables: dict[str, Conditional] = field(default_factory=dict)

    def declare(
        self, name: Word, values: Sequence[str], properties: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Add a variable: E683 if it is there, E837 unless its values differ."""
        if name.text in self.variables:
            first = self.variables[name.text].span
            raise refusal(self.source, BifTwice("variable", name.text, first, span=name.span))
        if not values or len(set(values)) < len(values) or "" in values:
            raise self.wrong(f"values of `{name.text}` that differ", "", name.span)
        self.variables[name.text] = Variable(tuple(values), name.span, properties)

    def define(self, name: Word, table: Conditional) -> None:
        """Add a table: E683 if it is there, or a parent twice."""
        first = {name.text: self.tables[name.text].span} if name.text in self.tables else {}
        if first:
            wrong = BifTwice("table of", name.text, first[name.text], span=name.span)
            raise refusal(self.source, wrong)
        for parent in table.parents:
            if parent.text in first:
                what = f"parent of `{name.text}`"
                wrong = BifTwice(what, parent.text, first[parent.text], span=parent.span)
                raise refusal(self.source, wrong)
            first[parent.text] = parent.span
        self.tables[name.text] = table

    def first(self, element: Element, tag: str) -> Element:
        """An element within another; E837 if it is not there."""
        found = element.first(tag)
        if found is None:
            raise self.wrong(f"`<{tag}>` within `<{element.tag}>`", "", element.span)
        return found

    def text(self, element: Element, tag: str) -> Word:
        """The text of an element within another; E837 if there is none."""
        found = self.first(element, tag)
        if not found.text.strip():
            raise self.wrong(f"a text within `<{tag}>`", "", found.span)
        return Word(found.text.strip(), found.span)

    def number(self, text: str, span: Span) -> float:
        """A probability, or -1 for one that is not known; E837 for anything else."""
        try:
            number = float(text)
        except ValueError:
            raise self.wrong("a number", text, span) from None
        if not 0 <= number < float("inf") and number != UNKNOWN:
            raise self.wrong("a probability", text, span)
        return number

    def no_table(self, name: str, sort: str, element: Element) -> ScmError:
        """The refusal of a node without a table."""
        return refusal(self.source, NoTableNode(name, sort, span=element.span))

    def wrong(self, expected: str, found: str, span: Span) -> ScmError:
        """The refusal of what cannot be read."""
        return refusal(self.source, TreeSyntax(self.form, expected, found, span=span))


def numbers(parts: Parts, element: Element) -> list[float]:
    """The numbers in the text of an element."""
    return [parts.number(text, element.span) for text in element.text.split()]
