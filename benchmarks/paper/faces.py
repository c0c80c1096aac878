"""Figures 8 to 16 and 18 to 24: image heads on drawn faces, or on photographs."""

from typing import Any

import torch
from PIL import Image

from benchmarks.paper.measures import measured, train_judges
from benchmarks.paper.published import SWEPT, TWO_ROWS
from benchmarks.paper.store import Findings
from benchmarks.paper.task import Stopped, Task
from benchmarks.paper.together import train_jointly
from scm_compiler.compiler import parse_text
from scm_compiler.ir import Graph
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.images import ImageTable, load_images
from scm_compiler.runtime.data.images.drawn import NAME as DRAWN
from scm_compiler.runtime.evaluation.distance import distance
from scm_compiler.runtime.evaluation.real import RealImages, drawn_faces, real_images
from scm_compiler.runtime.evaluation.report import read_curves
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.runtime.regime import Regime
from scm_compiler.runtime.run import Run, open_run, run_of
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.sampling.figures import plain, sweep, two_rows
from scm_compiler.runtime.sampling.grid import grid, png
from scm_compiler.runtime.stages.images import Placement
from scm_compiler.runtime.stages.plan import HeadRequest, plan_heads
from scm_compiler.runtime.stages.sequence import create, train_stages
from scm_compiler.shipped import find_program

IMAGE = "Face"
RUN = "run"
ROW = 10
"""Images in a row, as in Figures 8 to 16."""
SWEEPS = 8
DIVERSITY = 256
"""Images of Figures 19 and 23; fewer would hide a collapse."""


def causal_graph_1(side: int) -> Graph:
    """Causal Graph 1 with an image of so many pixels a side."""
    text = find_program("celeba_g1").read_text(encoding="utf-8")
    return parse_text(text.replace("image(3, 64, 64)", f"image(3, {side}, {side})"))


def teach_judges(task: Task, sides: list[int]) -> Findings:
    """Train the judges of every size that heads are trained at, so that they are in the cache."""
    found: dict[str, Any] = {}
    for side in sides:
        graph = causal_graph_1(side)
        judges = train_judges(task, _real(task, graph), LabelCoding.of(graph, IMAGE))
        own = judges.judge.own
        found[str(side)] = {
            "auc": {name: score.auc.value for name, score in own.items()},
            "accuracy": {name: score.accuracy.value for name, score in own.items()},
            "features": list(judges.features.accuracy),
        }
    return Findings(found)


def train_head(task: Task, training: str) -> Findings:
    """Train one head as `scmc train` does, measure it and draw its figures."""
    head, changes = {
        "causal_gan": ("causal_gan", {}),
        "causal_began": ("causal_began", {}),
        "c3_is_1": ("causal_began", {"third_margin": False}),
    }[training]
    graph = causal_graph_1(task.scale.sides[training])
    run = _trained(task, graph, head, {**task.scale.head_options, **changes}, training)
    facts = run.manifest.heads[IMAGE]
    config = run.head_config(IMAGE)
    found = measured(task, run.head(IMAGE).generator, run.tables(), _real(task, graph))
    curves = read_curves(run.path / files_of(graph, IMAGE).metrics)
    return Findings(
        {
            **found,
            "steps": facts.steps,
            "tvd": run.manifest.metrics["tvd"],
            "batch": config.options["batch"],
            "width": config.options["width"],
            "side": task.scale.sides[training],
            "curves": {name: curves[name] for name in curves if name.startswith(("m_", "c3"))},
        },
        _pictures(run, head),
    )


def train_together(task: Task) -> Findings:
    """Train labels and image jointly, and measure both."""
    side = task.scale.sides["jointly"]
    graph = causal_graph_1(side)
    table = _images(task, graph)
    seconds = task.scale.head_seconds["jointly"]
    outcome, generator, module, steps = train_jointly(task, graph, IMAGE, table, seconds)
    tables = module.tables()
    found = measured(task, generator, tables, _real(task, graph))
    labels = load_labels("celeba-labels", graph)
    return Findings(
        {
            **found,
            "steps": steps,
            "seconds": outcome.seconds,
            "side": side,
            "tvd": distance(tables, labels).value,
        },
        {"diversity": _free_grid(task, generator, module)},
    )


def _free_grid(task: Task, generator: ImageGenerator, module: ImplicitModule) -> bytes:
    """Images of labels that the jointly trained label model draws."""
    random = torch.Generator().manual_seed(task.seed)
    rows = 64
    labels = generator.coding.select(module.sample(rows, generator=random))
    return png(grid(generator.render(labels, generator.draw_noise(rows, generator=random)), 16))


def _trained(task: Task, graph: Graph, head: str, options: dict[str, Any], training: str) -> Run:
    """The run of a head, trained to its budget; an unfinished one goes on."""
    path = task.work / RUN
    table = _images(task, graph)
    if (path / "manifest.json").exists():
        run = open_run(path)
        if run.manifest.heads[IMAGE].status == "complete":
            return run
    else:
        request = HeadRequest({"": _source(task)}, {"": head}, options=options)
        plan = plan_heads(graph, request, seed=task.seed, device=task.device, budgeted=True)
        labels = load_labels("celeba-labels", graph)
        run = create(graph, labels, configure("mle", seed=task.seed), plan.configs, path=path)
    done = train_stages(
        run,
        tables={IMAGE: table},
        budget=task.scale.head_seconds[training],
        placement=Placement(task.device),
    )
    if done.outcome.ending == "interrupted":
        raise Stopped
    return run_of(done.run)


def _source(task: Task) -> str:
    return task.source or f"{DRAWN}:{task.scale.faces}"


def _images(task: Task, graph: Graph) -> ImageTable:
    return load_images(_source(task), graph, IMAGE)


def _real(task: Task, graph: Graph) -> RealImages:
    table = _images(task, graph)
    drawn = _source(task).partition(":")[0] == DRAWN
    renderer = drawn_faces(table.names, table.images.shape[2]) if drawn else None
    return real_images(table, renderer)


def _pictures(run: Run, head: str) -> dict[str, bytes]:
    """The figures of a head: two rows, sweeps, diversity, and the rare label set and not."""
    free = Regime(run)
    found = {
        f"do_given_{figure.effect}": png(_do_given(run, figure.effect))
        for figure in TWO_ROWS
        if head in figure.number
    }
    for name in SWEPT:
        drawn = sweep(free.stream(seed=1), run.graph, IMAGE, name, SWEEPS)
        found[f"sweep_{name}"] = png(drawn)
    found["diversity"] = png(plain(free.stream(seed=2), IMAGE, DIVERSITY))
    streams = (run.do(Mustache=1).stream(seed=3), run.do(Mustache=0).stream(seed=3))
    captions = ("do(Mustache=1)", "do(Mustache=0)")
    found["rare"] = png(two_rows(streams, captions, IMAGE, ROW))
    return found


def _do_given(run: Run, effect: str) -> Image.Image:
    streams = (run.do({effect: 1}).stream(seed=0), run.given({effect: 1}).stream(seed=0))
    return two_rows(streams, (f"do({effect}=1)", f"given({effect}=1)"), IMAGE, ROW)
