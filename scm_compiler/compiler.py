"""The pipeline: source text -> tree -> graph, one call a stage. A newcomer starts here."""

import sys
from pathlib import Path

from scm_compiler.collector import collector_paused
from scm_compiler.diagnostics import Report, ScmError, Sink, Source, refuse
from scm_compiler.identify.graph import CausalGraph, causal
from scm_compiler.ir import Graph
from scm_compiler.kinds import BUILTIN, Kinds, installed
from scm_compiler.semantics.codes.claims import NotImplied, TooManyAsserts
from scm_compiler.semantics.lower import lower
from scm_compiler.shipped import find_program
from scm_compiler.syntax import tree
from scm_compiler.syntax.codes.files import EmptyFile, FileTooLarge, NotUtf8, Unreadable
from scm_compiler.syntax.parser import parse

LARGEST_FILE = 8 * 2**20
STANDARD_INPUT = Path("-")

MOST_STEPS = 10_000_000
"""So many nodes and arrows are passed, at most, to decide what a program asserts."""


def load(path: str | Path) -> CausalGraph:
    """The validated graph of a `.scm` file, or of a shipped example by its name.

    Raises:
        ScmError: With every diagnostic of the file if one of them is an error.
    """
    return causal(read_program(path)[0])


def read_program(path: str | Path) -> tuple[Graph, Source, Report]:
    """The graph of a program, its text, and the warnings and notes of it.

    Args:
        path: A file, the name of an example, or `-` for standard input.

    Raises:
        ScmError: With the program's errors.
    """
    source = read_source(find_program(path))
    graph, report = check(source)
    if graph is None:
        raise ScmError(report)
    return graph, source, report


def parse_text(text: str, name: str = "program") -> CausalGraph:
    r"""The validated graph of a program's text.

    Args:
        text: In the language of docs/language.md.
        name: What messages call it.

    Raises:
        ScmError: With every diagnostic of the text if one of them is an error.

    >>> parse_text("Rain, Wet : binary\nRain -> Wet\n")
    Graph('program', 2 labels, 1 edge)
    """
    if not isinstance(text, str):
        raise TypeError(f"parse takes the text of a program, not a {type(text).__name__}")
    graph, report = check(Source(name, text))
    if graph is None:
        raise ScmError(report)
    return causal(graph)


def check(source: Source) -> tuple[Graph | None, Report]:
    """The graph of a program, None if it has errors, and all diagnostics sorted by place."""
    sink = Sink(source)
    if not source.text.strip():
        sink.report(EmptyFile())
        return None, sink.close()
    with collector_paused():
        program = parse(source, sink)
        graph = lower(program, source, sink, kinds_of(program))
    if graph is not None:
        decide_asserts(graph, sink)
    report = sink.close()
    return graph if report.ok else None, report


def decide_asserts(graph: Graph, sink: Sink) -> None:
    """An error, with its witness, for each assertion that the graph does not bear out.

    The witness is an open path, or a hedge.
    """
    if graph.claims:
        from scm_compiler.identify.result import refused_claims  # noqa: PLC0415  (200 ms)

        sink.extend(refused_claims(graph))
    if not graph.asserts:
        return
    size = len(graph.nodes) + len(graph.edges) + len(graph.confounders)
    if len(graph.asserts) * size > MOST_STEPS:
        span = graph.asserts[0].span
        sink.report(TooManyAsserts(len(graph.asserts), size, MOST_STEPS, span=span))
        return
    from scm_compiler.identify.separation import open_path  # noqa: PLC0415  (20 ms, for few)

    for claim in graph.asserts:
        path = open_path(graph, claim.left, claim.right, claim.given)
        if path is not None:
            wrong = NotImplied(claim.left, claim.right, claim.given, str(path), span=claim.span)
            sink.report(wrong)


def kinds_of(program: tree.File) -> Kinds:
    """The built-in kinds; those of installed packages too where the program uses another."""
    used = {s.kind.name for s in program.statements if isinstance(s, tree.Declaration)}
    return BUILTIN if used <= set(BUILTIN) else installed()


def read_source(path: Path) -> Source:
    """The text of a program, UTF-8 with or without a byte-order mark; `-` is standard input.

    Raises:
        ScmError: If it cannot be read, is too large (decided before it is read) or not UTF-8.
    """
    return decode(*read_content(path))


def read_content(path: Path) -> tuple[str, bytes]:
    """The name of a program and its bytes, at most one more than the limit.

    Raises:
        ScmError: If it cannot be read.
    """
    if path == STANDARD_INPUT:
        return "<stdin>", sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        with path.open("rb") as stream:
            return str(path), stream.read(LARGEST_FILE + 1)
    except OSError as error:
        found = Unreadable(str(path), error.strerror or str(error))
        raise refuse(found, exit_code=2) from error


def decode(name: str, content: bytes) -> Source:
    """The text of the bytes of a program.

    Raises:
        ScmError: If they are too many or not UTF-8.
    """
    if len(content) > LARGEST_FILE:
        raise refuse(FileTooLarge(LARGEST_FILE), source=Source(name, ""))
    try:
        return Source(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        offset = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        line = content.count(b"\n", 0, offset) + 1
        found = NotUtf8(content[offset], offset, line)
        raise refuse(found, source=Source(name, "")) from error
