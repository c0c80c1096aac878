"""The engines that answer queries; each is one file, and one line here or one entry point."""

from dataclasses import dataclass
from importlib import import_module

from scm_compiler import plugins
from scm_compiler.inference.task import QueryEngine, Task, Work


@dataclass(frozen=True)
class BuiltIn:
    """An engine of ours, whose module is imported when a query first gets to it.

    Attributes:
        name: Its name.
        methods: Of `scmc query --method`, those that may choose it.
        module: Of this package.
        function: Prepares a query, there.
    """

    name: str
    methods: tuple[str, ...]
    module: str
    function: str = "prepare"

    def prepare(self, task: Task) -> Work | None:
        """Prepare a query; see `QueryEngine`."""
        module = import_module(f"{__name__}.{self.module}")
        prepared: Work | None = getattr(module, self.function)(task)
        return prepared


_EXACT = ("auto", "exact")

ENGINES: tuple[QueryEngine, ...] = (
    BuiltIn("exact", _EXACT, "exact"),
    BuiltIn("local effect", _EXACT, "local_effect"),
    BuiltIn("counterfactual", _EXACT, "counterfactual"),
    BuiltIn("formula", _EXACT, "formula"),
    BuiltIn("weighted", ("auto", "weighted"), "drawn", "prepare_weights"),
    BuiltIn("sample", ("sample",), "drawn", "prepare_samples"),
    BuiltIn("bounds", ("auto", "bounds"), "bounds"),
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
