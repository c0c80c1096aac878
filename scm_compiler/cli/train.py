"""`scmc train [FILE]`: train what the graph holds, its labels first and then each image.

Ctrl-C saves and ends with exit code 130, SIGTERM with 143, a closed terminal with 129; `--resume`
goes on.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.devices import in_team, lead, start_team
from scm_compiler.cli.exits import OK
from scm_compiler.cli.options import by_name, one_of, seconds, settings, whole
from scm_compiler.cli.options import seed as read_seed
from scm_compiler.cli.program import read_program
from scm_compiler.cli.resumed import refuse_changes

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.ir import Graph
    from scm_compiler.runtime.progress import Progress
    from scm_compiler.runtime.runs.record import Record
    from scm_compiler.runtime.stages import Finished
    from scm_compiler.runtime.stages.images import Where
    from scm_compiler.runtime.stages.plan import HeadRequest, Plan

STAGES = ("all", "labels", "images")
DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "float32", "bfloat16")


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
        "--stage",
        metavar="NAME",
        help="all (default), labels alone, or images, of a run whose labels are trained",
    )
    add("--seed", metavar="N", help="of everything random (default: 0)")
    add("--steps", metavar="N", help="the most steps of each stage (default: the preset's)")
    add(
        "--budget",
        metavar="TIME",
        help="the most time to train in all, also over several starts, such as 90s, 2m or 1h30m: "
        "the labels take what they need, and the images share the rest",
    )
    add(
        "--run",
        type=Path,
        metavar="DIR",
        help="the run's folder (default: runs/GRAPH-N; with --resume or --stage images: the "
        "last run)",
    )
    add(
        "--resume",
        action="store_true",
        help="go on with a training that was stopped, and it ends as if it never had been; or, "
        "with a larger --budget, with one that its budget ended",
    )
    add(
        "--tensorboard",
        action="store_true",
        help="write the metrics for TensorBoard too, in RUN/tensorboard",
    )
    _configure_labels(parser)
    _configure_images(parser)


def _configure_labels(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("labels").add_argument
    add(
        "--data",
        metavar="SPEC",
        help="csv:FILE, csv:FILE?count=NAME, celeba:DIR or celeba-labels (default: celeba-labels, "
        "the counts of nine CelebA labels that come with scmc)",
    )
    add("--trainer", metavar="NAME", help="mle (default) or wgan-gp")
    add("--preset", metavar="NAME", help="default, or paper (of wgan-gp)")


def _configure_images(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(
        "images", "SPEC and NAME hold for all images, or for one: IMAGE=SPEC"
    ).add_argument
    add(
        "--images",
        metavar="SPEC",
        action="append",
        help="drawn-faces, drawn-faces:N, celeba:DIR, folder:DIR, tar:PATTERN or npz:FILE "
        "(default: drawn-faces, where they show the image's labels)",
    )
    add(
        "--head",
        metavar="NAME",
        action="append",
        help="causal_gan (default), causal_began or conditional_gan",
    )
    add("--head-preset", metavar="NAME", help="default, or paper")
    add(
        "--option",
        metavar="NAME=VALUE",
        action="append",
        help="an option of the head, such as width=24",
    )
    add("--device", metavar="NAME", help="auto (default: the best there is), cuda, mps or cpu")
    add("--devices", metavar="N", help="train in N processes, one for each device")
    add(
        "--precision",
        metavar="NAME",
        help="auto (default: bfloat16 where it is faster), float32 or bfloat16",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Train, say how it went, and return the exit code."""
    count = 1 if args.devices is None else whole("--devices", args.devices, 1, 1024)
    kind = one_of("--device", args.device or "auto", DEVICES)
    if in_team():
        return _train_together(args, console, kind)
    if count == 1:
        return _train(args, console, None)
    from scm_compiler.runtime.heads.device import choose_device  # noqa: PLC0415  (torch)

    choose_device(kind, count=count)
    return start_team(args.words, count)


