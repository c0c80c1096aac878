"""The pieces that the report is made of, and the processes that do them."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

import scm_compiler
from benchmarks.paper import faces, labels, synthetic
from benchmarks.paper.continuous import GENERATORS
from benchmarks.paper.scale import HEADS, SCALES, Scale
from benchmarks.paper.store import Findings, Result, Store
from benchmarks.paper.task import Stopped, Task
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.runs.lock import sole_trainer

SECTIONS = ("synthetic", "labels", "faces", "photographs")
JUDGES = "judges"
SAVING = 10.0
"""Seconds in which a training has saved."""
MEASURING = 30.0
"""About the seconds that it takes to measure a head."""


@dataclass(frozen=True)
class Piece:
    """A part of the report that is done by itself.

    Attributes:
        name: Such as `synthetic/line`; before the stroke, its section.
        seconds: About how long it takes at most.
        perform: Does it.
    """

    name: str
    seconds: float
    perform: Callable[[Task], Findings]

    @property
    def first(self) -> bool:
        """Whether others use what it leaves in the cache."""
        return self.name.endswith(f"/{JUDGES}")

    @property
    def section(self) -> str:
        """The section that it belongs to."""
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class Order:
    """What is asked for of a report.

    Attributes:
        scale: The name of its size.
        seed: Of everything.
        photographs: Where photographs come from; empty if there are none.
        device: Where networks of images are trained.
    """

    scale: str
    seed: int = 0
    photographs: str = ""
    device: str = "cpu"

    @property
    def size(self) -> Scale:
        """The size of the report."""
        return SCALES[self.scale]

    def pieces(self, only: Sequence[str] = ()) -> list[Piece]:
        """The pieces, or `only` those of some sections or names.

        The judges come first, so that the others find them in the cache; then the longest.
        """
        found = [*_synthetic(self.size), *_labels(self.size), *_faces(self.size, "faces")]
        if self.photographs:
            found += _faces(self.size, "photographs")
        chosen = [p for p in found if not only or {p.section, p.name} & set(only)]
        return sorted(chosen, key=lambda piece: (not piece.first, -piece.seconds))

    def asked(self, piece: Piece) -> dict[str, Any]:
        """All that the result of a piece depends on."""
        source = self.photographs if piece.section == "photographs" else ""
        return {
            "scale": asdict(self.size),
            "seed": self.seed,
            "source": source,
            "device": self.device,
            "code": code(),
        }


def code() -> str:
    """The digest of all that a piece runs: a result is made anew when it changes."""
    here = Path(__file__).parent
    package = Path(scm_compiler.__file__).parent
    measuring = [*_MODULES, "scale", "task", "published"]
    files = [*(here / f"{name}.py" for name in measuring), *package.rglob("*.py")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()[:16]} torch {torch.__version__}"


_MODULES = (
    "polynomials",
    "histogram",
    "continuous",
    "synthetic",
    "labels",
    "measures",
    "together",
    "faces",
)


def _synthetic(scale: Scale) -> Iterator[Piece]:
    for name in GENERATORS:
        perform = partial(_train_generator, name=name)
        yield Piece(f"synthetic/{name}", scale.synthetic_seconds + 10, perform)
    yield Piece("synthetic/floors", 10, synthetic.floors)


def _labels(scale: Scale) -> Iterator[Piece]:
    yield Piece("labels/mle", 5, labels.fit_exactly)
    for graph in labels.GRAPHS:
        for preset in scale.presets:
            for seed in scale.label_seeds:
                perform = partial(_train_labels, name=graph, preset=preset, seed=seed)
                name = f"labels/{graph}-{preset}-{seed}"
                yield Piece(name, scale.label_seconds + 5, perform)


def _faces(scale: Scale, section: str) -> Iterator[Piece]:
    sides = sorted(set(scale.sides.values()))
    learning = 2 * MEASURING * len(sides)
    yield Piece(f"{section}/{JUDGES}", learning, partial(_teach_judges, sides=sides))
    for training in HEADS:
        seconds = scale.head_seconds[training] + MEASURING
        joint = training == "jointly"
        perform = faces.train_together if joint else partial(_train_head, training=training)
        yield Piece(f"{section}/{training}", seconds, perform)


def _train_generator(task: Task, *, name: str) -> Findings:
    return synthetic.train_generator(task, name)


def _train_labels(task: Task, *, name: str, preset: str, seed: int) -> Findings:
    return labels.train_labels(task, name, preset, seed + task.seed)


def _teach_judges(task: Task, *, sides: list[int]) -> Findings:
    return faces.teach_judges(task, sides)


def _train_head(task: Task, *, training: str) -> Findings:
    return faces.train_head(task, training)


def results(store: Store, order: Order, only: Sequence[str] = ()) -> Mapping[str, Result]:
    """What is there already, by the names of the pieces."""
    found = {p.name: store.read(p.name, order.asked(p)) for p in order.pieces(only)}
    return {name: result for name, result in found.items() if result is not None}


def perform_all(
    store: Store, order: Order, only: Sequence[str], workers: int, say: Callable[[str], None]
) -> list[str]:
    """Do the pieces that are missing, several at a time.

    Returns:
        What went wrong, a line a piece.

    Raises:
        KeyboardInterrupt: If the user asked to stop; the pieces in work have saved.
    """
    there = results(store, order, only)
    missing = [piece for piece in order.pieces(only) if piece.name not in there]
    if there:
        say(f"{len(there)} pieces are there already")
    threads = max(1, (os.cpu_count() or 1) // workers)
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_begin, initargs=(threads, os.getpid())
    )
    with pool:
        started = {
            pool.submit(perform, store.folder, order, piece.name): piece for piece in missing
        }
        try:
            return list(_awaited(started, say))
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _awaited(started: Mapping[Future[float], Piece], say: Callable[[str], None]) -> Iterator[str]:
    for count, future in enumerate(as_completed(started), start=1):
        name = started[future].name
        error = future.exception()
        if isinstance(error, (Stopped, KeyboardInterrupt)):
            raise KeyboardInterrupt
        if error is None:
            say(f"{name}: {future.result():.0f} s ({count} of {len(started)})")
        else:
            yield f"{name}: {type(error).__name__}: {error}"


def perform(folder: Path, order: Order, name: str) -> float:
    """Do one piece and write its result; the seconds that it took.

    Raises:
        ScmError: E730 if another process is at work on it.
    """
    store = Store(folder)
    (piece,) = order.pieces([name])
    asked = order.asked(piece)
    work = store.work(name, asked)
    with _alone(work):
        started = time.monotonic()
        found = piece.perform(Task(order.size, order.seed, work, order.device, asked["source"]))
        seconds = time.monotonic() - started
        store.write(name, asked, found, seconds)
    return seconds


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Hold a work folder; one whose process was just orphaned is free after a moment."""
    with ExitStack() as stack:
        for patience in range(int(2 * SAVING), -1, -1):
            try:
                stack.enter_context(sole_trainer(work))
                break
            except ScmError:
                if not patience:
                    raise
                time.sleep(1)
        yield


def _begin(threads: int, parent: int) -> None:
    """Set up a process: its threads, and that it ends when the one that started it is gone.

    A training that is asked to stop saves; then the process would wait for work for ever.
    """
    torch.set_num_threads(threads)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SAVING)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
