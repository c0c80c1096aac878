"""Where observation does not determine a query: the bounds that it leaves, by response types."""

from scm_compiler.inference.response_types.problem import Problem, Spans

__all__ = ["Problem", "Spans"]
