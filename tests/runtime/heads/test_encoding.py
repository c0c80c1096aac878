"""Heads with an encoder: their protocol, their losses, their repeatability."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from scm_compiler import parse
from scm_compiler.runtime.heads.autoencoder import Gaussian
from scm_compiler.runtime.heads.causal_layer import CausalLayer, acyclicity
from scm_compiler.runtime.heads.causal_vae import declared
from scm_compiler.runtime.heads.graph_learning import learnt_graph
from scm_compiler.runtime.heads.head import EncodingGenerator, ImageBatches, LabelCoding
from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.heads.training import LabelledImages

TINY = {"width": 8, "batch": 8, "noise_size": 4, "hidden": 16}
FORMS = [
    ("vae", {}),
    ("vae", {"rungs": 2}),
    ("causal_vae", {}),
    ("causal_vae", {"preset": "paper"}),
]
SIDE = pytest.mark.parametrize(("head", "changes"), FORMS)


def trainer(squares, head, total=12, seed=0, preset="default", **changes):
    spec = BUILTIN[head]
    least = {"noise_size": 0} if preset == "paper" else {}
    options = spec.options(preset, **{**TINY, **least, **changes})
    return spec.trainer(squares.task(total=total, seed=seed), options)


def batch(squares, count=8, seed=1):
    random = torch.Generator().manual_seed(seed)
    labels = squares.draw_labels(count, random)
    images = squares.paint(labels, 16, random).float() / 127.5 - 1
    return LabelledImages(images, labels, squares.coding.encode(labels))


@dataclass(frozen=True)
class Bare:
    """Pictures without their labels."""

    whole: ImageBatches
    fingerprint: str = "bare"

    def __len__(self):
        return len(self.whole)

    def draw(self, n, generator):
        images, labels = self.whole.draw(n, generator)
        return images, labels[:, :0]


@pytest.mark.parametrize(("head", "changes"), [*FORMS[:3], ("causal_vae", {"learn_graph": True})])
def test_a_stopped_training_goes_on_to_the_same_weights(squares, head, changes):
    whole, parts = (trainer(squares, head, **changes) for _ in range(2))
    whole.advance(12)
    parts.advance(5)
    again = trainer(squares, head, **changes)
    again.restore(parts.state())
    again.advance(7)
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, again.state()[name]), name


def test_an_image_that_no_label_causes(squares):
    """Its noise is all there is to tell, and is told row by row."""
    options = BUILTIN["vae"].options("default", **TINY)
    whole = squares.task(total=4)
    task = replace(whole, coding=LabelCoding((), (), ()), batches=Bare(whole.batches))
    made = BUILTIN["vae"].trainer(task, options)
    made.advance(4)
    images, none = batch(squares).images, torch.zeros(8, 0, dtype=torch.int64)
    noise = made.model().abduct(images, none)
    assert noise.shape == (8, 4)
    assert made.model().tell(images).values.shape == (8, 0)


@SIDE
def test_abduction_row_by_row(squares, head, changes):
    made = trainer(squares, head, **changes)
    made.advance(3)
    model, held = made.model(), batch(squares, 40)
    assert isinstance(model, EncodingGenerator)
    noise = model.abduct(held.images, held.labels)
    assert noise.shape == (40, model.noise_size)
    alone = model.abduct(held.images[7:8], held.labels[7:8])
    assert torch.equal(alone[0], noise[7])
    again = model.render(held.labels, noise)
    assert torch.equal(model.render(held.labels[7:8], alone)[0], again[7])
    assert model.abduct(held.images[:0], held.labels[:0]).shape == (0, model.noise_size)
    chances = model.estimate(held.images)
    assert [part.shape for part in chances] == [(40, 3), (40, 2)]
    assert all(torch.allclose(part.sum(1), torch.ones(40)) for part in chances)


@SIDE
def test_what_is_rebuilt_is_what_its_noise_draws(squares, head, changes):
    made = trainer(squares, head, **changes).generator
    held = batch(squares)
    standard = torch.randn(8, made.noise_size, generator=torch.Generator().manual_seed(2))
    found = made.rebuild(held, standard)
    drawn = made(held.encoded, found.noise)
    torch.testing.assert_close(found.images, drawn, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("head", ["vae", "causal_vae"])
def test_it_learns_to_give_an_image_back(squares, head):
    made = trainer(squares, head, total=120, hidden=64, batch=16, reader_weight=1.0)
    held = batch(squares, 64, seed=5)

    def error():
        model = made.model()
        drawn = model.render(held.labels, model.abduct(held.images, held.labels))
        return float((drawn - held.images).abs().mean())

    before = error()
    made.advance(120)
    assert error() < before / 4
    read = torch.stack([part.argmax(1) for part in made.model().estimate(held.images)], 1)
    assert (read == held.labels).float().mean() > 0.65


def test_the_divergence_of_a_posterior():
    mean, log_variance = torch.randn(3, 4), torch.randn(3, 4)
    exact = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0, 1))
    torch.testing.assert_close(Gaussian(mean, log_variance).divergence(), exact)


def layer():
    torch.manual_seed(0)
    allowed = torch.tensor([[0.0, 1, 1], [0, 0, 1], [0, 0, 0]])
    made = CausalLayer(2, allowed)
    torch.nn.init.normal_(made.weight)
    return made


def test_the_causal_layer_is_the_linear_model():
    made, noise = layer(), torch.randn(5, 3, 2)
    found = made.endogenous(noise)
    solved = torch.einsum("ji,bjk->bik", made.adjacency, found) + noise
    torch.testing.assert_close(found, solved)
    torch.testing.assert_close(made.exogenous(found), noise)
    torch.testing.assert_close(made(found), found)  # before g is trained, the layer is linear
    for network in made.last:
        torch.nn.init.normal_(network.weight)
    other = found.clone()
    other[:, 1] += 1
    moved = (made.caused(other) - made.caused(found)).abs().amax((0, 2))
    assert moved[:2].tolist() == [0, 0]
    assert moved[2] > 0


def test_the_third_line_of_the_bound(squares):
    """KL(q(z) || p(z|u)) against torch's own, with the covariance written out."""
    made = trainer(squares, "causal_vae", noise_size=1, concept_size=1).generator
    torch.nn.init.normal_(made.layer.weight)
    made.layer.allowed[0, 1] = 1
    labels = squares.coding.encode(torch.tensor([[2, 1]]))
    posterior = Gaussian(torch.randn(1, 3), torch.randn(1, 3))
    mean, log_spread = made.prior(labels)
    mixing = made.layer.mixing
    own = posterior.log_variance[0, :2].exp().diag()
    exact = kl_divergence(
        MultivariateNormal(mixing @ posterior.mean[0, :2], mixing @ own @ mixing.T),
        MultivariateNormal(mean[0, :, 0], (2 * log_spread[:, 0]).exp().diag()),
    )
    rest = posterior.divergence()[0, 2]
    torch.testing.assert_close(made._divergence(posterior, labels)[0], exact + rest)


