"""Ways to fit the conditional distribution of a real number, side by side.

    python -m benchmarks.densities [--rows N] [--seeds N] [--only SHAPE …]
    python -m benchmarks.densities --speed

For each shape and way: `nats`, what held-out rows lose against the true density (lower is better;
for the deterministic shape minus their log-likelihood); `KS`, the greatest distance of their
probability integral transform from a uniform distribution (20,000 rows: below 0.0096 in 95 % of
cases if all is right); `s`, the processor seconds of the fit; `back`, the greatest |F^-1(F(x)) -
x| in spreads over these rows. zuko is measured where it is installed.
"""

import argparse
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.densities.peers import PEERS, fit
from benchmarks.densities.shapes import SHAPES, Drawn, Shape
from scm_compiler.ir.domain import BINARY, Real
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.module import one_thread
from scm_compiler.model.real.features import Features, width
from scm_compiler.model.real.scale import Scale
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.real.target import Target
from scm_compiler.runtime.controller.real.trainer import Reals

Array = NDArray[np.float64]
HELD_OUT = 20_000


@dataclass(frozen=True)
class Score:
    """How one way did on one shape."""

    nats: float
    distance: float
    seconds: float
    back: float


def trained(targets: Sequence[Target], columns: object, options: RealOptions, seed: int) -> Reals:
    """A training that has ended."""
    trainer = Reals(targets, columns, options=options, seed=seed)  # type: ignore[arg-type]
    trainer.advance(trainer.total)
    return trainer


def ours(form: str) -> Callable[[Shape, Drawn, Drawn, int], Score]:
    """A mechanism of scmc's."""

    def way(shape: Shape, rows: Drawn, held: Drawn, seed: int) -> Score:
        started = time.process_time()
        options = RealOptions(form=form)  # type: ignore[arg-type]
        mechanism = trained([shape.target], rows.columns, options, seed).mechanisms()["Y"]
        seconds = time.process_time() - started
        y = held.columns["Y"]
        noise = mechanism.abduct(y, held.columns, _uniform(len(y)))
        back = np.abs(mechanism.sample(held.columns, noise) - y) / _spread(y)
        uniform = mechanism.columns(noise)[:, 0]
        return _score(held, mechanism.log_prob(y, held.columns), uniform, seconds, back)

    return way


def peer(name: str) -> Callable[[Shape, Drawn, Drawn, int], Score]:
    """Another one, with the share of a heap at zero by scmc's network of a discrete node."""

    def way(shape: Shape, rows: Drawn, held: Drawn, seed: int) -> Score:
        started = time.process_time()
        heap = _heap(shape, rows, seed)
        free = rows.columns["Y"] != 0 if heap else np.ones(len(rows.columns["Y"]), bool)
        y = rows.columns["Y"][free]
        scale = Scale.of(shape.domain, y, np.ones(len(y)))
        features = _features(shape, rows)
        columns = torch.from_numpy(_wide(features.of(rows.columns), len(free))[free]).float()
        places = torch.from_numpy(scale.place(y)).float()
        module = fit(PEERS[name], columns, places, RealOptions(), seed)
        seconds = time.process_time() - started
        return _judged(module, heap, scale, features, held, seconds)

    return way


def _judged(
    module: torch.nn.Module,
    heap: Mechanism | None,
    scale: Scale,
    features: Features,
    held: Drawn,
    seconds: float,
) -> Score:
    y = held.columns["Y"]
    at_heap = (y == 0) & (heap is not None)
    safe = np.where(at_heap, y.max(), y)
    columns = torch.from_numpy(_wide(features.of(held.columns), len(y)))
    places = torch.from_numpy(scale.place(safe))
    with torch.no_grad():
        logs = module.log_density(columns, places).numpy() + scale.log_slope(safe)
        uniform = module.uniform(columns, places).numpy()
        back = scale.value(module.there_and_back(columns, places).numpy())
    if heap is not None:
        chance = np.exp(heap.log_prob(np.ones(len(y), np.int64), held.columns))
        logs = np.where(at_heap, np.log(chance), np.log1p(-chance) + logs)
        uniform = np.where(
            at_heap, chance * _uniform(len(y))[:, 0], chance + (1 - chance) * uniform
        )
    return _score(held, logs, uniform, seconds, np.abs(back - safe) / _spread(y))


def _heap(shape: Shape, rows: Drawn, seed: int) -> Mechanism | None:
    zero = rows.columns["Y"] == 0
    if not zero.any():
        return None
    target = Target("zero", BINARY, shape.parents)
    columns = {**rows.columns, "zero": zero.astype(np.int64)}
    return trained([target], columns, RealOptions(), seed).mechanisms()["zero"]


