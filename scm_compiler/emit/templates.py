"""The fixed parts of the emitted source: imports and the classes of the mechanisms.

Those of real nodes, and of labels with real parents, are printed from `model/real/printed.py`.
"""

from dataclasses import dataclass

IMPORTS = """\
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
"""

SURVIVAL = '''\
def survival(logits: Tensor) -> Tensor:
    """P(x > k) for every value k but the last, from logits (..., outputs)."""
    if logits.shape[-1] == 1:
        return torch.sigmoid(logits)
    tails = torch.softmax(logits, -1).flip(-1).cumsum(-1).flip(-1)
    return tails[..., 1:]


def values_below(uniform: Tensor, steps: Tensor) -> Tensor:
    """x = #{k : u < P(x > k)}; for two values that is x = 1[u < P(x = 1)]."""
    return (uniform.unsqueeze(1) < steps).sum(1)
'''

TABLE = '''\
class Table(nn.Module):
    """A mechanism with a logit for every setting of its inputs.

    The probabilities are rounded to the grid of the uniform numbers: multiples of 2^-24 in
    float32, on which `u < p` has exactly the probability p.
    """

    def __init__(self, sizes: tuple[int, ...], values: int) -> None:
        super().__init__()
        self.sizes = sizes
        self.logits = nn.Parameter(torch.zeros(*sizes, 1 if values == 2 else values))

    def forward(self, uniform: Tensor, held: int | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held, dtype=torch.int64)
        grid = 2.0**53 if uniform.dtype == torch.float64 else 2.0**24
        steps = (survival(self.logits.double()) * grid).round() / grid
        steps = steps.to(uniform.dtype).reshape(-1, steps.shape[-1])
        row = torch.zeros_like(uniform, dtype=torch.int64)
        for value, size in zip(inputs, self.sizes):
            row = row * size + value
        return values_below(uniform, steps[row])
'''

ENCODE = '''\
def encode(value: Tensor, size: int, like: Tensor) -> Tensor:
    """Values (B,) as a network reads them: 0/1 for two values, else one-hot."""
    if size == 2:
        return value.unsqueeze(1).to(like.dtype)
    return nn.functional.one_hot(value, size).to(like.dtype)


def width(size: int) -> int:
    """The encoded columns of a variable, and the logits of a label, with so many values."""
    return 1 if size == 2 else size
'''

_PERCEPTRON = '''
        super().__init__()
        self.sizes = sizes
        widths = [inputs, *hidden, width(values)]
        self.depth = len(widths) - 1
        for k in range(self.depth):
            self.add_module(f"layer{k}", nn.Linear(widths[k], widths[k + 1]))

    def logits(self, hidden: Tensor) -> Tensor:
        """The outputs of the layers, with leaky ReLU of slope 0.2 between them."""
        for k in range(self.depth):
            hidden = self.get_submodule(f"layer{k}")(hidden)
            if k < self.depth - 1:
                hidden = nn.functional.leaky_relu(hidden, 0.2)
        return hidden
'''

EXPONENTIAL = '''\
class Exponential(nn.Module):
    """A mechanism with P(k) in proportion to exp(base_k + a . statistics_k).

    The numbers `a` are its natural parameters, free for every setting of its inputs. The
    probabilities are rounded like those of a table.
    """

    def __init__(
        self,
        sizes: tuple[int, ...],
        base: tuple[float, ...],
        statistics: tuple[tuple[float, ...], ...],
    ) -> None:
        super().__init__()
        self.sizes, self.base, self.statistics = sizes, base, statistics
        self.natural = nn.Parameter(torch.zeros(*sizes, len(statistics)))

    def forward(self, uniform: Tensor, held: int | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held, dtype=torch.int64)
        natural = self.natural.double()
        logits = exponential_logits(natural, self.base, self.statistics)
        grid = 2.0**53 if uniform.dtype == torch.float64 else 2.0**24
        steps = (survival(logits) * grid).round() / grid
        steps = steps.to(uniform.dtype).reshape(-1, steps.shape[-1])
        row = torch.zeros_like(uniform, dtype=torch.int64)
        for value, size in zip(inputs, self.sizes):
            row = row * size + value
        return values_below(uniform, steps[row])
'''

EXPONENTIAL_LOGITS = '''\
def exponential_logits(
    natural: Tensor,
    base: tuple[float, ...],
    statistics: tuple[tuple[float, ...], ...],
) -> Tensor:
    """The logits (..., values) of an exponential family, from its parameters."""
    return natural.new_tensor(base) + natural @ natural.new_tensor(statistics)
'''

EXPLICIT_NETWORK = (
    '''\
class Network(nn.Module):
    """A mechanism whose logits are a network of its inputs."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        values: int,
        hidden: tuple[int, ...],
    ) -> None:
        inputs = sum(width(size) for size in sizes)'''
    + _PERCEPTRON
    + '''
    def forward(self, uniform: Tensor, held: int | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held, dtype=torch.int64)
        parts = [encode(x, size, uniform) for x, size in zip(inputs, self.sizes)]
        return values_below(uniform, survival(self.logits(torch.cat(parts, 1))))
'''
)

