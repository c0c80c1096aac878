"""Images of a generator in a regime, and what the judge reads off them.

Labels are drawn exactly from the label model, given and do included; no row is rejected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import Marginals, answer
from scm_compiler.inference.draws import draw_labels
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.runtime.evaluation.classifier import Judge, Reading
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.learning import dice, seed_of
from scm_compiler.runtime.evaluation.real import RealImages, Renderer, to_bytes
from scm_compiler.runtime.heads.head import ImageGenerator
from scm_compiler.semantics.query import phrase

Kind = Literal["do", "given"]
KINDS: tuple[Kind, Kind] = ("do", "given")
Key = tuple[Kind, str, int]
"""A regime that sets one label: how, which, and to which value."""
Exact = Mapping[str, tuple[Estimate, ...]]
"""P(label = value) for each label and value."""


class Drawing(Protocol):
    """What draws the images that are held against real ones."""

    @property
    def real(self) -> RealImages:
        """The real images."""

    @property
    def seed(self) -> int:
        """Of all that is drawn."""

    def images(self, asked: Tensor, *purpose: object) -> Tensor:
        """Generated images in uint8 of labels (n, P); the purpose chooses the noise."""


def drawn_images(generator: ImageGenerator, asked: Tensor, seed: int, *purpose: object) -> Tensor:
    """A generator's images in uint8 of labels (n, P); the purpose chooses the noise."""
    noise = generator.draw_noise(len(asked), generator=dice(seed, "z", *purpose))
    return to_bytes(generator.render(asked, noise))


@dataclass(frozen=True, eq=False)
class Subject:
    """What is evaluated.

    Attributes:
        generator: The image's trained mechanism, in evaluation mode.
        tables: The trained label model.
        real: The real images.
        judge: The independent classifier.
        seed: Of all that is drawn.
    """

    generator: ImageGenerator
    tables: Tables
    real: RealImages
    judge: Judge
    seed: int

    @property
    def graph(self) -> Graph:
        """The graph as it was declared."""
        return fold(self.tables.graph)

    def images(self, asked: Tensor, *purpose: object) -> Tensor:
        """Generated images in uint8 of labels (n, P); the purpose chooses the noise."""
        return drawn_images(self.generator, asked, self.seed, *purpose)

    def labels(self, regime: ir.Regime, rows: int, *purpose: object) -> Tensor:
        """The image's labels (rows, P) in a regime."""
        drawn = draw_labels(regime, self.tables, rows, seed=seed_of(self.seed, "y", *purpose))
        return self.generator.coding.select(torch.from_numpy(drawn))


@dataclass(frozen=True, eq=False)
class Seen:
    """What the judge read in a regime.

    Attributes:
        asked: The labels (n, P) that the images were asked for.
        reading: Of the generated images.
        true: Of true images of the same labels, where the truth can be drawn.
        exact: What the label model says of every label.
    """

    asked: Tensor
    reading: Reading
    true: Reading | None
    exact: Exact


def settings(graph: Graph, kind: Kind) -> list[Key]:
    """Every regime that sets one label."""
    return [
        (kind, name, v) for name, values in values_of(graph).items() for v in range(len(values))
    ]


def values_of(graph: Graph) -> dict[str, tuple[str, ...]]:
    """The names of each label's values."""
    return {name: domain.values for name, domain in graph.domains.items()}


def regime_of(key: Key) -> ir.Regime:
    """The regime of a key."""
    kind, name, value = key
    if kind == "do":
        return ir.Regime(do=(ir.Setting(name, value),))
    return ir.Regime(given=(ir.Event(ir.Variable(name), value),))


def written(key: Key, graph: Graph) -> str:
    """The key as it is written in a query: `do(Mustache=1)`."""
    return phrase(regime_of(key), graph)


def see(subject: Subject, regime: ir.Regime, rows: int) -> Seen:
    """Draw labels and images in a regime, and read the images.

    Raises:
        ScmError: E43x if the label model cannot draw the regime or answer for it.
    """
    purpose = repr(regime)
    asked = subject.labels(regime, rows, purpose)
    reading = subject.judge.read(subject.images(asked, purpose))
    true = _truth(subject, asked, subject.real.renderer, purpose)
    return Seen(asked, reading, true, exact(regime, subject.tables))


@dataclass(frozen=True, eq=False)
class Swept:
    """What the judge read in each regime that sets one label.

    Attributes:
        found: By regime.
        left_out: The regimes that the label model cannot answer for, with the reason.
    """

    found: Mapping[Key, Seen]
    left_out: tuple[str, ...]


def see_each(
    subject: Subject,
    kind: Kind,
    rows: int,
    told: Callable[[], None] = lambda: None,
    *,
    only: tuple[str, int] | None = None,
) -> Swept:
    """Look at every regime that sets one label, or at that which sets `only` one to a value.

    A value that never occurs cannot be given. An image without labels looks the same in every
    regime, and none is looked at. What is `told` hears of each.
    """
    found: dict[Key, Seen] = {}
    left_out = []
    every = settings(subject.graph, kind) if subject.judge.coding.names else []
    for key in every if only is None else [(kind, *only)]:
        try:
            found[key] = see(subject, regime_of(key), rows)
        except ScmError as error:
            reason = "; ".join(f"{d.code}: {d.message()}" for d in error.diagnostics)
            left_out.append(f"{written(key, subject.graph)}: {reason}")
        told()
    return Swept(found, tuple(left_out))


def exact(regime: ir.Regime, tables: Tables, *, level: float | None = None) -> Exact:
    """What the label model says of every label in a regime.

    Args:
        regime: What is held and what is seen.
        tables: The label model.
        level: Of the intervals from the data behind it; None for none.

    Raises:
        ScmError: E43x if it cannot say.
    """
    marginals = answer(regime, tables, level=level).firm.value
    if not isinstance(marginals, Marginals):
        raise TypeError("the answer to a regime has no marginals")
    return {
        name: tuple(Estimate(n.value, n.error, n.interval) for n in table.values())
        for name, table in marginals.items()
    }


def _truth(
    subject: Subject, asked: Tensor, renderer: Renderer | None, purpose: str
) -> Reading | None:
    if renderer is None:
        return None
    return subject.judge.read(renderer(asked, dice(subject.seed, "truth", purpose)))
