"""Sampling the nine labels of Causal Graph 1 from tables, beside numpy and other libraries.

Prints how many times the processor time of scmc each library takes, observational and under an
intervention, all in one run. Bars: at most twice the time of plain numpy, faster than every
other library, and `do` at most 1.2 times observational.

    python -m benchmarks.sampling [--rows 1000000] [--slow-rows 100000]
"""

import argparse

import torch

from benchmarks.peers import Do, Sampler, available, numpy_sampler
from benchmarks.timing import Timing, interleave, ratio, verdict
from scm_compiler.compiler import load
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data import load_labels

REGIMES: dict[str, Do] = {"observational": {}, "do": {"Mustache": 1}}


def causal_graph_1() -> ExplicitModule:
    """Causal Graph 1 with the tables that fit the shipped label counts."""
    graph = load("celeba_g1")
    trainer = Mle(graph, load_labels("celeba-labels", graph), MleOptions(), seed=0)
    trainer.advance(trainer.total)
    return trainer.model()


def scmc_sampler(module: ExplicitModule) -> Sampler:
    """The emitted module, as a user samples from it."""
    generator = torch.Generator().manual_seed(0)

    def sample(rows: int, do: Do) -> object:
        return module.sample(rows, do=do, generator=generator)

    return sample


def times(samplers: dict[str, Sampler], rows: int, repetitions: int) -> dict[str, Timing]:
    """Processor time of each sampler in both regimes."""
    commands = {
        f"{name} {regime}": lambda s=sample, d=do: s(rows, d)
        for name, sample in samplers.items()
        for regime, do in REGIMES.items()
    }
    return interleave(commands, repetitions=repetitions)


def show(samplers: dict[str, Sampler], timings: dict[str, Timing], rows: int) -> None:
    """Print each sampler's time as a multiple of scmc's."""
    print(f"{rows} rows; processor time as a multiple of scmc's in the same regime")
    for name in samplers:
        figures = [ratio(timings[f"{name} {r}"], timings[f"scmc {r}"]) for r in REGIMES]
        print(f"{name:>10}  observational {figures[0]:8.2f}  do {figures[1]:8.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--slow-rows", type=int, default=100_000, help="for pgmpy")
    args = parser.parse_args()
    torch.set_num_threads(1)
    module = causal_graph_1()
    tables = module.tables()
    peers = {name: make(tables) for name, make in available().items()}
    own = {"scmc": scmc_sampler(module), "numpy": numpy_sampler(tables)}
    timings = times(own, args.rows, repetitions=9)
    show(own, timings, args.rows)
    extra = ratio(timings["scmc do"], timings["scmc observational"])
    plain = ratio(timings["scmc observational"], timings["numpy observational"])
    print(f"scmc: do / observational {extra:.2f} (bar 1.2: {verdict(extra, 1.2)})")
    print(f"scmc / numpy {plain:.2f} (bar 2: {verdict(plain, 2.0)})")
    slow = {name: peers.pop(name) for name in ("pgmpy",) if name in peers}
    for group, rows, repetitions in ((peers, args.rows, 3), (slow, args.slow_rows, 1)):
        beside = {"scmc": own["scmc"], **group}
        if group:
            show(beside, times(beside, rows, repetitions), rows)


if __name__ == "__main__":
    main()