def _train_together(args: argparse.Namespace, console: Console, kind: str) -> int:
    """Train as one of several processes: the first one leads, the others do as it says."""
    from scm_compiler.runtime.heads.device import choose_device  # noqa: PLC0415
    from scm_compiler.runtime.stages import take_part  # noqa: PLC0415
    from scm_compiler.runtime.stages.images import Where  # noqa: PLC0415
    from scm_compiler.runtime.training.signals import stop_on_signals  # noqa: PLC0415
    from scm_compiler.runtime.training.team import joined, local_size  # noqa: PLC0415

    device = choose_device(kind, count=local_size())
    with joined(device) as team:
        where = Where(device, team)
        if team.leads:
            with team.dismissed_after():
                return lead(lambda: console.guard(lambda: _train(args, console, where)))
        with stop_on_signals():
            take_part(where)
    return OK


def _train(args: argparse.Namespace, console: Console, where: Where | None) -> int:
    """Train what is asked for; `where` is None for this process alone."""
    budget = None if args.budget is None else seconds(args.budget)
    stage = one_of("--stage", args.stage or "all", STAGES)
    one_of("--precision", args.precision or "auto", PRECISIONS)
    seed = read_seed(args.seed)
    steps = None if args.steps is None else whole("--steps", args.steps, 1, 10**12)
    new = not (args.resume or stage == "images")
    program = read_program(args.file) if new else None
    from scm_compiler.cli.trained import report  # noqa: PLC0415  (torch from here on)
    from scm_compiler.runtime.heads.device import choose_device  # noqa: PLC0415
    from scm_compiler.runtime.stages.images import Where  # noqa: PLC0415

    here = where or Where(choose_device(args.device or "auto"))
    if args.tensorboard:
        from scm_compiler.runtime.training.tensorboard import require_tensorboard  # noqa: PLC0415

        require_tensorboard()
    if args.resume:
        return report(_resume(args, console, budget, here), console, left_out=())
    if program is None:
        opened, plan = _extended(args, console, seed, steps, here)
    else:
        opened, plan = _begun(args, console, program, seed, steps, here)
    finished = _go_on(args, opened, plan, console, budget, here)
    return report(finished, console, left_out=() if stage == "labels" else plan.left_out)


def _begun(
    args: argparse.Namespace,
    console: Console,
    program: tuple[Graph, str | None],
    seed: int,
    steps: int | None,
    where: Where,
) -> tuple[Record, Plan]:
    """A new run, with what is to be trained in it."""
    from scm_compiler.diagnostics import Report  # noqa: PLC0415
    from scm_compiler.runtime.controller.registry import configure as configured  # noqa: PLC0415
    from scm_compiler.runtime.data import default_source, load_labels  # noqa: PLC0415
    from scm_compiler.runtime.stages import begin  # noqa: PLC0415
    from scm_compiler.runtime.stages.plan import Plan  # noqa: PLC0415

    graph, text = program
    changes = {} if steps is None else {"steps": steps}
    trainer, preset = args.trainer or "mle", args.preset or "default"
    config = configured(trainer, preset=preset, seed=seed, **changes)
    table = load_labels(args.data or default_source(graph), graph)
    if not console.quiet:
        console.show(Report(None, table.notes))
    plan = Plan({}, {}, ())
    if args.stage != "labels":
        plan = _planned(args, console, graph, seed, steps, where)
    opened = begin(graph, table, config, plan, program=text, path=args.run)
    console.note(
        f"training {graph.name} with {config.trainer} on {table.origin}: "
        f"{table.rows:,} rows, {len(table.counts):,} distinct, seed {seed}"
    )
    return opened, plan


def _extended(
    args: argparse.Namespace, console: Console, seed: int, steps: int | None, where: Where
) -> tuple[Record, Plan]:
    """A run whose labels are trained, with heads to be trained in it."""
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415
    from scm_compiler.runtime.runs.record import latest_record, open_record  # noqa: PLC0415
    from scm_compiler.runtime.stages import extend, require_labels  # noqa: PLC0415
    from scm_compiler.runtime.stages.codes.heads import NoImageToTrain  # noqa: PLC0415

    opened = latest_record() if args.run is None else open_record(args.run)
    _refuse_other_graph(args, opened)
    require_labels(opened)
    chosen = seed if args.seed is not None else opened.config.seed
    plan = _planned(args, console, opened.graph, chosen, steps, where)
    if not plan.configs:
        names = ", ".join(f"`{name}`" for name in plan.left_out)
        reason = f"no images were named for {names}" if names else "it has no image"
        raise refuse(NoImageToTrain(name=opened.graph.name, reason=reason), exit_code=2)
    return extend(opened, plan), plan


