"""The configuration of a label training, with every option spelt out."""

from collections.abc import Mapping
from typing import Any

from scm_compiler.runtime.storage.strict import Count
from scm_compiler.strict import Strict


class Config(Strict, extra="forbid"):
    """config.json: what was asked for. With the graph and the data it determines the weights.

    Attributes:
        trainer: The trainer's name.
        preset: The preset that the options come from.
        options: The options, presets and command line taken together.
        seed: The seed.
        replicates: How many further models are trained, each on other weights of the rows.
    """

    trainer: str
    preset: str
    options: Mapping[str, Any]
    seed: Count
    replicates: Count = 0
