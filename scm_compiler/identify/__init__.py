"""What a graph implies: separation, identification, adjustment and implied independences.

`evaluation` and `independence` need numpy and are imported by whoever needs them.
"""

from scm_compiler.identify.adjustment import adjustment_sets
from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.hedge import Forest, Hedge, is_hedge
from scm_compiler.identify.identification import Identified, NotIdentified, Step, identify
from scm_compiler.identify.implied import Implied, implied
from scm_compiler.identify.law import law_graph
from scm_compiler.identify.refusal import questions, refusal
from scm_compiler.identify.remedies import Remedies, remedies
from scm_compiler.identify.separation import Path, open_path, separated

__all__ = [
    "Forest",
    "Hedge",
    "Identified",
    "Implied",
    "NotIdentified",
    "Path",
    "Remedies",
    "Step",
    "adjustment_sets",
    "criterion",
    "identify",
    "implied",
    "is_hedge",
    "law_graph",
    "open_path",
    "questions",
    "refusal",
    "remedies",
    "separated",
]
