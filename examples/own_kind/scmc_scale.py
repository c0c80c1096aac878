"""A node kind of one's own: `scale(1, 5)` takes the whole numbers from 1 to 5."""

from scm_compiler.ir.domain import Discrete
from scm_compiler.kinds import NodeKind, Value

MOST = 100


def scale(lowest: Value, highest: Value) -> Discrete:
    """The whole numbers from the lowest to the highest, as the values of a node.

    A ValueError becomes a diagnostic at the place of the declaration.
    """
    for end in (lowest, highest):
        if not isinstance(end, int):
            raise ValueError(f"the ends of a scale are whole numbers, not `{end}`")  # noqa: TRY004
    if not 2 <= highest - lowest + 1 <= MOST:
        raise ValueError(f"a scale has 2 to {MOST} steps, not {highest - lowest + 1}")
    return Discrete(tuple(str(step) for step in range(lowest, highest + 1)))


SCALE = NodeKind("scale", scale, origin="scmc-scale")
