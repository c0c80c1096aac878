"""A sample that is to be written: what it is of, and where it goes on if it was stopped."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.files import sweep, write_new, writing
from scm_compiler.ir import query as ir
from scm_compiler.locks import lock
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.sampling.codes.samples import NotARegime, OtherSample, PlaceTaken
from scm_compiler.runtime.sampling.sample import Sample, Stream, stream_of
from scm_compiler.semantics.query import read_query

PIECE = 256
"""Rows whose images are drawn at once: a bound on the memory."""


@dataclass(frozen=True)
class Job:
    """A part of the sequence of a regime, to be written.

    Attributes:
        run: The folder of the run.
        regime: As it is written; empty for observation.
        rows: How many.
        seed: Of everything.
        images: The images to draw.
    """

    run: str
    regime: str
    rows: int
    seed: int
    images: tuple[str, ...]

    def stream(self) -> Stream:
        """The sequence that the sample is a part of.

        Raises:
            ScmError: As `open_record` and `stream_of`.
        """
        opened = open_record(self.run)
        return stream_of(
            opened, regime_of(opened, self.regime), seed=self.seed, images=self.images
        )


def regime_of(run: Record, text: str) -> ir.Regime:
    """The regime that a text names in a run's graph; observation if it is empty.

    Raises:
        ScmError: E40x and E41x if the text is wrong, E719 if it is a question of another sort.
    """
    regime = read_query(text, run.graph) if text.strip() else ir.Regime()
    if not isinstance(regime, ir.Regime):
        raise refuse(NotARegime(text=text))
    return regime


def pieces(stream: Stream, start: int, stop: int) -> Iterator[tuple[int, Sample]]:
    """The rows from `start` to `stop` in pieces that fit in the memory, with each one's start."""
    for first in range(start, stop, PIECE):
        yield first, stream.sample(first, min(first + PIECE, stop))


def claim(path: Path, job: Job, parts: int, there: Collection[Path] = ()) -> None:
    """Write down what a folder or a set of shards holds, or agree with what is written there.

    Args:
        path: The file that says it.
        job: The sample.
        parts: In how many files it is.
        there: Files that were found in the sample's place.

    Raises:
        ScmError: E716 with exit code 2 if another sample is there, E724 if other files are.
    """
    if there and not path.is_file():
        name = min(found.name for found in there)
        raise refuse(PlaceTaken(path=str(path.parent), name=name), exit_code=2)
    opened = open_record(job.run)
    weights = {name: opened.manifest.files.get(name, "") for name in opened.manifest.files}
    drawn = {name: held for name, held in weights.items() if name.endswith(".safetensors")}
    facts = {**asdict(job), "images": list(job.images), "parts": parts, "weights": drawn}
    with writing(path):
        first = write_new(path, json.dumps(facts, indent=2) + "\n")
    if not first:
        _agree(path, facts)


@contextmanager
def at_work(path: Path, targets: Callable[[str], bool], folders: Iterable[Path]) -> Iterator[None]:
    """Hold the writer lock of a sample.

    Several may write one at a time. The first removes what killed ones left under temporary
    names; the others wait for that. Some systems know no locks: there nothing is removed.

    Args:
        path: The file that `claim` made; it stands for the lock, which ends with the process.
        targets: Whether a file of this name is written by the sample.
        folders: Where it writes.
    """
    with path.open("rb") as stream:
        for folder in folders if _alone(stream.fileno()) else ():
            with writing(folder):
                sweep(folder, targets)
        lock(stream.fileno(), shared=True)
        yield


def _alone(handle: int) -> bool:
    """Whether no other process is at work, as far as locks can tell."""
    try:
        return lock(handle, wait=False)
    except BlockingIOError:
        return False


def _agree(path: Path, facts: dict[str, object]) -> None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        found = {}
    held = found if isinstance(found, dict) else {}
    for field, asked in facts.items():
        if held.get(field) != asked and field != "run":
            differs = OtherSample(
                path=str(path), field=field, found=_short(held.get(field)), asked=_short(asked)
            )
            raise refuse(differs, exit_code=2)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
