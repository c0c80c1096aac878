"""What was found of one graph, kept for the next probability that is asked of it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from scm_compiler.identify.admg import Nodes
from scm_compiler.identify.counterfactual.districts import District, Naming, torn
from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.ir import Graph

Place = tuple[int | None, ...]
"""A value for some of several variables."""

Known = Mapping[Place, tuple[Place, ...]]
"""What P determines: by itself, or as the first of these less the others."""


@dataclass(frozen=True)
class Memory:
    """What was found of one graph.

    A query with a table asks for a probability at each value, and one that follows from others
    that add up asks for all of those: they rest on the same few districts.

    Attributes:
        graph: The graph.
        factors: Each district's nodes and what they read, with its decision.
        sums: What P determines of some variables' values.
    """

    graph: Graph
    factors: dict[tuple[Nodes, Nodes], Identified | NotIdentified] = field(default_factory=dict)
    sums: dict[Hashable, Known] = field(default_factory=dict)

    @cached_property
    def naming(self) -> Naming:
        """The names of pieces, the same for all networks."""
        return Naming(self.graph)

    def factor(self, district: District) -> Identified | NotIdentified:
        """Whether P determines the factor of a district, in which no copies disagree."""
        key = district.nodes, district.read(self.graph)
        if key not in self.factors:
            self.factors[key] = identify(self.graph, *key)
        return self.factors[key]

    def determines(self, district: District) -> bool:
        """Whether no copies of a district disagree, and P determines its factor."""
        agree = torn(self.graph, district) is None
        return agree and isinstance(self.factor(district), Identified)
