"""What is to be said of a training that has ended."""

from collections.abc import Iterator, Mapping

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.ir import Image
from scm_compiler.runtime.controller.codes.districts import HiddenStatesFallShort
from scm_compiler.runtime.controller.real.exactness import nearly_exact
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.stages.codes.training import FarFromDone
from scm_compiler.runtime.stages.pacing import wanted_steps
from scm_compiler.runtime.stages.result import Finished

FAR = 0.01
"""How much further from the data hidden states may be than the distribution that answers."""


def remarks(finished: Finished) -> Iterator[Diagnostic]:
    """Warnings and notes on a run after the last stage of its training."""
    run = finished.run
    yield from _hidden_states(run.manifest.metrics)
    yield from _nearly_exact(run)
    if finished.outcome.ending == "budget":
        yield from _far_from_done(run)


def _hidden_states(metrics: Mapping[str, float | None]) -> Iterator[Diagnostic]:
    """A note if samples, which hidden states make, are further from the data than answers are."""
    drawn, answers = metrics.get("tvd"), metrics.get("law_tvd")
    if drawn is not None and answers is not None and drawn - answers > FAR:
        yield HiddenStatesFallShort(drawn=drawn, answers=answers)


def _nearly_exact(run: Record) -> Iterator[Diagnostic]:
    """A warning for each real node that its parents all but determine."""
    if isinstance(run.table, Table) and run.manifest.status == "complete":
        yield from nearly_exact(run.mechanisms, run.table.columns)


def _far_from_done(run: Record) -> Iterator[Diagnostic]:
    """A warning for each image that was trained for less than half of what such images want."""
    for name in run.images:
        facts, image = run.manifest.heads[name], run.graph.by_name[name].domain
        assert isinstance(image, Image)
        if 2 * facts.steps < wanted_steps(image):
            wanted = wanted_steps(image)
            yield FarFromDone(node=name, steps=facts.steps, wanted=wanted, run=str(run.path))
