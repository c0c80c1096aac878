"""How near a label model is to the data."""

from scm_compiler.runtime.evaluation.distance import Distance, between_samples, distance
from scm_compiler.runtime.evaluation.marginals import Agreement, agreement

__all__ = ["Agreement", "Distance", "agreement", "between_samples", "distance"]
