"""The units of a sample, with what abduction needs: hidden causes and uniform numbers.

The noise that is drawn for a unit depends on the sample and the unit alone. So the units that
`imagined.py` shows in another world and those of `module_noise` are the same units.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.answers import HiddenCause
from scm_compiler.inference.codes.counterfactuals import NoNoiseFits
from scm_compiler.inference.counterfactual.abduction import (
    Uniform,
    draw_hidden,
    under,
)
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.model.mechanism import World
from scm_compiler.model.module import CausalModule
from scm_compiler.model.tables import Tables
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.runtime.sampling.sample import BLOCK, Stream, cut

if TYPE_CHECKING:
    from scm_compiler.runtime.runs.record import Record

_ABDUCTION = 1_000_000
"""The place of the seeds of the labels' noise, behind those of the images."""


@dataclass(frozen=True)
class Block:
    """Units that are drawn from one seed.

    Attributes:
        units: The value index of every node of the tables (B,), hidden causes included.
        uniform: Where their noise comes from.
        part: Which of them are wanted.
    """

    units: World
    uniform: Uniform
    part: slice


def blocks(model: Tables, stream: Stream, rows: int) -> Iterator[Block]:
    """The first rows of a stream; a longer sample begins with a shorter one.

    Args:
        model: The tables that the stream draws from.
        stream: The sequence.
        rows: How many of its rows.
    """
    nodes = [node.name for node in model.graph.labels]
    hidden = any(node.kind == HIDDEN for node in model.graph.labels)
    for number, part in cut(0, rows):
        # Hidden causes are drawn for a whole block, so that they do not depend on its part.
        stop = BLOCK if hidden else part.stop
        drawn = stream.labels(number * BLOCK, number * BLOCK + stop)
        units = {name: drawn[:, rank] for rank, name in enumerate(stream.names)}
        known = draw_hidden(model, units, stream.seed_of(number, _ABDUCTION))
        yield Block(known, _Uniform(stream, number, nodes, len(drawn)), part)


def noise_of_rows(run: "Record", stream: Stream, rows: int) -> Tensor:
    """The noise of the first rows of a stream; see `module_noise`.

    Raises:
        ScmError: E432 if the graph has hidden common causes whose states were fitted: observation
            leaves those open. E835 if no noise gives a value that a unit has.
    """
    model, module = run.distributions(), run.module().double()
    if model.observational is not None:
        pairs = (f"{pair.left} <-> {pair.right}" for pair in run.graph.confounders)
        raise refuse(HiddenCause(pairs=tuple(pairs)))
    held, noise = stream.draws.condition.do, run.noise_of()
    parts = [
        module_noise(module, model, block, held, noise) for block in blocks(model, stream, rows)
    ]
    return torch.cat(parts) if parts else module.draw_noise(0)


def module_noise(
    module: CausalModule,
    model: Tables,
    block: Block,
    held: Mapping[str, int],
    noise: str | Responses,
) -> Tensor:
    """Noise on which a module gives the units: a draw from P(noise | labels).

    Args:
        module: In float64, so that it compares numbers as finely as they are drawn.
        model: Its tables.
        block: The units.
        held: The labels that were held in the units' world; their noise is free.
        noise: `threshold`, or the responses of the module's networks.

    Returns:
        (B, N) with `module(noise, do=held)` the units' labels.

    Raises:
        ScmError: E835 if no noise gives a value that a unit has.
    """
    layout = module.layout
    random = np.random.default_rng(int(block.uniform("", 1)[0, 0] * 2**53))
    found = random.random((len(next(iter(block.units.values()))), layout.noise_size))
    found = module.noise_of(torch.from_numpy(found)).numpy()
    mechanisms = under(model, noise).mechanisms
    for name, reads in zip(layout.labels, layout.reads, strict=True):
        if name not in held:
            mechanism = mechanisms[name]
            uniform = block.uniform(name, mechanism.width)
            own = mechanism.abduct(block.units[name], block.units, uniform)
            found[:, layout.blocks[reads[0]]] = mechanism.columns(own)
    _place_hidden(found, module, model, block.units)
    drawn = torch.from_numpy(found)
    _refuse_others(module(drawn, dict(held)).numpy(), module, block.units)
    return drawn[block.part]


def _place_hidden(
    found: NDArray[np.float64], module: CausalModule, model: Tables, units: World
) -> None:
    """Move the noise of hidden causes into the interval of the state that each unit has."""
    hidden = [node.name for node in model.graph.labels if node.kind == HIDDEN]
    shared = [block.name for block in module.graph.noise if len(block.readers) > 1]
    for name, block in zip(hidden, shared, strict=True):
        columns, states = module.layout.blocks[block], model.graph.domain(name).size
        found[:, columns] = (units[name][:, None] + found[:, columns]) / states


def _refuse_others(values: NDArray[np.int64], module: CausalModule, units: World) -> None:
    """Refuse (E835) noise that gives other values: of those that are too rare for its numbers."""
    for rank, name in enumerate(module.layout.labels):
        wrong = np.flatnonzero(values[:, rank] != units[name])
        if len(wrong):
            value = module.graph.domains[name].values[units[name][wrong[0]]]
            raise refuse(NoNoiseFits(name, value))


@dataclass(frozen=True)
class _Uniform:
    """The uniform numbers of a block's units, node by node; under "" those of no node."""

    stream: Stream
    block: int
    names: list[str]
    count: int

    def __call__(self, node: str, columns: int) -> NDArray[np.float64]:
        """(B, columns) numbers in [0, 1), the first B of the block's."""
        place = _ABDUCTION + 1 + (self.names.index(node) if node else len(self.names))
        random = np.random.default_rng(self.stream.seed_of(self.block, place))
        return random.random((BLOCK, columns))[: self.count]
