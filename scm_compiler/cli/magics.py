"""`%load_ext scm_compiler`: programs and commands in the cells of a notebook.

    %%scm                      a program: checked, drawn, and kept as `graph`
    %%scm people               the same, kept as `people`
    %%scm people.scm           the same, kept as `graph`, and written to the file
    %scm query "P(A=1 | do(B=1))"
    %scm train people.scm --stage labels

An answer, a plan and a picture are values of the cell, which show themselves; every other verb
prints what it prints in a terminal.
"""

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from scm_compiler.cli.main import main, parser_of
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.options import seed, whole
from scm_compiler.cli.render import regime_of, text_of
from scm_compiler.compiler import check, load
from scm_compiler.diagnostics import ScmError, Source, render_text
from scm_compiler.files import write_whole
from scm_compiler.identify.graph import causal
from scm_compiler.render import draw_svg
from scm_compiler.render.drawing import Drawing, draw_graph
from scm_compiler.semantics.points import pointed

MOST_ROWS = 10_000
"""Of a sample that is shown in a cell."""

_PRINTED = {
    "-o",
    "--output",
    "--json",
    "--vs",
    "--sweep",
    "--of",
    "--diversity",
    "--adjustment",
    "-h",
}
"""With these, a verb prints or writes as in a terminal."""


class Shell(Protocol):
    """What is needed of IPython's shell."""

    def register_magic_function(
        self, func: Callable[..., Any], magic_kind: str, magic_name: str
    ) -> None:
        """Make a function a magic of cells or of lines."""

    def push(self, variables: dict[str, Any]) -> None:
        """Give the notebook variables."""


class VerbFailedError(Exception):
    """A verb that ended with another exit code than 0; it has said why."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def register(shell: Shell) -> None:
    """Give a shell `%%scm` and `%scm`."""

    def cell(line: str, cell: str) -> Drawing:
        """A program: checked, drawn, kept as `graph` or under another name, or written."""
        return program(shell, line.strip(), cell)

    shell.register_magic_function(cell, "cell", "scm")
    shell.register_magic_function(command, "line", "scm")


def program(shell: Shell, target: str, text: str) -> Drawing:
    """Check a program, keep its graph in the notebook, and draw it.

    Args:
        shell: The notebook's.
        target: The variable, or the file to write; `graph` if empty.
        text: The program.

    Raises:
        ScmError: With every diagnostic of the program if one is an error.
        ValueError: If the target can be neither.
    """
    is_file = target.endswith(".scm")
    variable = "graph" if is_file or not target else target
    if not variable.isidentifier():
        raise ValueError(f"`{target}` is neither a variable nor a .scm file")
    graph, report = check(Source(target if is_file else f"{variable}.scm", text))
    if graph is None:
        raise ScmError(report)
    if report.diagnostics:
        print(render_text(report), file=sys.stderr)
    if is_file:
        write_whole(Path(target), text)
    shell.push({variable: causal(graph)})
    return draw_graph(graph)


def command(line: str) -> object:
    """A verb and its words, as in a terminal.

    Returns:
        The answer, plan or picture that it gives; None for a verb that prints.

    Raises:
        ScmError: As the verb.
        VerbFailedError: If a verb that prints has failed.
    """
    words = shlex.split(line)
    try:
        return _done(words)
    except SystemExit as ended:  # of words that the verb does not take
        raise _failed(words, ended.code) from None


def _done(words: list[str]) -> object:
    shown = _SHOWN.get(words[0]) if words else None
    if shown is not None and not _PRINTED.intersection(words):
        nowhere = ["-o", "-"] if words[0] == "sample" else []  # which must say where to
        return shown(parser_of(words).parse_args([*words, *nowhere]))
    code = main(words)
    if code:
        raise _failed(words, code)
    return None


def _failed(words: list[str], code: object) -> VerbFailedError:
    return VerbFailedError(f"scmc {' '.join(words[:1])} ended with exit code {code}")


def _query(args: argparse.Namespace) -> object:
    """The answer, the plan, the identification, the adjustment sets or the sensitivity."""
    if args.identify and args.on is not None:
        return load(args.on).identify(args.query)
    run = opened_run(args.run)
    if args.identify:
        return causal(run.graph).identify(args.query)
    if args.sensitivity:
        return run.sensitivity(args.query, level=args.level)
    if args.explain:
        return run.explain(args.query, method=args.method)
    return run.query(
        args.query,
        method=args.method,
        seed=seed(args.seed),
        samples=args.samples,
        noise_model=args.noise_model,
        level=args.level,
    )


def _render(args: argparse.Namespace) -> Drawing:
    """The picture of a graph in a regime."""
    graph = load(args.file)
    text = text_of(args.do, args.given)
    drawn = pointed(graph, text)
    return Drawing(graph, draw_svg(drawn, regime_of(drawn, text)))


def _sample(args: argparse.Namespace) -> object:
    """Labels, and images where there is a head, which show themselves."""
    from scm_compiler.runtime.sampling.job import Job  # noqa: PLC0415  (torch)

    run = opened_run(args.run)
    rows = 8 if args.rows is None else whole("-n", args.rows, 1, MOST_ROWS)
    job = Job(str(run.path.resolve()), args.regime, rows, seed(args.seed), run.images)
    return job.stream().sample(0, rows)


_SHOWN: dict[str, Callable[[argparse.Namespace], object]] = {
    "query": _query,
    "render": _render,
    "sample": _sample,
}
"""Verbs whose answer is a value."""
