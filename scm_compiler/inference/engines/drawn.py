"""The engines that draw: likelihood weighting, and the paper's rejection sampling."""

from dataclasses import dataclass, replace

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.identified import OnlyByFormula
from scm_compiler.inference.counterfactual.evaluation import refuse_hidden_causes
from scm_compiler.inference.drawing import table_ends, together
from scm_compiler.inference.evaluation import Numbers, evaluate
from scm_compiler.inference.limits import TooMuch
from scm_compiler.inference.parts import Part
from scm_compiler.inference.posteriors import engine_of
from scm_compiler.inference.precision import FEW, from_rows, known_from_rows, standard_errors
from scm_compiler.inference.rejection import sample_answer
from scm_compiler.inference.result import Result
from scm_compiler.inference.support import (
    guess_warnings,
    network_warnings,
    support_warnings,
)
from scm_compiler.inference.task import Task, Work
from scm_compiler.inference.weighting import asked, weigh
from scm_compiler.model.tables import Tables
from scm_compiler.passes.twin import unite

FEWER_DRAWS = 1000
"""Draws on each of the tables that the rows of data leave open."""


@dataclass(frozen=True)
class Draws(Work):
    """A query that is answered by drawing, which takes as long as is wanted.

    Attributes:
        task: The query.
    """

    task: Task
    beyond: TooMuch | None = None
    parts: tuple[Part, ...] = ()

    def spread(self, count: int, seed: int, point: Numbers) -> Numbers | None:
        """The answers on a few tables that the rows of data leave open.

        All are drawn with the same random numbers, so that what differs is the tables' doing.
        """
        tables = self.tables
        if not known_from_rows(self.task.query, tables):
            return None
        drawn = from_rows(tables, FEW, seed)
        found = [
            self.numbers(replace(tables, probabilities=drawn.one(rank)), seed)
            for rank in range(FEW)
        ]
        return {name: np.stack([each[name] for each in found]) for name in point}

    def numbers(self, tables: Tables, seed: int) -> Numbers:
        """The numbers alone, from fewer draws."""
        raise NotImplementedError

    @property
    def tables(self) -> Tables:
        """What is drawn from: where no product of tables is right, the states of hidden causes."""
        own = self.task.route.formulas
        return self.task.setting.tables("own") if own else self.task.tables


class Weights(Draws):
    """A query that is answered by likelihood weighting."""

    def numbers(self, tables: Tables, seed: int) -> Numbers:
        """The numbers alone, from fewer draws."""
        return weigh(self.task.query, tables, seed, FEWER_DRAWS, self.task.noise_model).numbers

    def run(self, seed: int, samples: int) -> Result:
        """Weigh."""
        task, tables = self.task, self.tables
        found = weigh(task.query, tables, seed, samples, task.noise_model)
        return Result(
            found.numbers,
            found.errors,
            "weighted",
            found.draws,
            found.ends,
            found.bounds,
            identified=found.noise_model is None,
            noise_model=found.noise_model,
            warnings=guess_warnings(task.query, tables) + network_warnings(task.query, tables),
            effective=found.effective,
        )


def prepare_weights(task: Task) -> Weights | None:
    """Any query, where no exact answer fits or where it is asked for.

    Unasked, none whose tables have been drawn already.

    Raises:
        ScmError: E432 of a counterfactual that hidden causes reach, E441 of networks that share
            noise; unasked, none.
    """
    setting, formulas = task.setting, task.route.formulas
    shared = formulas and setting.declared is setting.graph
    if task.method == "auto":
        out_of_reach = shared or (formulas and task.rung == 3)
        return None if out_of_reach or task.estimated else Weights(task)
    if shared:
        raise refuse(OnlyByFormula())
    if task.rung == 3:
        graph = task.shapes.graph
        worlds = (
            unite(graph, q.given, q.do, [event.variable for event in q.targets])
            for _, q in asked(task.query, graph)
        )
        refuse_hidden_causes(filter(None, worlds), graph)
    return Weights(task)


class Samples(Draws):
    """A query that is answered by rejection."""

    def numbers(self, tables: Tables, seed: int) -> Numbers:
        """The numbers alone, from fewer draws."""
        return sample_answer(self.task.query, engine_of(tables), seed, FEWER_DRAWS).numbers

    def run(self, seed: int, samples: int) -> Result:
        """Draw, and keep what agrees with the evidence."""
        query, tables = self.task.query, self.tables
        engine = engine_of(tables)
        sampled = sample_answer(query, engine, seed, samples)
        numbers, errors, ends = sampled.numbers, sampled.errors, sampled.ends
        if tables.draws:  # the tables' own error comes on top, independent of the sampling
            own = standard_errors(query, engine, tables, evaluate(query, engine), seed)
            errors = {name: np.hypot(part, own[name]) for name, part in errors.items()}
            theirs = table_ends(query, tables.graph, numbers, own)
            ends = {
                name: together(part, ends[name], theirs[name]) for name, part in numbers.items()
            }
        warnings = support_warnings(query, engine, tables) + network_warnings(query, tables)
        return Result(numbers, errors, "sample", sampled.accepted, ends, warnings=warnings)


def prepare_samples(task: Task) -> Samples:
    """Any query of rung 1 or 2, where it is asked for.

    Raises:
        ScmError: E441 of networks that share noise.
    """
    if task.route.formulas and task.setting.declared is task.setting.graph:
        raise refuse(OnlyByFormula())
    return Samples(task)
