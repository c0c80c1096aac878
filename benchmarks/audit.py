"""What audits find where the answer is known, and on the generators of the paper.

    python -m benchmarks.audit [mixture] [leaks] [shipped] [scaling] [--seeds N] [--steps N]

`mixture` is the first experiment of CAGE (Bose, Monti and Grover 2022, figures 4 and 6): rows of
two mixtures of Gaussians under a masked autoregressive flow (zuko, extra `audit`), with the
coordinates in either order. The paper gives no means and variances; those used here are printed.
`leaks` plants a leak in a head that is otherwise the truth, and counts how often it is caught and
how often the truth passes. `shipped` audits the head that comes with scmc, all 36 pairs, against
the clock. `scaling` audits it with more and more attributes and units, by the processor's time,
fits lines, and draws them into `--figure`. Whether CAGE finds the truth: `benchmarks.audit_truth`;
its digits: `benchmarks.audit_digits`.
"""

import argparse
from dataclasses import replace
from math import cos, pi, sin
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import torch
from torch import Tensor, nn

import scm_compiler as scm
from benchmarks.audit_truth import SIDE, Painter
from scm_compiler.ir import Graph, Image
from scm_compiler.runtime.audit.declared import Declared, declared, truth_of
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.readers import Labelled, image_reader
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.evaluation import plots
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.real import drawn_faces, real_images
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.run import Run, open_run
from scm_compiler.shipped import find_run

ROWS, LAYERS, WIDTH, BATCH = 5000, 10, 64, 256
EIGHT = [(4 * cos(2 * pi * k / 8), 4 * sin(2 * pi * k / 8)) for k in range(8)]
THREE = [(2.0, 4.0), (4.0, 2.0), (5.0, 5.0)]
SPREAD = 0.3


