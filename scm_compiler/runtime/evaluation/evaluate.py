"""The evaluation of a run: its labels and real nodes, and each image head that is trained."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.data.images.drawn import NAME as DRAWN
from scm_compiler.runtime.data.images.sources import known_behind
from scm_compiler.runtime.data.sources import Data, load_labels
from scm_compiler.runtime.evaluation.codes.evaluation import NoDataBehind, OtherRealImages
from scm_compiler.runtime.evaluation.course import course, read_previews
from scm_compiler.runtime.evaluation.features import train_features
from scm_compiler.runtime.evaluation.head import Effort, Stage, evaluate_head, quick
from scm_compiler.runtime.evaluation.head_report import HeadReport
from scm_compiler.runtime.evaluation.label_model import LabelReport, evaluate_labels
from scm_compiler.runtime.evaluation.nodes import NodesReport, evaluate_nodes
from scm_compiler.runtime.evaluation.of_numbers import evaluate_of_numbers
from scm_compiler.runtime.evaluation.real import RealImages, drawn_faces, real_images
from scm_compiler.runtime.evaluation.report import RunReport, read_curves
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.recipe import recipe_of_run
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.training.loop import METRICS


def evaluate_run(
    run: Record,
    *,
    data: Data | None = None,
    images: str | None = None,
    effort: Effort | None = None,
    seed: int = 0,
    cache: Path | None = None,
    stage: Stage = lambda _: Silent(),
) -> RunReport:
    """Evaluate all that a run has trained.

    Args:
        run: The run.
        data: The rows that labels and real nodes are held against, such as some that they were not
            trained on; those that they were trained on if None. Of labels alone, rows with gaps
            are left out.
        images: Where the real images come from; where each head's own came from if None.
        effort: How much is drawn and trained for each head.
        seed: The same seed gives the same report, on the same number of threads. How many are
            quickest is measured, unless `OMP_NUM_THREADS` fixes their number.
        cache: The cache folder; the usual one if None.
        stage: Watches.

    Raises:
        ScmError: E832 if the tables were given and not trained; E658 or E659 if the label model is
            not trained or has no tables; E60x and E61x if the data cannot be read; E67x if the
            real images cannot be read; E69x if they cannot be compared; E656 if the run's
            configuration is none of its trainer's.
    """
    if not run.labels.rows:
        raise refuse(NoDataBehind(str(run.path), run.labels.origin), exit_code=2)
    recipe_of_run(run)  # a part of the report rests on its settings
    origin, labels, nodes = _evaluate_rows(run, data, seed, stage)
    with quick(stage) as begin:
        heads = tuple(
            _evaluate_image(run, image, images, effort, seed, cache, begin) for image in run.images
        )
    curves = {"labels": read_curves(run.path / METRICS)}
    for image in run.images:
        curves[image] = read_curves(run.path / files_of(run.graph, image).metrics)
    return RunReport(
        run=str(run.path),
        name=run.graph.name,
        graph_hash=run.graph.hash,
        data=origin,
        labels=labels,
        nodes=nodes,
        heads=heads,
        curves=curves,
    )


def _evaluate_rows(
    run: Record, data: Data | None, seed: int, stage: Stage
) -> tuple[str, LabelReport | None, NodesReport | None]:
    """Where the rows come from, and the report on the label model or, with real nodes, on each."""
    if run.graph.reals:
        stage("labels and real nodes" if run.graph.labels else "real nodes")
        nodes = evaluate_nodes(run, data=data, seed=seed)
        return nodes.data, None, nodes
    stage("labels")
    beside = (run.labels if data is None else load_labels(data, run.graph)).complete
    found = evaluate_labels(
        run.module(),
        run.distributions(),
        beside,
        trained=run.labels.complete,
        config=run.config,
        seed=seed,
    )
    return beside.origin, found, None


def _evaluate_image(
    run: Record,
    image: str,
    images: str | None,
    effort: Effort | None,
    seed: int,
    cache: Path | None,
    stage: Stage,
) -> HeadReport:
    effort = effort or Effort()
    generator = run.head(image).generator
    config = run.head_config(image)
    real = load_real(run, image, images or config.source, cache, stage)
    asked: dict[str, Any] = {"effort": effort, "seed": seed, "cache": cache, "stage": stage}
    if run.graph.reals:
        known = known_behind(images or config.source)
        report = evaluate_of_numbers(run, image, real, known, **asked)
    else:
        report = evaluate_head(image, generator, real, run.distributions(), **asked)
    features = train_features(real, effort.features, cache=cache)  # they are in the cache by now
    held, _ = real.held_out(effort.realism)
    previews = read_previews(run.path, files_of(run.graph, image), generator.image)
    found = course(previews, features, features(held))
    other = () if images else tuple(_other_images(config, real))
    return replace(report, course=found, warnings=(*other, *report.warnings))


def _other_images(config: HeadConfig, real: RealImages) -> Iterator[OtherRealImages]:
    """Warn if a head's own source changed; drawn faces differ by a shade between machines."""
    drawn = config.source.partition(":")[0] == DRAWN
    if not drawn and real.table.fingerprint != config.fingerprint:
        yield OtherRealImages(source=config.source, node=config.image)


def load_real(
    run: Record, image: str, source: str, cache: Path | None, stage: Stage
) -> RealImages:
    """The real images of an image node, with what draws the truth where faces are drawn."""
    table = load_images(source, run.graph, image, cache=cache, progress=stage("real images"))
    drawn = source.partition(":")[0] == DRAWN
    renderer = drawn_faces(table.names, table.images.shape[2]) if drawn else None
    return real_images(table, renderer)
