"""scmc's mechanisms, fitted node by node, and what they answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.reals.problems import LEVELS, Answers, Columns, Problem
from scm_compiler.ir.domain import Domain, Finite
from scm_compiler.model.mechanism import Mechanism, Tabular
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.real.target import Target
from scm_compiler.runtime.controller.real.trainer import Reals

DRAWS = 100_000


@dataclass(frozen=True)
class Fitted:
    """A mechanism for each node, parents first."""

    mechanisms: Mapping[str, Mechanism]

    def draw(self, rows: int, do: Mapping[str, float], seed: int) -> Columns:
        """Rows of the world where some nodes are held."""
        random = np.random.default_rng(seed)
        world: dict[str, np.ndarray] = {}
        for name, mechanism in self.mechanisms.items():
            uniform = stratified(random, (rows, mechanism.width))
            if name in do:
                world[name] = np.full(rows, do[name])
                continue
            made = getattr(mechanism, "noise_of", lambda each: each[:, 0])(uniform)
            world[name] = np.broadcast_to(mechanism.sample(world, made), rows)
        return world

    def imagine(self, units: Columns, do: Mapping[str, float]) -> Columns:
        """What units would have been."""
        then: dict[str, np.ndarray] = {}
        for name, mechanism in self.mechanisms.items():
            if name in do:
                then[name] = np.full(len(units[name]), do[name])
                continue
            uniform = np.random.default_rng(0).random((len(units[name]), mechanism.width))
            noise = mechanism.abduct(units[name], units, uniform)
            then[name] = mechanism.sample(then, noise)
        return then


def stratified(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Uniform numbers, one in each equal part of [0, 1) in each column (McKay et al. 1979)."""
    ranks = random.permuted(np.tile(np.arange(shape[0])[:, None], shape[1]), axis=0)
    return (ranks + random.random(shape)) / shape[0]


def fit(
    domains: Mapping[str, Domain],
    parents: Mapping[str, tuple[str, ...]],
    columns: Columns,
    seed: int = 0,
) -> Fitted:
    """Fit the mechanisms of a graph; discrete nodes without parents are tables of shares."""
    targets = [
        Target(name, domain, {parent: domains[parent] for parent in parents[name]})
        for name, domain in domains.items()
        if parents[name] or not isinstance(domain, Finite)
    ]
    trainer = Reals(targets, columns, options=RealOptions(), seed=seed)
    trainer.advance(trainer.total)
    found = trainer.mechanisms()
    for name, domain in domains.items():
        if isinstance(domain, Finite) and name not in found:
            shares = np.bincount(columns[name], minlength=domain.size) / len(columns[name])
            found[name] = Tabular(domain, (), rows=shares)
    return Fitted({name: found[name] for name in domains})


def fit_and_answer(problem: Problem, rows: Columns, units: Columns, seed: int) -> Answers:
    """From rows to answers."""
    started = time.process_time()
    domains = {name: variable.domain for name, variable in problem.variables.items()}
    parents = {name: variable.parents for name, variable in problem.variables.items()}
    model = fit(domains, parents, rows, seed)
    drawn = [
        model.draw(DRAWS, {problem.cause: value}, seed)[problem.target] for value in problem.values
    ]
    imagined = model.imagine(units, {problem.cause: problem.values[0]})[problem.target]
    return Answers(
        np.array([column.mean() for column in drawn]),
        np.array([np.quantile(column, LEVELS) for column in drawn]),
        imagined,
        time.process_time() - started,
    )
