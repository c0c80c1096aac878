"""Scenes whose mechanism is known: what causes what in them, and how each thing is drawn.

The pendulum and the flow of CausalVAE (Yang et al. 2021), drawn in any size and for values between
those of the paper's grids, too. As the mechanism is known, so is every counterfactual.
"""

from collections.abc import Mapping
from types import MappingProxyType

from scm_compiler.runtime.data.scenes.canvas import Array
from scm_compiler.runtime.data.scenes.flow import FLOW
from scm_compiler.runtime.data.scenes.pendulum import PENDULUM
from scm_compiler.runtime.data.scenes.scene import Scene

__all__ = ["FLOW", "PENDULUM", "SCENES", "Array", "Scene"]

SCENES: Mapping[str, Scene] = MappingProxyType({it.name: it for it in (PENDULUM, FLOW)})
"""The scenes by name."""
