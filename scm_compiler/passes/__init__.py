"""Passes: valid IR in, valid IR out; the input is never changed."""

from scm_compiler.passes.fold import fold, unfold
from scm_compiler.passes.prune import Requisite, mutilate, prune
from scm_compiler.passes.twin import Worlds, unite
from scm_compiler.passes.worlds import flatten

__all__ = [
    "Requisite",
    "Worlds",
    "flatten",
    "fold",
    "mutilate",
    "prune",
    "unfold",
    "unite",
]
