"""All that a model with real nodes is asked for, in one place to import from."""

from scm_compiler.inference.real.planning import RealPlan, plan_real, rests_on_reals
from scm_compiler.inference.real.sensitivity import omitted_variable

__all__ = ["RealPlan", "omitted_variable", "plan_real", "rests_on_reals"]
