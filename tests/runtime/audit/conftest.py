"""A head whose images say plainly which labels they were drawn from, and its real images."""

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from scm_compiler.compiler import parse_text
from scm_compiler.ir import Image
from scm_compiler.model.compilation import compile_module
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.readers import Reader
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding

GRAPH = parse_text(
    "graph chain\nA, B, C : binary\nFace : image(1, 8, 8)\nA -> B\nA, B, C -> Face\n"
)
CODING = LabelCoding.of(GRAPH, "Face")
LEAK = ("B", "C")


class Stripes(ImageGenerator):
    """The first rows are white where the first label holds, and so on; a share of leaks besides.

    Args:
        leak: How many of those with B show C.
        shy: Whether B is never shown.
    """

    def __init__(self, leak=0.0, *, shy=False):
        super().__init__(Image(1, 8, 8), CODING, 2, "uniform")
        self.place = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.leak, self.shy = leak, shy
        self.eval()

    def forward(self, labels, noise):
        shown = labels.clone()
        shown[(labels[:, 1] == 1) & ((noise[:, 0] + 1) / 2 < self.leak), 2] = 1
        if self.shy:
            shown[:, 1] = 0
        return striped(shown)


def striped(labels):
    stripes = (2 * labels.float() - 1).repeat_interleave(2, dim=1)
    images = torch.full((len(labels), 1, 8, 8), -1.0)
    images[:, 0, :6] = stripes[:, :, None]
    return images


def read(images):
    return (images[:, 0, 0:6:2, 0].double() + 1) / 2 * 0.98 + 0.01


READER = Reader(CODING.names, read, (Estimate(1.0, 0.001),) * 3)


@dataclass(frozen=True)
class Chain:
    """The graph A -> B, C and heads of it."""

    module: object

    def codes(self, leak=0.0, *, shy=False, bare=False):
        return HeadCodes(Stripes(leak, shy=shy), None if bare else self.module)


@pytest.fixture(scope="session")
def chain():
    module = compile_module(GRAPH)
    logits = {"A.logits": [-0.4], "B.logits": [[-1.5], [1.5]], "C.logits": [-0.8]}
    module.load_node_weights({name: torch.tensor(values) for name, values in logits.items()})
    return Chain(module)
