"""A source of labels and images of another package."""

import json
from pathlib import Path

import numpy as np
import pytest

from scm_compiler import load
from scm_compiler.cli.main import main
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.images import load_images


@pytest.fixture(autouse=True)
def _package(install, here):
    install("tiles", "scmc.sources", "tiles = tiles:TILES")
    Path("small.scm").write_text(Path("tiles.scm").read_text().replace("100", "16"))


def test_labels_and_images_are_those_of_the_package():
    graph = load("small.scm")
    labels, images = load_labels("tiles:300", graph), load_images("tiles:300", graph, "Tile")
    pixels, values = images.rows(range(300))
    assert (labels.rows, len(images)) == (300, 300)
    counts = np.zeros((2, 2), np.int64)
    np.add.at(counts, tuple(values.numpy().T), 1)
    assert (labels.counts_of(["Warm", "Bright"]) == counts).all()
    red, blue = (pixels[:, channel].float().mean((1, 2)) for channel in (0, 2))
    assert ((red > blue) == (values[:, 0] == 1)).all()


def test_it_works_from_check_to_sample(capsys):
    assert main(["check", "small.scm", "--data", "tiles:200"]) == 0
    words = ("--data", "tiles:200", "--images", "tiles:200", "--device", "cpu", "--steps", "2")
    options = ("--option", "batch=4", "--option", "width=4", "--run", "run", "-q")
    assert main(["train", "small.scm", *words, *options]) == 0
    assert json.loads(Path("run/manifest.json").read_text())["data"]["origin"] == "tiles:200"
    assert main(["query", "P(Bright=1 | Warm=1)", "--run", "run", "--json"]) == 0
    assert main(["sample", "-n", "2", "--run", "run", "-o", "drawn.png", "-q"]) == 0
    assert main(["train", "--resume", "--run", "run", "--data", "tiles:9"]) == 2
    assert "tiles:200" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data", "tile:5"), "did you mean `tiles:5`?"),
        (("--data", "tiles:"), "error[E601]: `tiles:` names no data source"),
        (("--data", "tiles", "--images", "tilse:7"), "did you mean `tiles:7`?"),
    ],
)
def test_another_spelling(words, said, capsys):
    assert main(["train", "small.scm", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_kind_belongs_to_one_package(install):
    install("mosaic", "scmc.sources", "tiles = mosaic:MOSAIC")
    with pytest.raises(ValueError, match="mosaic:MOSAIC and tiles:TILES"):
        load_labels("tiles", load("small.scm"))