def mixtures(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Rows (n, 2) and their attributes (n, 2): of the eight, and a mean below 2.5."""
    of_eight = torch.rand(ROWS, generator=generator) < 0.5
    centres = [
        torch.tensor(means)[torch.randint(len(means), (ROWS,), generator=generator)]
        for means in (THREE, EIGHT)
    ]
    rows = torch.where(of_eight[:, None], centres[1], centres[0])
    rows = rows + SPREAD * torch.randn(ROWS, 2, generator=generator)
    return rows, torch.stack([of_eight, rows.mean(1) < 2.5], dim=1).long()


def fitted_flow(rows: Tensor, steps: int, seed: int) -> nn.Module:
    """A masked autoregressive flow, fitted by maximum likelihood."""
    import zuko  # noqa: PLC0415  (an extra)

    torch.manual_seed(seed)
    flow = zuko.flows.MAF(2, transforms=LAYERS, hidden_features=(WIDTH, WIDTH))
    optimiser = torch.optim.Adam(flow.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    draws = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        batch = rows[torch.randint(len(rows), (BATCH,), generator=draws)]
        loss = -flow().log_prob(batch).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
        optimiser.step()
        schedule.step()
    print(f"negative log-likelihood of the last batch: {float(loss.detach()):.3f} nats")
    return flow.eval()


def mixture(steps: int, seeds: int) -> None:
    """Figures 4 and 6."""
    print(
        f"eight Gaussians at radius 4 about (0, 0), three at {THREE}, all of deviation {SPREAD};"
    )
    print(f"{ROWS:,} rows, {LAYERS} layers of width {WIDTH}, {steps:,} steps of {BATCH} rows")
    for seed in range(seeds):
        rows, labels = mixtures(torch.Generator().manual_seed(seed))
        middle, spread = rows.mean(0), rows.std(0)
        for order in ((0, 1), (1, 0)):
            columns = list(order)
            scaled = ((rows - middle) / spread)[:, columns]
            started = perf_counter()
            flow = fitted_flow(scaled, steps, seed)
            transform = flow().transform
            report = scm.audit(
                transform.inv,
                latent=2,
                encoder=transform,
                images=Labelled(("of_eight", "low"), scaled, labels, "two mixtures"),
                units=2000,
                seed=seed,
            )
            print(f"\nseed {seed}, coordinates {order}, {perf_counter() - started:.0f} s")
            print(str(report).rpartition("\n\n")[0])
            (pair,) = report.pairs
            for name, seen in (("codes", pair.latent), ("rows", pair.image)):
                curve = ", ".join(
                    f"{a:g}: {d:+.3f}" for a, d in zip(report.alphas, seen.deltas, strict=True)
                )
                effect = seen.forward
                print(
                    f"by {name}: GATE {effect.gate}, p {effect.p_random:.3f} among random and "
                    f"{effect.p_permuted:.3f} among permuted directions; delta tau at {curve}"
                )


FEW = 200
LEAK = ("Mustache", "Wearing_Lipstick")


class Faces(Painter):
    """Draws the truth, with lipstick on some of those that have a mustache.

    Args:
        coding: The nine labels.
        share: How many.
    """

    def __init__(self, coding: LabelCoding, share: float) -> None:
        super().__init__(coding, 1)
        self.share = share

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Faces of encoded labels."""
        shown = labels.long().clone()
        cause, outcome = (self.coding.names.index(name) for name in LEAK)
        added = (shown[:, cause] == 1) & ((noise[:, -1] + 1) / 2 < self.share)
        shown[added, outcome] = 1
        return super().forward(shown, noise)


def leaks(audits: int, share: float = 0.3, units: int = 500) -> None:
    """How often a planted leak is caught with p < .01, and how often the truth passes."""
    run = open_run(find_run("drawn_faces"))
    small = tuple(
        replace(node, domain=Image(3, SIDE, SIDE)) if node.name == "Face" else node
        for node in run.graph.nodes
    )
    graph = Graph(run.graph.name, small, run.graph.edges)
    coding = LabelCoding.of(graph, "Face")
    table = load_images("drawn-faces:4000", graph, "Face")
    real = real_images(table, drawn_faces(table.names, SIDE))
    recipe = JudgeRecipe(width=16, steps=600)
    reader = image_reader(real, coding, coding.names, recipe, None, Silent())
    started = perf_counter()
    found = {}
    for name, leaky in (("leak", share), ("truth", 0.0)):
        codes = HeadCodes(Faces(coding, leaky), run.module())
        found[name] = [
            declared(
                codes,
                reader,
                truth_of(real, reader, seed),
                graph,
                torch.randn(units, codes.latent, generator=torch.Generator().manual_seed(seed)),
                tolerance=0.05,
                level=0.01,
            )
            for seed in range(audits)
        ]
    caught = sum(LEAK in leaks_in(effects) for effects in found["leak"])
    more = sum(bool(leaks_in(effects) - {LEAK}) for effects in found["leak"])
    passed = sum(not leaks_in(effects) for effects in found["truth"])
    took = perf_counter() - started
    print(
        f"lipstick on {share:.0%} of the mustaches, {units} units, {audits} audits, {took:.0f} s"
    )
    print(f"the leak is caught with p < .01 in {caught} of {audits}; others besides in {more}")
    print(f"the truth passes in {passed} of {audits}")


def leaks_in(effects: tuple[Declared, ...]) -> set[tuple[str, str]]:
    """Cause and outcome of what is shown and denied."""
    return {(e.cause, e.outcome) for e in effects if e.finds == "leak"}


def shipped(units: int) -> None:
    """An audit of the shipped head, all 36 pairs."""
    started = perf_counter()
    report = scm.audit(open_run(find_run("drawn_faces")), units=units)
    print(report)
    print(f"{len(report.pairs)} pairs, {perf_counter() - started:.0f} s, {cpus()} cores")


def scaling(figure: Path) -> None:
    """The processor's seconds against the pairs of attributes, and against the units."""
    run = open_run(find_run("drawn_faces"))
    names = [node.name for node in run.graph.labels]
    seconds_of(run, names, 100)  # the classifier of images is in the cache from here on
    curves = {
        f"pairs, {FEW} units": [
            (count * (count - 1) / 2, seconds_of(run, names[:count], FEW))
            for count in (3, 5, 7, 9)
        ],
        "units, 36 pairs": [(float(n), seconds_of(run, names, n)) for n in (100, 200, 400, 800)],
    }
    for name, points in curves.items():
        x, y = np.array(points).T
        slope, start = np.polyfit(x, y, 1)
        off = np.abs(start + slope * x - y).max() / y.max()
        said = ", ".join(f"{a:.0f}: {b:.1f} s" for a, b in points)
        print(f"{name}: {said}; {start:.1f} s + {slope:.3f} s each, off by {off:.1%} at most")
    figure.parent.mkdir(parents=True, exist_ok=True)
    parts = [
        plots.lines({name: points}, axis=name.split(",")[0]) for name, points in curves.items()
    ]
    figure.write_text("".join(f"<p>{part}</p>" for part in parts), encoding="utf-8")
    print(f"figure {figure}")


def seconds_of(run: Run, names: list[str], units: int) -> float:
    """The processor's seconds of one audit."""
    started = process_time()
    scm.audit(run, attributes=names, units=units)
    return process_time() - started


def cpus() -> int:
    """The cores that this process may use."""
    return torch.get_num_threads()


def main() -> None:
    """Run the pieces that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pieces", nargs="*", default=["mixture", "leaks", "shipped"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--audits", type=int, default=20)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--figure", type=Path, default=Path("build/audit_scaling.html"))
    args = parser.parse_args()
    if "mixture" in args.pieces:
        mixture(args.steps, args.seeds)
    if "leaks" in args.pieces:
        leaks(args.audits)
    if "shipped" in args.pieces:
        shipped(args.units)
    if "scaling" in args.pieces:
        scaling(args.figure)


if __name__ == "__main__":
    main()
