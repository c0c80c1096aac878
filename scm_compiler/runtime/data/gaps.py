"""Whether a graph's tables can be fitted to rows with gaps."""

from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.gaps import NeedsCompleteRows


def needs_complete_rows(graph: Graph) -> NeedsCompleteRows | None:
    """Why `missing=em` does not fit such a graph; None if it does."""
    if graph.reals:
        return NeedsCompleteRows(f"`{graph.reals[0].name}` is a real node")
    if graph.confounders:
        first = graph.confounders[0]
        reason = f"hidden causes (`{first.left} <-> {first.right}`) are fitted on complete rows"
        return NeedsCompleteRows(reason)
    return None
