"""Rows of labels and real nodes: an endless sequence that run, regime and seed fix."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.diagnostics import Sink, Source, refuse
from scm_compiler.files import write_parts, writing
from scm_compiler.frames import categories, data_frame
from scm_compiler.inference.real.asking import Reader, Scene
from scm_compiler.inference.real.codes.reals import NothingFits
from scm_compiler.inference.real.composed import Law
from scm_compiler.inference.real.curves import at, curves_of, points
from scm_compiler.inference.real.hidden import require_regime, unfolded
from scm_compiler.inference.real.units import Draw, Seen, Variable
from scm_compiler.inference.refusals import pointing_at
from scm_compiler.inference.table import columns as lined
from scm_compiler.ir import Finite, Graph
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.model.real.parts import observed, tied_nodes
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.codes.samples import NotARegime
from scm_compiler.runtime.sampling.parquet import write_groups
from scm_compiler.runtime.sampling.sample import image_noise
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query
from scm_compiler.telling import told

if TYPE_CHECKING:
    import pandas


def side_by_side(columns: Sequence[NDArray[Any]], rows: int) -> Tensor:
    """Columns (rows,) as numbers (rows, P); an image may read none."""
    read = np.empty((rows, len(columns)))
    for place, column in enumerate(columns):
        read[:, place] = column
    return torch.from_numpy(read)


@dataclass(frozen=True, eq=False)
class FrozenRows:
    """Draws the labels of one image, some of them real, from trained mechanisms.

    Attributes:
        graph: The graph.
        mechanisms: Of its labels and real nodes.
        coding: The image's labels.
    """

    graph: Graph
    mechanisms: Mapping[str, Mechanism]
    coding: LabelCoding

    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        """See `LabelSampler.draw_labels`."""
        seed = int(torch.randint(2**62, (), generator=generator))
        names, random = self.coding.names, np.random.default_rng(seed)
        law = unfolded(observed(self.graph), self.mechanisms)
        draw = Draw(law, self.mechanisms, (), Seen(), names, random, n)
        return side_by_side([draw.value(Variable(name)) for name in names], n)

    def settled(self) -> AbstractContextManager[object]:
        """See `LabelSampler.settled`."""
        return nullcontext()


BLOCK = 1024
"""Rows that are drawn together, from a seed of their own."""

POOL = 16
"""With evidence a block is chosen among so many times its rows, in proportion to their weights."""

GROUP = 2**17
"""Rows that are written together."""

FEW = 10


@dataclass(frozen=True, eq=False)
class MixedSample:
    """Rows of labels and real nodes, and their images.

    Attributes:
        graph: The graph.
        columns: By node, the indices of a label's values, or numbers (B,).
        pictures: The images (B, C, H, W) in [-1, 1] of each image node that was drawn.
    """

    graph: Graph
    columns: Mapping[str, Column]
    pictures: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def images(self) -> Tensor | None:
        """The images (B, C, H, W) of the first image node; None where no head is trained."""
        return next(iter(self.pictures.values()), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes, in the order of declaration."""
        return tuple(self.columns)

    @property
    def rows(self) -> NDArray[np.float64]:
        """Value indices and numbers, shape (B, V)."""
        return np.stack([column.astype(np.float64) for column in self.columns.values()], 1)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> Column:
        """One column: value indices, or numbers."""
        return self.columns[name]

    def values(self, name: str) -> list[Any]:
        """The names of a label's values, or the numbers of a real node, row by row."""
        domain, column = self.graph.by_name[name].domain, self.columns[name]
        if isinstance(domain, Finite):
            return [domain.values[index] for index in column.tolist()]
        return column.tolist()  # type: ignore[no-any-return]

    def to_dict(self) -> dict[str, list[Any]]:
        """All columns, such as a data frame takes."""
        return {name: self.values(name) for name in self.names}

    def to_pandas(self) -> "pandas.DataFrame":
        """A frame: 0 and 1 of a binary label, names of another's values, numbers of a real node.

        Raises:
            ImportError: If there is no pandas.
        """
        return data_frame((name, self._series(name)) for name in self.names)

    def _series(self, name: str) -> object:
        domain, column = self.graph.by_name[name].domain, self.columns[name]
        if isinstance(domain, Finite) and domain.values != BINARY.values:
            return categories(column, domain.values)
        return column

    def __repr__(self) -> str:
        few = {name: values[:FEW] for name, values in self.to_dict().items()}
        shown = [
            tuple(f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row)
            for row in zip(*few.values(), strict=True)
        ]
        more = [f"… {len(self):,} rows in all"] if len(self) > FEW else []
        return "\n".join([lined([self.names, *shown]), *more])


