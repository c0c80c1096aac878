"""The program that `scmc train` means: the one that is named, the last build, or the only one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scm_compiler.ir import Graph

BUILDS = Path("build")


def read_program(name: str | None) -> tuple[Graph, str | None]:
    """The graph to train, and the exact text that it came from where there is one.

    Args:
        name: A file or an example; None for the last build, else the only `.scm` file here.

    Raises:
        ScmError: With the program's errors; E708 with exit code 2 if none is named and there is
            no build and not exactly one program.
    """
    from scm_compiler.compiler import check  # noqa: PLC0415  (the verb is known by now)
    from scm_compiler.diagnostics import ScmError  # noqa: PLC0415
    from scm_compiler.shipped import find_program  # noqa: PLC0415
    from scm_compiler.syntax.source import read_source  # noqa: PLC0415

    if name is None:
        built = _last_build()
        if built is not None:
            return built
        name = _only_program()
    source = read_source(find_program(name))
    graph, report = check(source)
    if graph is None:
        raise ScmError(report)
    return graph, source.text


def _last_build() -> tuple[Graph, str | None] | None:
    """The graph of the newest build here, and its program where the build has it."""
    from scm_compiler.files import holds, listed  # noqa: PLC0415

    graphs = [build / "graph.json" for build in listed(BUILDS) if holds(build, "graph.json")]
    found = sorted(graphs, key=lambda path: path.stat().st_mtime_ns)
    if not found:
        return None
    from scm_compiler.ir.json import graph_from_json  # noqa: PLC0415  (pydantic)

    graph = graph_from_json(found[-1].read_bytes(), str(found[-1]))
    program = found[-1].with_name("model.scm")
    return graph, program.read_text(encoding="utf-8") if program.is_file() else None


def _only_program() -> str:
    """The only `.scm` file here.

    Raises:
        ScmError: E708 with exit code 2 if there is none, or there are several.
    """
    from scm_compiler.cli.codes.training import NoProgram  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415

    programs = tuple(str(path) for path in sorted(Path().glob("*.scm")))
    if len(programs) != 1:
        raise refuse(NoProgram(programs=programs), exit_code=2)
    return programs[0]
