"""The program that a verb is given."""

from pathlib import Path

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Report, ScmError, Source
from scm_compiler.ir import Graph
from scm_compiler.shipped import find_program
from scm_compiler.syntax.source import read_source

BUILDS = Path("build")
"""Where `scmc compile` writes, and `scmc train` looks."""


def read_program(name: str) -> tuple[Graph, Source, Report]:
    """The graph of a program, its text, and what is said of it.

    Args:
        name: A file or an example.

    Raises:
        ScmError: With the program's errors.
    """
    source = read_source(find_program(name))
    graph, report = check(source)
    if graph is None:
        raise ScmError(report)
    return graph, source, report
