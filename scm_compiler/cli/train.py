"""`scmc train [FILE]`: train what the graph holds, its labels first and then each image.

Ctrl-C saves and ends with exit code 130, SIGTERM with 143, a closed terminal with 129; `--resume`
goes on.
"""

from collections.abc import Mapping
from typing import Any

from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.devices import lead, start_team
from scm_compiler.cli.exits import OK, in_team
from scm_compiler.cli.options import by_name, settings
from scm_compiler.cli.progress import progress_for
from scm_compiler.cli.requests.train import TrainingRequest
from scm_compiler.cli.resumption import other_graph, refuse_changes
from scm_compiler.cli.training_report import report, trained_seconds
from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import LabelTable, Table, default_source, load_data
from scm_compiler.runtime.heads.companions import COMPANIONS
from scm_compiler.runtime.heads.device import choose_device
from scm_compiler.runtime.progress import Progress
from scm_compiler.runtime.runs.companions import companion_config
from scm_compiler.runtime.runs.record import Record, latest_record, open_record
from scm_compiler.runtime.stages.codes.heads import NoImageToTrain
from scm_compiler.runtime.stages.companions import extend_companions
from scm_compiler.runtime.stages.images import Placement
from scm_compiler.runtime.stages.options import divide
from scm_compiler.runtime.stages.plan import HeadPlan, HeadRequest, options_of, plan_heads
from scm_compiler.runtime.stages.result import LABELS, companion_of
from scm_compiler.runtime.stages.sequence import (
    create,
    extend,
    follow_leader,
    require_labels,
    train_stages,
)
from scm_compiler.runtime.training.signals import stop_on_signals, stopping
from scm_compiler.runtime.training.team import joined, local_size
from scm_compiler.runtime.training.tensorboard import FOLDER, Recording, require_tensorboard
from scm_compiler.telling import telling


def run(request: TrainingRequest, console: Console) -> int:
    """Train, in as many processes as are asked for, and return the exit code."""
    if in_team():
        return _train_in_team(request, console)
    if request.devices == 1:
        return train(request, console)
    choose_device(request.device, count=request.devices)
    return start_team(request.words, request.devices, stopping())


def _train_in_team(request: TrainingRequest, console: Console) -> int:
    """Train as one of several processes: the first one leads, the others do as it says."""
    device = choose_device(request.device, count=local_size())
    with joined(device) as team:
        placement = Placement(device, team)
        if team.leads:
            with team.dismissed_after():
                return lead(lambda: console.guard(lambda: train(request, console, placement)))
        with stop_on_signals():
            follow_leader(placement)
    return OK


def train(request: TrainingRequest, console: Console, placement: Placement | None = None) -> int:
    """Train what is asked for, say how it went, and return the exit code.

    Args:
        request: What is asked for.
        console: Where to say it.
        placement: The devices and processes; None for this process alone.
    """
    program = request.program
    placement = placement or Placement(choose_device(request.device))
    if request.tensorboard:
        require_tensorboard()
    if request.resume:
        opened, plan = _resumed(request, console), HeadPlan()
    elif request.stage in COMPANIONS:
        opened, plan = _with_companions(request, placement), HeadPlan()
    elif program is None:
        opened, plan = _extended(request, placement, console)
    else:
        opened, plan = _created(request, *program, placement, console)
    earlier = trained_seconds(opened)
    finished = train_stages(
        opened,
        tables=plan.tables,
        watch=lambda stage: _watch(request, opened, stage, console),
        budget=request.budget,
        placement=placement,
        labels=request.stage in ("all", "labels"),
        images=request.stage in ("all", "images"),
        companions=request.stage in ("all", *COMPANIONS),
    )
    return report(finished, console, left_out=plan.left_out, earlier=earlier)


