"""The study's tables, and its page with the pictures."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import isnan, nan
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import scm_compiler as scm
from benchmarks.__main__ import machine
from benchmarks.head_study.rows import ROWS
from benchmarks.head_study.settings import Settings
from benchmarks.head_study.work import REPORT, place_of
from scm_compiler.cli.main import main as scmc
from scm_compiler.runtime.heads.device import choose_device

PICTURED = "Mustache", "Bald"
REMARKS = re.compile(r"<!-- remarks -->\n.*?<!-- end -->\n", re.DOTALL)
"""What someone wrote on the page who looked at the pictures; it is kept."""
KINDS = "observation", "given", "do"
EXPLAINED = """\
Means over the seeds, ± the deviation between seeds; of one seed, ± the standard error of the
measurement. {fair}

*AUC*: how well an independent classifier reads the labels off the images, the mean over the
labels, under observation, under given and under do (each label set to each value, pooled). On
real images that it has not seen its own is {own}. Read it with the realism beside it, since a
generator can write labels into what no one would call a face. *KID* and *FID* are in the features
of a second network and compare within this page only; between real and other real images they are
{kid} and {fid}. *Told apart*: the accuracy of a fresh classifier of real and generated images; 0.5
is perfect. *Diversity*: the mean distance of images of the same labels, over that of real ones.
*Looks Male*, *shown*: of the images under do(Mustache=1), the share that looks Male, where the
label model says {male}; and of those that do not, the share with a mustache; *shown, second*, the
same by a second classifier, which has seen mustaches painted on photographs of everyone.
"""

BY_STEPS = """\
All rows have the time of the first, in steps whose cost was measured by turns;
*minutes* is what the clock said, beside other work."""
BY_CLOCK = """\
All runs had the same minutes by the clock, side by side."""

Head = Mapping[str, Any]
"""What `scmc eval` says of one head, as plain data."""
Number = Mapping[str, float]
"""An estimate: its value and its standard error."""


def area(kind: str) -> Callable[[Head], Number]:
    """The mean over the labels of the AUC under one kind of regime."""
    return lambda head: average(label["generated"][kind]["auc"] for label in head["labels"])


def realism(name: str) -> Callable[[Head], Number]:
    """A number of the realism."""
    return lambda head: head["realism"][name]


def mustache(name: str) -> Callable[[Head], Number]:
    """A number of the arrow from Male to Mustache."""

    def of(head: Head) -> Number:
        arrow = next(
            a for a in head["arrows"] if (a["cause"], a["effect"]) == ("Male", "Mustache")
        )
        return arrow["generated"][name]  # type: ignore[no-any-return]

    return of


def second(head: Head) -> Number:
    """As `mustache("shown")`, in the eyes of the second judge; NaN where none was asked."""
    opinion = head.get("second")
    if opinion is None:
        return {"value": nan, "std_error": nan}
    arrow = next(a for a in opinion["arrows"] if a["cause"] == "Male")
    return arrow["generated"]["shown"]  # type: ignore[no-any-return]


def diversity(head: Head) -> Number:
    """The mean over what is compared of the spread over that of real images."""
    pairs = [(d["generated"]["features"], d["real"]["features"]) for d in head["diversity"]]
    return average(
        {
            "value": one["value"] / other["value"],
            "std_error": one.get("std_error", 0.0) / other["value"],
        }
        for one, other in pairs
    )


COLUMNS: Mapping[str, tuple[Callable[[Head], Number], int]] = {
    "AUC, observation": (area("observation"), 3),
    "AUC, given": (area("given"), 3),
    "AUC, do": (area("do"), 3),
    "KID": (realism("kid"), 3),
    "FID": (realism("fid"), 1),
    "told apart": (realism("told_apart"), 3),
    "diversity": (diversity, 3),
    "looks Male": (mustache("under_do"), 3),
    "shown": (mustache("shown"), 3),
    "shown, second": (second, 3),
}


def average(numbers: Iterable[Number]) -> Number:
    """The mean of independent estimates."""
    found = list(numbers)
    spread = sum(number.get("std_error", 0.0) ** 2 for number in found) ** 0.5 / len(found)
    return {"value": mean(number["value"] for number in found), "std_error": spread}


def measured(out: Path, name: str, seeds: Sequence[int]) -> dict[Path, Head]:
    """The runs of a row that are measured, with what was found."""
    runs = [place_of(out, name, seed) for seed in seeds]
    found = {run: run / REPORT for run in runs if (run / REPORT).exists()}
    return {run: json.loads(path.read_text())["heads"][0] for run, path in found.items()}


def cell(numbers: Sequence[Number], digits: int) -> str:
    """The mean over seeds, with the deviation between seeds, or the error of the only one."""
    values = [number["value"] for number in numbers]
    if any(map(isnan, values)):
        return "-"
    spread = stdev(values) if len(values) > 1 else numbers[0].get("std_error", 0.0)
    return f"{mean(values):.{digits}f} ± {spread:.{digits}f}"


def line(cells: Iterable[str]) -> str:
    """A line of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def trained(runs: Iterable[Path]) -> tuple[str, str]:
    """The steps of the trainings, and how long they took by the clock, in minutes."""
    facts = [scm.open_run(run).manifest.heads["Face"] for run in runs]
    steps, seconds = mean(it.steps for it in facts), mean(it.seconds for it in facts)
    return f"{steps:,.0f}", f"{seconds / 60:.0f}"