def test_circles():
    chain = torch.tensor([[0.0, 1, 0], [0, 0, -2], [0, 0, 0]])
    assert acyclicity(chain) == pytest.approx(0, abs=1e-6)
    chain[2, 0] = 1
    assert acyclicity(chain) > 0.01


def test_a_learnt_graph_has_no_circle():
    random = torch.Generator().manual_seed(0)
    first, second = (torch.rand(200, generator=random) * 2 - 1 for _ in range(2))
    labels = torch.stack([first, second, first + second], 1)
    found = learnt_graph((labels - labels.mean(0)) / labels.std(0), random)
    assert acyclicity(found.sign().abs()) == 0
    assert (found != 0).sum() >= 2


def test_declared_edges_go_through_labels_that_are_not_read(squares):
    graph = squares.graph()
    assert declared(LabelCoding.of(graph, "Picture")).sum() == 0

    chain = parse("A, B, C : binary\nI : image(3, 16, 16)\nA -> B -> C\nA, C -> I")
    assert LabelCoding.of(chain, "I").edges == ((0, 1),)


def test_the_schedule_goes_by_the_budget_where_that_ends_the_training(squares):
    """After half of the budget rate and divergence are where half of the steps have them."""
    short, budgeted = (trainer(squares, "vae", total) for total in (10, 1_000_000))
    short.done = 5
    assert budgeted.beta == budgeted.options.beta_start
    budgeted.spend(0.5)
    assert budgeted.beta == short.beta == budgeted.options.beta
    short.done = 9
    budgeted.spend(0.9)
    assert budgeted.rate("generator") == pytest.approx(short.rate("generator"))
    assert budgeted.rate("generator") < 0.3 * budgeted.options.rate
