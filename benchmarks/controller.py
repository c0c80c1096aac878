"""The adversarial label model: how well it fits the CelebA labels, how fast, and why so set.

    python -m benchmarks.controller fit                 the preset on Causal Graph 1 and on cG1
    python -m benchmarks.controller speed               step time beside a plain loop
    python -m benchmarks.controller study --seconds 30  settings at equal processor time

The total variation distance is over all 2^9 cells, from the exact joint distribution of the
estimated tables; `sharp` is the share of raw outputs within 0.05 of 0 or 1. Both are of the model
as it would be saved, with hard parents.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from functools import partial

import torch

from benchmarks.plain_wgan import PlainWgan
from benchmarks.timing import interleave, ratio, verdict
from scm_compiler.compiler import load
from scm_compiler.ir import Graph
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.runtime.controller.wgan_gp.options import PRESETS, WganGpOptions
from scm_compiler.runtime.controller.wgan_gp.trainer import WganGp
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.evaluation import distance

BARS = {"celeba_g1": 0.135, "celeba_cg1": 0.03}

STUDY: Mapping[str, dict[str, object]] = {
    "the preset `default`": {},
    "soft parents, as in the paper": {"parents": "soft"},
    "no averaged weights": {"average": 0.0},
    "constant rate": {"schedule": "constant"},
    "twice the rate": {"rate": 2e-3},
    "5 critic updates": {"critic_updates": 5},
    "penalty weight 0.3": {"penalty": 0.3},
    "penalty weight 1": {"penalty": 1.0},
    "penalty weight 1, 5 critic updates": {"penalty": 1.0, "critic_updates": 5},
    "batch 128": {"batch": 128},
    "batch 512": {"batch": 512},
    "4 layers": {"layers": 4},
    "critic 3 x 32": {"critic_hidden": 32},
    "critic 2 x 128": {"critic_hidden": 128, "critic_layers": 3},
    "the preset `paper`": PRESETS["paper"].model_dump(),
}


def total_variation(module: ImplicitModule, table: LabelTable) -> float:
    """TVD between the model and the data over all cells."""
    return distance(module.tables(), table).value


def sharp(module: ImplicitModule) -> float:
    """The share of raw outputs within 0.05 of 0 or 1 (Figure 7a)."""
    with torch.no_grad():
        raw = module.raw(module.draw_noise(20_000, generator=torch.Generator().manual_seed(2)))
    return float(((raw < 0.05) | (raw > 0.95)).float().mean())


def report(name: str, graph: Graph, trainer: WganGp, seconds: float, table: LabelTable) -> None:
    """Print one line about a trained model."""
    module = trainer.model()
    print(
        f"{graph.name:11} {name:38} {trainer.done:6} steps {seconds:6.1f} s   "
        f"TVD {total_variation(module, table):.4f}   sharp {sharp(module):.3f}",
        flush=True,
    )


def fit(graphs: Sequence[str], preset: str, seeds: Sequence[int]) -> None:
    """Train a preset."""
    for graph in map(load, graphs):
        table = load_labels("celeba-labels", graph)
        for seed in seeds:
            trainer = WganGp(graph, table, PRESETS[preset], seed)
            start = time.process_time()
            trainer.advance(trainer.total)
            seconds = time.process_time() - start
            report(f"{preset}, seed {seed}", graph, trainer, seconds, table)
        print(f"{graph.name:11} bar: TVD {BARS[graph.name]}, sharp 0.96, 120 s")


def study(graphs: Sequence[str], seconds: float) -> None:
    """Train every setting of the study for about the same processor time."""
    for graph in map(load, graphs):
        table = load_labels("celeba-labels", graph)
        for name, changes in STUDY.items():
            options = WganGpOptions.model_validate(changes)
            steps = max(1, int(seconds / step_seconds(graph, table, options)))
            trainer = WganGp(graph, table, options.model_copy(update={"steps": steps}), 0)
            start = time.process_time()
            trainer.advance(steps)
            report(name, graph, trainer, time.process_time() - start, table)


def step_seconds(graph: Graph, table: LabelTable, options: WganGpOptions) -> float:
    """The processor time of one step."""
    trainer = WganGp(graph, table, options, 0)
    trainer.advance(5)
    start = time.process_time()
    trainer.advance(40)
    return (time.process_time() - start) / 40


def speed(graphs: Sequence[str], repetitions: int) -> None:
    """Time steps of the paper's shape at batch 64 beside the plain loop, interleaved."""
    options = PRESETS["paper"].model_copy(update={"batch": 64, "steps": 10**9})
    for graph in map(load, graphs):
        table = load_labels("celeba-labels", graph)
        shipped = WganGp(graph, table, options, 0)
        plain = PlainWgan(graph, table, options, 0)
        found = interleave(
            {"plain": plain.step, "shipped": partial(shipped.advance, 1)},
            repetitions=repetitions,
            calls=5,
        )
        value = ratio(found["shipped"], found["plain"])
        print(
            f"{graph.name:11} a step takes 1/{1 / value:.2f} of the plain loop's time "
            f"(bar 1/2: {verdict(value, 0.5)})"
        )


def main() -> None:
    """Run one of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["fit", "speed", "study"])
    parser.add_argument("--preset", choices=sorted(PRESETS), default="default")
    parser.add_argument("--graphs", nargs="+", choices=sorted(BARS), default=list(BARS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--repetitions", type=int, default=15)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    match asked.what:
        case "fit":
            fit(asked.graphs, asked.preset, asked.seeds)
        case "speed":
            speed(asked.graphs, asked.repetitions)
        case "study":
            study(asked.graphs, asked.seconds)


if __name__ == "__main__":
    main()
