"""What is audited, with all that it is held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.real.parts import require_mechanisms
from scm_compiler.passes.prune import ancestors
from scm_compiler.runtime.audit.codes.generator import AuditOption, NoAttributes, WrongOutput
from scm_compiler.runtime.audit.generator import Generator, described
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.readers import (
    Labelled,
    Reader,
    image_reader,
    labelled_images,
    require_both,
    row_reader,
)
from scm_compiler.runtime.audit.settings import Settings
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.data.images.drawn import NAME as DRAWN
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.evaluation.head import Stage
from scm_compiler.runtime.evaluation.real import RealImages, drawn_faces, real_images
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.runtime.runs.record import Record

ENCODED = 2000
"""Labelled images that an encoder is given, at most."""
_NODE = "Image"


@dataclass(frozen=True, eq=False)
class Subject:
    """What is audited, with all that it is held against.

    Attributes:
        generator: G.
        reader: psi.
        data: Some of the labelled data, for an encoder.
        graph: What was declared, if anything.
        head: What the codes of a run stand for.
        real: The labelled images; None for rows of numbers.
        mark: Changes whenever the labelled data do.
        run: The folder of a run.
    """

    generator: Generator
    reader: Reader
    data: Labelled
    graph: Graph | None
    head: HeadCodes | None
    real: RealImages | None
    mark: str
    run: Path | None = None


def run_subject(
    run: Record,
    image: str | None,
    images: str | None,
    attributes: Sequence[str] | None,
    settings: Settings,
    cache: Path | None,
    stage: Stage,
) -> Subject:
    """The head of a run.

    Raises:
        ScmError: E710 if it has none; E570 if no data tell the mechanisms; E865 if it reads
            no two labels of two values; E864 if an attribute is nearly always alike; E67x and E690
            if the images cannot be used.
    """
    found = run.head(image)
    names = _chosen(attributes, found.generator.coding)
    node = next(name for name in run.images if image in (None, name))
    source = images or run.head_config(node).source
    table = load_images(source, run.graph, node, cache=cache, progress=stage("real images"))
    module = None
    if settings.labels == "graph":
        require_mechanisms(run.graph)
        module = run.module()
    subject = head_subject(
        found.generator,
        HeadCodes(found.generator, module),
        table,
        run.graph,
        names,
        f"{node} of {run.graph.name}",
        settings,
        cache,
        stage,
    )
    return replace(subject, run=run.path)


def head_subject(  # noqa: PLR0913, PLR0917  (parts that belong to one head)
    generator: ImageGenerator,
    codes: HeadCodes,
    table: ImageTable,
    graph: Graph,
    names: tuple[str, ...],
    name: str,
    settings: Settings,
    cache: Path | None,
    stage: Stage,
) -> Subject:
    """A head with its labelled images.

    Args:
        generator: In evaluation mode.
        codes: What its codes stand for.
        table: Labelled images of its node.
        graph: What was declared.
        names: The attributes, in the order of declaration.
        name: What it is called.
        settings: How the audit is done.
        cache: Where the classifier of images is kept.
        stage: Watches.
    """
    coding = generator.coding
    real, reader, data = _images(table, coding, names, settings, cache, stage)
    made = codes.generator(name)
    return Subject(made, reader, data, graph, codes, real, table.fingerprint)


def foreign_subject(
    generator: Generator,
    images: str | Labelled | None,
    attributes: Sequence[str] | None,
    graph: Graph | None,
    settings: Settings,
    cache: Path | None,
    stage: Stage,
) -> Subject:
    """A generator that is none of scmc's runs.

    Args:
        generator: From `foreign_generator`.
        images: The labelled data: a source of images, or the data themselves.
        attributes: Their names, for a source of images; those of the graph if None.
        graph: What is declared of the attributes, if anything.
        settings: How the audit is done.
        cache: Where the classifier of images is kept.
        stage: Watches.

    Raises:
        ScmError: E866 if something is left unsaid; as `run_subject` of the data.
    """
    if images is None:
        raise refuse(
            AuditOption(generator.name, "which data it learnt", "--images SPEC"), exit_code=2
        )
    if isinstance(images, Labelled):
        data = _held(images, attributes)
        if data.values.shape[1:] != generator.shape:
            wanted = (2, *data.values.shape[1:])
            found = described(generator.outputs(torch.zeros(2, generator.latent)))
            raise refuse(WrongOutput(generator.name, found, wanted), exit_code=2)
        require_both(data.labels, data.names, data.origin)
        reader = row_reader(data, settings.seed, stage("classifier"))
        return Subject(generator, reader, data, graph, None, None, data.origin)
    named = attributes or [node.name for node in graph.labels] if graph else attributes
    if not named:
        unsaid = AuditOption(generator.name, "what its images show", "--attributes A,B")
        raise refuse(unsaid, exit_code=2)
    if len(generator.shape) != 3:
        raise refuse(AuditOption(generator.name, "how to see its rows as images", "data="))
    columns = _columns(named, generator.shape)
    table = load_images(images, columns, _NODE, cache=cache, progress=stage("real images"))
    coding = LabelCoding.of(columns, _NODE)
    names = _chosen(None, coding)
    real, reader, data = _images(table, coding, names, settings, cache, stage)
    return Subject(generator, reader, data, graph, None, real, table.fingerprint)


def _held(data: Labelled, attributes: Sequence[str] | None) -> Labelled:
    """The attributes that are meant, of data that the caller made."""
    shape = (len(data.values), len(data.names))
    if data.labels.shape != shape or len(set(data.names)) < len(data.names):
        raise ValueError(f"labels {tuple(data.labels.shape)} of rows and different names {shape}")
    if not (((data.labels == 0) | (data.labels == 1)).all() and data.values.isfinite().all()):
        raise ValueError("labels are 0 or 1, and values finite numbers")
    chosen = _named(attributes, data.names)
    columns = [data.names.index(name) for name in chosen]
    return replace(data, names=chosen, labels=data.labels[:, columns])


def _images(
    table: ImageTable,
    coding: LabelCoding,
    names: tuple[str, ...],
    settings: Settings,
    cache: Path | None,
    stage: Stage,
) -> tuple[RealImages, Reader, Labelled]:
    """Real images, what reads them, and some of them for an encoder."""
    drawn = table.origin.partition(":")[0] == DRAWN
    renderer = drawn_faces(table.names, table.images.shape[2]) if drawn else None
    real = real_images(table, renderer)
    columns = [real.names.index(name) for name in names]
    require_both(real.training_labels()[:, columns], names, table.origin)
    watch = stage("classifier of images")
    reader = image_reader(real, coding, names, settings.judge, cache, watch)
    return real, reader, labelled_images(real, names, ENCODED)


def _chosen(attributes: Sequence[str] | None, coding: LabelCoding) -> tuple[str, ...]:
    """The attributes that are meant, in the order of declaration."""
    sizes = zip(coding.names, coding.sizes, strict=True)
    return _named(attributes, tuple(name for name, size in sizes if size == 2))


def _named(attributes: Sequence[str] | None, known: tuple[str, ...]) -> tuple[str, ...]:
    for name in attributes or ():
        if name not in known:
            raise refuse(NoAttributes(name, known), exit_code=2)
    chosen = tuple(name for name in known if attributes is None or name in attributes)
    if len(chosen) < 2:
        raise refuse(NoAttributes(None, known), exit_code=2)
    return chosen


def _columns(names: Sequence[str], shape: tuple[int, ...]) -> Graph:
    """The graph of an image of which nothing is declared but what it shows."""
    channels, height, width = shape
    labels = tuple(Node(name, "binary", BINARY) for name in dict.fromkeys(names))
    image = Node(_NODE, "image", Image(channels, height, width))
    return Graph("images", (*labels, image), tuple(Edge(n.name, _NODE) for n in labels))


def paths(graph: Graph, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The pairs (cause, effect) between which a directed path leads."""
    for name in names:
        for other in names:
            if other != name and name in ancestors(graph, [other]):
                yield name, other
