"""The graph that users hold: it answers what observation determines."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scm_compiler.diagnostics import closest, did_you_mean
from scm_compiler.identify.adjustment import adjustment_sets
from scm_compiler.identify.implied import Implied, implied
from scm_compiler.identify.separation import separated
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

    def adjustment(self, cause: str, effect: str) -> tuple[tuple[str, ...], ...]:
        """The minimal sets of labels to adjust for, such as by back doors (Pearl 2009, 3.3).

        Args:
            cause: X.
            effect: Y.

        Returns:
            The sets Z with P(y | do(x)) = sum_z P(y | x, z) P(z), small ones first, at most a
            hundred. `((),)` says that nothing needs to be adjusted for, `()` that no set will do;
            `identify` may find another formula.

        Raises:
            ScmError: E531 if hidden causes tie too many nodes together.
            ValueError: If a name is not a node, or cause and effect are the same.

        >>> from scm_compiler.compiler import load
        >>> load("sprinkler").adjustment("Sprinkler", "Wet")
        (('Cloudy',), ('Rain',))
        """
        self._require((cause, effect))
        return adjustment_sets(self, cause, effect)

    def separated(
        self,
        left: str | Collection[str],
        right: str | Collection[str],
        given: str | Collection[str] = (),
    ) -> bool:
        """Whether the graph implies that nodes are independent given others (m-separation).

        Args:
            left: A node, or several.
            right: Likewise; the three sets do not overlap.
            given: What is known.

        Raises:
            ValueError: If a name is not a node, or the sets overlap.

        >>> from scm_compiler.compiler import load
        >>> graph = load("sprinkler")
        >>> graph.separated("Sprinkler", "Rain", given=["Cloudy"])
        True
        >>> graph.separated("Sprinkler", "Rain", given=["Cloudy", "Wet"])
        False
        """
        sets = [(some,) if isinstance(some, str) else tuple(some) for some in (left, right, given)]
        self._require(tuple(name for some in sets for name in some))
        return separated(self, *sets)

    def implied(self) -> Implied:
        """The independences that the graph implies, one for each pair of labels without an arrow.

        >>> from scm_compiler.compiler import load
        >>> load("sprinkler").implied()
        Cloudy _||_ Wet | Sprinkler, Rain
        Sprinkler _||_ Rain | Cloudy
        """
        return implied(self)

    def _require(self, names: Collection[str]) -> None:
        """Refuse names that are not of nodes."""
        for name in names:
            if name not in self.by_name:
                near = did_you_mean(closest(name, list(self.by_name)))
                known = f"{name} is not a node of {self.name}"
                raise ValueError(f"{known}; {near}" if near else known)


def causal(graph: Graph) -> CausalGraph:
    """A graph that can be asked."""
    parts = (graph.name, graph.nodes, graph.edges, graph.confounders, graph.asserts, graph.claims)
    return CausalGraph(*parts)
