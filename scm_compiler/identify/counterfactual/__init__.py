"""ID* and IDC*: whether observation determines a counterfactual, and from which distributions.

A conjunction of events in several worlds of one unit is a network of copies of nodes
(`passes.twin`, the make-cg of Shpitser and Pearl 2008, "Complete identification methods for the
causal hierarchy", JMLR 9). Its probability is the sum, over the copies without a known value, of
one factor for each district: the copies that share noise. A factor is the interventional
distribution P(district | do(what its copies read)) where all copies agree on what each node is;
where they do not, one unit would have to be seen under two treatments at once, and no experiment
shows that (line 8 of ID*). What is left is decided by ID, for each factor. With evidence, factors
that the evidence alone has too cancel (IDC*; for nested worlds and for P itself as all that is
known, Correa, Lee and Bareinboim 2021, "Nested counterfactual identification from arbitrary
surrogate experiments").

Where copies disagree, the network is looked at for each value of what is summed over: what cannot
be adds nothing, and what agrees is one copy (line 4, which goes on with values). The graph says
how many values a node has, so that P(y, x) may follow from P(y) and the P(y, x') of the other
values: for a binary X the effect on the treated follows from the effect on all. ID* does not use
that.
"""

from scm_compiler.identify.counterfactual.decision import MOST_ROWS, decide, decide_query
from scm_compiler.identify.counterfactual.districts import Conflict, District
from scm_compiler.identify.counterfactual.memory import Memory
from scm_compiler.identify.counterfactual.ratio import Decision
from scm_compiler.identify.counterfactual.writing import written

__all__ = [
    "MOST_ROWS",
    "Conflict",
    "Decision",
    "District",
    "Memory",
    "decide",
    "decide_query",
    "written",
]
