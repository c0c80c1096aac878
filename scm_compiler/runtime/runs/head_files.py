"""The names of a head's files in a run's folder."""

from collections.abc import Mapping
from dataclasses import dataclass

from scm_compiler.ir import Graph
from scm_compiler.model.naming import identifiers

PREVIEWS = "previews"
SIDE = 8
"""Rows and columns of a preview."""

_TAKEN = {
    *("model", "graph", "config", "manifest", "cells", "labels", "tables"),
    *("certificate", "metrics", "checkpoint"),
}
"""What other files of a run are called, up to the first dot."""


@dataclass(frozen=True)
class HeadFiles:
    """The names of a head's files.

    Attributes:
        stem: The image's name as an identifier that no other file of the run has.
    """

    stem: str

    @property
    def prefix(self) -> str:
        """What the names of its checkpoint and its metrics begin with."""
        return f"{self.stem}."

    @property
    def config(self) -> str:
        """What was asked for."""
        return f"{self.stem}.config.json"

    @property
    def weights(self) -> str:
        """The trained generator."""
        return f"{self.stem}.safetensors"

    @property
    def metrics(self) -> str:
        """The log."""
        return f"{self.stem}.metrics.jsonl"

    def companion(self, kind: str) -> "HeadFiles":
        """The files of what was trained for the head, such as an encoder."""
        return HeadFiles(f"{self.stem}.{kind}")

    def preview(self, step: int) -> str:
        """The picture of a step.

        >>> HeadFiles("Face").preview(100)
        'previews/Face-000100.png'
        """
        return f"{PREVIEWS}/{self.stem}-{step:06d}.png"


def files_of(graph: Graph, image: str) -> HeadFiles:
    """The files of one image's head; no two images share one, also where case does not count."""
    return _files(graph)[image]


def _files(graph: Graph) -> Mapping[str, HeadFiles]:
    names = identifiers(node.name for node in graph.nodes)
    taken = set(_TAKEN)
    found = {}
    for rank, node in enumerate(graph.images):
        stem = names[node.name]
        if stem.casefold() in taken:
            stem = f"image_{rank}_{stem}"
        taken.add(stem.casefold())
        found[node.name] = HeadFiles(stem)
    return found
