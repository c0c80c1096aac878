"""The report: chapters from results, written as HTML and Markdown."""

import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

from benchmarks.paper import on_faces, on_labels, on_synthetic
from benchmarks.paper.document import Section, Table, Text, html, markdown
from benchmarks.paper.pieces import Order
from benchmarks.paper.published import PAPER
from benchmarks.paper.store import Result
from benchmarks.paper.verdicts import RULES, Verdict, Word
from scm_compiler.files import write_whole
from scm_compiler.version import __version__

TITLE = "The paper's tables and figures, made again"
PAGE, MARKDOWN, PICTURES = "report.html", "results.md", "pictures/paper"


def chapters(results: Mapping[str, Result], order: Order) -> list[Section]:
    """The chapters whose pieces are all there."""
    found = (
        on_synthetic.chapter(results),
        on_labels.chapter(results, order.size),
        on_faces.chapter(results, "faces"),
        on_faces.chapter(results, "photographs"),
    )
    return [section for section in found if section is not None]


def write(
    folder: Path, results: Mapping[str, Result], order: Order, missing: Sequence[str]
) -> list[Section]:
    """Write `report.html`, `results.md` and the pictures of the latter into a folder."""
    body = chapters(results, order)
    whole = [_opening(body, order, missing), *body, _closing(results, order)]
    pictures = folder / PICTURES
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = {f"{p.name}.png": p.content for section in body for p in section.pictures}
    for name, content in drawn.items():
        write_whole(pictures / name, content)
    for old in pictures.glob("*.png"):
        if old.name not in drawn:
            old.unlink()
    write_whole(folder / MARKDOWN, markdown(TITLE, whole, PICTURES))
    write_whole(folder / PAGE, html(TITLE, whole))
    return body


def _opening(body: Sequence[Section], order: Order, missing: Sequence[str]) -> Section:
    verdicts = [verdict for section in body for verdict in section.verdicts]
    today = datetime.now(UTC).date()
    parts = [
        Text(
            f"Written by `python -m benchmarks.paper {_options(order)}` on {today} with scmc "
            f"{__version__}, seed {order.seed}, on {machine(order.device)}. The paper is {PAPER}. "
            "Every number below was measured or computed by that command, and every verdict "
            "follows from the numbers by the rules at the end."
        ),
        Text(f"{_counted(verdicts)}."),
    ]
    if missing:
        parts.append(Text(f"Not there: {'; '.join(missing)}."))
    return Section("What this is", parts)


def _options(order: Order) -> str:
    words = [f"--{order.scale}"]
    if order.seed:
        words.append(f"--seed {order.seed}")
    if order.photographs:
        kind, _, place = order.photographs.partition(":")
        words.append(f"--faces {kind}:{Path(place).name}")
    return " ".join(words)


_MANY: Mapping[Word, str] = {
    "agrees": "agree",
    "better": "are better",
    "worse": "are worse",
    "disagrees": "disagree",
    "cannot be compared": "cannot be compared",
}


def _counted(verdicts: Sequence[Verdict]) -> str:
    counts = Counter(verdict.word for verdict in verdicts)
    parts = [f"{number} {_MANY[word]}" for word, number in counts.most_common()]
    return f"Of {len(verdicts)} comparisons: " + ", ".join(parts) if parts else "No comparisons"


def _closing(results: Mapping[str, Result], order: Order) -> Section:
    rows = [
        [piece.name, f"{piece.seconds:.0f}", f"{results[piece.name].seconds:.0f}"]
        for piece in order.pieces()
        if piece.name in results
    ]
    used = sum(results[str(name)].seconds for name, *_ in rows)
    parts = [*(Text(f"{rank}. {rule}") for rank, rule in enumerate(RULES, start=1))]
    head = ("piece", "at most, about, s", "took, s")
    table = Table(f"Time of the pieces: {used / 60:.0f} minutes of one process", head, rows)
    return Section("The rules of the verdicts, and the time", [*parts, table])


def machine(device: str) -> str:
    """The machine and the versions that the figures belong to."""
    parts = [f"{platform.machine()}, {os.cpu_count()} cores"]
    model = _processor()
    if model:
        parts[0] += f" ({model})"
    if device == "cuda":
        parts.append(torch.cuda.get_device_name())
    parts += [f"Python {platform.python_version()}", f"torch {torch.__version__}"]
    return ", ".join(parts)


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else ""