def _created(
    request: TrainingRequest,
    graph: Graph,
    text: str | None,
    placement: Placement,
    console: Console,
) -> tuple[Record, HeadPlan]:
    """A new run, with what is to be trained in it."""
    seed, trainer = request.seed or 0, request.trainer or "mle"
    preset, labels_alone = request.preset or "default", request.stage == "labels"
    wanted = settings("--option", request.options)
    heads = () if labels_alone else _heads(request, graph, wanted).chosen(graph)
    ours, theirs = divide(wanted, trainer, preset, heads)
    steps = {} if request.steps is None else {"steps": request.steps}
    replicates = request.replicates or 0
    config = configure(
        trainer, preset=preset, seed=seed, replicates=replicates, **{**ours, **steps}
    )
    asked = _heads(request, graph, theirs)
    if not labels_alone:
        options_of(graph, asked, placement.device, placement.team.size)  # before data are read
    with telling(Seldom(console)):
        table = load_data(request.data or default_source(graph, asked.named(graph)), graph)
    console.remark(*table.notes)
    plan = (
        HeadPlan() if labels_alone else _planned(request, asked, graph, seed, placement, console)
    )
    console.remark(*(it for it in plan.notes if it not in table.notes))
    opened = create(graph, table, config, plan.configs, program=text, path=request.run)
    console.note(
        f"training {graph.name} with {config.trainer} on {table.origin}: "
        f"{table.rows:,} rows{_with_gaps(table)}, {len(table.counts):,} distinct, seed {seed}"
    )
    return opened, plan


def _with_gaps(table: LabelTable | Table) -> str:
    if isinstance(table, Table):
        return ""
    return f", {table.gaps:,} with gaps" if table.gaps else ""


def _extended(
    request: TrainingRequest, placement: Placement, console: Console
) -> tuple[Record, HeadPlan]:
    """A run whose labels are trained, with heads to be trained in it."""
    opened = _existing(request)
    seed = opened.config.seed if request.seed is None else request.seed
    asked = _heads(request, opened.graph, settings("--option", request.options))
    plan = _planned(request, asked, opened.graph, seed, placement, console)
    if not plan.configs:
        names = ", ".join(f"`{name}`" for name in plan.left_out)
        reason = f"no images were named for {names}" if names else "it has no image"
        raise refuse(NoImageToTrain(name=opened.graph.name, reason=reason), exit_code=2)
    console.remark(*plan.notes)
    return extend(opened, plan.configs), plan


def _with_companions(request: TrainingRequest, placement: Placement) -> Record:
    """A run whose heads are trained, with encoders or editors to be trained in it."""
    opened = _existing(request)
    options = settings("--option", request.options)
    if request.precision != "auto":
        options.setdefault("precision", request.precision)
    return extend_companions(
        opened,
        request.stage,
        options=options,
        seed=opened.config.seed if request.seed is None else request.seed,
        steps=request.steps,
        images=by_name(request.images, [node.name for node in opened.graph.images]),
        budgeted=request.budget is not None,
        processes=placement.team.size,
    )


def _existing(request: TrainingRequest) -> Record:
    """The run that is trained further, whose labels are trained."""
    opened = latest_record() if request.run is None else open_record(request.run)
    other = other_graph(request, opened)
    if other:
        raise refuse(*other, exit_code=2)
    require_labels(opened)
    return opened


def _resumed(request: TrainingRequest, console: Console) -> Record:
    """A run whose training goes on."""
    path = request.run
    opened = latest_record(trained=False) if path is None else open_record(path)
    refuse_changes(request, opened)
    console.note(f"resuming {opened.path} with {opened.config.trainer}, seed {opened.config.seed}")
    return opened


def _heads(request: TrainingRequest, graph: Graph, options: Mapping[str, Any]) -> HeadRequest:
    """What is asked for of the heads."""
    names = [node.name for node in graph.images]
    return HeadRequest(
        by_name(request.images, names),
        by_name(request.heads, names),
        request.head_preset or "default",
        options,
        request.precision,
        request.steps,
    )


def _planned(
    request: TrainingRequest,
    heads: HeadRequest,
    graph: Graph,
    seed: int,
    placement: Placement,
    console: Console,
) -> HeadPlan:
    """What is to be trained of the images, their data read."""
    return plan_heads(
        graph,
        heads,
        seed=seed,
        device=placement.device,
        processes=placement.team.size,
        budgeted=request.budget is not None,
        progress=progress_for(console, "pictures"),
    )


def _watch(request: TrainingRequest, opened: Record, stage: str, console: Console) -> Progress:
    """Who watches a stage; an image's is announced."""
    if companion := companion_of(stage):
        image, kind = companion
        waiting = companion_config(opened, image, kind)
        assert waiting is not None
        head = opened.head_config(image).head
        console.note(f"training an {kind} for {head} of {image} on {waiting.source}")
    elif stage != LABELS:
        config = opened.head_config(stage)
        console.note(f"training {stage} with {config.head} on {config.source}, seed {config.seed}")
    progress = progress_for(console)
    if not request.tensorboard:
        return progress
    return Recording(progress, opened.path / FOLDER / stage)
