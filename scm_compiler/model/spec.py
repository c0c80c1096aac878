"""What the mechanisms of a model are, as data; with the graph it determines the module."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Family = Literal["explicit", "implicit"]

MOST_LAYERS = 1000
"""The most layers of a network."""


@dataclass(frozen=True)
class ExplicitSpec:
    """The shape of every label's mechanism.

    Attributes:
        table_limit: A label with at most this many settings of its parents (and hidden causes)
            has a saturated table; one with more has a network.
        hidden_states: The number of equally likely states of a hidden common cause.
        hidden: Units in each hidden layer of a network.
        layers: Linear layers of a network in all, the output's included.
    """

    family: ClassVar[Family] = "explicit"
    noise_width: ClassVar[int] = 1
    table_limit: int = 4096
    hidden_states: int = 8
    hidden: int = 64
    layers: int = 3

    def __post_init__(self) -> None:
        if min(self.table_limit, self.hidden_states, self.hidden, self.layers) < 1:
            raise ValueError(f"the sizes of a mechanism are at least 1: {self}")
        require_layers(self.layers)


@dataclass(frozen=True)
class ImplicitSpec:
    """The shape of every label's network; the defaults are the reference implementation's.

    Attributes:
        hidden: Units in each hidden layer.
        layers: Linear layers in all, the output's included.
        noise: Uniform inputs in each noise block.
    """

    family: ClassVar[Family] = "implicit"
    hidden: int = 10
    layers: int = 6
    noise: int = 10

    def __post_init__(self) -> None:
        if min(self.hidden, self.layers, self.noise) < 1:
            raise ValueError(f"the sizes of a network are at least 1: {self}")
        require_layers(self.layers)

    @property
    def noise_width(self) -> int:
        """The columns of each noise block."""
        return self.noise


@dataclass(frozen=True)
class Shape:
    """The shape of the mechanism of a real node, or of a label with real parents.

    Attributes:
        form: `transform` or `classes`, a network for a real node or a label; `quantiles`, a table
            of them; `regression`, sums of terms; `linear`, Gaussian.
        hidden: Units in each hidden layer of a network.
        parts: The logistics of a transform, or the quantiles of a table or of the noise of a
            regression.
        heaps: The values of a real node that have a probability of their own.
        knots: Of the splines of a regression.
        terms: Of a regression: the two elementary functions whose product each one is.
    """

    form: Literal["transform", "classes", "quantiles", "regression", "linear"]
    hidden: tuple[int, ...] = (32, 32)
    parts: int = 8
    heaps: int = 0
    knots: int = 0
    terms: tuple[tuple[int, int], ...] = ()

    @property
    def most(self) -> int:
        """The last of the elementary functions in its terms."""
        return max((max(pair) for pair in self.terms), default=0)

    def __post_init__(self) -> None:
        least = {"transform": 1, "quantiles": 2, "regression": 2}.get(self.form, 0)
        if self.parts < least or min((1, *self.hidden)) < 1 or self.heaps < 0:
            raise ValueError(f"the sizes of a mechanism are at least 1: {self}")
        if self.form == "regression" and (self.knots < 2 or not self.terms):
            raise ValueError(f"a regression has terms and two knots: {self}")
        if any(factor < 0 for pair in self.terms for factor in pair):
            raise ValueError(f"the factors of terms count from 0: {self}")
        require_layers(len(self.hidden) + 1)


@dataclass(frozen=True)
class MixedSpec:
    """The shape of each mechanism of a graph with real nodes.

    Attributes:
        labels: Of the labels that have discrete parents alone.
        apart: Of the real nodes and of the labels with real parents.
    """

    family: ClassVar[Literal["mixed"]] = "mixed"
    noise_width: ClassVar[int] = 1
    labels: ExplicitSpec = field(default_factory=ExplicitSpec)
    apart: Mapping[str, Shape] = field(default_factory=dict)


Spec = ExplicitSpec | ImplicitSpec | MixedSpec

SPECS: Mapping[str, type[Spec]] = {
    kind.family: kind for kind in (ExplicitSpec, ImplicitSpec, MixedSpec)
}


def require_layers(layers: int) -> None:
    """Refuse a network of more layers than any that can be trained.

    Raises:
        ValueError: If there are more than `MOST_LAYERS`.
    """
    if layers > MOST_LAYERS:
        raise ValueError(f"a network has at most {MOST_LAYERS:,} layers, not {layers:,}")