EXPONENTIAL_NETWORK = (
    '''\
class ExponentialNetwork(nn.Module):
    """A mechanism whose natural parameters are a network of its inputs."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        base: tuple[float, ...],
        statistics: tuple[tuple[float, ...], ...],
        hidden: tuple[int, ...],
    ) -> None:
        inputs = sum(width(size) for size in sizes)'''
    + _PERCEPTRON.replace("width(values)", "len(statistics)").replace(
        "self.sizes = sizes", "self.sizes, self.base, self.statistics = sizes, base, statistics"
    )
    + '''
    def forward(self, uniform: Tensor, held: int | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held, dtype=torch.int64)
        parts = [encode(x, size, uniform) for x, size in zip(inputs, self.sizes)]
        natural = self.logits(torch.cat(parts, 1))
        logits = exponential_logits(natural, self.base, self.statistics)
        return values_below(uniform, survival(logits))
'''
)

IMPLICIT_NETWORK = (
    '''\
class Network(nn.Module):
    """A mechanism that is a network of its inputs and of noise."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        values: int,
        noise: int,
        hidden: tuple[int, ...],
    ) -> None:
        inputs = sum(width(size) for size in sizes) + noise'''
    + _PERCEPTRON
    + '''
    def forward(self, noise: Tensor, held: int | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for noise (B, its width) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(noise[:, 0], held, dtype=torch.int64)
        parts = [encode(x, size, noise) for x, size in zip(inputs, self.sizes)]
        logits = self.logits(torch.cat([*parts, noise], 1))
        if logits.shape[1] == 1:
            return (logits[:, 0] > 0).long()
        return logits.argmax(1)
'''
)

SETTINGS = '''\
def settings(do: Mapping[str, int] | None) -> dict[str, int]:
    """The interventions, checked against the domains."""
    for name, value in (do or {}).items():
        if name not in DOMAINS or not 0 <= value < len(DOMAINS[name]):
            raise ValueError(f"do({name}={value}) is not a value of a label")
    return dict(do or {})
'''

SAMPLE = '''\
    @torch.no_grad()
    def sample(
        self,
        batch: int,
        *,
        do: Mapping[str, int] | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Draw units: (batch, labels) value indices, in the order of DOMAINS.

        Args:
            batch: How many.
            do: The value index of each label that is held, such as {"A": 1}.
            generator: Where the noise comes from; torch's global one if None.
        """
        return self(self.draw_noise(batch, generator), do)
'''

LOAD = '''\
def load(path: str | Path) -> Model:
    """The model with the weights of a safetensors file."""
    model = Model()
    model.load_state_dict(load_file(path))
    return model
'''

UNIFORM_NOISE = '''\
    def draw_noise(
        self,
        batch: int,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Exogenous noise (batch, columns), uniform in [0, 1)."""
        return torch.rand(batch, NOISE, generator=generator)
'''

SYMMETRIC_NOISE = '''\
    def draw_noise(
        self,
        batch: int,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Exogenous noise (batch, columns), uniform in [-1, 1)."""
        return torch.rand(batch, NOISE, generator=generator) * 2 - 1
'''


@dataclass(frozen=True)
class Wording:
    """What is said otherwise where there are real nodes.

    Attributes:
        imports: The import of `math`, or nothing.
        who: What the docstring calls the nodes.
        example: An intervention, as the docstring shows it.
        nodes: The same, in the plural.
        do: The type of what do() holds a node at.
        settings: The function that checks interventions.
        sample: The method that draws units.
        load: The function that reads weights.
    """

    imports: str
    who: str
    example: str
    nodes: str
    do: str
    settings: str
    sample: str
    load: str


LABELS = Wording(
    imports=IMPORTS,
    who="label",
    example='do={"A": 1})  # hold the label A at its value number 1',
    nodes="labels",
    do="int",
    settings=SETTINGS,
    sample=SAMPLE,
    load=LOAD,
)

MIXED = Wording(
    imports="import math\n" + IMPORTS,
    who="node",
    example='do={"A": 1})  # hold a label at its value number 1, a real node at 1',
    nodes="nodes",
    do="float",
    settings='''\
def settings(do: Mapping[str, float] | None) -> dict[str, float]:
    """The interventions, checked against the values of labels and the ends of real nodes."""
    for name, value in (do or {}).items():
        low, high = RANGES.get(name, (0, len(DOMAINS.get(name, ())) - 1))
        inside = math.isfinite(value) and low <= value <= high
        if not inside or (name in DOMAINS and value != int(value)):
            raise ValueError(f"do({name}={value}) is not a value of a node")
    return dict(do or {})
''',
    sample=SAMPLE.replace("Mapping[str, int]", "Mapping[str, float]")
    .replace(
        "(batch, labels) value indices, in the order of DOMAINS.",
        "(batch, nodes), in the order of NODES.",
    )
    .replace(
        'The value index of each label that is held, such as {"A": 1}.',
        "The value index of each label that is held, the number of a real node.",
    ),
    load=LOAD.replace("model = Model()", "model = Model().double()"),
)

DOUBLE_NOISE = UNIFORM_NOISE.replace(
    "torch.rand(batch, NOISE, generator=generator)",
    "torch.rand(batch, NOISE, generator=generator, dtype=torch.float64)",
)
