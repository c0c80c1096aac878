"""Questions about real nodes where a hidden common cause is between labels.

The fitted model is one of many with the same observational distribution. Where observation
determines an answer all of them give the same, so that this one may be drawn from.
"""

from collections.abc import Collection, Iterable, Mapping

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.identify.admg import arrows
from scm_compiler.identify.identification import Identified, NotIdentified, ask, identify
from scm_compiler.identify.refusal import refusal
from scm_compiler.inference.real.asking import Scene
from scm_compiler.inference.real.codes.reals import NotWithReals
from scm_compiler.inference.real.drawing import settled
from scm_compiler.ir import Graph
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.real.parts import tied_nodes
from scm_compiler.passes import unfold


def unfolded(graph: Graph, mechanisms: Mapping[str, Mechanism]) -> Graph:
    """The graph with its hidden common causes as nodes, of as many states as their tables have."""
    own = [m for name, m in mechanisms.items() if name not in graph.by_name]
    if not graph.confounders or not own:
        return graph
    return unfold(graph, getattr(own[0], "domain").size)[0]  # noqa: B009  (of a label)


def several_worlds() -> ScmError:
    """The refusal of a question of several worlds that a hidden cause of labels reaches."""
    way = "ask of one world at a time, such as `E(Y | do(X=1)) - E(Y | do(X=0))`"
    what = "a question of several worlds, which a hidden common cause reaches,"
    return refuse(NotWithReals(what, way))


def require_unmoved(graph: Graph, held: Iterable[str]) -> None:
    """Refuse units that are looked at in two worlds, if labels with a hidden cause differ there.

    Raises:
        ScmError: E575.
    """
    held, within, tied = frozenset(held), arrows(graph), tied_nodes(graph)
    pairs = (pair for pair in graph.confounders if pair.left not in tied)
    ends = {end for pair in pairs for end in (pair.left, pair.right)} - held
    if held & within.ancestors(ends, within.nodes, cut=held):
        raise several_worlds()


def require_regime(graph: Graph, scene: Scene) -> None:
    """Refuse rows of a regime that rest on a hidden common cause and are not identified.

    Raises:
        ScmError: E520 if observation does not determine them, E575 if they are of several worlds.
    """
    held = {action.node: action for action in scene.held}
    if not graph.confounders or not held:
        return
    seen = {*scene.seen.labels, *scene.seen.ranges} - held.keys()
    outcomes = {node.name for node in graph.tabular} - held.keys() - seen
    elsewhere = any(action.elsewhere for action in scene.held)
    natural = {name for name, action in held.items() if action.natural}
    drawn = outcomes | seen | natural
    if elsewhere or (natural and any({p.left, p.right} <= drawn for p in graph.confounders)):
        raise several_worlds()
    determined(graph, outcomes, held, seen, settled(scene))


def determined(
    graph: Graph,
    outcomes: Collection[str],
    held: Collection[str],
    seen: Collection[str],
    settled: Collection[str],
) -> Identified | None:
    """By which formula observation determines what `do` makes of nodes; None of no nodes.

    Args:
        graph: The graph as declared, with its hidden causes.
        outcomes: What is asked or read, not held and not seen.
        held: What is held.
        seen: What is seen and not held.
        settled: What of it is seen at one value. Evidence of several values needs the chance of
            each, beside what follows from it.

    Raises:
        ScmError: E520 if it does not.
    """
    several = set(seen).difference(settled)
    found = None
    for more in (set[str](), several):
        asked = {*outcomes, *more}
        if asked:
            parts = (asked, held, set(seen) - more)
            names = [tuple(sorted(part)) for part in parts]
            each = identify(graph, *names)
            if isinstance(each, NotIdentified):
                raise refuse(refusal(graph, each, query=ask(*names)))
            found = found or (each if outcomes else None)
        if not several:
            break
    return found
