"""The program that `scmc train` means: the one that is named, the last build, or the only one."""

from pathlib import Path

from scm_compiler.cli.arguments.compile import BUILDS
from scm_compiler.cli.codes.training import NoProgram
from scm_compiler.compiler import read_program
from scm_compiler.diagnostics import refuse
from scm_compiler.files import holds, listed
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_from_json


def program_to_train(name: str | None) -> tuple[Graph, str | None]:
    """The graph to train, and the exact text that it came from where there is one.

    Args:
        name: A file or an example; None for the last build, else the only `.scm` file here.

    Raises:
        ScmError: With the program's errors; E708 with exit code 2 if none is named and there is
            no build and not exactly one program.
    """
    build = _last_build() if name is None else None
    if build is not None:
        return build
    graph, source, _ = read_program(_only_program() if name is None else name)
    return graph, source.text


def _last_build() -> tuple[Graph, str | None] | None:
    """The graph of the newest build here, and its program where the build has it."""
    graphs = [build / "graph.json" for build in listed(BUILDS) if holds(build, "graph.json")]
    paths = sorted(graphs, key=lambda path: path.stat().st_mtime_ns)
    if not paths:
        return None
    graph = graph_from_json(paths[-1].read_bytes(), str(paths[-1]))
    program = paths[-1].with_name("model.scm")
    return graph, program.read_text(encoding="utf-8") if program.is_file() else None


def _only_program() -> str:
    """The only `.scm` file here.

    Raises:
        ScmError: E708 with exit code 2 if there is none, or there are several.
    """
    programs = tuple(str(path) for path in sorted(Path().glob("*.scm")))
    if len(programs) != 1:
        raise refuse(NoProgram(programs=programs), exit_code=2)
    return programs[0]
