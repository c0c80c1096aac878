"""Does CAGE find the truth? Audits of heads whose graph is known.

    python -m benchmarks.audit_truth [--small] [--worlds exact faces pendulum digits] [--seeds 5]
        [--steps 3000] [--limit SECONDS] [--digits FOLDER] [--folder build/audit_truth]

On the same images heads are trained under the true graph of their labels, under the same with all
arrows reversed, and under none. What each draws follows its own graph, so that the truth about it
is known. Each is audited, and counted are: how often the sign of Delta tau is right where a path
leads from one attribute to another; how often what the audit says beyond its nulls is; how often a
test at 5 % rejects between attributes that are independent, between those that have only a common
cause, and between those independent ones of which the images show no effect under the graph's own
do (below .02); beside what methods without interventions say, and how often the rarer attribute is
called the cause. `exact` trains no head: what draws the faces is the generator, so that nothing
shows but what its graph says, and its images are read by a classifier that has learnt from labels
which have nothing to do with each other. `digits` needs the files of Morpho-MNIST that
examples/morpho_digits names.

What is done stays in the folder, and the same command goes on. `--limit` begins no head after so
many seconds and prints what there is.
"""

import argparse
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import Tensor, nn

import scm_compiler as scm
from scm_compiler.inference.table import columns
from scm_compiler.ir import Graph, Image
from scm_compiler.passes.prune import ancestors
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.readers import Labelled
from scm_compiler.runtime.audit.shown import Audit
from scm_compiler.runtime.data.drawn_faces import LABELS, NUISANCE, draw_from
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding

GRAPHS = ("true", "reversed", "none")
METHODS = ("LiNGAM", "ANM", "NOTEARS")
LEVEL, STILL = 0.05, 0.02
SIDE, ROWS = 16, 6000
"""Of the exact faces: their size, and how many of them a classifier learns from."""

MEDIANS = {"Thickness": 2.44047, "Intensity": 154.91}
"""Where the digits of the test are cut in two."""
HALVES = {"Pendulum": 1, "Light": 120, "Shadow_Length": 5, "Shadow_Position": 10.2}
"""Where the pendulum's labels are: the light's where it lengthens the shadow, the others near
their medians."""

Arrows = tuple[tuple[str, str], ...]
Found = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Images whose labels' graph is known.

    Attributes:
        name: What it is called.
        arrows: The true graph of the labels.
        image: The arguments of the image's kind.
        images: Where the images are.
        data: Where the labels are; None for the shipped ones.
        cuts: Where a label is cut in two that is a number in the data.
        halves: The same where a picture has the nearer of two declared values.
        exact: Whether no head is trained, as what draws the images is the generator.
    """

    name: str
    arrows: Arrows
    image: str
    images: str
    data: str | None = None
    cuts: Mapping[str, float] = field(default_factory=dict)
    halves: Mapping[str, float] = field(default_factory=dict)
    exact: bool = False

    def graph(self, kind: str) -> Graph:
        """The graph that a head is trained under."""
        labels = list(dict.fromkeys(name for arrow in self.arrows for name in arrow))
        kept = () if kind == "none" else self.arrows
        turned = [(b, a) if kind == "reversed" else (a, b) for a, b in kept]
        lines = [f"graph {self.name}_{kind}", *(f"{it} : {self.kind(it)}" for it in labels)]
        lines += [f"Picture : image({self.image})", "* -> Picture"]
        return scm.parse("\n".join([*lines, *(f"{a} -> {b}" for a, b in turned)]) + "\n")

    def kind(self, label: str) -> str:
        """The kind of a label that has two values."""
        if label in self.halves:
            cut = self.halves[label]
            return f"categorical({cut - 1:g}, {cut + 1:g})"
        return f"binned({self.cuts[label]})" if label in self.cuts else "binary"


FEW = (
    ("Young", "Eyeglasses"),
    ("Male", "Smiling"),
    ("Young", "Smiling"),
    ("Male", "Wearing_Lipstick"),
    ("Young", "Wearing_Lipstick"),
    ("Young", "Mouth_Slightly_Open"),
    ("Smiling", "Mouth_Slightly_Open"),
)
MORE = (
    *((cause, name) for cause in ("Male", "Young") for name in ("Bald", "Mustache")),
    *((cause, "Narrow_Eyes") for cause in ("Male", "Young", "Smiling")),
)


def worlds(names: Sequence[str], digits: Path, *, small: bool) -> list[World]:
    """Those that are asked for."""
    found = []
    if "exact" in names:
        found.append(World("exact", FEW, f"3, {SIDE}, {SIDE}", "drawn-faces", exact=True))
    if "faces" in names:
        arrows, side = (FEW, 16) if small else (FEW + MORE, 32)
        found.append(World("faces", arrows, f"3, {side}, {side}", "drawn-faces:12000"))
    if "pendulum" in names:
        shadow = [name for name in HALVES if name.startswith("Shadow")]
        arrows = tuple((cause, name) for cause in ("Pendulum", "Light") for name in shadow)
        found.append(World("pendulum", arrows, "3, 16, 16", "pendulum", halves=HALVES))
    if "digits" in names:
        arrows = (("Thickness", "Intensity"),)
        place = f"morpho:{digits.absolute()}"
        found.append(World("digits", arrows, "1, 16, 16", place, place, MEDIANS))
    return found


class Painter(ImageGenerator):
    """Draws the faces of its labels as they are; labels that it does not read are 0.

    Args:
        coding: The labels.
        more: Numbers of its noise beside those of a face.
    """

    def __init__(self, coding: LabelCoding, more: int = 0) -> None:
        super().__init__(Image(3, SIDE, SIDE), coding, len(NUISANCE) + more, "uniform")
        self.place = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.eval()

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Faces of encoded labels."""
        nine = torch.zeros(len(labels), len(LABELS), dtype=torch.long)
        nine[:, [LABELS.index(name) for name in self.coding.names]] = labels.long()
        return draw_from(nine, (noise[:, : len(NUISANCE)] + 1) / 2, SIDE)


