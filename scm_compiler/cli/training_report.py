"""What `scmc train` prints when a training has ended."""

from math import log2
from pathlib import Path

from scm_compiler.cli.codes.training import ImagesNotTrained
from scm_compiler.cli.console import Console, duration
from scm_compiler.cli.exits import OK
from scm_compiler.cli.proposal import of_run, question, quoted
from scm_compiler.diagnostics import Report, ScmError
from scm_compiler.ir import Graph
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.stages.remarks import remarks
from scm_compiler.runtime.stages.result import Finished, companion_of
from scm_compiler.syntax.printer import print_name

MOST_SPELT_OUT = 10**12
"""Cells of a table; from here on they are told as a power of two."""

SIGNALLED = 128
"""A command that a signal ended has the exit code 128 + its number, as in a shell."""


def report(
    finished: Finished, console: Console, *, left_out: tuple[str, ...], earlier: float = 0.0
) -> int:
    """Print how the training ended; the exit code.

    Args:
        finished: The run and its last stage.
        console: Where to.
        left_out: The images that nothing was named for.
        earlier: The seconds that were trained before this command.
    """
    opened, outcome = finished.run, finished.outcome
    where = of_run(opened)
    if outcome.signal is not None:
        at = f"interrupted after {outcome.step:,} steps"
        console.note(f"{at}; `scmc train --resume{where}` goes on")
    for line in _lines(finished, earlier + console.waited):
        console.result(line)
    if outcome.signal is None and _answers(opened):
        console.result(f"next     {question(opened)}")
    if outcome.signal is None and opened.images:
        console.result(f"then     {_sample_command(opened)}{where}")
    console.document(_document(finished))
    if left_out:
        console.remark(ImagesNotTrained(names=left_out))
    for noticed in remarks(finished):
        console.show(Report(None, (noticed,)))
    return OK if outcome.signal is None else SIGNALLED + outcome.signal


def _lines(finished: Finished, seconds: float) -> list[str]:
    opened, manifest = finished.run, finished.run.manifest
    lines = []
    distance = manifest.metrics.get("tvd")
    if distance is not None:
        cells, held = _cells(opened.labels.possible), opened.labels
        data = f"the {held.complete.rows:,} complete rows" if held.gaps else "the data"
        lines.append(f"TVD      {distance:.4f} to {data}, over all {cells} cells")
    likelihood, calibration = (manifest.metrics.get(f"real_{name}") for name in ("loglik", "ks"))
    if likelihood is not None and calibration is not None:
        told = f"{likelihood:.4f} nats a held-out row, F(x) within {calibration:.3f} of even"
        lines.append(f"numbers  {told}")
    answers = manifest.metrics.get("law_tvd")
    if answers is not None:
        how = "identified queries are answered without hidden states"
        lines.append(f"answers  {answers:.4f} to the data, by TVD: {how}")
    for image in opened.images:
        facts = manifest.heads[image]
        took = f"{facts.steps:,} steps in {duration(facts.seconds)}"
        lines.append(f"image    {image} by {facts.head}: {took}")
    if companion := companion_of(finished.stage):
        outcome, (image, kind) = finished.outcome, companion
        took = f"{outcome.step:,} steps in {duration(outcome.seconds)}"
        lines.append(f"{kind:<8} for {image}: {took}")
    return [*lines, f"time     {seconds:.1f} s", f"run      {opened.path}"]


def trained_seconds(opened: Record) -> float:
    """How long a run was trained, all stages together."""
    manifest = opened.manifest
    return manifest.seconds + sum(facts.seconds for facts in manifest.heads.values())


def _cells(count: int) -> str:
    """How many, in a length that fits on the line.

    >>> _cells(512), _cells(10**6), _cells(2**1000), _cells(3 * 2**70)
    ('512', '1,000,000', '2^1000', '2^71.585')
    """
    return f"{count:,}" if count < MOST_SPELT_OUT else f"2^{log2(count):.5g}"


def _document(finished: Finished) -> dict[str, object]:
    opened = finished.run
    manifest = opened.manifest
    document = {
        "ok": finished.outcome.signal is None,
        "run": str(opened.path),
        "graph_hash": opened.graph.hash,
        "seconds": trained_seconds(opened),
        "metrics": dict(manifest.metrics),
        "status": manifest.status,
        "steps": manifest.steps,
        "seed": manifest.seed,
    }
    heads = {image: facts.model_dump(mode="json") for image, facts in manifest.heads.items()}
    return {**document, "images": heads}


def _answers(opened: Record) -> bool:
    """Whether the run has the tables that answers are computed from."""
    try:
        opened.distributions()
    except ScmError:
        return False
    return True


def _sample_command(opened: Record) -> str:
    """The two-row figure of the first parent of an image that has a cause itself.

    Of a number the figure goes through it.
    """
    graph = opened.graph
    parents = graph.parents[opened.images[0]] or tuple(node.name for node in graph.tabular)
    label = next((name for name in parents if graph.parents[name]), parents[0])
    if label not in graph.domains:
        return f"scmc sample --sweep {print_name(label)} -o {Path('figure.png')}"
    held = _held(graph, label)
    regimes = f"{quoted(held)} --vs {quoted(held.replace('do', 'given', 1))}"
    return f"scmc sample {regimes} -n 10 -o {Path('figure.png')}"


def _held(graph: Graph, name: str) -> str:
    return f"do({print_name(name)}={print_name(graph.domains[name].values[-1])})"
