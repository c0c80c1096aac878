"""From the graph to what runs: a torch module, readable torch source, and the certificate."""

from scm_compiler.model.compilation import Spec, compile_module
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule, ImplicitSpec
from scm_compiler.model.mechanism import ExplicitSpec
from scm_compiler.model.module import CausalModule

__all__ = [
    "CausalModule",
    "ExplicitModule",
    "ExplicitSpec",
    "ImplicitModule",
    "ImplicitSpec",
    "Spec",
    "compile_module",
]
