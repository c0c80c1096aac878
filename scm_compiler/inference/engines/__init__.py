"""The engines that answer queries; each is one file, and one line here or one entry point."""

from scm_compiler.inference.engines.bounds import BoundsEngine
from scm_compiler.inference.engines.counterfactual import CounterfactualEngine
from scm_compiler.inference.engines.drawn import RejectionEngine, WeightedEngine
from scm_compiler.inference.engines.exact import ExactEngine
from scm_compiler.inference.engines.formula import FormulaEngine
from scm_compiler.inference.engines.local_effect import LocalEffectEngine
from scm_compiler.inference.task import QueryEngine

ENGINES: tuple[QueryEngine, ...] = (
    LocalEffectEngine(),
    ExactEngine(),
    CounterfactualEngine(),
    FormulaEngine(),
    WeightedEngine(),
    RejectionEngine(),
    BoundsEngine(),
)
"""In the order in which they are tried."""

METHODS = tuple(dict.fromkeys(method for engine in ENGINES for method in engine.methods))
"""How a query can be asked for: `auto` takes the first engine whose answer fits."""

ENTRY_POINTS = "scmc.engines"


def engines_of(method: str) -> tuple[QueryEngine, ...]:
    """The engines that a method may choose, those of installed packages among them.

    Raises:
        ValueError: If there is none.
    """
    if method in METHODS:
        return tuple(engine for engine in ENGINES if method in engine.methods)
    from importlib.metadata import entry_points  # noqa: PLC0415  (100 ms, needed by few)

    installed = [point.load() for point in entry_points(group=ENTRY_POINTS)]
    chosen = tuple(engine for engine in installed if method in engine.methods)
    if not chosen:
        names = (*METHODS, *(name for engine in installed for name in engine.methods))
        known = ", ".join(f"`{name}`" for name in names)
        raise ValueError(f"there is no method `{method}`; there are {known}")
    return chosen
