"""The four sets of table 1: their programs and where their pictures come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from scm_compiler.compiler import parse_text
from scm_compiler.ir import Graph


@dataclass(frozen=True)
class Set:
    """A set.

    Attributes:
        labels: Its four labels.
        domain: Of each of them.
        edges: The declared graph, from the paper.
        steps: Of each training.
        source: Of its pictures; None for the real faces.
    """

    labels: tuple[str, ...]
    domain: str
    edges: str
    steps: int
    source: str | None = None

    def graph(self, size: int, *, edges: bool = True) -> Graph:
        """The program, with or without the edges between labels."""
        lines = [
            f"{', '.join(self.labels)} : {self.domain}",
            f"Picture : image(3, {size}, {size})",
        ]
        lines += [self.edges, "* -> Picture"] if edges else ["* -> Picture"]
        return parse_text("\n".join(lines) + "\n")

    def spec(self, faces: Path) -> str:
        """The pictures, as `scmc train --images` takes them."""
        return self.source or f"folder:{faces}"


SETS: Mapping[str, Set] = MappingProxyType(
    {
        "Pendulum": Set(
            ("Pendulum", "Light", "Shadow_Length", "Shadow_Position"),
            "real",
            "Pendulum, Light -> Shadow_Length, Shadow_Position",
            600,
            "pendulum",
        ),
        "Flow": Set(
            ("Ball", "Water", "Flow", "Hole"),
            "real",
            "Ball -> Water\nWater, Hole -> Flow",
            600,
            "flow",
        ),
        "CelebA(SMILE)": Set(
            ("Male", "Smiling", "Narrow_Eyes", "Mouth_Slightly_Open"),
            "binary",
            "Male, Smiling -> Narrow_Eyes\nSmiling -> Mouth_Slightly_Open",
            1200,
        ),
        "CelebA(BEARD)": Set(
            ("Young", "Male", "Bald", "No_Beard"),
            "binary",
            "Young, Male -> Bald, No_Beard",
            1200,
        ),
    }
)
