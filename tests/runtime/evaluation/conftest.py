"""Drawn faces of 16 by 16 pixels, and generators whose worth is known."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from scm_compiler.compiler import load
from scm_compiler.ir import Image
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.drawn_faces import NUISANCE, draw_from
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.features import FeatureRecipe
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.evaluation.real import drawn_faces, real_images
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.shipped import find_program

SIZE = 16
GRAPH = load(find_program("celeba_g1"))
CODING = LabelCoding.of(GRAPH, "Face")
LABELS = load_labels("celeba-labels", GRAPH)
TABLES = fit_tables(GRAPH, LABELS)
EFFORT = Effort(
    observed=400,
    regime=120,
    realism=400,
    detective=60,
    vectors=5,
    spread=12,
    shown=4,
    judge=JudgeRecipe(width=16, steps=400),
    features=FeatureRecipe(width=8, steps=150),
)


class Perfect(ImageGenerator):
    """Draws the truth."""

    def __init__(self, coding=CODING):
        super().__init__(Image(3, SIZE, SIZE), coding, len(NUISANCE), "uniform")
        self.place = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.eval()

    def forward(self, labels, noise):
        return draw_from(labels.long(), (noise + 1) / 2, SIZE)


class Grainy(Perfect):
    """The truth under a grain that leaves the labels plain and that no one would take for real."""

    def forward(self, labels, noise):
        waves = torch.arange(3 * SIZE * SIZE) * 12.9898
        grain = ((noise[:, :1] * 78.233 + waves).sin() * 43758.5453) % 1
        return super().forward(labels, noise) + (grain.view(-1, 3, SIZE, SIZE) - 0.5) * 0.3


class Confused(Perfect):
    """Learnt that a mustache makes a man."""

    def forward(self, labels, noise):
        male, mustache = (CODING.names.index(name) for name in ("Male", "Mustache"))
        drawn = labels.clone()
        drawn[:, male] = torch.maximum(labels[:, male], labels[:, mustache])
        return super().forward(drawn, noise)


class Stuck(Perfect):
    """Draws one person only."""

    def forward(self, labels, noise):
        return super().forward(labels, torch.zeros_like(noise))


def faces(count, seed=0):
    """Faces as the data hold them."""
    random = np.random.default_rng(seed)
    rows = LABELS.cells[random.choice(len(LABELS.counts), count, p=LABELS.counts / LABELS.rows)]
    draw = drawn_faces(LABELS.labels, SIZE)
    images = draw(torch.from_numpy(rows), torch.Generator().manual_seed(seed))
    print_of = f"faces {count} {seed} {SIZE}"
    return ImageTable(LABELS.labels, images.numpy(), rows, None, print_of, "drawn-faces")


@pytest.fixture(scope="session")
def case(tmp_path_factory):
    """The data, the label model, and generators to be told apart."""
    table = faces(3000)
    return SimpleNamespace(
        graph=GRAPH,
        coding=CODING,
        labels=LABELS,
        tables=TABLES,
        effort=EFFORT,
        faces=faces,
        real=real_images(table, drawn_faces(table.names, SIZE)),
        cache=tmp_path_factory.mktemp("evaluators"),
        generators=SimpleNamespace(perfect=Perfect, grainy=Grainy, confused=Confused, stuck=Stuck),
    )
