"""The GANs of Figure 6: generators of three continuous variables and their discriminator.

The layers are those of the paper's code: two tanh layers of ten units and a sigmoid for each node,
which reads its parents and ten uniform inputs of its own (Definition 1); or, blind to any graph, a
chain of 3, 5 or 10 layers from ten uniform inputs to all three variables. The discriminator has
two leaky ReLU layers of ten, minibatch features and a linear output. In two things it is not that
code's. What is called leaky there is a plain ReLU; with these first weights a whole layer is then
dead now and then on all of the data. And features that are sums over the batch, and not means,
drive one generator in four into a corner that it does not leave. In neither case is anything
learnt, whatever the graph. All replicas (each with a data set
of its own) are trained at once: every layer holds one weight matrix a replica.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, softplus

from benchmarks.paper.polynomials import NODES, PROGRAMS, graph_of
from scm_compiler.ir import Graph
from scm_compiler.runtime.training.fitting import Diverged

WIDTH, NOISE = 10, 10
DEVIATION = 0.7
SLOPE = 0.2
KERNELS, DIMENSION = 5, 3
BATCH = 64
RATE = 5e-4
DENSE: Mapping[str, int] = {"fc3": 3, "fc5": 5, "fc10": 10}
GENERATORS = (*PROGRAMS, *DENSE)


class Dense(nn.Module):
    """R linear maps of the same shape.

    Args:
        replicas: R.
        inputs: I.
        outputs: O.
        generator: Of the first weights: normal of deviation 0.7; biases begin at 0.
    """

    def __init__(
        self, replicas: int, inputs: int, outputs: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        drawn = torch.randn(replicas, inputs, outputs, generator=generator)
        self.weight = nn.Parameter(drawn * DEVIATION)
        self.bias = nn.Parameter(torch.zeros(replicas, 1, outputs))

    def forward(self, rows: Tensor) -> Tensor:
        """Rows (R, N, I) to (R, N, O)."""
        return torch.baddbmm(self.bias, rows, self.weight)


class Chain(nn.Module):
    """Linear layers with tanh between them; the outputs are sigmoids.

    Args:
        replicas: R.
        sizes: The width of each layer, inputs first.
        generator: Of the first weights.
    """

    def __init__(self, replicas: int, sizes: Sequence[int], generator: torch.Generator) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Dense(replicas, i, o, generator) for i, o in pairwise(sizes))

    def forward(self, rows: Tensor) -> Tensor:
        """Rows (R, N, I) to (R, N, O) in (0, 1)."""
        *hidden, last = self.layers
        for layer in hidden:
            rows = torch.tanh(layer(rows))
        found: Tensor = torch.sigmoid(last(rows))
        return found


class CausalGenerator(nn.Module):
    """A generator that is consistent with a graph (Definition 1).

    Args:
        graph: The graph of X1, X2, X3.
        replicas: R.
        generator: Of the first weights.
    """

    def __init__(self, graph: Graph, replicas: int, generator: torch.Generator) -> None:
        super().__init__()
        self.graph = graph
        self.noise = NOISE * len(NODES)
        self.mechanisms = nn.ModuleDict(
            {
                name: Chain(
                    replicas, (NOISE + len(graph.parents[name]), WIDTH, WIDTH, 1), generator
                )
                for name in graph.topological
            }
        )

    def forward(self, noise: Tensor) -> Tensor:
        """The variables (R, N, 3) of noise (R, N, 30): ten inputs for each node."""
        own = dict(zip(NODES, noise.split(NOISE, dim=-1), strict=True))
        found: dict[str, Tensor] = {}
        for name in self.graph.topological:
            causes = [found[parent] for parent in self.graph.parents[name]]
            found[name] = self.mechanisms[name](torch.cat([*causes, own[name]], dim=-1))
        return torch.cat([found[name] for name in NODES], dim=-1)


class DenseGenerator(Chain):
    """A generator that knows no graph: so many layers from ten uniform inputs to all variables."""

    noise = NOISE

    def __init__(self, layers: int, replicas: int, generator: torch.Generator) -> None:
        super().__init__(replicas, (NOISE, *[WIDTH] * (layers - 1), len(NODES)), generator)


class Discriminator(nn.Module):
    """Leaky ReLU layers, distances within the batch (Salimans et al. 2016), a linear output."""

    def __init__(self, replicas: int, generator: torch.Generator) -> None:
        super().__init__()
        self.first = Dense(replicas, len(NODES), WIDTH, generator)
        self.second = Dense(replicas, WIDTH, WIDTH, generator)
        self.points = Dense(replicas, WIDTH, KERNELS * DIMENSION, generator)
        self.last = Dense(replicas, WIDTH + KERNELS, 1, generator)

    def forward(self, rows: Tensor) -> Tensor:
        """The logits (R, N) that rows (R, N, 3) are real."""
        hidden = leaky_relu(self.second(leaky_relu(self.first(rows), SLOPE)), SLOPE)
        shape = (*hidden.shape[:2], DIMENSION, KERNELS)
        points = self.points(hidden).view(shape).permute(2, 0, 3, 1).contiguous()
        apart = sum(((axis[..., None] - axis[..., None, :]).abs() for axis in points), 0)
        near = (torch.exp(-apart).sum(-1).transpose(1, 2) - 1) / (rows.shape[1] - 1)
        logits: Tensor = self.last(torch.cat([hidden, near], dim=-1))
        return logits.squeeze(-1)


def build(name: str, replicas: int, generator: torch.Generator) -> nn.Module:
    """The generator of this name: a graph's, or `fc3`, `fc5`, `fc10`."""
    if name in DENSE:
        return DenseGenerator(DENSE[name], replicas, generator)
    return CausalGenerator(graph_of(name), replicas, generator)