@dataclass(frozen=True, eq=False)
class MixedStream:
    """The endless sequence of rows of a regime and a seed.

    Attributes:
        graph: The graph.
        mechanisms: Of its labels and real nodes.
        scene: What is held and what is seen.
        seed: Of everything.
        heads: What draws the images, by image.
        text: The regime as it was written, for refusals.
        world: The graph that is drawn from: this one, or that of the regime's composed world.
    """

    graph: Graph
    mechanisms: Mapping[str, Mechanism]
    scene: Scene
    seed: int
    heads: Mapping[str, TrainedHead] = field(default_factory=dict)
    text: str = ""
    world: Graph | None = None

    def sample(
        self, start: int, stop: int, told: Callable[[int], None] = lambda _: None
    ) -> MixedSample:
        """The rows from `start` up to `stop`, with their images; `told` how many are there.

        Raises:
            ScmError: E574 if nothing fits the evidence.
        """
        columns = self.columns(start, stop, told)
        pictures = {
            image: torch.from_numpy(head.sample(columns, self.noise(image, start, stop).numpy()))
            for image, head in self.heads.items()
        }
        return MixedSample(self.graph, columns, pictures)

    def columns(
        self, start: int, stop: int, told: Callable[[int], None] = lambda _: None
    ) -> dict[str, Column]:
        """The labels and real nodes of some rows."""
        blocks = range(start // BLOCK, -(-stop // BLOCK))
        parts = []
        for block in blocks:
            with pointing_at(self.text or None):
                parts.append(self._block(block))
            told(min((block + 1) * BLOCK, stop) - start)
        first = blocks.start * BLOCK
        return {
            node.name: np.concatenate([part[node.name] for part in parts])[
                start - first : stop - first
            ]
            for node in self.graph.tabular
        }

    def noise(self, image: str, start: int, stop: int) -> Tensor:
        """The noise (stop - start, Z) of an image: the same in every regime."""
        return image_noise(self.heads, image, self.seed, start, stop)

    def read_by(self, head: TrainedHead, rows: int) -> Tensor:
        """The labels (rows, P) that an image's head reads, of the first rows."""
        columns = self.columns(0, rows)
        return side_by_side([columns[name] for name in head.coding.names], rows)

    def _block(self, block: int) -> dict[str, Column]:
        random = np.random.default_rng([self.seed, block])
        seen = self.scene.seen
        weighted = bool(seen.labels or seen.ranges or seen.other)
        count = BLOCK * POOL if weighted else BLOCK
        names = [node.name for node in self.graph.tabular]
        graph = self.world or unfolded(self.graph, self.mechanisms)
        draw = Draw(graph, self.mechanisms, self.scene.held, seen, names, random, count)
        found = {name: draw.value(Variable(name)) for name in names}
        if not weighted:
            return found
        if not np.isfinite(draw.logs.max()):
            raise refuse(NothingFits())
        weights = np.exp(draw.logs - draw.logs.max())
        chosen = random.choice(count, BLOCK, p=weights / weights.sum())
        return {name: column[chosen] for name, column in found.items()}


def mixed_stream(
    text: str,
    graph: Graph,
    mechanisms: Mapping[str, Mechanism],
    seed: int,
    heads: Mapping[str, TrainedHead] | None = None,
) -> MixedStream:
    """The sequence of a regime; of observation if the text is empty.

    Raises:
        ScmError: E40x and E41x if the text is wrong, E719 if it is a question of another sort.
    """
    return _stream(_regime(text), text, graph, mechanisms, seed, heads)


def swept_streams(
    text: str,
    graph: Graph,
    mechanisms: Mapping[str, Mechanism],
    seed: int,
    heads: Mapping[str, TrainedHead],
) -> list[tuple[str, MixedStream]]:
    """The sequences of a regime at each point of its curve, with the points; of one without, none.

    Raises:
        ScmError: As `mixed_stream`; E583 if a curve cannot be drawn.
    """
    written, reader, sink = _regime(text), Reader(graph), Sink(Source("query", text))
    if not curves_of(written):
        return []
    places = points(reader, written, drawn=True)
    sink.extend(reader.found)
    sink.check()
    held = [(place, at(written, place)) for place in places]
    return [
        (place, _stream(regime, text, graph, mechanisms, seed, heads))
        for place, regime in held
        if isinstance(regime, tree.Regime)
    ]


def _regime(text: str) -> tree.Regime:
    """A regime as it is written."""
    source = Source("query", text)
    sink = Sink(source)
    written = parse_query(source, sink) if text.strip() else tree.Regime()
    sink.check()
    if not isinstance(written, tree.Regime):
        raise refuse(NotARegime(text=text))
    return written


def _stream(
    written: tree.Regime,
    text: str,
    graph: Graph,
    mechanisms: Mapping[str, Mechanism],
    seed: int,
    heads: Mapping[str, TrainedHead] | None,
) -> MixedStream:
    """The sequence of a regime that is written, whole, as `text`."""
    sink = Sink(Source("query", text))
    reader = Reader(graph)
    scene = reader.scene(written.do, written.given)
    sink.extend(reader.found)
    sink.check()
    heads = heads or {}
    if tied_nodes(graph) and mechanisms:
        world = Law(graph, mechanisms).world(written)
        assert isinstance(world.written, tree.Regime)
        scene = Reader(world.graph).scene(world.written.do, world.written.given)
        return MixedStream(graph, world.mechanisms, scene, seed, heads, text, world.graph)
    require_regime(graph, scene)
    return MixedStream(graph, mechanisms, scene, seed, heads, text)


def write_mixed(path: Path, form: str, sample: MixedSample, *, header: bool = True) -> None:
    """Write rows as CSV, Parquet or NumPy's npz.

    An npz holds an array a node, `column_NAME`, and `names`.

    Raises:
        ScmError: E717 with exit code 2 if pyarrow is not installed; E657 if the file cannot be
            written.
    """
    if form == ".parquet":
        write_groups(path, _groups(sample))
    elif form == ".csv":
        with writing(path):
            write_parts(path, _csv(sample, header=header))
    else:
        content = io.BytesIO()
        arrays: dict[str, Any] = {f"column_{name}": sample[name] for name in sample.names}
        np.savez_compressed(content, names=np.array(sample.names), **arrays)
        with writing(path):
            write_parts(path, (content.getvalue(),))


def _groups(sample: MixedSample) -> Iterator[dict[str, list[Any]]]:
    """The rows as they are written, some at a time; who listens is told how many are there."""
    for start in range(0, max(1, len(sample)), GROUP):
        columns = {name: column[start : start + GROUP] for name, column in sample.columns.items()}
        yield MixedSample(sample.graph, columns).to_dict()
        told()("rows written", min(start + GROUP, len(sample)), len(sample))


def _csv(sample: MixedSample, *, header: bool) -> Iterator[bytes]:
    """The parts of a CSV file."""
    for rank, columns in enumerate(_groups(sample)):
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        if header and rank == 0:
            writer.writerow(sample.names)
        writer.writerows(zip(*columns.values(), strict=True))
        yield stream.getvalue().encode()
