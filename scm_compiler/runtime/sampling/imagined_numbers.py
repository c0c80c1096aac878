"""Units of a model with real nodes as they were drawn, and as an intervention would have had them.

Noise is kept from one world to the other: of a real node the share of its distribution that its
value stands at, of a label the number that its thresholds cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scm_compiler.diagnostics import Sink, Source, refuse
from scm_compiler.inference.real.asking import Reader
from scm_compiler.inference.real.codes.reals import NothingFits, NotWithReals
from scm_compiler.inference.real.hidden import require_unmoved, unfolded
from scm_compiler.inference.real.units import Draw, Held, Variable
from scm_compiler.inference.refusals import pointing_at
from scm_compiler.ir import Graph
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.model.real.parts import tied_nodes
from scm_compiler.runtime.sampling.codes.samples import NotARegime
from scm_compiler.runtime.sampling.mixed import BLOCK, POOL, MixedSample, MixedStream, mixed_stream
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query


@dataclass(frozen=True, eq=False)
class ImaginedNumbers:
    """Units in two worlds.

    Attributes:
        factual: As they were drawn.
        counterfactual: As they would have been.
    """

    factual: MixedSample
    counterfactual: MixedSample

    @property
    def changed(self) -> dict[str, int]:
        """How many units have another value, by node."""
        pairs = ((n, self.factual[n], self.counterfactual[n]) for n in self.factual.names)
        return {name: int((was != had).sum()) for name, was, had in pairs}

    def lines(self, told: str) -> list[list[object]]:
        """A head, and two rows for each unit.

        Args:
            told: What the second row of a unit is called.
        """
        found: list[list[object]] = [["unit", "world", *self.factual.names]]
        worlds = [
            zip(*s.to_dict().values(), strict=True) for s in (self.factual, self.counterfactual)
        ]
        for unit, (was, had) in enumerate(zip(*worlds, strict=True)):
            found += [[unit, "as drawn", *was], [unit, told, *had]]
        return found


def imagine_numbers(
    graph: Graph,
    mechanisms: Mapping[str, Mechanism],
    do: str,
    rows: int,
    *,
    units: str = "",
    seed: int = 0,
) -> ImaginedNumbers:
    """Draw units, and what they would have been.

    Args:
        graph: The graph.
        mechanisms: Of its labels and real nodes.
        do: What is done, such as `do(Dose=4)`.
        rows: How many units.
        units: The regime of which they are a sample; observation if empty.
        seed: Of that sample, whose rows they are.

    Raises:
        ScmError: E40x and E41x if a text is wrong, E719 if one is no regime, E574 if nothing fits
            the evidence, E575 if a hidden cause reaches a real node, or a label that is moved, or
            `do` sees something.
    """
    if tied_nodes(graph):
        way = "ask of one world at a time, such as `E(Y | do(X=1))`"
        raise refuse(NotWithReals("what units with hidden causes would have been", way))
    stream = mixed_stream(units, graph, mechanisms, seed)
    world = _world(do, graph)
    require_unmoved(graph, (action.node for action in world))
    blocks = [_block(stream, block, world, units) for block in range(-(-rows // BLOCK))]
    both = [
        {n.name: np.concatenate([b[rank][n.name] for b in blocks])[:rows] for n in graph.tabular}
        for rank in (0, 1)
    ]
    return ImaginedNumbers(*(MixedSample(graph, columns) for columns in both))


def _world(do: str, graph: Graph) -> tuple[Held, ...]:
    source = Source("query", do)
    sink = Sink(source)
    written = parse_query(source, sink)
    sink.check()
    if not isinstance(written, tree.Regime):
        raise refuse(NotARegime(text=do))
    reader = Reader(graph)
    held = reader.scene(written.do, ()).held
    if written.given:
        way = "say whom it is of with `--units`"
        span = written.given[0].span
        reader.found.append(NotWithReals("what is seen in the other world", way, span=span))
    sink.extend(reader.found)
    sink.check()
    return held


def _block(
    stream: MixedStream, block: int, world: tuple[Held, ...], units: str
) -> tuple[dict[str, Column], dict[str, Column]]:
    """The rows of a block of the sample, and the same units in the other world."""
    random = np.random.default_rng([stream.seed, block])
    seen = stream.scene.seen
    weighted = bool(seen.labels or seen.ranges or seen.other)
    count = BLOCK * POOL if weighted else BLOCK
    names = [node.name for node in stream.graph.tabular]
    graph = unfolded(stream.graph, stream.mechanisms)
    draw = Draw(graph, stream.mechanisms, stream.scene.held, seen, names, random, count)
    chosen = np.arange(BLOCK)
    if weighted:
        with pointing_at(units):
            if not np.isfinite(draw.logs.max()):
                raise refuse(NothingFits())
        weights = np.exp(draw.logs - draw.logs.max())
        chosen = random.choice(count, BLOCK, p=weights / weights.sum())
    was = {name: draw.value(Variable(name))[chosen] for name in names}
    had = {name: draw.value(Variable(name, world))[chosen] for name in names}
    return was, had
