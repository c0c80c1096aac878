"""What the trainers of adversarial heads share: batches, optimisers, averaging, state.

Everything random comes from one `torch.Generator` on the CPU, in a fixed order, so that a run's
state (weights, moments, average, generator, counters) determines everything that follows.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from math import fsum, isfinite, nan
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Adam

from scm_compiler.runtime.heads.distributed import join
from scm_compiler.runtime.heads.head import HeadTask, ImageGenerator
from scm_compiler.runtime.heads.networks import seeded
from scm_compiler.runtime.heads.replay import Draw, Replays, Tensors, uploaded
from scm_compiler.runtime.training.fitting import Diverged, Mean


class StepOptions(Protocol):
    """What every trainer here has to be told; see `HeadOptions`."""

    @property
    def batch(self) -> int:
        """Images in a batch."""

    @property
    def beta1(self) -> float:
        """Adam's decay of the mean gradient."""

    @property
    def beta2(self) -> float:
        """Adam's decay of the mean squared gradient."""

    @property
    def averaging(self) -> float:
        """The decay of the running average of the weights."""

    @property
    def precision(self) -> str:
        """What the networks compute in."""

    @property
    def channels_last(self) -> bool:
        """How images lie."""

    @property
    def replay(self) -> bool:
        """Whether steps are recorded as CUDA graphs and replayed."""


Options = TypeVar("Options", bound=StepOptions)
Generator = TypeVar("Generator", bound=nn.Module)
Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class LabelledImages:
    """A batch on the device.

    Attributes:
        images: Real ones (B, C, H, W) in [-1, 1], or the noise (B, Z) of generated ones.
        labels: Their labels (B, P) as value indices.
        encoded: The same as 0/1 columns (B, E).
    """

    images: Tensor
    labels: Tensor
    encoded: Tensor

    def rows(self, chosen: Tensor | slice) -> "LabelledImages":
        """Some of its rows."""
        return LabelledImages(self.images[chosen], self.labels[chosen], self.encoded[chosen])


