"""W86x: audits of heads that draw what they should not, and by an encoder of nothing."""

import torch

from scm_compiler.runtime.data.drawn_faces import LABELS, NUISANCE, draw_from
from scm_compiler.runtime.heads.head import ImageGenerator
from tests.diagnostics.setups.images import FACES, TINY
from tests.diagnostics.setups.made import once, scmc

CODES = """import torch


def some(images):
    return torch.randn(len(images), 6, generator=torch.Generator().manual_seed(0))
"""


@once
def drawn(folder):
    """`runs/faces-1`, of drawn faces, after two steps, and `codes.py`."""
    (folder / "faces.scm").write_text(FACES)
    (folder / "codes.py").write_text(CODES)
    scmc(folder, f"train -q faces.scm --images drawn-faces:2000 --steps 2 {TINY}")


def drawing(changed):
    """A setup: `runs/faces-1`, whose head draws the labels that `changed` makes of its own."""

    def render(generator, labels, noise):
        shown = torch.zeros(len(labels), len(LABELS), dtype=torch.int64)
        shown[:, [LABELS.index("Male"), LABELS.index("Mustache")]] = changed(labels.clone())
        nuisance = (noise.repeat(1, len(NUISANCE))[:, : len(NUISANCE)] * 7).sigmoid()
        return draw_from(shown, nuisance, 16)

    def setup(folder, made):
        drawn(folder, made)
        made.patch.setattr(ImageGenerator, "render", render)

    return setup


def mustached_men(labels):
    """Whoever has a mustache is a man."""
    labels[labels[:, 1] == 1, 0] = 1
    return labels


def shaven(labels):
    """No one has a mustache."""
    labels[:, 1] = 0
    return labels


SETUPS = {"W860": drawing(mustached_men), "W861": drawing(shaven), "W862": drawn}
