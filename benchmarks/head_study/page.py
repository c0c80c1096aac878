"""The study's table, and its page with the pictures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from benchmarks.__main__ import machine
from benchmarks.head_study.rows import ROWS
from benchmarks.head_study.settings import Settings
from benchmarks.head_study.work import REPORT, place_of
from scm_compiler.cli.main import main as scmc

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
                [row.title, str(len(found)), f"{settings.takes(name):,}", *cells, row.theorem]
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
