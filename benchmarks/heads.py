"""Training and sampling of the image heads beside a plain PyTorch loop of the same networks.

Prints images a second of both, their ratio (how many times as long scmc takes), and the peak of
the memory beyond that of a process that has only imported everything. Bar: at most 1.1 times.

    python -m benchmarks.heads [--sizes 32 64] [--device cuda] [--precision bfloat16]
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType

import torch

from benchmarks.plain_heads import PLAIN, PlainBegan, PlainGan, plain_images
from benchmarks.timing import Timing, interleave, ratio, verdict
from scm_compiler.compiler import load
from scm_compiler.ir import Image
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.images import ImageTable
from scm_compiler.runtime.heads.head import FrozenLabels, HeadTask, LabelCoding
from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.heads.training import AdversarialTrainer

ROWS = 2000
"""Images of the data; what they show does not matter here."""

DRAWN = 256
"""Images that are sampled at once."""

BAR = 1.1


@dataclass(frozen=True)
class Case:
    """What is measured.

    Attributes:
        head: The head.
        size: The side of its images.
        device: Where.
        precision: Of the networks.
    """

    head: str
    size: int
    device: str
    precision: str = "float32"

    @property
    def options(self):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """The head's default options."""
        return BUILTIN[self.head].options(precision=self.precision)

    def data(self) -> ImageTable:
        """Noise as images, with the labels' frequencies."""
        random = torch.Generator().manual_seed(0)
        shape = (ROWS, 3, self.size, self.size)
        images = torch.randint(256, shape, generator=random, dtype=torch.uint8)
        labels = labels_of_graph().draw_labels(ROWS, random)
        return ImageTable(coding().names, images.numpy(), labels.numpy(), None, "noise", "noise")

    def scmc(
        self, preset: str = "default", changes: Mapping[str, object] = MappingProxyType({})
    ) -> AdversarialTrainer:  # type: ignore[type-arg]
        """The shipped trainer, with a preset's options and changes to them."""
        options = BUILTIN[self.head].options(preset, **{"precision": self.precision, **changes})
        image, device = Image(3, self.size, self.size), torch.device(self.device)
        task = HeadTask("Face", image, coding(), self.data(), labels_of_graph(), 0, 10**6, device)
        trainer = BUILTIN[self.head].trainer(task, options)
        assert isinstance(trainer, AdversarialTrainer)
        return trainer

    def plain(self) -> PlainGan | PlainBegan:
        """The plain loop."""
        image, table = Image(3, self.size, self.size), self.data()
        data = torch.from_numpy(table.images), torch.from_numpy(table.labels)
        return PLAIN[self.head](image, coding(), self.options, *data, device=self.device)


def label_model() -> ExplicitModule:
    """Causal Graph 1, fitted."""
    graph = load("celeba_g1")
    return Mle(graph, load_labels("celeba-labels", graph), MleOptions(), seed=0).model()


def coding() -> LabelCoding:
    """The nine labels."""
    return LabelCoding.of(load("celeba_g1"), "Face")


def labels_of_graph() -> FrozenLabels:
    """What the heads draw their labels from."""
    return FrozenLabels(label_model(), coding())


def waits(device: str) -> Callable[[], float]:
    """The clock: processor time on the CPU; on a GPU the wall's, when it is done."""
    if device != "cuda":
        return time.process_time

    def clock() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return clock


def training(case: Case, steps: int, repetitions: int) -> dict[str, Timing]:
    """The time of one step of both."""
    own, plain = case.scmc(), case.plain()

    def several() -> None:
        for _ in range(steps):
            plain.step()

    commands = {"scmc": lambda: own.advance(steps), "plain": several}
    return interleave(commands, repetitions=repetitions, clock=waits(case.device))


def sampling(case: Case, repetitions: int) -> dict[str, Timing]:
    """The time of `DRAWN` images of both."""
    random = torch.Generator().manual_seed(0)
    model = case.scmc().model()
    labels = labels_of_graph().draw_labels(DRAWN, random)
    noise = model.draw_noise(DRAWN, generator=random)
    there = labels.float().to(case.device), noise.to(case.device)
    commands: dict[str, Callable[[], object]] = {
        "scmc": lambda: model.render(labels, noise),
        "plain": lambda: plain_images(model, *there),
    }
    return interleave(commands, repetitions=3 * repetitions, calls=2, clock=waits(case.device))


def peak(case: Case, which: str) -> float:
    """The most memory that three steps take, in MB: of the device, or of a process of its own."""
    if case.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        _steps(case, which)
        return float(torch.cuda.max_memory_allocated()) / 2**20
    fresh = multiprocessing.get_context("spawn")
    receive, send = fresh.Pipe(duplex=False)
    child = fresh.Process(target=_grow, args=(case, which, send))
    child.start()
    child.join()
    return float(receive.recv()) / 1024


def _grow(case: Case, which: str, send: Connection) -> None:
    """Say by how many KB the steps raised the peak of this process."""
    before = _peak_of_process()
    _steps(case, which)
    send.send(_peak_of_process() - before)


def _peak_of_process() -> int:
    """In KB, on Linux: what getrusage says begins with the peak of the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def _steps(case: Case, which: str) -> None:
    loop = case.scmc() if which == "scmc" else case.plain()
    for _ in range(3):
        loop.advance(1) if isinstance(loop, AdversarialTrainer) else loop.step()


def show(case: Case, steps: int, repetitions: int) -> float:
    """Measure a case and print it; how many times as long scmc trains."""
    memory = {which: peak(case, which) for which in ("scmc", "plain")}
    trained, drawn = training(case, steps, repetitions), sampling(case, repetitions)
    batch = case.options.batch * steps
    speeds = [batch / trained[n].median for n in ("scmc", "plain")]
    drawings = [DRAWN / drawn[n].median for n in ("scmc", "plain")]
    times = ratio(trained["scmc"], trained["plain"]), ratio(drawn["scmc"], drawn["plain"])
    print(
        f"{case.head:<15} {case.size:>4} {speeds[0]:>10.0f} {speeds[1]:>8.0f} {times[0]:>6.2f}"
        f" {drawings[0]:>12.0f} {drawings[1]:>8.0f} {times[1]:>6.2f}"
        f" {memory['scmc']:>10.0f} {memory['plain']:>7.0f}",
        flush=True,
    )
    return max(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--heads", nargs="+", default=list(BUILTIN), choices=list(BUILTIN))
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--steps", type=int, default=4, help="steps of one repetition")
    parser.add_argument("--repetitions", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    print(f"default options, {args.precision}, {args.device}; images a second, times, MB")
    print(
        f"{'head':<15} {'size':>4} {'train scmc':>10} {'plain':>8} {'times':>6}"
        f" {'sample scmc':>12} {'plain':>8} {'times':>6} {'MB scmc':>10} {'plain':>7}"
    )
    cases = [Case(h, s, args.device, args.precision) for h in args.heads for s in args.sizes]
    worst = max(show(case, args.steps, args.repetitions) for case in cases)
    print(f"the largest of the ratios {worst:.2f} (bar {BAR}: {verdict(worst, BAR)})")


if __name__ == "__main__":
    main()
