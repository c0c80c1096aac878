"""Unknown names in a question: told with what the graph that was asked has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scm_compiler.ir import Graph


@contextmanager
def naming(owner: str, graph: Graph) -> Iterator[None]:
    """Say of each unknown node (E410) that is raised inside whose graph lacks it, and its nodes.

    Args:
        owner: The run or the program.
        graph: Its graph.
    """
    from scm_compiler.diagnostics import ScmError  # noqa: PLC0415  (not needed by --help)
    from scm_compiler.semantics.codes.queries import UnknownNode  # noqa: PLC0415

    names = tuple(node.name for node in graph.nodes)
    try:
        yield
    except ScmError as error:
        reports = (
            replace(
                report,
                diagnostics=tuple(
                    replace(d, model=owner, nodes=names) if isinstance(d, UnknownNode) else d
                    for d in report.diagnostics
                ),
            )
            for report in error.reports
        )
        raise ScmError(*reports, exit_code=error.exit_code) from None
