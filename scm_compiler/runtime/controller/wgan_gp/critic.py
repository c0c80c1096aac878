"""The critic of WGAN-GP, with the gradient of its loss written out.

The penalty holds the gradient of the critic with respect to its input, so that differentiating the
loss means differentiating twice. A network of leaky ReLUs is linear between its kinks: with the
slopes m_l in {0.2, 1} of each layer held fixed,

    D(x) = m_L(... m_1(x W_1 + b_1) ... W_L + b_L) w + b        (values a_l after layer l)
    dD/dx = w^T m_L W_L^T ... m_1 W_1^T                         (s_l after the slopes of layer l)

Both loss terms then have the same form. A row with the coefficient c in the loss adds
c a_{l-1} s_l^T to the gradient of W_l and c s_l to that of b_l. The penalty of a row adds
t_{l-1} s_l^T to that of W_l, where t_0 is the derivative of the penalty by dD/dx and
t_l = m_l (t_{l-1} W_l) carries it forward. So one product a layer serves all rows, and nothing is
differentiated twice.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from scm_compiler.model.network import SLOPE

TINY = 1e-12
"""Lengths below this are taken for zero."""


class Critic:
    """One scalar network over all labels: leaky ReLU layers, a linear output, no normalisation.

    Attributes:
        flat: All parameters in one vector (P,), so that an optimiser step is one call;
            `flat.grad` is written by `backward`. `weights` and `biases` are views of it.

    Args:
        inputs: The number of encoded label columns.
        hidden: The widths of the hidden layers.
        generator: Where the Xavier-uniform initial weights are drawn from. Biases begin at zero.
        dtype: Of all tensors.
    """

    def __init__(
        self,
        inputs: int,
        hidden: Sequence[int],
        *,
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        shapes = list(pairwise((inputs, *hidden, 1)))
        size = sum(i * o + o for i, o in shapes)
        self.flat = torch.zeros(size, dtype=dtype)
        self.flat.grad = torch.zeros(size, dtype=dtype)
        self.weights, self.biases = _views(self.flat, shapes)
        self._weight_grads, self._bias_grads = _views(self.flat.grad, shapes)
        for weight in self.weights:
            torch.nn.init.xavier_uniform_(weight, generator=generator)

    def __call__(self, labels: Tensor) -> Tensor:
        """D(x) of each row (B, inputs): (B,). Gradients flow to the rows."""
        hidden = labels
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = leaky_relu(torch.addmm(bias, hidden, weight), SLOPE)
        return torch.addmm(self.biases[-1], hidden, self.weights[-1]).squeeze(1)

    def backward(self, real: Tensor, fake: Tensor, mix: Tensor, penalty: float) -> Tensor:
        """Write the gradient of the critic's loss into `flat.grad`.

        The loss is mean D(fake) - mean D(real) + penalty * mean (|dD/dx(between)| - 1)^2, where
        between = real + mix (fake - real) (Gulrajani et al. 2017, algorithm 1).

        Args:
            real: (B, inputs) rows of the data.
            fake: (B, inputs) rows of the generator, without a graph.
            mix: (B, 1) in [0, 1].
            penalty: The weight of the penalty.

        Returns:
            The loss's two terms (2,): mean D(fake) - mean D(real), which estimates minus the
            Wasserstein distance, and the unweighted penalty.
        """
        batch = real.shape[0]
        rows = torch.cat([real, fake, torch.lerp(real, fake, mix)])
        inner, values = self._values(rows)
        slopes = self._slopes(inner, _coefficients(batch, rows.dtype))
        gradient = slopes[0][2 * batch :] @ self.weights[0].t()
        length = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
        excess = length - 1.0
        # Where dD/dx is zero the length has no derivative; the least of its subgradients is zero.
        direction = gradient * (excess * (2.0 * penalty / batch) / length.clamp_min(TINY))
        tangents = self._tangents(direction, inner, 2 * batch)
        gap = torch.sum(self.weights[-1] * self._write(values, slopes, tangents, 2 * batch))
        return torch.stack([gap, excess.square().mean()])

    def _values(self, rows: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The layers before (z_l) and after (a_l, with a_0 the rows) their leaky ReLU."""
        inner: list[Tensor] = []
        values = [rows]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            inner.append(torch.addmm(bias, values[-1], weight))
            values.append(leaky_relu(inner[-1], SLOPE))
        return inner, values

    def _slopes(self, inner: list[Tensor], coefficients: Tensor) -> list[Tensor]:
        """The products c dD/dz_l of every layer and row; the output's, which is c, comes last."""
        found = [coefficients]
        for weight, layer in zip(self.weights[:0:-1], inner[::-1], strict=True):
            found.append(_through(found[-1] @ weight.t(), layer))
        return found[::-1]

    def _tangents(self, direction: Tensor, inner: list[Tensor], start: int) -> list[Tensor]:
        """t_0 = direction, t_l = m_l (t_{l-1} W_l), on the rows between real and fake."""
        found = [direction]
        for weight, layer in zip(self.weights[:-1], inner, strict=True):
            found.append(_through(found[-1] @ weight, layer[start:]))
        return found

    def _write(
        self, values: list[Tensor], slopes: list[Tensor], tangents: list[Tensor], start: int
    ) -> Tensor:
        """Write the gradients; returns that of the output's weights by the first loss term."""
        for value, slope, tangent, weight, bias in zip(
            values, slopes, tangents, self._weight_grads, self._bias_grads, strict=True
        ):
            torch.mm(value[:start].t(), slope[:start], out=weight)
            torch.sum(slope[:start], 0, out=bias)
            scores = weight.clone() if value is values[-1] else weight
            weight.addmm_(tangent.t(), slope[start:])
        return scores


@cache
def _coefficients(batch: int, dtype: torch.dtype) -> Tensor:
    """The factor of D in the loss: real rows, fake rows; 1 for the rows between: (3 B, 1)."""
    factors = torch.tensor([-1.0 / batch, 1.0 / batch, 1.0], dtype=dtype)
    return factors.repeat_interleave(batch).unsqueeze(1)


def _through(incoming: Tensor, inner: Tensor) -> Tensor:
    """The incoming derivative times the slope of the leaky ReLU at `inner`."""
    result: Tensor = torch.ops.aten.leaky_relu_backward(incoming, inner, SLOPE, False)
    return result


def _views(flat: Tensor, shapes: Sequence[tuple[int, int]]) -> tuple[list[Tensor], list[Tensor]]:
    """The weights (in, out) and biases (out,) that lie behind each other in `flat`."""
    parts = torch.split(flat, [size for i, o in shapes for size in (i * o, o)])
    weights = [part.view(shape) for part, shape in zip(parts[::2], shapes, strict=True)]
    return weights, list(parts[1::2])
