"""What each part of the default image head is worth: with and without it, by several seeds.

    python -m benchmarks.head_study train --images SPEC --out DIR   trains; once stopped, goes on
    python -m benchmarks.head_study evaluate --out DIR              measures what is trained
    python -m benchmarks.head_study report --out DIR                prints the table, or
                                                                    makes a page: --write PAGE

Each row of the table is CausalGAN's preset `default` with one part changed, on Causal Graph 1. All
rows take the same steps, but for those whose steps cost more: they take as many as the default's
time allows, by the ratio `--paper-cost`.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import torch

import scm_compiler as scm
from benchmarks.__main__ import machine
from scm_compiler.cli.main import main as scmc
from scm_compiler.ir import Graph
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.heads import installed
from scm_compiler.runtime.images.device import choose_device
from scm_compiler.runtime.images.train import Where
from scm_compiler.runtime.stages import go_on, pending_heads
from scm_compiler.runtime.training.checkpoint import write_file
from scm_compiler.shipped import find_program

REPORT, STUDY = "study.json", "study.json"
EFFORT = Effort(regime=300)
"""Fewer images of each regime than `scmc eval` draws: there are many runs."""
REGIMES = "do(Mustache=1)", "given(Mustache=1)"
EXPLAINED = """\
Means over the seeds, ± the deviation between seeds. A label's AUC is that of an independent
classifier on images under observation; read it with the realism beside it, since a generator can
write labels into what no one would call a face. KID and FID are in the features of a second
network and compare within this page only. *Told apart*: the accuracy of a fresh classifier of
real and generated images; 0.5 is perfect. *Diversity*: the mean distance of images of the same
labels, over that of real ones. *Shown*: of the images under do(Mustache=1) that do not look Male,
the share with a mustache.
"""


@dataclass(frozen=True)
class Row:
    """One setting of a head.

    Attributes:
        title: As the table has it.
        changes: The options that differ from the preset.
        head: The head.
        preset: Its preset.
        theorem: What the change does to Theorem 2.
        costly: Whether its steps are fewer, for equal time.
    """

    title: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    head: str = "causal_gan"
    preset: str = "default"
    theorem: str = ""
    costly: bool = False


ROWS: Mapping[str, Row] = {
    "default": Row("`causal_gan`, preset `default`", theorem="holds for ideal judges"),
    "cgan": Row(
        "no Labelers (`conditional_gan`)",
        head="conditional_gan",
        theorem="rests on the projection alone",
    ),
    "no_anti": Row(
        "no Anti-Labeler",
        {"anti_labeler_weight": 0.0},
        theorem="broken: clear labels are rewarded beyond the data's",
    ),
    "paper_time": Row(
        "preset `paper`, equal time",
        preset="paper",
        costly=True,
        theorem="broken by the swapped cross entropy",
    ),
    "paper": Row(
        "preset `paper`, equal steps",
        preset="paper",
        theorem="broken by the swapped cross entropy",
    ),
    "no_spectral": Row(
        "batch norm for spectral norm",
        {"discriminator_norm": "batch"},
        theorem="the judges come nearer to ideal ones",
    ),
    "no_projection": Row(
        "no projection", {"projection": False}, theorem="rests on the Labelers alone"
    ),
    "no_augmentation": Row("no augmentation", {"augmentation": False}, theorem="unchanged"),
    "no_average": Row("last weights, no average", {"averaging": 0.0}, theorem="unchanged"),
    "no_hinge": Row(
        "non-saturating loss for hinge",
        {"gan_loss": "non_saturating"},
        theorem="the equilibrium is kept, the divergence is not",
    ),
    "schedule": Row(
        "6 generator updates for 1",
        {"generator_updates": 2, "discriminator_every": 3},
        theorem="unchanged",
    ),
    "weight_1": Row(
        "Labelers at weight 1",
        {"labeler_weight": 1.0, "anti_labeler_weight": 1.0},
        theorem="unchanged",
    ),
    "weight_02": Row(
        "Labelers at weight 0.2",
        {"labeler_weight": 0.2, "anti_labeler_weight": 0.2},
        theorem="unchanged",
    ),
    "no_beyond": Row(
        "no labels beyond the data", {"beyond": 0}, theorem="unchanged on the data's support"
    ),
    "labeler_spectral": Row(
        "spectral norm in the Labelers",
        {"labeler_norm": "spectral"},
        theorem="the Labelers are held short of their optimum",
    ),
    "no_condition": Row(
        "labels not in the generator's norms", {"conditional_norm": False}, theorem="unchanged"
    ),
    "began": Row("`causal_began`", head="causal_began", theorem="not its subject"),
    "began_c3": Row(
        "`causal_began`, c3 = 1",
        {"third_margin": False},
        head="causal_began",
        theorem="not its subject",
    ),
    "began_slow": Row(
        "`causal_began`, rates 1e-4",
        {"generator_rate": 1e-4, "discriminator_rate": 1e-4},
        head="causal_began",
        theorem="not its subject",
    ),
    "began_gamma": Row(
        "`causal_began`, gamma_1 = 0.7",
        {"gamma": [0.7, 0.5, 0.5]},
        head="causal_began",
        theorem="not its subject",
    ),
    "logits": Row(
        "jittered label logits",
        {"label_input": "logits"},
        theorem="unchanged: the jitter is the image's own noise",
    ),
}


@dataclass(frozen=True)
class Settings:
    """What all trainings of a study have in common."""

    images: str
    size: int
    steps: int
    seeds: tuple[int, ...]
    device: str
    paper_cost: float
    rows: tuple[str, ...]
    batches: int

    def takes(self, row: Row) -> int:
        """The steps of a row."""
        return round(self.steps / self.paper_cost) if row.costly else self.steps

    def options(self, row: Row) -> dict[str, Any]:
        """What a row changes, with batches so many times as large as its preset's."""
        plain = installed().find(row.head).options(row.preset).model_dump()
        return {**row.changes, "batch": self.batches * plain["batch"]}


