"""The options of the conditional GAN, and its presets."""

from typing import Any

from scm_compiler.runtime.heads.options.gan import PAPER_GAN, R3GAN, GanOptions

OPTIONS = GanOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {**PAPER_GAN, "projection": True},
    "r3gan": {**R3GAN},
}
"""`paper` has the published networks, with the projection: without it and without Labelers nothing
would tie an image to its labels."""
