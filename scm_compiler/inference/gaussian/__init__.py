"""Exact answers of linear Gaussian networks whose real nodes may have discrete parents.

No discrete node has a real parent, so that given what the discrete nodes are, in every world of
the question, all real nodes together are Gaussian: an answer is a mixture of normal distributions
over the configurations that matter (Lauritzen 1992). Noise is normal, and a node has the same in
every world, so that a counterfactual is one more normal variable of the same mixture.

    question = prepare(network, targets, given)   # what it takes: question.beyond
    mixture = question.mixture()                  # moments, probabilities, quantiles, densities
"""

from scm_compiler.inference.gaussian.mixture import Interval, Mixture
from scm_compiler.inference.gaussian.network import Instance, LinearNetwork
from scm_compiler.inference.gaussian.question import Question, prepare
from scm_compiler.inference.gaussian.reading import instance_of, seen_of

__all__ = [
    "Instance",
    "Interval",
    "LinearNetwork",
    "Mixture",
    "Question",
    "instance_of",
    "prepare",
    "seen_of",
]
