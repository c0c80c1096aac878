"""The configuration of a head's training, with every option spelt out."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from scm_compiler.runtime.storage.strict import Count, Metric, Positive
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
        scales: Of each parent that is real its middle, and half of its width.
    """

    image: str
    head: str
    preset: str
    options: Mapping[str, Any]
    seed: Count
    steps: Positive
    source: str
    fingerprint: str
    scales: Mapping[str, Sequence[Metric]] = field(default_factory=dict)

    def model_dump(self, *, mode: Literal["json"] = "json") -> dict[str, Any]:
        """As plain data; without scales where there are none, as there were not always."""
        told = super().model_dump(mode=mode)
        return told if self.scales else {k: v for k, v in told.items() if k != "scales"}

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """As JSON, likewise."""
        from pydantic import TypeAdapter  # noqa: PLC0415  (70 ms, and for those who write)

        plain: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
        return plain.dump_json(self.model_dump(), indent=indent).decode()
