"""The maximum-likelihood trainer of the label model: `mle`."""

from scm_compiler.runtime.controller.mle.options import PRESETS, MleOptions
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.controller.mle.trainer import Mle, count_network_numbers

__all__ = ["PRESETS", "Mle", "MleOptions", "count_network_numbers", "fit_tables"]
