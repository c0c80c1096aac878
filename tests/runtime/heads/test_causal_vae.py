"""CausalVAE: what is done to a concept moves those below it alone, whatever was learnt."""

import pytest
import torch

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.causal_vae import CausalVaeGenerator, LabelPrior
from scm_compiler.runtime.heads.head import NUMBER, LabelCoding
from scm_compiler.runtime.heads.options.causal_vae import OPTIONS

NAMES = ("Pendulum", "Light", "Shadow_Length", "Shadow_Position")
BELOW = {0: {0, 2, 3}, 1: {1, 2, 3}, 2: {2}, 3: {3}}


@pytest.fixture
def swing():
    """A head of the pendulum's graph with any weights, and a row for each painter that drew."""
    edges = tuple((cause, effect) for cause in (0, 1) for effect in (2, 3))
    coding = LabelCoding(NAMES, (5, 5, 5, 5), (0, 1, 2, 3), edges)
    torch.manual_seed(0)
    made = CausalVaeGenerator(Image(3, 16, 16), coding, OPTIONS(width=8, hidden=16, noise_size=4))
    for weight in made.layer.parameters():
        torch.nn.init.normal_(weight)
    drawn = {}
    for rank, painter in enumerate(made.painter.painters):
        painter.register_forward_hook(lambda _, __, image, rank=rank: drawn.update({rank: image}))
    return made.eval(), drawn


@pytest.mark.parametrize("done", range(4))
def test_what_is_done_moves_what_is_below(swing, done):
    made, drawn = swing
    labels = torch.zeros(6, 4, dtype=torch.int64)
    noise = made.draw_noise(6, generator=torch.Generator().manual_seed(1))
    before = made(made.coding.encode(labels), noise)
    painted = dict(drawn)
    labels[:, done] = 3
    assert not torch.equal(made(made.coding.encode(labels), noise), before)
    moved = {rank for rank, image in drawn.items() if not torch.equal(image, painted[rank])}
    assert moved == BELOW[done]


def test_a_number_starts_where_the_values_of_a_label_do():
    """λ1 of a number from -1 to 1, and of a label with these values, before anything is learnt."""
    values = LabelCoding(("Light",), (9,), (0,))
    number = LabelCoding(("Light",), (NUMBER,), (0,), scales={"Light": (100.0, 40.0)})
    of_values, of_number = (LabelPrior(coding, 8, learnt=True) for coding in (values, number))
    ranks = torch.arange(9)[:, None]
    expected = of_values(values.encode(ranks))[0]
    found = of_number(number.encode(100 + 40 * torch.linspace(-1, 1, 9)[:, None].double()))[0]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