def _features(shape: Shape, rows: Drawn) -> Features:
    middles, spreads = [], []
    for name, domain in shape.parents.items():
        real = isinstance(domain, Real)
        column = rows.columns[name]
        own = Scale.of(Real(), column.astype(float), np.ones(len(column))) if real else None
        middles += [own.middle if own else 0.0] * width(domain)
        spreads += [own.spread if own else 1.0] * width(domain)
    return Features(shape.parents, np.array(middles), np.array(spreads))


def _wide(columns: Array, rows: int) -> Array:
    return np.array(np.broadcast_to(columns, (rows, columns.shape[1])))


def _uniform(rows: int) -> Array:
    return np.random.default_rng(7).random((rows, 1))


def _spread(values: Array) -> float:
    return float(Scale.of(Real(), values, np.ones(len(values))).spread)


def _score(held: Drawn, logs: Array, uniform: Array, seconds: float, back: Array) -> Score:
    ordered, count = np.sort(uniform), len(uniform)
    steps = np.arange(count + 1) / count
    distance = max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max())
    truth = held.truth if held.truth is not None else np.zeros(count)
    return Score(float((truth - logs).mean()), float(distance), seconds, float(back.max()))


def compare(rows: int, seeds: int, only: Sequence[str]) -> None:
    """The table."""
    print(f"{rows:,} rows; the means of {seeds} tables" if seeds > 1 else f"{rows:,} rows")
    print(f"{'shape':<15}{'way':<13}{'nats':>9}{'KS':>9}{'s':>7}{'back':>10}")
    for shape in SHAPES:
        if only and shape.name not in only:
            continue
        ways = {"mixture": ours("transform"), **{name: peer(name) for name in PEERS}}
        if not any(isinstance(domain, Real) for domain in shape.parents.values()):
            ways["quantiles"] = ours("quantiles")
        for name, way in ways.items():
            found = []
            for seed in range(seeds):
                random = np.random.default_rng((seed, len(shape.name)))
                drawn, held = shape.draw(rows, random), shape.draw(HELD_OUT, random)
                found.append(way(shape, drawn, held, seed))
            nats, distance, seconds = (
                float(np.mean([getattr(f, field) for f in found]))
                for field in ("nats", "distance", "seconds")
            )
            back = max(f.back for f in found)
            shown = f"{nats:>9.4f}{distance:>9.4f}{seconds:>7.1f}{back:>10.1e}"
            print(f"{shape.name:<15}{name:<13}{shown}", flush=True)


def chain(rows: int, random: np.random.Generator) -> tuple[list[Target], dict[str, Array]]:
    """Ten nodes, each of the three before it: two discrete ones among them."""
    targets, columns = [], {}
    for rank in range(10):
        parents = [f"N{other}" for other in range(max(0, rank - 3), rank)]
        cause = np.sin(sum((columns[p] for p in parents), np.zeros(rows)))
        found = cause + 0.5 * random.standard_normal(rows)
        discrete = rank in (4, 8)
        columns[f"N{rank}"] = (found > 0).astype(np.int64) if discrete else found
        domain = BINARY if discrete else Real()
        inputs = {p: BINARY if p in ("N4", "N8") else Real() for p in parents}
        targets.append(Target(f"N{rank}", domain, inputs))
    return targets, columns


def speed() -> None:
    """100,000 rows and ten nodes."""
    targets, columns = chain(100_000, np.random.default_rng(0))
    wall, busy = time.perf_counter(), time.process_time()
    trainer = trained(targets, columns, RealOptions(), 0)
    mechanisms = trainer.mechanisms()
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    bar = "met" if busy < 60 else "NOT MET"
    print(f"100,000 rows, ten nodes, {trainer.done:,} steps: {busy:.1f} processor seconds")
    print(f"  on one thread (bar 60: {bar}); {wall:.1f} s by the clock, beside other work")
    print(f"  most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    noise = {
        n: m.abduct(columns[n], columns, np.random.default_rng(1).random((100_000, m.width)))
        for n, m in mechanisms.items()
    }
    busy = time.process_time()
    world: dict[str, Array] = {}
    for target in targets:
        world[target.name] = mechanisms[target.name].sample(world, noise[target.name])
    print(f"100,000 rows drawn from them: {time.process_time() - busy:.1f} processor seconds")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.densities", description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="SHAPE")
    parser.add_argument("--speed", action="store_true", help="how long ten nodes take")
    args = parser.parse_args()
    with one_thread():
        if args.speed:
            speed()
        else:
            compare(args.rows, args.seeds, args.only)


if __name__ == "__main__":
    main()
