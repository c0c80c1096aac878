"""`scmc train [FILE]`: train what the graph holds.

Ctrl-C saves and ends with exit code 130, SIGTERM saves and ends with 143; `--resume` goes on.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.exits import OK

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.ir import Graph
    from scm_compiler.runtime.controller import Trained
    from scm_compiler.runtime.run import Run

BUILDS = Path("build")
SIGNALLED = 128
"""A command that a signal ended has the exit code 128 + its number, as in a shell."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        metavar="FILE",
        help="a .scm file or the name of an example (default: the last build, or the only "
        ".scm file here)",
    )
    add(
        "--data",
        metavar="SPEC",
        help="csv:FILE, csv:FILE?count=NAME, celeba:DIR or celeba-labels (default: celeba-labels, "
        "the counts of nine CelebA labels that come with scmc)",
    )
    add("--trainer", metavar="NAME", help="mle (default) or wgan-gp")
    add("--preset", metavar="NAME", help="default, or paper (of wgan-gp)")
    add("--seed", metavar="N", help="of everything random (default: 0)")
    add("--steps", metavar="N", help="the most steps (default: the preset's)")
    add("--budget", metavar="TIME", help="the most time to train, such as 90s, 2m or 1h30m")
    add(
        "--run",
        type=Path,
        metavar="DIR",
        help="the run's folder (default: runs/GRAPH-N; with --resume: the last run)",
    )
    add(
        "--resume",
        action="store_true",
        help="go on with a training that was stopped; it ends as if it never had been",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Train, say how it went, and return the exit code."""
    budget = None if args.budget is None else seconds(args.budget)
    trained = (_resume if args.resume else _start)(args, console, budget)
    code = _ended(trained, console)
    _tell_images(trained.run.graph, console)
    return code


def seconds(text: str) -> float:
    """A time as it is written: `90s`, `2m`, `1h30m`, or seconds alone.

    Raises:
        ScmError: E707 with exit code 2 if it is none.

    >>> seconds("1h30m"), seconds("2.5")
    (5400.0, 2.5)
    """
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", text.strip())
    parts = [float(part or 0) for part in found.groups()] if found else [0.0]
    total = sum(part * unit for part, unit in zip(parts, (3600.0, 60.0, 1.0), strict=False))
    if not total:
        raise _bad_option("--budget", text, "a time", "write `90s`, `2m` or `1h30m`")
    return total


def _whole(option: str, text: str, least: int, most: int) -> int:
    """A whole number of an option, within bounds."""
    plain = text.strip()
    if plain.isascii() and plain.isdecimal() and len(plain) < 20 and least <= int(plain) <= most:
        return int(plain)
    hint = "a seed is 0 or more, below 2^63" if option == "--seed" else "write 1 or more"
    raise _bad_option(option, text, "a whole number that fits", hint)


def _bad_option(option: str, text: str, wanted: str, hint: str) -> Exception:
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415  (the verb is known by now)
    from scm_compiler.diagnostics.codes.training import BadOption  # noqa: PLC0415

    return refuse(BadOption(option=option, text=text, wanted=wanted, hint=hint), exit_code=2)


def _start(args: argparse.Namespace, console: Console, budget: float | None) -> Trained:
    """Train a new run."""
    seed = 0 if args.seed is None else _whole("--seed", args.seed, 0, 2**63 - 1)
    changes = {} if args.steps is None else {"steps": _whole("--steps", args.steps, 1, 10**12)}
    graph, program = _program(args.file)
    from scm_compiler.cli.progress import progress_for  # noqa: PLC0415  (torch from here on)
    from scm_compiler.diagnostics import Report  # noqa: PLC0415
    from scm_compiler.runtime.controller import configure, train_labels  # noqa: PLC0415
    from scm_compiler.runtime.data import default_source, load_labels  # noqa: PLC0415

    trainer, preset = args.trainer or "mle", args.preset or "default"
    config = configure(trainer, preset=preset, seed=seed, **changes)
    table = load_labels(args.data or default_source(graph), graph)
    if not console.quiet:
        console.show(Report(None, table.notes))
    console.note(
        f"training {graph.name} with {config.trainer} on {table.origin}: "
        f"{table.rows:,} rows, {len(table.counts):,} distinct, seed {seed}"
    )
    return train_labels(
        graph,
        table,
        config,
        program=program,
        path=args.run,
        progress=progress_for(console),
        budget=budget,
    )


def _resume(args: argparse.Namespace, console: Console, budget: float | None) -> Trained:
    """Go on with a run."""
    from scm_compiler.cli.progress import progress_for  # noqa: PLC0415  (torch from here on)
    from scm_compiler.runtime.controller import resume  # noqa: PLC0415
    from scm_compiler.runtime.run import latest_run, open_run  # noqa: PLC0415

    opened = latest_run(trained=False) if args.run is None else open_run(args.run)
    _refuse_changes(args, opened)
    console.note(f"resuming {opened.path} with {opened.config.trainer}, seed {opened.config.seed}")
    return resume(opened, progress=progress_for(console), budget=budget)


def _refuse_changes(args: argparse.Namespace, opened: Run) -> None:
    """Refuse options that ask for another training than the one to go on with."""
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415
    from scm_compiler.diagnostics.codes.training import ResumeDiffers  # noqa: PLC0415

    config = opened.config
    asked = {
        "--trainer": (config.trainer, args.trainer),
        "--preset": (config.preset, args.preset),
        "--seed": (str(config.seed), args.seed),
        "--steps": (str(config.options.get("steps")), args.steps),
        "--data": (opened.manifest.data.origin, args.data),
    }
    if args.file is not None:
        graph, _ = _program(args.file)
        asked["FILE"] = (opened.graph.hash[:12], graph.hash[:12])
    found = tuple(
        ResumeDiffers(path=str(opened.path), option=option, started=started, asked=wanted)
        for option, (started, wanted) in asked.items()
        if wanted is not None and wanted != started
    )
    if found:
        raise refuse(*found, exit_code=2)


def _program(name: str | None) -> tuple[Graph, str | None]:
    """The graph to train, and the exact text that it came from."""
    from scm_compiler.compiler import check  # noqa: PLC0415
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
    found = sorted(BUILDS.glob("*/graph.json"), key=lambda path: path.stat().st_mtime_ns)
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
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415
    from scm_compiler.diagnostics.codes.training import NoProgram  # noqa: PLC0415

    programs = tuple(str(path) for path in sorted(Path().glob("*.scm")))
    if len(programs) != 1:
        raise refuse(NoProgram(programs=programs), exit_code=2)
    return programs[0]


def _ended(trained: Trained, console: Console) -> int:
    """Print how the training ended; the exit code."""
    opened, outcome = trained.run, trained.outcome
    manifest = opened.manifest
    here = opened.path.parent == Path("runs")
    if outcome.signal is not None:
        at = f"{outcome.step:,} of {manifest.total:,} steps"
        where = "" if here else f" --run {shlex.quote(str(opened.path))}"
        console.note(f"interrupted after {at}; `scmc train --resume{where}` goes on")
    distance = manifest.metrics.get("tvd")
    if distance is not None:
        cells = f"{opened.labels.possible:,}"
        console.result(f"TVD      {distance:.4f} to the data, over all {cells} cells")
    console.result(f"time     {manifest.seconds:.1f} s")
    console.result(f"run      {opened.path}")
    if outcome.signal is None:
        console.result(f"next     {_next_command(opened, here)}")
    console.document(
        {
            "ok": outcome.signal is None,
            "run": str(opened.path),
            "graph_hash": opened.graph.hash,
            "seconds": manifest.seconds,
            "metrics": dict(manifest.metrics),
            "status": manifest.status,
            "steps": manifest.steps,
            "seed": manifest.seed,
        }
    )
    return OK if outcome.signal is None else SIGNALLED + outcome.signal


def _next_command(opened: Run, here: bool) -> str:
    """A question about the first label that has a cause: does setting it move the cause?"""
    from scm_compiler.syntax.printer import print_name  # noqa: PLC0415

    graph = opened.graph
    pairs = ((graph.parents[node.name], node.name) for node in graph.labels)
    causes, effect = next((pair for pair in pairs if pair[0]), ((), graph.labels[0].name))
    asked = print_name(causes[0]) if causes else print_name(effect)
    setting = f"do({print_name(effect)}={_last_value(graph, effect)})"
    query = f"P({asked} | {setting})" if causes else f"P({asked})"
    where = "" if here else f" --run {shlex.quote(str(opened.path))}"
    quoted = f'"{query}"' if not set(query) & set('"$`\\') else shlex.quote(query)
    return f"scmc query {quoted}{where}"


def _last_value(graph: Graph, name: str) -> str:
    from scm_compiler.ir import Discrete  # noqa: PLC0415
    from scm_compiler.syntax.printer import print_name  # noqa: PLC0415

    domain = graph.by_name[name].domain
    assert isinstance(domain, Discrete)
    return print_name(domain.values[-1])


def _tell_images(graph: Graph, console: Console) -> None:
    """Say that images were left out."""
    if not graph.images or console.quiet:
        return
    from scm_compiler.diagnostics import Report  # noqa: PLC0415
    from scm_compiler.diagnostics.codes.training import ImagesNotTrained  # noqa: PLC0415

    names = tuple(node.name for node in graph.images)
    console.show(Report(None, (ImagesNotTrained(names=names),)))
