"""The plan of a graph's heads: which one draws which image, from which data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.ir import Graph, Image, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data import drawn_faces
from scm_compiler.runtime.data.drawn_faces.face import SIZES
from scm_compiler.runtime.data.images import ImageTable, load_images
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.heads.device import faster_precision
from scm_compiler.runtime.heads.registry import HEAD, installed
from scm_compiler.runtime.progress import Progress
from scm_compiler.runtime.runs.trained_head import image_domain
from scm_compiler.runtime.stages.codes.heads import BatchNotShared

DRAWN = "drawn-faces"
STEPS = 10_000
"""The steps of a head if neither steps nor a budget are given."""

MOST_STEPS = 1_000_000
"""The steps of a head that its budget ends."""


@dataclass(frozen=True)
class HeadRequest:
    """A request for heads: one value for all images, or one for each.

    Attributes:
        sources: Where images come from, by image; `""` stands for all others.
        heads: The heads' names, likewise.
        preset: The preset of the head's options.
        options: Options that differ from it.
        precision: `auto`, `float32` or `bfloat16`.
        steps: The most steps; None for `STEPS`, or as many as a budget allows.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    preset: str = "default"
    options: Mapping[str, Any] = field(default_factory=dict)
    precision: str = "auto"
    steps: int | None = None

    def named(self, graph: Graph) -> tuple[str, ...]:
        """The images that are named, in the order of the graph's images."""
        names = (self.sources.get(it.name, self.sources.get("")) for it in graph.images)
        return tuple(name for name in names if name)

    def by_image(self, graph: Graph) -> dict[str, str]:
        """Where the images of each node come from that have a source."""
        pairs = ((node.name, self.source(graph, node.name)) for node in graph.images)
        return {image: source for image, source in pairs if source is not None}

    def source(self, graph: Graph, image: str) -> str | None:
        """The images of one node: those named, else drawn faces if they fit; None if not."""
        named = self.sources.get(image, self.sources.get(""))
        return named or (DRAWN if drawable(graph, image) else None)

    def chosen(self, graph: Graph) -> set[str]:
        """The heads that are trained: of images that have a source."""
        return {self.head(image) for image in self.by_image(graph)}

    def head(self, image: str) -> str:
        """The head of one image."""
        return self.heads.get(image, self.heads.get("", HEAD))


@dataclass(frozen=True, eq=False)
class HeadPlan:
    """The heads that are to be trained, with their data.

    Attributes:
        configs: What is asked for, by image, in the order of declaration.
        tables: The images of each.
        left_out: The images that nothing was named for.
    """

    configs: Mapping[str, HeadConfig] = field(default_factory=dict)
    tables: Mapping[str, ImageTable] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """What was left out while reading the images."""
        return tuple(note for table in self.tables.values() for note in table.notes)


def plan_heads(
    graph: Graph,
    request: HeadRequest,
    *,
    seed: int,
    device: str = "cpu",
    budgeted: bool = False,
    processes: int = 1,
    progress: Progress | None = None,
) -> HeadPlan:
    """Check a request and read the images.

    Args:
        graph: The graph.
        request: What is asked for.
        seed: Of each head's training.
        device: Where the heads are to be trained; decides on the precision.
        budgeted: Whether a budget ends the training.
        processes: How many train together.
        progress: Is told of images being decoded.

    Raises:
        ScmError: E66x if a head cannot do what is asked for, E714 if so many processes cannot
            share its batch, E67x if the images cannot be used.
    """
    named = request.by_image(graph)
    options = options_of(graph, request, device, processes)
    tables = {
        image: load_images(source, graph, image, progress=progress)
        for image, source in named.items()
    }
    configs = {
        image: HeadConfig(
            image=image,
            head=request.head(image),
            preset=request.preset,
            options=options[image],
            seed=seed,
            steps=request.steps or (MOST_STEPS if budgeted else STEPS),
            source=source,
            fingerprint=tables[image].fingerprint,
            scales=scales_of(graph, image, tables[image]),
        )
        for image, source in named.items()
    }
    left_out = tuple(node.name for node in graph.images if node.name not in named)
    return HeadPlan(configs, tables, left_out)


def options_of(
    graph: Graph, request: HeadRequest, device: str, processes: int
) -> dict[str, dict[str, Any]]:
    """The options of each head in full, before any data are read.

    Raises:
        ScmError: E66x if a head cannot do what is asked for, E714 if so many processes cannot
            share its batch.
    """
    options = {it: _options(graph, it, request, device) for it in request.by_image(graph)}
    for chosen in options.values():
        refuse_unequal(chosen, processes)
    return options


def scales_of(graph: Graph, image: str, table: ImageTable) -> dict[str, tuple[float, float]]:
    """Of each real parent its middle and half of its width: as declared, else as in the data.

    The half width is two standard deviations there.
    """
    found = {}
    for rank, name in enumerate(graph.parents[image]):
        domain = graph.by_name[name].domain
        if isinstance(domain, Real):
            middle, half = (domain.low + domain.high) / 2, (domain.high - domain.low) / 2
            if not isfinite(half):
                column = table.labels[:, rank]
                middle, half = float(column.mean()), 2 * float(column.std())
            found[name] = (middle, half or 1.0)
    return found


def refuse_unequal(options: Mapping[str, Any], processes: int) -> None:
    """Refuse a batch that cannot be divided among processes, with two images for each.

    Raises:
        ScmError: E714 with exit code 2.
    """
    batch = options.get("batch", 2 * processes)  # a head without the option divides by itself
    if batch % processes or batch < 2 * processes:
        raise refuse(BatchNotShared(batch=batch, processes=processes), exit_code=2)


def drawable(graph: Graph, image: str) -> bool:
    """Whether the drawn faces that come with scmc can show an image and its labels."""
    domain = image_domain(graph, image)
    square = domain.channels == 3 and domain.height == domain.width
    parents = graph.parents[image]
    shown = all(
        name in drawn_faces.LABELS and graph.by_name[name].domain == BINARY for name in parents
    )
    return bool(parents) and shown and square and SIZES[0] <= domain.height <= SIZES[1]


def _options(graph: Graph, image: str, request: HeadRequest, device: str) -> dict[str, Any]:
    """The head's options in full, checked with the head and the image's size."""
    spec = installed().find(request.head(image))
    domain = image_domain(graph, image)
    assert isinstance(domain, Image)
    spec.check(image, domain, len(graph.parents[image]))
    spec.check_parents(graph, image)
    changes = dict(request.options)
    if request.precision != "auto":
        changes.setdefault("precision", request.precision)
    elif "precision" in spec.model.model_fields:
        changes.setdefault("precision", faster_precision(device))
    return spec.options(request.preset, **changes).model_dump(mode="json")
