"""A package that adds a node kind with a domain of its own: `count = "counting:COUNT"`.

`count(5)` takes the whole numbers 0 to 5. At each setting of its parents it is a Poisson number
that is known to be at most 5: P(k) in proportion to rate^k / k!, with log rate as the parameter.
"""

from dataclasses import dataclass
from functools import cached_property
from math import lgamma

from scm_compiler.ir.domain import Exponential, Finite
from scm_compiler.kinds import NodeKind


@dataclass(frozen=True)
class Count(Finite):
    most: int

    @property
    def arguments(self):
        return {"most": self.most}

    @cached_property
    def values(self):
        return tuple(str(number) for number in range(self.most + 1))

    @cached_property
    def family(self):
        numbers = range(self.most + 1)
        return Exponential(
            base=tuple(-lgamma(number + 1) for number in numbers),
            statistics=(tuple(float(number) for number in numbers),),
        )


def count(most):
    if not isinstance(most, int) or not 1 <= most <= 100:
        raise ValueError(f"the most that is counted is a whole number from 1 to 100, not `{most}`")
    return Count(most)


COUNT = NodeKind("count", count, origin="counting")
