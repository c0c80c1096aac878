"""scmc: from a causal graph in a short text to a torch model that is consistent with it."""

from scm_compiler.version import __version__

__all__ = ["__version__"]
