"""Positions of nodes in a program: a comment behind the declaration of one node.

    Age : binary  # at -1.973, -0.123

The language has no positions, since they belong to a picture and not to the claim. `scmc import`
writes such comments and `scmc export` reads them; `scmc fmt` leaves them where they are.
"""

import re
from collections.abc import Mapping

from scm_compiler.interop.document import Position
from scm_compiler.interop.translate import read_position
from scm_compiler.interop.writing import shown
from scm_compiler.syntax import tree

_COMMENT = re.compile(r"#\s*at\s+(\S+\s*,\s*\S+)\s*")


def remarks(positions: Mapping[str, Position]) -> dict[str, str]:
    """The comment for each node.

    >>> remarks({"Age": (-1.973, 0.5)})
    {'Age': '# at -1.973, 0.5'}
    """
    unit = (1.0, 1.0)
    return {
        name: f"# at {shown(position, unit).replace(',', ', ')}"
        for name, position in positions.items()
    }


def positions_of(program: tree.File) -> dict[str, Position]:
    """The positions that the comments of a program tell."""
    found = {}
    for line in program.lines:
        match line.statement, _COMMENT.fullmatch(line.comment or ""):
            case tree.Declaration((name,), _), re.Match() as told:
                position = read_position(told[1], (1.0, 1.0))
                if position is not None:
                    found[name.text] = position
    return found