def graph_of(size: int) -> Graph:
    """Causal Graph 1 with an image of this size."""
    text = find_program("drawn_faces").read_text(encoding="utf-8")
    return scm.parse(text.replace("image(3, 32, 32)", f"image(3, {size}, {size})"), "drawn_faces")


def place_of(out: Path, name: str, seed: int) -> Path:
    """The run of a row and a seed."""
    return out / f"{name}-{seed}"


def train_one(settings: Settings, out: Path, name: str, seed: int, until: float | None) -> str:
    """Train one run, or go on with it, until it is complete or the clock says `until`."""
    torch.set_num_threads(1)
    row, path = ROWS[name], place_of(out, name, seed)
    budget = None if until is None else until - time.time()
    if budget is not None and budget < 1:
        return f"{path.name}: no time left"
    if path.exists():
        run = scm.open_run(path)
        if not pending_heads(run):
            return f"{path.name}: complete"
        spent = sum(facts.seconds for facts in run.manifest.heads.values())
        spent += run.manifest.seconds
        budget = None if budget is None else budget + spent
        run = go_on(run, budget=budget, where=Where(choose_device(settings.device))).run
    else:
        run = scm.train(
            graph_of(settings.size),
            images=settings.images,
            head=row.head,
            head_preset=row.preset,
            head_options=settings.options(row),
            head_steps=settings.takes(row),
            seed=seed,
            budget=budget,
            device=settings.device,
            path=path,
        )
    facts = run.manifest.heads["Face"]
    return f"{path.name}: {facts.steps} steps in {facts.seconds:.0f} s"


def evaluate_one(out: Path, name: str, seed: int, effort: Effort) -> str:
    """Measure one run, unless it is measured already or waits for its training."""
    torch.set_num_threads(1)
    path = place_of(out, name, seed)
    if (path / REPORT).exists() or not path.exists():
        return f"{path.name}: nothing to do"
    run = scm.open_run(path)
    if "Face" not in run.images:
        return f"{path.name}: not trained"
    found = evaluate_run(run, effort=effort).to_dict()
    write_file(path / REPORT, json.dumps(found), resumable=False)
    return f"{path.name}: measured"


