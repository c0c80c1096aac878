"""The label model and its trainers (the Causal Controller of Kocaoglu et al. 2017)."""

from scm_compiler.runtime.controller.registry import TRAINERS, Recipe, configure, make_trainer
from scm_compiler.runtime.controller.trainer import Diverged, Trainer

__all__ = ["TRAINERS", "Diverged", "Recipe", "Trainer", "configure", "make_trainer"]
