"""scmc: from a causal graph in a short text to a torch model that is consistent with it.

```python
import scm_compiler as scm

graph = scm.load("celeba_g1")
module = scm.compile(graph)
run = scm.train(graph, stage="labels")
run.query("P(Male=1 | do(Mustache=1))").probability
```

Torch is imported when something of it is first used.
"""

from typing import TYPE_CHECKING, Any

from scm_compiler.version import __version__

if TYPE_CHECKING:
    from scm_compiler.compiler import load
    from scm_compiler.compiler import parse_text as parse
    from scm_compiler.diagnostics import ScmError, ScmWarning
    from scm_compiler.identify.graph import CausalGraph as Graph
    from scm_compiler.interop.networkx import from_networkx, to_networkx
    from scm_compiler.model.compilation import compile_module as compile  # noqa: A004
    from scm_compiler.playground.widget import bars
    from scm_compiler.render.drawing import draw_graph as draw
    from scm_compiler.runtime.audit.audit import audit
    from scm_compiler.runtime.fit import train
    from scm_compiler.runtime.run import Run, latest_run, open_run

_PUBLIC = {
    "Graph": "scm_compiler.identify.graph:CausalGraph",
    "Run": "scm_compiler.runtime.run:Run",
    "ScmError": "scm_compiler.diagnostics:ScmError",
    "ScmWarning": "scm_compiler.diagnostics:ScmWarning",
    "audit": "scm_compiler.runtime.audit.audit:audit",
    "bars": "scm_compiler.playground.widget:bars",
    "compile": "scm_compiler.model.compilation:compile_module",
    "draw": "scm_compiler.render.drawing:draw_graph",
    "from_networkx": "scm_compiler.interop.networkx:from_networkx",
    "latest_run": "scm_compiler.runtime.run:latest_run",
    "load": "scm_compiler.compiler:load",
    "open_run": "scm_compiler.runtime.run:open_run",
    "parse": "scm_compiler.compiler:parse_text",
    "to_networkx": "scm_compiler.interop.networkx:to_networkx",
    "train": "scm_compiler.runtime.fit:train",
}

__all__ = [
    "Graph",
    "Run",
    "ScmError",
    "ScmWarning",
    "__version__",
    "audit",
    "bars",
    "compile",
    "draw",
    "from_networkx",
    "latest_run",
    "load",
    "open_run",
    "parse",
    "to_networkx",
    "train",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the public name stands for)
    """The public name, imported when it is first asked for (PEP 562)."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pkgutil import resolve_name  # noqa: PLC0415  (only when something is asked for)

    return resolve_name(_PUBLIC[name])


def load_ipython_extension(shell: Any) -> None:  # noqa: ANN401  (IPython's, which may be missing)
    """Give a notebook `%%scm` and `%scm`: `%load_ext scm_compiler`."""
    from pkgutil import resolve_name  # noqa: PLC0415  (only in a notebook)

    resolve_name("scm_compiler.cli.magics:register")(shell)


def __dir__() -> list[str]:
    return __all__