def in_turn(jobs: int, work: Sequence[tuple[Any, ...]]) -> None:
    """Do the work in so many processes, and say what came of each part."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(*part) for part in work]):
            print(done.result(), flush=True)


@dataclass(frozen=True)
class Measured:
    """The numbers of one run that the table shows."""

    auc: float
    worst: float
    kid: float
    fid: float
    told_apart: float
    diversity: float
    looks_male: float
    shown: float

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> "Measured":
        """Take them out of a report."""
        (head,) = report["heads"]
        areas = [s["generated"]["observation"]["auc"]["value"] for s in head["labels"]]
        realism = head["realism"]
        ratios = [
            d["generated"]["features"]["value"] / d["real"]["features"]["value"]
            for d in head["diversity"]
        ]
        mustache = next(
            a for a in head["arrows"] if (a["cause"], a["effect"]) == ("Male", "Mustache")
        )
        return cls(
            mean(areas),
            min(areas),
            realism["kid"]["value"],
            realism["fid"]["value"],
            realism["told_apart"]["value"],
            mean(ratios),
            *(mustache["generated"][key]["value"] for key in ("under_do", "shown")),
        )


HEADINGS = {
    "auc": ("mean label AUC", 3),
    "worst": ("worst label AUC", 3),
    "kid": ("KID", 2),
    "fid": ("FID", 2),
    "told_apart": ("told apart", 3),
    "diversity": ("diversity", 3),
    "looks_male": ("looks Male, do(Mustache=1)", 3),
    "shown": ("shown", 3),
}


def measured(out: Path, name: str, seeds: Sequence[int]) -> list[Measured]:
    """The runs of a row that are measured."""
    paths = (place_of(out, name, seed) / REPORT for seed in seeds)
    return [Measured.of(json.loads(path.read_text())) for path in paths if path.exists()]


def cell(values: Sequence[float], digits: int) -> str:
    """The mean over seeds, with the deviation between seeds."""
    spread = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{spread}"


def table(settings: Settings, out: Path) -> Iterator[str]:
    """The lines of the table in Markdown."""
    titles = [title for title, _ in HEADINGS.values()]
    yield "| " + " | ".join(["", "seeds", "steps", *titles, "Theorem 2"]) + " |"
    yield "| --- " * (len(titles) + 4) + "|"
    for name in settings.rows:
        found = measured(out, name, settings.seeds)
        if not found:
            continue
        row = ROWS[name]
        cells = [
            cell([getattr(one, field) for one in found], digits)
            for field, (_, digits) in HEADINGS.items()
        ]
        yield (
            "| "
            + " | ".join(
                [row.title, str(len(found)), f"{settings.takes(row):,}", *cells, row.theorem]
            )
            + " |"
        )


def pictured(settings: Settings, out: Path, page: Path) -> Iterator[str]:
    """The two-row figure of each row's first seed, drawn beside the page."""
    folder = page.parent / "pictures" / page.stem
    folder.mkdir(parents=True, exist_ok=True)
    for name in settings.rows:
        run, picture = place_of(out, name, settings.seeds[0]), folder / f"{name}.png"
        if not (run / REPORT).exists():
            continue
        words = ["sample", REGIMES[0], "--vs", REGIMES[1], "-n", "10", "--run", str(run)]
        if scmc([*words, "-q", "-o", str(picture)]):
            raise SystemExit(f"no picture of {run}")
        yield f"### {ROWS[name].title}\n"
        caption = f"{REGIMES[0]} above {REGIMES[1]}"
        yield f"![{caption}]({picture.relative_to(page.parent)})\n"


def write_page(settings: Settings, out: Path, page: Path, title: str) -> None:
    """A page with the table and the pictures."""
    command = f"python -m benchmarks.head_study report --out DIR --write {page.name}"
    source = settings.images.partition(":")[0]
    parts = [
        f"# {title}\n",
        f"Written by `{command}` on {datetime.now(UTC).date()}; {machine()}. Trained on",
        f"{settings.device} from `{source}`, {settings.size} x {settings.size} pixels, batches",
        f"{settings.batches} times those of the presets.\n",
        EXPLAINED,
        *table(settings, out),
        "\n## The paper's two rows\n",
        *pictured(settings, out, page),
    ]
    page.write_text("\n".join(parts), encoding="utf-8")


def main() -> None:
    """Train, evaluate or report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("train", "evaluate", "report"))
    parser.add_argument("--out", type=Path, required=True, help="the folder of the study")
    parser.add_argument("--images", default="drawn-faces", help="as of scmc train")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=15_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rows", nargs="+", choices=tuple(ROWS), default=list(ROWS))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--minutes", type=float, help="stop then; the same command goes on")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a page instead of a table")
    parser.add_argument("--title", default="What each part of the default head is worth")
    parser.add_argument("--batches", type=int, default=1, help="times the presets' batch size")
    parser.add_argument("--paper-cost", type=float, default=11.0)
    args = parser.parse_args()
    known = args.out / STUDY
    if args.verb == "train":
        settings = Settings(
            args.images,
            args.size,
            args.steps,
            tuple(args.seeds),
            args.device,
            args.paper_cost,
            tuple(args.rows),
            args.batches,
        )
        args.out.mkdir(parents=True, exist_ok=True)
        write_file(known, json.dumps(asdict(settings)), resumable=False)
    else:
        held = json.loads(known.read_text())
        settings = Settings(**held | {"seeds": tuple(held["seeds"]), "rows": tuple(held["rows"])})
    pairs = [(name, seed) for seed in settings.seeds for name in settings.rows]
    until = None if args.minutes is None else time.time() + 60 * args.minutes
    if args.verb == "train":
        in_turn(args.jobs, [(train_one, settings, args.out, *pair, until) for pair in pairs])
    elif args.verb == "evaluate":
        in_turn(args.jobs, [(evaluate_one, args.out, *pair, EFFORT) for pair in pairs])
    elif args.write is not None:
        write_page(settings, args.out, args.write, args.title)
    else:
        print("\n".join(table(settings, args.out)))


if __name__ == "__main__":
    main()