def table(settings: Settings, out: Path) -> Iterator[str]:
    """The table of the rows."""
    titles = ["", "seeds", "steps", "minutes", *COLUMNS, "Theorem 2"]
    yield line(titles)
    yield line(["---"] * len(titles))
    for name in settings.rows:
        found = measured(out, name, settings.seeds)
        if not found:
            continue
        yield line(
            [
                ROWS[name].title,
                str(len(found)),
                *trained(found),
                *(cell([of(head) for head in found.values()], d) for of, d in COLUMNS.values()),
                ROWS[name].theorem,
            ]
        )


def by_label(settings: Settings, out: Path) -> Iterator[str]:
    """The AUC of each label under each kind of regime, for each row."""
    found = {
        name: list(heads.values())
        for name in settings.rows
        if (heads := measured(out, name, settings.seeds))
    }
    yield line(["", "real images", *(ROWS[name].title for name in found)])
    yield line(["---"] * (2 + len(found)))
    first = next(iter(found.values()))[0]
    for place, label in enumerate(first["labels"]):
        areas = {
            name: [
                mean(h["labels"][place]["generated"][kind]["auc"]["value"] for h in heads)
                for kind in KINDS
            ]
            for name, heads in found.items()
        }
        cells = (" · ".join(f"{area:.3f}" for area in of) for of in areas.values())
        yield line([label["label"], f"{label['own']['auc']['value']:.3f}", *cells])


def pictured(settings: Settings, out: Path, page: Path) -> Iterator[str]:
    """The two-row figures of each row's first seed, drawn beside the page."""
    folder = page.parent / "pictures" / page.stem
    folder.mkdir(parents=True, exist_ok=True)
    for name in settings.rows:
        run = place_of(out, name, settings.seeds[0])
        if not (run / REPORT).exists():
            continue
        yield f"### {ROWS[name].title}\n"
        for label in PICTURED:
            drawn = draw(run, label, folder / f"{name}_{label}.png")
            yield f"![do({label}=1) above given({label}=1)]({drawn.relative_to(page.parent)})\n"


def draw(run: Path, label: str, picture: Path) -> Path:
    """Draw the two-row figure of a label."""
    words = ["sample", f"do({label}=1)", "--vs", f"given({label}=1)", "-n", "10"]
    if scmc([*words, "--run", str(run), "-q", "-o", str(picture)]):
        raise SystemExit(f"no picture of {run}")
    return picture


def explained(settings: Settings, head: Head) -> str:
    """What the columns are, with what real images reach."""
    own = average(label["own"]["auc"] for label in head["labels"])
    floors = {name: cell([head["realism"][f"{name}_floor"]], 3) for name in ("kid", "fid")}
    arrow = next(a for a in head["arrows"] if (a["cause"], a["effect"]) == ("Male", "Mustache"))
    fair = BY_STEPS if settings.each is None else BY_CLOCK
    return EXPLAINED.format(
        fair=fair, own=cell([own], 3), male=f"{arrow['unmoved']['value']:.3f}", **floors
    )


def where(settings: Settings) -> str:
    """The kind of device that the heads were trained on, which need not be this machine's."""
    return choose_device() if settings.device == "auto" else settings.device


def length(settings: Settings) -> str:
    """How long the trainings are, as `train` was told."""
    if settings.each is None:
        return f"--steps {settings.steps}"
    return f"--each {settings.each:g}"


def write_page(settings: Settings, out: Path, page: Path, title: str) -> None:
    """A page with the tables and the pictures."""
    command = f"python -m benchmarks.head_study report --out DIR --write {page.name}"
    source = settings.images.partition(":")[0]
    kept = REMARKS.search(page.read_text(encoding="utf-8")) if page.exists() else None
    seeds = " ".join(str(seed) for seed in settings.seeds)
    first = next(
        head for name in settings.rows for head in measured(out, name, settings.seeds).values()
    )
    parts = [
        f"# {title}\n",
        f"Written by `{command}` on {datetime.now(UTC).date()}; {machine()}. Trained on",
        f"{where(settings)} from `{source}`, {settings.size} x {settings.size} "
        f"pixels, batches {settings.batches} times those of the presets; `train` was given",
        f"`--rows {' '.join(settings.rows)} --seeds {seeds} {length(settings)}`.\n",
        *([kept[0]] if kept else []),
        explained(settings, first),
        *table(settings, out),
        "\n## Label by label\n",
        f"The AUC under {', '.join(KINDS[:2])} and {KINDS[2]}, in this order.\n",
        *by_label(settings, out),
        "\n## The paper's two rows\n",
        *pictured(settings, out, page),
    ]
    page.write_text("\n".join(parts), encoding="utf-8")
