"""From the graph to what runs: a torch module, readable torch source, and the certificate."""

from scm_compiler.emit.compilation import Spec, compile_module
from scm_compiler.emit.explicit import ExplicitModule
from scm_compiler.emit.implicit import ImplicitModule, ImplicitSpec
from scm_compiler.emit.mechanism import ExplicitSpec
from scm_compiler.emit.module import CausalModule

__all__ = [
    "CausalModule",
    "ExplicitModule",
    "ExplicitSpec",
    "ImplicitModule",
    "ImplicitSpec",
    "Spec",
    "compile_module",
]
