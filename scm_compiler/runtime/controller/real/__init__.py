"""Fits the mechanisms of real nodes, and of discrete nodes that have real parents."""

from scm_compiler.runtime.controller.real.options import PRESETS, RealOptions
from scm_compiler.runtime.controller.real.target import Target
from scm_compiler.runtime.controller.real.trainer import Reals

__all__ = ["PRESETS", "RealOptions", "Reals", "Target"]
