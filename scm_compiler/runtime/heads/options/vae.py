"""The options of the auto-encoder, and its presets."""

from typing import Any

from scm_compiler.runtime.heads.options.autoencoder import AutoencoderOptions


class VaeOptions(AutoencoderOptions):
    """The options of the auto-encoder; see `AutoencoderOptions`."""


OPTIONS = VaeOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {"rungs": 3, "rung_channels": 4, "noise_size": 32},
}
