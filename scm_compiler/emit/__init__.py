"""From the graph to what runs: a torch module, readable torch source, and the certificate.

Torch is imported when a name of this package is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scm_compiler.model.compilation import compile_module
    from scm_compiler.model.explicit import ExplicitModule
    from scm_compiler.model.implicit import ImplicitModule
    from scm_compiler.model.module import CausalModule
    from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, Spec

_MODULES = {
    "CausalModule": "module",
    "ExplicitModule": "explicit",
    "ExplicitSpec": "spec",
    "ImplicitModule": "implicit",
    "ImplicitSpec": "spec",
    "Spec": "spec",
    "compile_module": "compilation",
}

__all__ = [
    "CausalModule",
    "ExplicitModule",
    "ExplicitSpec",
    "ImplicitModule",
    "ImplicitSpec",
    "Spec",
    "compile_module",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the public name stands for)
    """The public name, imported when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (only when something is asked for)

    return getattr(import_module(f"scm_compiler.model.{_MODULES[name]}"), name)
