"""Labelled images to learn from: sources, decoding, and the cache of what was decoded.

Torch is imported when a name of this package is first used, so that the processes that decode
images start without it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scm_compiler.runtime.data.images.loading import load_images
    from scm_compiler.runtime.data.images.table import ImageTable

__all__ = ["ImageTable", "load_images"]

_MODULES = {"ImageTable": "table", "load_images": "loading"}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the public name stands for)
    """The public name, imported when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (only when something is asked for)

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
