"""Counterfactuals of photos whose labels are numbers: abduction, action, prediction, unit by unit.

A photo is a unit of which the image's labels are seen, as given or as the encoder reads them. Its
noise in the model of labels and numbers is found exactly where a node is continuous; nodes that
the image does not read are drawn given what is seen.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.real.asking import Scene
from scm_compiler.inference.real.codes.reals import NothingFits
from scm_compiler.inference.real.composed import Law
from scm_compiler.inference.real.hidden import require_unmoved, unfolded
from scm_compiler.inference.real.units import Draw, Range, Seen, Variable, World_
from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.model.real.parts import tied_nodes
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.sampling.codes.imagined import NothingHeld, UnitsHeld
from scm_compiler.runtime.sampling.imagined_photos import ImaginedPhotos, Known, Photos
from scm_compiler.runtime.sampling.mixed import MixedSample, mixed_stream, side_by_side
from scm_compiler.runtime.sampling.photos import Photo, read_photos, redrawn
from scm_compiler.telling import told

POOL = 64
"""The draws among which a photo's unit is chosen, in proportion to how well they fit."""


def imagine_numbers(
    run: Record,
    photos: Photos | Photo,
    do: str,
    given: str = "",
    *,
    seed: int = 0,
    image: str | None = None,
    refine: int = 0,
) -> ImaginedPhotos:
    """What photos would have shown, where labels are numbers; see `imagine_photos`.

    Args:
        run: The trained model.
        photos: The photos.
        do: What would have been held, as it is written.
        given: What is known of their labels, likewise.
        seed: Of what the photos leave open.
        image: The image node; the first with a trained head if None.
        refine: As of `imagine_photos`.

    Raises:
        ScmError: As `imagine_photos`; E574 if nothing fits what is known.
    """
    scene = mixed_stream(do, run.graph, {}, 0).scene
    known = mixed_stream(given, run.graph, {}, 0).scene
    if known.held:
        raise refuse(UnitsHeld(given), exit_code=2)
    if not scene.held or scene.seen != Seen():
        raise refuse(NothingHeld(do), exit_code=2)
    head = run.head(image)
    generator = abducting(run, head)
    seen = photos if isinstance(photos, Photos) else read_photos(photos, head.image)
    labels = shown(generator, run.graph, seen.images, known)
    columns, count = [], len(seen.names)
    for place in range(count):
        columns.append(worlds(run, labels, place, scene.held, seed, known.seen))
        told()("units", place + 1, count)
    samples = [_joined(run.graph, [pair[world] for pair in columns]) for world in range(2)]
    before, after = (_read(generator, sample) for sample in samples)
    rebuilt, drawn = redrawn(generator, seen.images, before, after, refine)
    return ImaginedPhotos(
        seen,
        rebuilt,
        replace(samples[0], pictures={head.node: seen.images}),
        replace(samples[1], pictures={head.node: drawn}),
        labels,
        do,
        None,
    )


def shown(
    generator: EncodingGenerator, graph: Graph, images: Tensor, known: Scene
) -> tuple[Known, ...]:
    """The image's labels: as given, else as the encoder reads them."""
    read, found = generator.tell(images), []
    for rank, name in enumerate(generator.coding.names):
        value = _given(known.seen, name)
        if value is not None:
            column = np.full(len(images), value)
        else:
            column = _inside(graph, name, read.values[:, rank].numpy())
            if name in known.seen.ranges:
                column = np.clip(column, *_inner(known.seen.ranges[name]))
        chances = np.ones(len(images)) if value is not None else read.chances[:, rank].numpy()
        found.append(Known(name, column, chances, value is not None))
    return tuple(found)


def worlds(
    run: Record,
    labels: tuple[Known, ...],
    place: int,
    held: World_,
    seed: int,
    also: Seen | None = None,
) -> tuple[dict[str, Column], dict[str, Column]]:
    """All labels and numbers of one photo, as they are and as they would have been.

    Args:
        run: The trained model.
        labels: What is known of the labels that images show.
        place: Which of the photos.
        held: What is done.
        seed: Of what is open.
        also: What is known beside it, of nodes that images do not show.

    Raises:
        ScmError: E574 if nothing fits what is known, E575 if what is held moves labels with hidden
            causes, E586 if it moves nodes of which no mechanism is known.
    """
    graph, mechanisms, own = _units(run, held)
    ranges: dict[str, Range] = {}
    chances: dict[str, Column] = {}
    for known in labels:
        domain, value = run.graph.by_name[known.name].domain, known.values[place]
        name = own.get(known.name, known.name)
        if isinstance(domain, Finite):
            chances[name] = np.eye(domain.size)[int(value)]
        else:
            ranges[name] = Range(float(value), float(value))
    names = [node.name for node in run.graph.tabular]
    random = np.random.default_rng([seed, place])
    if also is not None:
        chances = {own.get(name, name): it for name, it in also.labels.items()} | chances
        ranges = {own.get(name, name): it for name, it in also.ranges.items()} | ranges
    evidence = Seen(chances, ranges, also.other if also else ())
    draw = Draw(graph, mechanisms, (), evidence, names, random, POOL)
    if not np.isfinite(draw.logs.max()):
        raise refuse(NothingFits(), exit_code=2)
    weights = np.exp(draw.logs - draw.logs.max())
    row = random.choice(POOL, p=weights / weights.sum())
    found = tuple(
        {name: np.asarray(draw.value(Variable(name, world)))[[row]] for name in names}
        for world in ((), held)
    )
    return found[0], found[1]


def _units(run: Record, held: World_) -> tuple[Graph, Mapping[str, Mechanism], Mapping[str, str]]:
    """What units are drawn from, and other names of what is held as it is in their own world."""
    if tied_nodes(run.graph):
        return Law(run.graph, run.mechanisms).units(action.node for action in held)
    require_unmoved(run.graph, (action.node for action in held))
    return unfolded(run.graph, run.mechanisms), run.mechanisms, {}


def _given(seen: Seen, name: str) -> float | None:
    """The value that is known of a label."""
    if name in seen.ranges:
        return seen.ranges[name].point
    return float(seen.labels[name].argmax()) if name in seen.labels else None


def _inner(within: Range) -> tuple[float, float]:
    """The least and the greatest number of a range; of an open end the number next to it."""
    low = within.low if within.from_low else float(np.nextafter(within.low, np.inf))
    high = within.high if within.to_high else float(np.nextafter(within.high, -np.inf))
    return low, high


def _inside(graph: Graph, name: str, column: Column) -> Column:
    """Numbers as they are read, between the ends of their node."""
    domain = graph.by_name[name].domain
    return np.clip(column, domain.low, domain.high) if isinstance(domain, Real) else column


def _joined(graph: Graph, parts: list[dict[str, Column]]) -> MixedSample:
    names = [node.name for node in graph.tabular]
    return MixedSample(graph, {name: np.concatenate([it[name] for it in parts]) for name in names})


def _read(generator: EncodingGenerator, sample: MixedSample) -> Tensor:
    """The labels (B, P) that an image reads."""
    return side_by_side([sample[name] for name in generator.coding.names], len(sample))