class AdversarialTrainer(ABC, Generic[Options, Generator]):
    """Trains a generator against networks that judge its images, or an encoder of its images.

    A subclass builds its networks and says what one step does.

    Args:
        task: What to train on.
        options: The head's options.

    Attributes:
        networks: The generator and its judges, under their names.
        kept: What the state holds beside the networks, such as coefficients that change.
    """

    options: Options
    generator: Generator

    def __init__(self, task: HeadTask, options: Options) -> None:
        self.task = task
        self.team = None if task.team.alone else task.team
        self.options = options
        self.kept: dict[str, Tensor] = {}
        self.total = task.total
        self.done = 0
        self.spent = 0.0
        self.random = torch.Generator().manual_seed(task.seed)
        with seeded(self.random):
            self.generator, judges = self.build()
        self.networks: dict[str, nn.Module] = {"generator": self.generator, **judges}
        self.layout = torch.channels_last if options.channels_last else torch.contiguous_format
        for network in self.networks.values():
            join(network, task.team)
            network.to(task.device, memory_format=self.layout)  # type: ignore[call-overload]
        self.average = copied(self.generator)
        betas = (options.beta1, options.beta2)
        replayed = options.replay and task.device.type == "cuda" and self.team is None
        self.replays = Replays(task.device) if replayed else None
        self.optimizers = {  # each in one kernel for all weights
            name: Adam(
                network.parameters(),
                lr=self.rate(name),
                betas=betas,
                fused=True,
                capturable=replayed,
            )
            for name, network in self.networks.items()
        }

    @abstractmethod
    def build(self) -> tuple[Generator, dict[str, nn.Module]]:
        """The network that is kept, and those that judge it under their names."""

    @abstractmethod
    def rate(self, name: str) -> float:
        """The learning rate of a network at step `done`."""

    @abstractmethod
    def step(self) -> dict[str, Tensor]:
        """Take one step; its metrics as scalars."""

    def spend(self, share: float) -> None:
        """Say which share of its time is spent, where a budget may end it."""
        self.spent = share

    @property
    def reached(self) -> float:
        """How far the schedules of rates have come, of `total`: by the steps, or by the budget."""
        return max(self.done, self.spent * self.total)

    @property
    def drawing(self) -> ImageGenerator:
        """What draws the images: the network that is kept, but for encoders."""
        assert isinstance(self.generator, ImageGenerator)
        return self.generator

    def kind(self) -> Hashable | None:
        """All that tells this step from others but what it draws; None if each is another.

        Steps of the same kind can be recorded once and replayed.
        """
        return None

    def taken(self) -> dict[str, Tensor]:
        """Take one step, recorded where that is asked for and can be; its metrics."""
        kind = self.kind() if self.replays is not None else None
        if self.replays is None or kind is None:
            return self.step()
        return self.replays.step(kind, self.step)

    def drawn(self, draw: Draw) -> Tensors:
        """What a step draws, on its device."""
        if self.replays is not None and self.kind() is not None:
            return self.replays.draw(draw)
        return tuple(uploaded(tensor, self.task.device) for tensor in draw())

    def advance(self, steps: int) -> dict[str, Mean]:
        """Take at most `steps` steps; the mean of each metric over those that report it.

        Raises:
            Diverged: If a mean or a weight of the generator is not finite.
        """
        seen: dict[str, list[Tensor]] = {}
        repeatable = torch.backends.cudnn.flags(  # on a GPU: none of its unordered sums
            enabled=True, benchmark=False, deterministic=True, allow_tf32=True
        )
        with repeatable:
            for _ in range(min(steps, self.total - self.done)):
                for name, value in self.taken().items():
                    seen.setdefault(name, []).append(value.detach())
                self.done += 1
                average_into(self.average, self.generator, self.options.averaging, self.done)
        means = self._means(seen)
        bad = [name for name, value in means.items() if not isfinite(value)]
        if not all(_values([w.isfinite().all() for w in self.generator.parameters()])):
            bad.append("a weight of the generator")
        if bad:
            raise Diverged(f"not finite: {', '.join(bad)}")
        return means

    def _means(self, seen: Mapping[str, Sequence[Tensor]]) -> dict[str, Mean]:
        """The mean of each metric, over all processes; the device is waited for once.

        The sums are exact, so that reports do not depend on how the steps were divided.
        """
        numbers = iter(_values([value for values in seen.values() for value in values]))
        means = {}
        for name, them in seen.items():
            mine = list(islice(numbers, len(them)))
            mean = fsum(mine) / len(mine) if all(map(isfinite, mine)) else nan
            means[name] = Mean(mean, len(mine))
        if self.team is None:
            return means
        shares = [torch.tensor(mean, device=self.task.device) for mean in means.values()]
        together = zip(means.items(), _values(self.team.mean(shares)), strict=True)
        return {name: Mean(value, mean.steps) for (name, mean), value in together}

    def model(self) -> Generator:
        """A copy of the averaged generator, in evaluation mode.

        Its weights lie in memory as loaded ones do: on some processors that decides the last bits.
        """
        model: Generator = copied(self.average).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        return model

    def state(self) -> dict[str, Tensor]:
        """Everything needed to go on, as contiguous tensors on the CPU."""
        held = {
            "random": self.random.get_state(),
            "done": torch.tensor(self.done),
            **_named("average", self.average.state_dict()),
            **self.kept,
        }
        for name, network in self.networks.items():
            held.update(_named(name, network.state_dict()))
            for rank, moments in self.optimizers[name].state_dict()["state"].items():
                held.update(_named(f"optimizer.{name}.{rank}", moments))
        return {
            name: tensor.detach()
            .to("cpu", copy=True)
            .contiguous(memory_format=torch.contiguous_format)
            for name, tensor in held.items()
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from a state of the same kind of run.

        Raises:
            ValueError: If tensors are missing or of another shape.
        """
        try:
            self.random.set_state(state["random"].clone())
            self.done = int(state["done"])
            for name, tensor in self.kept.items():
                tensor.copy_(state[name])
            self.average.load_state_dict(_under("average", state))
            for name, network in self.networks.items():
                network.load_state_dict(_under(name, state))
        except (KeyError, RuntimeError) as wrong:
            raise ValueError(f"not the state of such a run: {wrong}") from wrong
        for name, optimizer in self.optimizers.items():
            _restore_moments(optimizer, _under(f"optimizer.{name}", state))
        if self.replays is not None:
            self.replays.forget()

    def descend(self, *losses: tuple[str, Tensor]) -> None:
        """Update each named network by its loss; all gradients are taken before any update."""
        several = len(losses) > 1
        for name, loss in losses:
            weights = list(self.networks[name].parameters())
            gradients = torch.autograd.grad(  # a reader of no labels has no part in the loss
                loss, weights, retain_graph=several, materialize_grads=True
            )
            for weight, gradient in zip(weights, self.mean(gradients), strict=True):
                alike = gradient.stride() == weight.stride()  # fused Adam counts on it
                weight.grad = gradient if alike else torch.empty_like(weight).copy_(gradient)
        for name, _ in losses:
            for group in self.optimizers[name].param_groups:
                group["lr"] = self.rate(name)
            self.optimizers[name].step()
            self.optimizers[name].zero_grad(set_to_none=True)

    def autocast(self) -> AbstractContextManager[object]:
        """The precision in which the networks run."""
        half = self.options.precision == "bfloat16"
        return torch.autocast(self.task.device.type, torch.bfloat16, enabled=half)

    def mean(self, tensors: Sequence[Tensor]) -> Sequence[Tensor]:
        """The mean of each tensor over all processes."""
        return tensors if self.team is None else self.team.mean(tensors)

    def real(self) -> LabelledImages:
        """A batch of the data: this process' share of it."""
        batch = self._placed(lambda: self.task.batches.draw(self.options.batch, self.random))
        pixels = batch.images.float().div_(127.5).sub_(1).contiguous(memory_format=self.layout)
        return LabelledImages(pixels, batch.labels, batch.encoded)

    def asked(self) -> LabelledImages:
        """Labels to draw images of, and the noise to draw them from: this process' share."""

        def draw() -> tuple[Tensor, Tensor]:
            labels, noise = self.draw_asked()
            return noise, labels

        return self._placed(draw)

    def draw_asked(self) -> tuple[Tensor, Tensor]:
        """What a whole batch is asked for: the label model's labels (B, P), and noise (B, Z)."""
        labels = self.task.labels.draw_labels(self.options.batch, self.random)
        return labels, self.drawing.draw_noise(self.options.batch, generator=self.random)

    def _placed(self, draw: Callable[[], tuple[Tensor, Tensor]]) -> LabelledImages:
        """This process' share of a batch, on its device."""

        def share() -> Tensors:
            images, labels = draw()
            if self.team is not None:
                images, labels = self.team.share(images), self.team.share(labels)
            return images, labels, self.task.coding.encode(labels)

        return LabelledImages(*self.drawn(share))


def copied(network: Network) -> Network:
    """A copy of the network that takes no gradients, in evaluation mode."""
    return deepcopy(network).requires_grad_(False).eval()


@torch.no_grad()
def average_into(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move an average towards a network: a <- d a + (1 - d) w.

    The decay grows from 2/11 to `decay` over the first steps, so that the first weights are soon
    forgotten. Running statistics of batch norm are averaged too, counters copied.

    Args:
        average: What is moved.
        network: Where to.
        decay: The final decay; 0 copies.
        step: The number of steps taken, from 1.
    """
    share = 1 - min(decay, (1 + step) / (10 + step))
    both = ([*it.parameters(), *it.buffers()] for it in (average, network))
    pairs = list(zip(*both, strict=True))
    means = [mean for mean, _ in pairs if mean.is_floating_point()]
    torch._foreach_lerp_(means, [last for _, last in pairs if last.is_floating_point()], share)
    for mean, last in pairs:
        if not mean.is_floating_point():
            mean.copy_(last)


def _values(scalars: Sequence[Tensor]) -> list[float]:
    """The values of scalars on the device, which is waited for once."""
    values: list[float] = torch.stack([it.float() for it in scalars]).tolist() if scalars else []
    return values


def _named(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {name[len(start) :]: held for name, held in tensors.items() if name.startswith(start)}


def _restore_moments(optimizer: Adam, moments: Mapping[str, Tensor]) -> None:
    """Give Adam its moments back: none, as before its first step, or those of every weight."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    like = {
        f"{rank}.{key}": torch.zeros(()) if key == "step" else weight
        for rank, weight in enumerate(weights if moments else ())
        for key in ("step", "exp_avg", "exp_avg_sq")
    }
    shapes = {name: tensor.shape for name, tensor in moments.items()}
    if shapes != {name: tensor.shape for name, tensor in like.items()}:
        raise ValueError("not the state of such a run: the moments are not of its weights")
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in moments.items():
        rank, key = name.split(".", 1)
        states.setdefault(int(rank), {})[key] = torch.empty_like(like[name]).copy_(tensor)
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": states, "param_groups": groups})
