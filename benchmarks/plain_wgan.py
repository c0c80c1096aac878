"""WGAN-GP as one writes it first: what the shipped trainer is measured against.

A chain of linear layers for each label, one forward pass for each critic update, the gradient
penalty by differentiating twice, Adam as it comes.
"""

import torch
from torch import Tensor, nn

from scm_compiler.ir import Graph
from scm_compiler.model.layout import Layout
from scm_compiler.runtime.controller.wgan_gp.options import WganGpOptions
from scm_compiler.runtime.controller.wgan_gp.rows import RealRows
from scm_compiler.runtime.data.table import LabelTable


def chain(inputs: int, hidden: int, layers: int) -> nn.Sequential:
    """Linear layers with leaky ReLUs between them and one output."""
    found: list[nn.Module] = []
    for _ in range(layers - 1):
        found += [nn.Linear(inputs, hidden), nn.LeakyReLU(0.2)]
        inputs = hidden
    return nn.Sequential(*found, nn.Linear(inputs, 1))


class PlainController(nn.Module):
    """A network for each binary label, run one after the other; children read soft values."""

    def __init__(self, layout: Layout, options: WganGpOptions) -> None:
        super().__init__()
        self.layout = layout
        self.noise = options.noise
        self.networks = nn.ModuleList(
            chain(len(parents) + options.noise, options.hidden, options.layers)
            for parents in layout.parents
        )

    def forward(self, noise: Tensor) -> Tensor:
        """The soft labels (B, V)."""
        found: dict[int, Tensor] = {}
        for label in (label for level in self.layout.levels for label in level):
            parents = [found[parent] for parent in self.layout.parents[label]]
            own = noise[:, self.noise * label : self.noise * (label + 1)]
            found[label] = torch.sigmoid(self.networks[label](torch.cat([*parents, own], 1)))
        return torch.cat([found[label] for label in range(len(found))], 1)


class PlainWgan:
    """The training loop of a graph with binary labels and no hidden common cause."""

    def __init__(self, graph: Graph, table: LabelTable, options: WganGpOptions, seed: int) -> None:
        torch.manual_seed(seed)
        self.options = options
        layout = Layout(graph, options.noise)
        self.rows = RealRows(table, layout)
        self.random = torch.Generator().manual_seed(seed)
        self.controller = PlainController(layout, options)
        self.critic = chain(len(layout.labels), options.critic_hidden, options.critic_layers)
        betas = (options.beta1, options.beta2)
        self.first = torch.optim.Adam(self.controller.parameters(), options.rate, betas)
        self.second = torch.optim.Adam(self.critic.parameters(), options.rate, betas)

    def step(self) -> None:
        """The critic's updates, then one of the networks."""
        for _ in range(self.options.critic_updates):
            self.update_critic()
        loss = -self.critic(self.controller(self.draw_noise())).mean()
        self.first.zero_grad()
        loss.backward()
        self.first.step()

    def update_critic(self) -> None:
        """One update of the critic."""
        with torch.no_grad():
            fake = self.controller(self.draw_noise())
        real = self.rows.draw(1, self.options.batch, self.random)
        mix = torch.rand(self.options.batch, 1)
        between = (real + mix * (fake - real)).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
        gap = self.critic(fake).mean() - self.critic(real).mean()
        loss = gap + self.options.penalty * penalty
        self.second.zero_grad()
        loss.backward()
        self.second.step()

    def draw_noise(self) -> Tensor:
        """Uniform noise for one batch."""
        return 2 * torch.rand(self.options.batch, self.controller.layout.noise_size) - 1
