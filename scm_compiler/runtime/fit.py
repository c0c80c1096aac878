"""Training from Python: a graph and data in, a run out."""

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from scm_compiler.diagnostics import Diagnostic, ScmWarning
from scm_compiler.ir import Graph
from scm_compiler.ir.graph import require_graph
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import default_source, load_data
from scm_compiler.runtime.data.options import Missing
from scm_compiler.runtime.data.sources import Data
from scm_compiler.runtime.heads.companions import EDITOR, ENCODER
from scm_compiler.runtime.heads.device import choose_device
from scm_compiler.runtime.run import Run, run_of
from scm_compiler.runtime.stages.companions import extend_companions
from scm_compiler.runtime.stages.images import Placement
from scm_compiler.runtime.stages.plan import HeadPlan, HeadRequest, plan_heads
from scm_compiler.runtime.stages.remarks import remarks
from scm_compiler.runtime.stages.result import Finished
from scm_compiler.runtime.stages.sequence import create, extend, train_stages


def train(  # noqa: PLR0913  (the same choices as on the command line)
    graph: Graph,
    *,
    data: Data | None = None,
    missing: Missing | None = None,
    weight: str | None = None,
    count: str | None = None,
    trainer: str = "mle",
    preset: str = "default",
    images: str | Mapping[str, str] | None = None,
    head: str | Mapping[str, str] = "causal_gan",
    head_preset: str = "default",
    head_options: Mapping[str, Any] | None = None,
    head_steps: int | None = None,
    stage: Literal["all", "labels"] = "all",
    seed: int = 0,
    replicates: int = 0,
    budget: float | None = None,
    device: str = "auto",
    run: Path | str | None = None,
    path: Path | str | None = None,
    **options: object,
) -> Run:
    """Train a graph's labels, then the head of each image, and return the run.

    Args:
        graph: From `load`.
        data: The labels' data: a frame of pandas or polars, a dictionary of columns, the path of a
            table, or what else `scmc train --data` takes. If None, the table of the images, else
            the shipped CelebA label counts.
            Columns hold the names of values; a binary label's may hold True/False or 0/1, too.
        missing: What becomes of rows with gaps: `refuse` (an error, as if None), `drop` (complete
            rows are taken), `category` (a gap is the value `NA` or `missing` that the label
            declares), or `em` (all rows are used, by expectation maximisation).
        weight: The column that says how much each row weighs, such as a survey's.
        count: The column that says how often each row occurs.
        trainer: `mle` (maximum likelihood) or `wgan-gp` (section 7.1, Kocaoglu et al. 2017).
        preset: Named settings of the trainer.
        images: The images' data as `scmc train --images` takes it, such as `folder:photos`, for
            all images or by name; `drawn-faces` if None, where they show the image's labels.
        head: `causal_gan`, `causal_began` or `conditional_gan`, for all images or by name.
        head_preset: Named settings of the head.
        head_options: Settings of the head that differ from its preset.
        head_steps: The most steps of a head.
        stage: `labels` leaves the images out.
        seed: The same seed gives the same weights, byte for byte, on one machine.
        replicates: How many further label models are trained, each on other weights of the rows,
            for intervals of answers where the tables are not the shares of the rows.
        budget: The most seconds to train: the labels take what they need, images share the rest.
        device: Where heads are trained: `auto`, `cuda`, `mps` or `cpu`.
        run: The run's folder, as `scmc train --run` takes it; `runs/<graph>-<n>` if None.
        path: The same; its older name.
        options: Settings of the labels' trainer that differ from its preset.

    Warns:
        ScmWarning: Of what `scmc train` warns of.

    Raises:
        ScmError: If the data do not fit the graph (E6xx, E85x), or the training fails (E7xx).
        TypeError: If `graph` is no graph, such as the name of a file, which `load` takes.
        ValueError: If an option is not one of the trainer's.
    """
    require_graph(graph, "train")
    config = configure(trainer, preset=preset, seed=seed, replicates=replicates, **options)
    request = HeadRequest(
        _by_name(images), _by_name(head), head_preset, dict(head_options or {}), steps=head_steps
    )
    source = default_source(graph, request.named(graph)) if data is None else data
    table = load_data(source, graph, missing=missing, weight=weight, count=count)
    _warn(table.notes)
    place = choose_device(device)
    plan = HeadPlan()
    if stage == "all":
        plan = plan_heads(graph, request, seed=seed, device=place, budgeted=budget is not None)
        _warn(it for it in plan.notes if it not in table.notes)
    folder = path if run is None else run
    made = create(
        graph, table, config, plan.configs, path=None if folder is None else Path(folder)
    )
    return _told(train_stages(made, tables=plan.tables, budget=budget, placement=Placement(place)))


