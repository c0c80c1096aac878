"""Small pictures, tables and graphs for the tests of the image sources."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Discrete, Edge, Graph, Image, Node, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.images import ImageTable, load_images


@pytest.fixture
def faces() -> Callable[..., Graph]:
    """Builds a graph with an image: `faces("Male Age:real Hair:red|blue")`."""

    def make(labels: str = "Male Young", image: Image = Image(3, 8, 8)) -> Graph:  # noqa: B008
        nodes = []
        for word in labels.split():
            name, _, values = word.partition(":")
            if values == "real":
                nodes.append(Node(name, "real", Real(0.0)))
                continue
            domain = Discrete(tuple(values.split("|"))) if values else BINARY
            nodes.append(Node(name, "categorical" if values else "binary", domain))
        edges = tuple(Edge(node.name, "Face") for node in nodes)
        return Graph("g", (*nodes, Node("Face", "image", image)), edges)

    return make


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    """An encoded picture of one colour, or of given pixels."""

    def make(pixels=100, size=(8, 8), form="png", mode="RGB", **options) -> bytes:
        if isinstance(pixels, np.ndarray):
            picture = Pillow.fromarray(pixels)
        else:
            picture = Pillow.new(mode, size, pixels if mode == "L" else (pixels,) * len(mode))
        stream = io.BytesIO()
        picture.save(stream, form, **options)
        return stream.getvalue()

    return make


@pytest.fixture
def folder(tmp_path, encoded) -> Callable[..., Path]:
    """Writes a folder of pictures, picture i of grey level i, with `metadata.csv`.

    Labels: Male is the last bit of i, Young the one before.
    """

    def make(count: int = 6, table: str = "metadata.csv") -> Path:
        place = tmp_path / "set"
        place.mkdir()
        lines = ["file_name,Male,Young"]
        for i in range(count):
            (place / f"{i:03d}.png").write_bytes(encoded(i))
            lines.append(f"{i:03d}.png,{i & 1},{i >> 1 & 1}")
        (place / table).write_text("\n".join(lines) + "\n")
        return place

    return make


@pytest.fixture
def load(tmp_path, faces) -> Callable[..., ImageTable]:
    """Loads images with a cache in the test's folder, in this process."""

    def run(spec: str, graph: Graph | None = None, **options) -> ImageTable:
        given = {"cache": tmp_path / "cache", "workers": 0, **options}
        return load_images(spec, graph or faces(), "Face", **given)

    return run


@pytest.fixture
def refusal(load) -> Callable[..., str]:
    """The text of the refusal to load some images; its exit code is 2."""

    def run(spec: str, graph: Graph | None = None, **options) -> str:
        with pytest.raises(ScmError) as caught:
            load(spec, graph, **options)
        assert caught.value.exit_code == 2
        return str(caught.value)

    return run
