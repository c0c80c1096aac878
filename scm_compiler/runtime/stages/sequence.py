"""Training of all that a graph holds: first its labels, then the head of each image.

The labels cause the images and not the other way round, so the label model is trained by itself
and frozen, and each head is trained to draw from p(image | its labels): together they draw from
the joint distribution (Corollary 1, Kocaoglu et al. 2017).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.controller.codes.training import NoReplicates
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.registry import make_trainer
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.images import ImageTable, load_images
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.codes.runs import NotTrained
from scm_compiler.runtime.runs.companions import companion_config, pending_companions
from scm_compiler.runtime.runs.folder import create_run
from scm_compiler.runtime.runs.heads import add_heads
from scm_compiler.runtime.runs.lock import sole_trainer
from scm_compiler.runtime.runs.model_files import keeps_tables
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.stages.codes.heads import ImageHasHead, ImagesChanged
from scm_compiler.runtime.stages.codes.training import NothingToResume, NothingToTrain
from scm_compiler.runtime.stages.companions import follow_companion, train_companion
from scm_compiler.runtime.stages.images import LOCAL, Placement, follow_image, train_image
from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.replicates import pending_replicates, train_replicates
from scm_compiler.runtime.stages.result import LABELS, Finished, stage_of

Watch = Callable[[str], Progress]
"""Who watches the stage of this name: `labels`, or an image."""


def create(
    graph: Graph,
    table: LabelTable | Table,
    config: Config,
    heads: Mapping[str, HeadConfig] = MappingProxyType({}),
    *,
    program: str | None = None,
    path: Path | None = None,
) -> Record:
    """A new run in which nothing is trained yet.

    Args:
        graph: The graph.
        table: The labels' data.
        config: The labels' trainer.
        heads: What is asked for of the heads, by image.
        program: The exact text that the graph came from.
        path: The folder; `runs/<graph>-<n>` if None.

    Raises:
        ScmError: E703 if the graph has no labels, E620 if the trainer cannot fit it, E561 if it
            keeps no tables of replicates, E709 or E657 if the folder cannot be made.
    """
    if not graph.tabular:
        raise refuse(NothingToTrain(name=graph.name))
    trainer = make_trainer(graph, table, config)  # refuses before there is a folder
    if config.replicates and not keeps_tables(trainer.model()):
        raise refuse(NoReplicates(name=graph.name), exit_code=2)
    return create_run(graph, table, config, program=program, path=path, heads=heads)


def require_labels(run: Record) -> None:
    """Refuse a run whose labels are not trained.

    Raises:
        ScmError: E658.
    """
    if not run.trained or run.manifest.status in ("training", "interrupted"):
        raise refuse(NotTrained(path=str(run.path)), exit_code=2)


def extend(run: Record, heads: Mapping[str, HeadConfig]) -> Record:
    """A run whose labels are trained, with heads that wait.

    Raises:
        ScmError: E658 if the labels are not trained, E711 if an image has a head, E730 if another
            process trains the run.
    """
    with sole_trainer(run.path):
        now = open_record(run.path)
        require_labels(now)
        taken = tuple(
            ImageHasHead(path=str(now.path), node=image, head=now.manifest.heads[image].head)
            for image in heads
            if image in now.manifest.heads
        )
        if taken:
            raise refuse(*taken, exit_code=2)
        return add_heads(now, heads)


def train_stages(
    run: Record,
    *,
    tables: Mapping[str, ImageTable] | None = None,
    watch: Watch = lambda stage: Silent(),
    budget: float | None = None,
    placement: Placement = LOCAL,
    labels: bool = True,
    images: bool = True,
    companions: bool = True,
) -> Finished:
    """Train what is left to do in a run.

    Args:
        run: The run.
        tables: Images that are read already.
        watch: Who watches each stage.
        budget: The most seconds to train in all: the labels take what they need, or with K
            replicates as much of a (K + 1)th part as each of these, and the images share the rest.
            Where encoders or editors alone are trained it is for each.
        placement: On which device the heads are trained, by which processes.
        labels: Whether to train labels.
        images: Whether to train heads.
        companions: Whether to train the encoders and editors that were asked for.

    Raises:
        ScmError: E705 if nothing is left, E712 if the images are not those that the training
            began with; and as `train_labels` and `train_image`.
    """
    finished = None
    held = tables or {}
    share = None if budget is None else budget / (1 + run.config.replicates)
    if labels and _labels_pending(run):
        finished = train_labels(run, progress=watch(LABELS), budget=share)
    now = run if finished is None else finished.run
    stopped = finished is not None and finished.outcome.signal is not None
    if labels and not stopped and pending_replicates(now):
        finished = train_replicates(now, progress=watch(LABELS), budget=share)
    for image in pending_heads(run) if images else ():
        if finished is not None and finished.outcome.signal is not None:
            return finished
        now = run if finished is None else finished.run
        table = held.get(image) or _read(now, image)
        left = None if budget is None else _share(now, image, budget)
        _tell(placement, now, image)
        finished = train_image(
            now, image, table, progress=watch(image), budget=left, placement=placement
        )
    waiting = pending_companions(run if finished is None else finished.run) if companions else ()
    for image, kind in waiting:
        if finished is not None and finished.outcome.signal is not None:
            return finished
        now = run if finished is None else finished.run
        table = _read(now, image, kind)
        _tell(placement, now, image, kind)
        finished = train_companion(
            now,
            image,
            kind,
            table,
            progress=watch(stage_of(image, kind)),
            budget=budget,
            placement=placement,
        )
    if finished is None:
        reason = "its training is complete"
        ended = {run.manifest.status, *(facts.status for facts in run.manifest.heads.values())}
        if "diverged" in ended:
            reason = "its training diverged"
        raise refuse(NothingToResume(path=str(run.path), reason=reason), exit_code=2)
    return finished


def follow_leader(placement: Placement) -> None:
    """Train every head together with the leader, until it dismisses this process."""
    while task := placement.team.tell():
        run = open_record(task["run"])
        image, kind = task["image"], task["kind"]
        table = _read(run, image, kind)
        if kind is None:
            follow_image(run, image, table, placement)
        else:
            follow_companion(run, image, kind, table, placement)


def _tell(placement: Placement, run: Record, image: str, kind: str | None = None) -> None:
    """Tell the other processes what is trained next."""
    if not placement.team.alone:
        told = {"run": str(run.path.resolve()), "image": image, "kind": kind}
        placement.team.tell(told)


def pending_heads(run: Record) -> tuple[str, ...]:
    """The images whose head is not fully trained, in the order of declaration."""
    heads = run.manifest.heads
    nodes = (node.name for node in run.graph.images if node.name in heads)
    return tuple(
        name
        for name in nodes
        if heads[name].status in ("waiting", "training", "interrupted")
        or (heads[name].status == "complete" and heads[name].steps < heads[name].total)
    )


def _labels_pending(run: Record) -> bool:
    """Whether labels are to be trained; with heads, labels that a budget ended are finished."""
    manifest = run.manifest
    if manifest.status in ("training", "interrupted"):
        return True
    short = manifest.status == "complete" and manifest.steps < manifest.total
    return short and not manifest.heads


def _share(run: Record, image: str, budget: float) -> float:
    """An image's share of the budget: what is left, divided among the images that wait.

    One that was never trained gets a second at least, whatever the labels took.
    """
    heads = run.manifest.heads
    used = run.manifest.seconds + sum(facts.seconds for facts in heads.values())
    waiting = [name for name in pending_heads(run) if name == image or not heads[name].seconds]
    least = 0.0 if heads[image].seconds else 1.0
    return heads[image].seconds + max(least, (budget - used) / len(waiting))


def _read(run: Record, image: str, kind: str | None = None) -> ImageTable:
    config = run.head_config(image) if kind is None else companion_config(run, image, kind)
    assert config is not None
    table = load_images(config.source, run.graph, image)
    if table.fingerprint != config.fingerprint:
        raise refuse(ImagesChanged(source=config.source, node=image), exit_code=2)
    return table