def train_images(  # noqa: PLR0913  (the same choices as on the command line)
    run: Run,
    *,
    images: str | Mapping[str, str] | None = None,
    head: str | Mapping[str, str] = "causal_gan",
    preset: str = "default",
    options: Mapping[str, Any] | None = None,
    steps: int | None = None,
    seed: int = 0,
    budget: float | None = None,
    device: str = "auto",
) -> Run:
    """Train the heads of images in a run whose labels are trained; see `train`.

    Raises:
        ScmError: E658 if the labels are not trained, E711 if an image has a head, E705 if there
            is no image to train; and as `train`.
    """
    place = choose_device(device)
    request = HeadRequest(
        _by_name(images), _by_name(head), preset, dict(options or {}), steps=steps
    )
    plan = plan_heads(run.graph, request, seed=seed, device=place, budgeted=budget is not None)
    _warn(plan.notes)
    extended = extend(run, plan.configs)
    finished = train_stages(
        extended,
        tables=plan.tables,
        budget=budget,
        placement=Placement(place),
        labels=False,
        companions=False,
    )
    return _told(finished)


def train_encoder(
    run: Run,
    *,
    images: str | Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    steps: int | None = None,
    seed: int = 0,
    budget: float | None = None,
    device: str = "auto",
) -> Run:
    """Train an encoder for each head that does not tell the noise behind a photo itself.

    Args:
        run: A run whose heads are trained.
        images: The real images, as of `train`; those that the head was trained on if None.
        options: Settings of the encoders that differ from the defaults.
        steps: The most steps of each.
        seed: As of `train`.
        budget: The most seconds to train each.
        device: As of `train`.

    Raises:
        ScmError: E710 if no head is trained, E695 if each has an encoder, E662 if an option does
            not fit; and as `train`.
    """
    return _accompanied(run, ENCODER, images, options, steps, seed, budget, device)


def train_editor(
    run: Run,
    *,
    images: str | Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    steps: int | None = None,
    seed: int = 0,
    budget: float | None = None,
    device: str = "auto",
) -> Run:
    """Train an editor of photos for each head that has none; photos are then asked about by it.

    Args:
        run: A run whose heads are trained.
        images: As of `train_encoder`.
        options: Settings of the editors that differ from the defaults.
        steps: The most steps of each.
        seed: As of `train`.
        budget: The most seconds to train each.
        device: As of `train`.

    Raises:
        ScmError: E696 if a label of the image is a number; and as `train_encoder`.
    """
    return _accompanied(run, EDITOR, images, options, steps, seed, budget, device)


def _accompanied(
    run: Run,
    kind: str,
    images: str | Mapping[str, str] | None,
    options: Mapping[str, Any] | None,
    steps: int | None,
    seed: int,
    budget: float | None,
    device: str,
) -> Run:
    place = choose_device(device)
    extended = extend_companions(
        run,
        kind,
        options=options or {},
        seed=seed,
        steps=steps,
        images=_by_name(images),
        budgeted=budget is not None,
    )
    finished = train_stages(
        extended, budget=budget, placement=Placement(place), labels=False, images=False
    )
    return _told(finished)


def _told(finished: Finished) -> Run:
    """The run, once what is to be said of it is said."""
    _warn(remarks(finished), stacklevel=4)
    return run_of(finished.run)


def _warn(noticed: Iterable[Diagnostic], stacklevel: int = 3) -> None:
    """Show warnings, without notes, as of the line that asked for the training."""
    for one in noticed:
        if one.severity == "warning":
            warnings.warn(ScmWarning(one), stacklevel=stacklevel)


def _by_name(given: str | Mapping[str, str] | None) -> Mapping[str, str]:
    if given is None:
        return {}
    return {"": given} if isinstance(given, str) else given
