"""The configuration of a head's training, with every option spelt out."""

from collections.abc import Mapping
from typing import Any

from scm_compiler.runtime.storage.strict import Count, Positive
from scm_compiler.strict import Strict


class HeadConfig(Strict, extra="forbid"):
    """`<image>.config.json`: what was asked for of one image's head.

    Attributes:
        image: The image node.
        head: The head's name.
        preset: The preset that the options come from.
        options: The options, presets and command line taken together.
        seed: The seed.
        steps: The most steps.
        source: Where the images come from, as `--images` takes it.
        fingerprint: What identifies the images and their labels.
    """

    image: str
    head: str
    preset: str
    options: Mapping[str, Any]
    seed: Count
    steps: Positive
    source: str
    fingerprint: str
