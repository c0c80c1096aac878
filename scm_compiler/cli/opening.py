"""The run that a verb asks or draws from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Graph
from scm_compiler.runtime.run import Run, latest_run, open_run
from scm_compiler.semantics.codes.queries import UnknownNode
from scm_compiler.shipped import find_run


def opened_run(path: Path | None) -> Run:
    """The run in a folder or of a shipped example; the last one if None.

    Raises:
        ScmError: As `latest_run` and `open_run`.
    """
    return latest_run() if path is None else open_run(find_run(path))


@contextmanager
def naming(owner: str, graph: Graph) -> Iterator[None]:
    """Add the graph's name and its nodes to every E410 raised inside.

    Args:
        owner: The run or the program.
        graph: Its graph.
    """
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
