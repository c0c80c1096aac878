"""The options of CausalGAN, and its presets."""

from typing import Any

from scm_compiler.runtime.heads.options.gan import PAPER_GAN, R3GAN, CausalGanOptions

OPTIONS = CausalGanOptions
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "paper": {
        **PAPER_GAN,
        "labeler_weight": 1.0,
        "anti_labeler_weight": 1.0,
        "anti_labeler_decay": 3000.0,
        "swapped": True,
        "beyond": 0,
        "likeness": 0.0,
        "labeler_every": 1,
        "labeler_width": 64,
        "labeler_norm": "batch",
        "labeler_radius": 0.0,
        "labeler_rate": 2e-4,
    },
    "r3gan": {**R3GAN},
}