class SyntheticGan:
    """The training of one kind of generator on several data sets at once; a `Fitting`.

    One update of the discriminator, then one of the generator, by the losses of Goodfellow et al.
    2014 (-log D for the generator), Adam at 5e-4: as in the paper's code.

    Attributes:
        total: Steps in all.
        done: Steps taken.

    Args:
        name: Which generator.
        data: The rows (R, N, 3) of each replica.
        steps: `total`.
        seed: Of first weights, noise and batches.
        device: Where the networks live.
    """

    def __init__(
        self, name: str, data: Tensor, steps: int, seed: int, device: torch.device
    ) -> None:
        self.total, self.done = steps, 0
        self.device = device
        self._data = data.to(device)
        self._random = torch.Generator(device).manual_seed(seed)
        first = torch.Generator().manual_seed(seed)
        self.generator = build(name, len(data), first).to(device)
        self.discriminator = Discriminator(len(data), first).to(device)
        self._adams = {
            "generator": _adam(self.generator),
            "discriminator": _adam(self.discriminator),
        }

    def advance(self, steps: int) -> dict[str, float]:
        """Take up to so many steps; the mean losses over the replicas."""
        taken = min(steps, self.total - self.done)
        if taken <= 0:
            return {}
        losses = torch.stack([self._step() for _ in range(taken)]).mean(0)
        if not losses.isfinite().all():
            raise Diverged("a loss is not finite")
        return {"discriminator": float(losses[0]), "generator": float(losses[1])}

    @torch.no_grad()
    def sample(self, rows: int, seed: int) -> Tensor:
        """Rows (R, N, 3) of the generator as it is now."""
        random = torch.Generator(self.device).manual_seed(seed)
        parts = []
        for start in range(0, rows, 10_000):
            parts.append(self.generator(self._noise(min(10_000, rows - start), random)))
        return torch.cat(parts, dim=1)

    def state(self) -> dict[str, Tensor]:
        """All that is needed to go on."""
        return {name: t.detach().clone().cpu() for name, t in self._tensors().items()} | {
            "random": self._random.get_state(),
            "done": torch.tensor(self.done),
        }

    @torch.no_grad()
    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave; ValueError where it does not fit."""
        own = self._tensors()
        if state.keys() != own.keys() | {"random", "done"}:
            raise ValueError("the state is of another training")
        for name, tensor in own.items():
            if tensor.shape != state[name].shape:
                raise ValueError(f"`{name}` has another shape")
            tensor.copy_(state[name])
        self._random.set_state(state["random"].clone())
        self.done = int(state["done"])

    def _step(self) -> Tensor:
        """One update of each player; their losses (2,), summed over replicas for the gradient."""
        real = self._batch()
        with torch.no_grad():
            fake = self.generator(self._noise(BATCH, self._random))
        judged = softplus(-self.discriminator(real)) + softplus(self.discriminator(fake))
        self._descend("discriminator", judged.mean(1).sum())
        fooled = softplus(-self.discriminator(self.generator(self._noise(BATCH, self._random))))
        self._descend("generator", fooled.mean(1).sum())
        self.done += 1
        return torch.stack([judged.detach().mean(), fooled.detach().mean()])

    def _descend(self, player: str, loss: Tensor) -> None:
        """Each replica has its own weights, so the gradient of the sum is each one's own."""
        adam = self._adams[player]
        weights = adam.param_groups[0]["params"]
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
            weight.grad = gradient.contiguous()  # as fused Adam needs it
        adam.step()

    def _batch(self) -> Tensor:
        replicas, rows, _ = self._data.shape
        chosen = torch.randint(rows, (replicas, BATCH), generator=self._random, device=self.device)
        return torch.gather(self._data, 1, chosen[..., None].expand(-1, -1, len(NODES)))

    def _noise(self, rows: int, random: torch.Generator) -> Tensor:
        shape = (len(self._data), rows, int(self.generator.noise))
        return torch.rand(shape, generator=random, device=self.device)

    def _tensors(self) -> dict[str, Tensor]:
        found = {}
        for player, adam in self._adams.items():
            for rank, weight in enumerate(adam.param_groups[0]["params"]):
                found[f"{player}.{rank}"] = weight
                for name, moment in adam.state[weight].items():
                    found[f"{player}.{rank}.{name}"] = moment
        return found


def _adam(network: nn.Module) -> torch.optim.Adam:
    adam = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
    for weight in adam.param_groups[0]["params"]:  # made now, so that it can be restored
        adam.state[weight] = {
            "step": torch.tensor(0.0, device=weight.device),
            "exp_avg": torch.zeros_like(weight),
            "exp_avg_sq": torch.zeros_like(weight),
        }
    return adam
