"""A package that adds a source of labels and images: `tiles = "tiles:TILES"`.

`tiles:N` are N rows of Warm and Bright, and as many pictures of one colour and some noise.
"""

from dataclasses import dataclass

import numpy as np

from scm_compiler.runtime.data.images.image_spec import Listing
from scm_compiler.runtime.data.images.parts import write_part
from scm_compiler.runtime.data.sources import DataSource
from scm_compiler.runtime.data.table import tabulate

LABELS = ("Warm", "Bright")
ROWS = 400


def rows(place):
    random = np.random.default_rng(0)
    warm = random.random(int(place or ROWS)) < 0.4
    bright = random.random(len(warm)) < np.where(warm, 0.8, 0.3)
    return np.stack([warm, bright], 1).astype(np.int64)


def read_labels(place, graph):
    columns = [LABELS.index(node.name) for node in graph.labels]
    cells = rows(place)[:, columns]
    return tabulate(graph, cells, np.ones(len(cells), np.int64), "tiles")


@dataclass(frozen=True)
class Pictures:
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    def identity(self):
        yield f"tiles {len(self)}"

    def name(self, index):
        return f"tile {index}"

    def write(self, parts, image, workers):
        del workers
        for part in parts:
            write_part(
                part.path, [self.paint(row, image) for row in range(part.start, part.stop)], []
            )
            yield part

    def paint(self, row, image):
        warm, bright = self.labels[row]
        colour = np.array([60 + 80 * warm, 60, 140 - 80 * warm]) + 60 * bright
        shape = (image.channels, image.height, image.width)
        noise = np.random.default_rng(row).integers(-20, 20, shape)
        return (colour[:, None, None] + noise).astype(np.uint8)


def list_images(place, spec):
    held = rows(place)[: spec.limit]
    columns = [LABELS.index(name) for name in spec.names]
    return Listing("tiles", Pictures(held), held[:, columns])


TILES = DataSource(read_labels, list_images, bare=True)
