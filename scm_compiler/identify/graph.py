"""The graph that users hold: it answers what observation determines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scm_compiler.ir import Graph

if TYPE_CHECKING:
    from scm_compiler.identify.result import Identification


@dataclass(frozen=True, eq=False, repr=False)
class CausalGraph(Graph):
    """A validated causal graph that is asked what follows from it; `scm.load` gives one.

    Attributes:
        name: The model's name.
        nodes: In the order of declaration.
        edges: Sorted by target, then source, both in the order of declaration; no duplicates.
        confounders: The hidden common causes, sorted likewise.
        asserts: What the author says that the graph implies.
        claims: What the author says can be answered, and has to be decided.
    """

    def identify(self, query: str) -> "Identification":
        """Whether observation determines a query, by which formula, or why not.

        `graph.identify("P(Cancer | do(Smoking))")`

        Args:
            query: Of rung 1 or 2 on labels; values may be left out.

        Returns:
            The formulas and their derivations, or the hedge and what would help.

        Raises:
            ScmError: E40x or E41x if it cannot be read, E522 if it is a counterfactual or about an
                image.
        """
        from scm_compiler.identify.result import identify_text  # noqa: PLC0415  (200 ms)

        return identify_text(self, query)


def causal(graph: Graph) -> CausalGraph:
    """A graph that can be asked."""
    parts = (graph.name, graph.nodes, graph.edges, graph.confounders, graph.asserts, graph.claims)
    return CausalGraph(*parts)
