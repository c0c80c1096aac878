"""The adversarial trainer of the label model: `wgan-gp`."""

from scm_compiler.runtime.controller.wgan_gp.options import PRESETS, WganGpOptions
from scm_compiler.runtime.controller.wgan_gp.trainer import WganGp, count_network_numbers

__all__ = ["PRESETS", "WganGp", "WganGpOptions", "count_network_numbers"]