def _planned(
    args: argparse.Namespace,
    console: Console,
    graph: Graph,
    seed: int,
    steps: int | None,
    where: Where,
) -> Plan:
    """What is to be trained of the images, their data read."""
    from scm_compiler.cli.progress import progress_for  # noqa: PLC0415
    from scm_compiler.diagnostics import Report  # noqa: PLC0415
    from scm_compiler.runtime.stages.plan import plan_heads  # noqa: PLC0415

    plan = plan_heads(
        graph,
        _request(args, graph, steps),
        seed=seed,
        device=where.device,
        processes=where.team.size,
        budgeted=args.budget is not None,
        progress=progress_for(console),
    )
    if not console.quiet:
        console.show(Report(None, plan.notes))
    return plan


def _request(args: argparse.Namespace, graph: Graph, steps: int | None) -> HeadRequest:
    from scm_compiler.runtime.stages.plan import HeadRequest  # noqa: PLC0415

    names = [node.name for node in graph.images]
    return HeadRequest(
        by_name(args.images or [], names),
        by_name(args.head or [], names),
        args.head_preset or "default",
        settings("--option", args.option or []),
        args.precision or "auto",
        steps,
    )


def _go_on(
    args: argparse.Namespace,
    opened: Record,
    plan: Plan,
    console: Console,
    budget: float | None,
    where: Where,
) -> Finished:
    from scm_compiler.runtime.stages import go_on  # noqa: PLC0415

    stage = args.stage or "all"
    return go_on(
        opened,
        tables=plan.tables,
        watch=lambda name: _watch(args, opened, name, console),
        budget=budget,
        where=where,
        labels=stage != "images",
        images=stage != "labels",
    )


def _watch(args: argparse.Namespace, opened: Record, stage: str, console: Console) -> Progress:
    from scm_compiler.cli.progress import progress_for  # noqa: PLC0415
    from scm_compiler.runtime.stages import LABELS  # noqa: PLC0415

    if stage != LABELS:
        config = opened.head_config(stage)
        console.note(f"training {stage} with {config.head} on {config.source}, seed {config.seed}")
    progress = progress_for(console)
    if not args.tensorboard:
        return progress
    from scm_compiler.runtime.training.tensorboard import FOLDER, Recording  # noqa: PLC0415

    return Recording(progress, opened.path / FOLDER / stage)


def _resume(
    args: argparse.Namespace, console: Console, budget: float | None, where: Where
) -> Finished:
    """Go on with a run."""
    from scm_compiler.runtime.runs.record import latest_record, open_record  # noqa: PLC0415
    from scm_compiler.runtime.stages.plan import Plan  # noqa: PLC0415

    opened = latest_record(trained=False) if args.run is None else open_record(args.run)
    refuse_changes(args, opened, _other_graph(args, opened))
    console.note(f"resuming {opened.path} with {opened.config.trainer}, seed {opened.config.seed}")
    return _go_on(args, opened, Plan({}, {}, ()), console, budget, where)


def _refuse_other_graph(args: argparse.Namespace, opened: Record) -> None:
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415

    other = _other_graph(args, opened)
    if other:
        raise refuse(*other, exit_code=2)


def _other_graph(args: argparse.Namespace, opened: Record):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """What is wrong with FILE, if it is another graph than the run's."""
    from scm_compiler.cli.codes.training import ResumeDiffers  # noqa: PLC0415

    graph = opened.graph if args.file is None else read_program(args.file)[0]
    if graph.hash == opened.graph.hash:
        return ()
    started, asked = opened.graph.hash[:12], graph.hash[:12]
    return (ResumeDiffers(path=str(opened.path), option="FILE", started=started, asked=asked),)