def exact_audit(world: World, kind: str, seed: int, place: Path) -> Audit:
    """What an audit finds of the painter under a graph."""
    graph = world.graph(kind)
    shutil.rmtree(place / "run", ignore_errors=True)
    run = scm.train(graph, stage="labels", seed=seed, run=place / "run")
    painter, dice = Painter(LabelCoding.of(graph, "Picture")), torch.Generator().manual_seed(seed)
    even = torch.randint(2, (ROWS, len(painter.coding.names)), generator=dice)
    faces = painter.render(even, 2 * torch.rand(ROWS, len(NUISANCE), generator=dice) - 1)
    codes = HeadCodes(painter, run.module())
    data = Labelled(painter.coding.names, faces, even, "faces with even labels")
    return scm.audit(
        codes.images, latent=codes.latent, images=data, seed=seed, folder=place / "parts"
    )


def audited(world: World, kind: str, seed: int, steps: int, folder: Path) -> Found:
    """The report on one head, from the folder or made now."""
    place = folder / f"{world.name}-{kind}-{seed}"
    report = place / "audit.json"
    if not report.exists() and world.exact:
        found = exact_audit(world, kind, seed, place)
        report.write_text(json.dumps(found.to_dict()), encoding="utf-8")
    elif not report.exists():
        if not (place / "trained").exists():
            shutil.rmtree(place / "run", ignore_errors=True)  # of a training that was cut short
            scm.train(
                world.graph(kind), data=world.data, images=world.images, head="conditional_gan",
                head_steps=steps, seed=seed, device="cpu", run=place / "run",
            )  # fmt: skip
            (place / "trained").touch()
        found = scm.audit(scm.open_run(place / "run"), seed=seed, folder=place / "parts")
        report.write_text(json.dumps(found.to_dict()), encoding="utf-8")
    content: Found = json.loads(report.read_text(encoding="utf-8"))
    return content


@dataclass(frozen=True)
class Judged:
    """A pair of attributes of one audit.

    Attributes:
        truth: The direction of a path, `cause` of a common cause only, or `none`.
        pair: What the audit found.
        moved: How much of the second the images show under do of the first, in the graph's own
            sense, and the other way round.
        rarer: Whether the first attribute is the rarer one: shown by fewer images, or all but so.
    """

    truth: str
    pair: Found
    moved: tuple[float, float]
    rarer: bool

    def delta(self, view: str, key: str = "delta") -> float:
        """Delta tau, above 0 where it points the right way."""
        return float(self.pair[view][key]["value"]) * (1 if self.truth == "->" else -1)

    @property
    def sure(self) -> bool:
        """Whether Delta tau is beyond its error."""
        return abs(self.delta("image")) > 2 * float(self.pair["image"]["delta"]["std_error"])

    @property
    def rarer_first(self) -> bool:
        """Whether Delta tau makes the rarer attribute the cause."""
        return (float(self.pair["image"]["delta"]["value"]) > 0) == self.rarer

    def rejections(self) -> list[bool]:
        """Whether each of both tests, not corrected, rejects."""
        sides = (self.pair["image"][side] for side in ("forward", "backward"))
        return [max(side["p_random"], side["p_permuted"]) <= LEVEL for side in sides]

    def unmoved(self) -> list[bool]:
        """The tests of directions in which the generator shows next to nothing."""
        both = zip(self.rejections(), self.moved, strict=True)
        return [hit for hit, moved in both if abs(moved) < STILL]


