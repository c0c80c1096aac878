"""The engines that answer queries; each is one file, and one line here or one entry point."""

from scm_compiler import plugins
from scm_compiler.inference.engines.bounds import BoundsEngine
from scm_compiler.inference.engines.counterfactual import CounterfactualEngine
from scm_compiler.inference.engines.drawn import RejectionEngine, WeightedEngine
from scm_compiler.inference.engines.exact import ExactEngine
from scm_compiler.inference.engines.formula import FormulaEngine
from scm_compiler.inference.engines.local_effect import LocalEffectEngine
from scm_compiler.inference.task import QueryEngine

ENGINES: tuple[QueryEngine, ...] = (
    ExactEngine(),
    LocalEffectEngine(),
    CounterfactualEngine(),
    FormulaEngine(),
    WeightedEngine(),
    RejectionEngine(),
    BoundsEngine(),
)
"""In the order in which they are tried."""

_CHOICE = {
    method: tuple(engine for engine in ENGINES if method in engine.methods)
    for method in dict.fromkeys(method for engine in ENGINES for method in engine.methods)
}

METHODS = tuple(_CHOICE)
"""How a query can be asked for: `auto` takes the first engine whose answer fits."""

ENTRY_POINTS = "scmc.engines"


def engines_of(method: str) -> tuple[QueryEngine, ...]:
    """The engines that a method may choose; one of an installed package is asked for by name.

    Raises:
        ValueError: If there is none, or two packages register it.
    """
    if method in _CHOICE:
        return _CHOICE[method]
    engine = plugins.one(ENTRY_POINTS, method, "method")
    if engine is None:
        known = ", ".join(f"`{name}`" for name in (*METHODS, *plugins.names(ENTRY_POINTS)))
        raise ValueError(f"there is no method `{method}`; there are {known}")
    return (engine,)
