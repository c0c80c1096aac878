"""Adversarial training of the implicit label model (WGAN-GP).

One critic reads all labels at once. An update of the networks follows `critic_updates` updates of
the critic, whose fake rows come from one forward pass: the networks stay as they are meanwhile.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from scm_compiler.ir import Graph
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import one_thread
from scm_compiler.model.shapes import count_numbers
from scm_compiler.model.spec import ImplicitSpec
from scm_compiler.runtime.controller.wgan_gp.critic import Critic
from scm_compiler.runtime.controller.wgan_gp.options import WganGpOptions
from scm_compiler.runtime.controller.wgan_gp.rows import RealRows
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.training.fitting import Diverged, begun_adam, require_fitting


def count_network_numbers(graph: Graph, options: WganGpOptions) -> int:
    """How many weights the networks and the critic have at least."""
    spec = ImplicitSpec(options.hidden, options.layers, options.noise)
    deep = (options.critic_layers - 2) * options.critic_hidden**2
    return count_numbers(graph, spec) + deep + options.critic_hidden


class WganGp:
    """The Causal Controller's training (Kocaoglu et al. 2017, sections 5.1 and 7.1).

    Attributes:
        total: Updates of the networks in all.
        done: Updates taken.

    Args:
        graph: The validated graph.
        table: The labels' data.
        options: The settings.
        seed: Of everything random: first weights, noise, rows.
    """

    def __init__(self, graph: Graph, table: LabelTable, options: WganGpOptions, seed: int) -> None:
        self.total = options.steps
        self.done = 0
        self._options = options
        self._random = torch.Generator().manual_seed(seed)
        spec = ImplicitSpec(options.hidden, options.layers, options.noise)
        self._module = ImplicitModule(graph, spec, generator=self._random)
        self._weights = _flatten(self._module)
        self._average = self._weights.clone()
        layout = self._module.layout
        units = (options.critic_hidden,) * (options.critic_layers - 1)
        self._critic = Critic(layout.encoded_width, units, generator=self._random)
        self._rows = RealRows(table, layout)
        self._adams = {
            "networks": _adam(self._weights, options),
            "critic": _adam(self._critic.flat, options),
        }

    def advance(self, steps: int) -> dict[str, float]:
        """Take up to this many steps, but none beyond `total`.

        Returns:
            Means over the steps: `distance`, the critic's estimate of the Wasserstein distance
            between data and model, and `penalty`, the mean of (|dD/dx| - 1)^2. Empty if no step
            was left.

        Raises:
            Diverged: If a loss or a weight is no longer finite.
        """
        steps = min(steps, self.total - self.done)
        if steps <= 0:
            return {}
        with one_thread():
            losses = torch.stack([self._step() for _ in range(steps)]).double().mean(0)
        finite = all(
            bool(tensor.isfinite().all()) for tensor in (losses, self._weights, self._critic.flat)
        )
        if not finite:
            raise Diverged("the losses or weights are not finite")
        distance, penalty = losses.tolist()
        return {"distance": -distance, "penalty": penalty}

    def model(self) -> ImplicitModule:
        """A copy of the model as it would be saved now: with the averaged weights, if any."""
        weights = self._average if self._options.average else self._weights
        module = ImplicitModule(self._module.graph, self._module.spec, generator=_spare())
        vector_to_parameters(weights.clone(), module.parameters())
        return module

    def state(self) -> dict[str, Tensor]:
        """Copies of all that is needed to go on."""
        return {name: tensor.clone() for name, tensor in self._tensors().items()} | {
            "random": self._random.get_state(),
            "done": torch.tensor(self.done),
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave.

        Raises:
            ValueError: If a tensor is missing, left over or of another shape.
        """
        own = self._tensors()
        require_fitting(state, {name: tensor.shape for name, tensor in self.state().items()})
        for name, tensor in own.items():
            tensor.copy_(state[name])
        self._random.set_state(state["random"].clone())
        self.done = int(state["done"])

    def _tensors(self) -> dict[str, Tensor]:
        moments = {
            f"{player}.{name}": tensor
            for player, adam in self._adams.items()
            for parameter in adam.param_groups[0]["params"]
            for name, tensor in adam.state[parameter].items()
        }
        return {
            "networks": self._weights,
            "average": self._average,
            "critic": self._critic.flat,
            **moments,
        }

    def _step(self) -> Tensor:
        """One update of the networks and the critic's before it; the mean losses (2,)."""
        options = self._options
        for adam in self._adams.values():
            adam.param_groups[0]["lr"] = self._rate()
        losses = self._update_critic()
        self._weights.grad.zero_()  # type: ignore[union-attr]
        noise = self._module.draw_noise(options.batch, generator=self._random)
        fake, _ = self._module.sweep(noise, options.parents)
        loss: Tensor = -self._critic(fake).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        self._adams["networks"].step()
        self.done += 1
        if options.average:
            # The first weights are forgotten faster than the decay alone would.
            self._average.lerp_(self._weights, max(1.0 - options.average, 1.0 / (self.done + 1)))
        return losses

    @torch.no_grad()
    def _update_critic(self) -> Tensor:
        options = self._options
        rows = options.critic_updates * options.batch
        noise = self._module.draw_noise(rows, generator=self._random)
        fakes, _ = self._module.sweep(noise, options.parents)
        reals = self._rows.draw(options.critic_updates, options.batch, self._random)
        mixes = torch.rand(rows, 1, generator=self._random)
        losses = []
        for start in range(0, rows, options.batch):
            part = slice(start, start + options.batch)
            losses.append(
                self._critic.backward(reals[part], fakes[part], mixes[part], options.penalty)
            )
            self._adams["critic"].step()
        return torch.stack(losses).mean(0)

    def _rate(self) -> float:
        if self._options.schedule == "constant":
            return self._options.rate
        return self._options.rate * (1.0 - self.done / self.total)


def _adam(parameter: Tensor, options: WganGpOptions) -> torch.optim.Adam:
    betas = (options.beta1, options.beta2)
    return begun_adam(torch.optim.Adam([parameter], lr=options.rate, betas=betas, fused=True))


def _flatten(module: ImplicitModule) -> Tensor:
    """Move a module's weights and gradients into one vector (P,); the module keeps views of it.

    The optimiser, the average and a checkpoint then handle one tensor.
    """
    flat = parameters_to_vector(module.parameters()).detach().clone()
    flat.grad = torch.zeros_like(flat)
    vector_to_parameters(flat, module.parameters())
    start = 0
    for parameter in module.parameters():
        part = flat.grad[start : start + parameter.numel()]
        parameter.grad = part.view_as(parameter)
        start += parameter.numel()
    return flat


def _spare() -> torch.Generator:
    """For first weights that are overwritten at once: leaves the global generator alone."""
    return torch.Generator().manual_seed(0)