def judged(graph: Graph, report: Found) -> Iterator[Judged]:
    """The pairs that the audit judges, with the truth about each."""
    above = {node.name: ancestors(graph, [node.name]) | {node.name} for node in graph.labels}
    rates = {it["name"]: it["rate"]["value"] for it in report["attributes"]}
    rare = {name: min(rate, 1 - rate) for name, rate in rates.items()}
    shown = {(e["cause"], e["outcome"]): e["shown"]["value"] for e in report["declared"]}
    for pair in report["pairs"]:
        left, right = pair["left"], pair["right"]
        if pair["direction"] == "not judged":
            continue
        truth = "cause" if above[left] & above[right] else "none"
        truth = "->" if left in above[right] else "<-" if right in above[left] else truth
        unknown = 1.0 if truth in ("->", "<-") else 0.0  # exact images show what the graph says
        moved = (shown.get(both, unknown) for both in ((left, right), (right, left)))
        yield Judged(truth, pair, (next(moved), next(moved)), rare[left] < rare[right])


def share(hits: Sequence[bool]) -> str:
    """So many of so many."""
    return f"{sum(hits)} of {len(hits)}" if hits else "-"


def row(name: str, found: Sequence[Judged], audits: int) -> tuple[str, ...]:
    """What was found in all audits of heads under one kind of graph."""
    paths = [one for one in found if one.truth in ("->", "<-")]
    sure = [one for one in paths if one.sure]
    said = [one for one in paths if one.pair["direction"] in ("->", "<-")]
    tests = {
        truth: [hit for one in found if one.truth == truth for hit in one.rejections()]
        for truth in ("none", "cause")
    }
    return (
        name,
        str(audits),
        share([one.delta("image") > 0 for one in paths]),
        share([one.delta("image") > 0 for one in sure]),
        share([one.pair["direction"] == one.truth for one in said]),
        share([one.delta("image", "ranked") > 0 for one in paths]),
        share([one.delta("latent") > 0 for one in paths]),
        *(share(_right(paths, method)) for method in METHODS),
        share([one.rarer_first for one in found if one.sure]),
        share(tests["none"]),
        share(tests["cause"]),
        share([hit for one in found if one.truth == "none" for hit in one.unmoved()]),
    )


def _right(paths: Sequence[Judged], method: str) -> list[bool]:
    said = [one for one in paths if one.pair["baselines"][method] in ("->", "<-")]
    return [one.pair["baselines"][method] == one.truth for one in said]


HEAD = (
    "heads under", "audits", "sign right", "beyond error", "verdict", "ranked", "by codes",
    *METHODS, "rarer first", "none: rejected", "common cause", "none, and none shown",
)  # fmt: skip


def table(world: World, reports: Sequence[tuple[str, Found]]) -> str:
    """The table of one world."""
    rows: list[tuple[str, ...]] = [HEAD]
    for kind in GRAPHS:
        mine = [report for name, report in reports if name == kind]
        pairs = [one for report in mine for one in judged(world.graph(kind), report)]
        if mine:
            rows.append(row(f"{world.name}, {kind}", pairs, len(mine)))
    return columns(rows)


def main() -> None:
    """Train, audit, count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    worlds_known = ("exact", "faces", "pendulum", "digits")
    parser.add_argument("--worlds", nargs="+", default=["faces"], choices=worlds_known)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3000, help="of each training")
    parser.add_argument("--limit", type=float, default=float("inf"))
    parser.add_argument("--small", action="store_true", help="six labels at 16 x 16, 500 steps")
    parser.add_argument("--digits", type=Path, default=Path("digits"))
    parser.add_argument("--folder", type=Path, default=Path("build/audit_truth"))
    args = parser.parse_args()
    started, steps = monotonic(), 500 if args.small else args.steps
    for world in worlds(args.worlds, args.digits, small=args.small):
        reports = []
        for seed in range(args.seeds):
            for kind in GRAPHS:
                done = (args.folder / f"{world.name}-{kind}-{seed}" / "audit.json").exists()
                if done or monotonic() - started < args.limit:
                    reports.append((kind, audited(world, kind, seed, steps, args.folder)))
        print(table(world, reports), flush=True)


if __name__ == "__main__":
    main()
