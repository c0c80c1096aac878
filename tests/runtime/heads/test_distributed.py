"""Two processes and one: the same weights everywhere, and the same steps."""

import socket
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from scm_compiler.compiler import parse_text
from scm_compiler.ir import Image
from scm_compiler.runtime.heads import distributed
from scm_compiler.runtime.heads.distributed import TeamBatchNorm, join
from scm_compiler.runtime.heads.encoder import EncoderTrainer
from scm_compiler.runtime.heads.head import HeadTask, LabelCoding
from scm_compiler.runtime.heads.networks import MinibatchFeatures
from scm_compiler.runtime.heads.options.encoder import EncoderOptions
from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors
from scm_compiler.runtime.training.team import ALONE, Team, joined
from tests.copies import Copy


class Noise:
    """A hundred images of nothing, a label and a node of some kind; batches grow brighter."""

    def __init__(self, kind):
        self.kind = kind

    fingerprint = "noise"

    def __len__(self):
        return 100

    def draw(self, n, generator):
        images = torch.randint(256, (n, 3, 16, 16), generator=generator)
        images = images * torch.arange(1, n + 1)[:, None, None, None] // n
        return images.to(torch.uint8), self.draw_labels(n, generator)

    def draw_labels(self, n, generator):
        labels = torch.randint(2, (n, 2), generator=generator)
        if self.kind == "real":
            labels = labels + torch.rand(n, 2, generator=generator) * torch.tensor([0.0, 1.0])
        return labels


VAES = {"vae": {}, "causal_vae": {"swap_every": 1}, "learnt": {"learn_graph": True}}
"""What the auto-encoders are asked for, beside their size."""


def trainer_of(head, preset, task):
    """What trains a head, or the encoder of one that is not trained itself."""
    spec = BUILTIN.find({"learnt": "causal_vae", "encoder": "causal_gan"}.get(head, head))
    changes = {"width": 4, "batch": 16, "noise_size": 4}
    if head in VAES:
        changes |= {"hidden": 8, "swap_every": 1, "averaging": 0.0} | VAES[head]
    options = spec.options(preset, **changes)
    if head != "encoder":
        return spec.trainer(task, options)
    torch.manual_seed(5)
    drawing = spec.generator(task.image, task.coding, options).eval()
    return EncoderTrainer(task, EncoderOptions(width=4, hidden=8, batch=16), drawing)


def take_three_steps(head, preset, kind):
    """Write the state after three steps to `SIZE-RANK.safetensors`."""
    text = f"Male : binary\nAge : {kind}\nFace : image(3, 16, 16)\nMale, Age -> Face\n"
    coding = LabelCoding.of(parse_text(text), "Face")
    with joined() as team:
        noise = Noise(kind)
        task = HeadTask("Face", Image(3, 16, 16), coding, noise, noise, 6, 100, team=team)
        trainer = trainer_of(head, preset, task)
        losses = trainer.advance(3)
        path = Path(f"{team.size}-{team.rank}.safetensors")
        write_tensors(path, trainer.state(), losses)


def work(folder, processes, head, preset, kind):
    """Let copies of this process take the steps, as torchrun would start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    team = {"WORLD_SIZE": processes, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    copies = [
        Copy(
            partial(take_three_steps, head, preset, kind),
            folder,
            {name: str(value) for name, value in {**team, "RANK": rank}.items()},
        )
        for rank in range(processes)
    ]
    for found in [copy.ended() for copy in copies]:
        assert found.code == 0, found.err


def _moments(state, network: str) -> torch.Tensor:
    prefix = f"optimizer.{network}."
    held = [state[n] for n in sorted(state) if n.startswith(prefix) and n.endswith("exp_avg")]
    assert held
    return torch.cat([moment.flatten() for moment in held])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "preset", "kind"),
    [
        ("causal_gan", "default", "binary"),
        ("causal_gan", "default", "real"),
        ("causal_gan", "paper", "binary"),
        ("causal_began", "default", "binary"),
        ("causal_began", "default", "real"),
        ("conditional_gan", "default", "binary"),
        ("vae", "default", "binary"),
        ("vae", "paper", "real"),
        ("causal_vae", "default", "real"),
        ("learnt", "default", "binary"),
        ("encoder", "default", "binary"),
        ("encoder", "default", "real"),
    ],
)
def test_two_processes_take_the_steps_of_one(tmp_path, head, preset, kind):
    work(tmp_path, 1, head, preset, kind)
    work(tmp_path, 2, head, preset, kind)
    one, first, second = (
        read_tensors(tmp_path / f"{name}.safetensors") for name in ("1-0", "2-0", "2-1")
    )
    assert first.tensors.keys() == second.tensors.keys() == one.tensors.keys()
    for name, held in first.tensors.items():
        assert torch.equal(held, second.tensors[name]), name
    assert first.facts == second.facts == pytest.approx(one.facts, rel=1e-4, abs=1e-5)
    # Adam makes whole steps of gradients that are zero but for rounding (the biases before a batch
    # norm), so the gradients' running means are compared, not the weights.
    alone = head in VAES or head == "encoder"
    for network in ("generator",) if alone else ("generator", "discriminator"):
        found, expected = (_moments(run.tensors, network) for run in (first, one))
        assert (found - expected).norm() < 1e-3 * expected.norm()
    assert torch.equal(first.tensors["random"], one.tensors["random"])


def test_shares_of_a_batch():
    rows = torch.arange(12).view(6, 2)
    parts = [Team(rank, 3).share(rows) for rank in range(3)]
    assert torch.equal(torch.cat(parts), rows)
    assert ALONE.share(rows) is not None
    assert torch.equal(ALONE.share(rows), rows)
    assert [held.tolist() for held in ALONE.mean([torch.ones(2)])] == [[1.0, 1.0]]


def test_layers_that_see_the_batch_are_joined():
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        MinibatchFeatures(4, (8, 8), width=4, kernels=2, dimension=3, side=4),
    )
    names = set(network.state_dict())
    join(network, ALONE)
    assert type(network[1]) is nn.BatchNorm2d
    join(network, Team(0, 2))
    assert isinstance(network[1], TeamBatchNorm)
    assert set(network.state_dict()) == names


def test_the_norm_of_a_team_is_batch_norm(monkeypatch):
    """With a team of one the sums are its own, and the layer is torch's."""
    monkeypatch.setattr(distributed, "summed", lambda given: given)
    random = torch.Generator().manual_seed(0)
    features = torch.randn(6, 3, 4, 4, generator=random)
    own = nn.BatchNorm2d(3)
    with torch.no_grad():
        own.weight.copy_(torch.randn(3, generator=random))
        own.bias.copy_(torch.randn(3, generator=random))
    team = TeamBatchNorm(own, ALONE)
    first, second = features.clone().requires_grad_(), features.clone().requires_grad_()
    expected, found = own(first), team(second)
    assert torch.allclose(found, expected, atol=1e-5)
    for given, output in ((first, expected), (second, found)):
        output.pow(3).sum().backward()
        assert given.grad is not None
    assert torch.allclose(first.grad, second.grad, rtol=1e-3, atol=1e-4)
    for name, held in own.state_dict().items():
        assert torch.allclose(team.state_dict()[name], held, atol=1e-6), name
    own.eval()
    team.eval()
    assert torch.allclose(team(features), own(features), atol=1e-6)
