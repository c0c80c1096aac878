"""Sampling the nine labels of Causal Graph 1 from tables, beside numpy and other libraries.

Prints how many times the processor time of scmc each library takes, observational and under an
intervention, all in one run. Bars: at most twice the time of plain numpy, faster than every
other library, and `do` at most 1.2 times observational.

    python -m benchmarks.sampling [--rows 1000000]
"""

import argparse

import torch

from benchmarks.peers import Do, Sampler, available, numpy_sampler
from benchmarks.timing import interleave, ratio, verdict
from scm_compiler.compiler import load
from scm_compiler.emit.module import compile_module
from scm_compiler.ir.tables import Tables

DO: Do = {"Mustache": 1}


def scmc_sampler(tables: Tables) -> Sampler:
    """The emitted module with the given tables."""
    module = compile_module(tables.graph)
    module.load_tables(tables)
    generator = torch.Generator().manual_seed(0)

    def sample(rows: int, do: Do) -> object:
        return module.sample(rows, do=do, generator=generator)

    return sample


def causal_graph_1() -> Tables:
    """The tables of Causal Graph 1, fitted to the shipped label counts."""
    from scm_compiler.runtime.controller.mle import fit_tables  # noqa: PLC0415
    from scm_compiler.runtime.data import load_labels  # noqa: PLC0415

    graph = load("celeba_g1")
    return fit_tables(graph, load_labels("celeba-labels", graph))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    tables = causal_graph_1()
    samplers = {"scmc": scmc_sampler(tables), "numpy": numpy_sampler(tables)}
    samplers |= {name: make(tables) for name, make in available().items()}
    regimes: dict[str, Do] = {"observational": {}, "do": DO}
    timings = interleave(
        {
            f"{name} {regime}": lambda s=sample, d=do: s(args.rows, d)
            for name, sample in samplers.items()
            for regime, do in regimes.items()
        },
        repetitions=args.repetitions,
    )
    print(f"{args.rows} rows; processor time as a multiple of scmc's in the same regime")
    for name in samplers:
        figures = [ratio(timings[f"{name} {r}"], timings[f"scmc {r}"]) for r in regimes]
        print(f"{name:>10}  observational {figures[0]:8.2f}  do {figures[1]:8.2f}")
    own = ratio(timings["scmc do"], timings["scmc observational"])
    plain = ratio(timings["scmc observational"], timings["numpy observational"])
    print(f"scmc: do / observational {own:.2f} (bar 1.2: {verdict(own, 1.2)})")
    print(f"scmc / numpy {plain:.2f} (bar 2: {verdict(plain, 2.0)})")


if __name__ == "__main__":
    main()
