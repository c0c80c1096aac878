"""From the graph to what runs: a torch module, readable torch source, and the certificate."""

from scm_compiler.model.compilation import compile_module
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import CausalModule
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, Spec

__all__ = [
    "CausalModule",
    "ExplicitModule",
    "ExplicitSpec",
    "ImplicitModule",
    "ImplicitSpec",
    "Spec",
    "compile_module",
]
