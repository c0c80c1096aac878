"""A package that adds a query engine: `enumerate = "enumeration:ENUMERATE"`.

It writes out P(every label) of the world that is asked about, and sums.
"""

from dataclasses import dataclass
from math import log2, prod

import numpy as np

from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.evaluation import terms
from scm_compiler.inference.parts import Part
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Work
from scm_compiler.ir import query as ir

MOST = 2**20


@dataclass(frozen=True)
class Sums(Work):
    """A query that is answered by sums over the whole joint distribution."""

    task: object

    @property
    def sizes(self):
        return self.task.shapes.sizes

    @property
    def beyond(self):
        cells = prod(self.sizes.values())
        if cells <= MOST:
            return None
        return TooLarge(what="joint distribution", cells=log2(cells), limit=log2(MOST))

    @property
    def parts(self):
        names, cells = tuple(self.sizes), float(prod(self.sizes.values()))
        whole = f"P({', '.join(names)})"
        return (Part(whole, (), names, (), (), names, "declaration", cells, cells, cells),)

    def run(self, seed, samples):
        del seed, samples
        tables = self.task.tables
        found = self.numbers(tables.probabilities)
        return Result(found, {"": np.zeros_like(found[""])}, "", None)

    def spread(self, count, seed, point):
        del count, seed, point

    def numbers(self, tables):
        signed = terms(self.task.query, self.graph)
        return {"": sum(sign * self.value(term, tables) for sign, term in signed)}

    @property
    def graph(self):
        return self.task.shapes.graph

    def value(self, term, tables):
        """P(asked, free | seen), or the expectation, in a world."""
        names = list(self.sizes)
        joint = np.ones([1] * len(names))
        for name in names:
            scope = [*self.graph.parents[name], name]
            table = tables[name]
            if name in term.condition.do:
                scope, table = [name], np.eye(self.sizes[name])[term.condition.do[name]]
            order = sorted(range(len(scope)), key=lambda axis: names.index(scope[axis]))
            shape = [self.sizes[n] if n in scope else 1 for n in names]
            joint = joint * table.transpose(order).reshape(shape)
        seen = self.kept(joint, names, term.condition.given)
        met = self.kept(seen, names, term.asked)
        axes = tuple(rank for rank, name in enumerate(names) if name not in term.free)
        order = [sorted(term.free, key=names.index).index(name) for name in term.free]
        table = met.sum(axes).transpose(order) / seen.sum()
        return table if term.weights is None else table @ np.array(term.weights)

    def kept(self, joint, names, values):
        """The joint with zeros where some labels have other values."""
        for name, value in values.items():
            chosen = np.zeros(self.sizes[name])
            chosen[value] = 1
            shape = [self.sizes[n] if n == name else 1 for n in names]
            joint = joint * chosen.reshape(shape)
        return joint


class Enumerate:
    name = "enumerate"
    methods = ("enumerate",)

    def prepare(self, task):
        """Probabilities, expectations and contrasts of rung 1 and 2."""
        apart = task.rung == 3 or task.route.formulas or isinstance(task.query, ir.Regime)
        return None if apart or task.tables.networks else Sums(task)


ENUMERATE = Enumerate()
