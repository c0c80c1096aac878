"""A first look at settings of a head: seconds of processor time each, and a few numbers.

What is measured is a part of what `evaluate` measures, by the same networks: KID, diversity, the
mean AUC of the labels under observation, and who looks Male under do(Mustache=1).
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.__main__ import machine
from benchmarks.head_study.page import REMARKS
from benchmarks.head_study.rows import ROWS, Row
from benchmarks.head_study.work import graph_of
from scm_compiler.ir import query as ir
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.evaluation.classifier import Judge, train_judge
from scm_compiler.runtime.evaluation.diversity import diversity
from scm_compiler.runtime.evaluation.features import Features, train_features
from scm_compiler.runtime.evaluation.real import RealImages, drawn_faces, real_images
from scm_compiler.runtime.evaluation.realism import kid
from scm_compiler.runtime.evaluation.regimes import Subject
from scm_compiler.runtime.heads.device import choose_device, faster_precision
from scm_compiler.runtime.heads.head import FrozenLabels, HeadTask, ImageGenerator, LabelCoding
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.heads.training import AdversarialTrainer
from scm_compiler.runtime.sampling.grid import grid, png

PIECE = 20
"""Steps from one look at the clock to the next."""
DRAWN = 1000
"""Images that are measured."""
FOREVER = 10**6


@dataclass(frozen=True)
class Glance:
    """What a row has come to.

    Attributes:
        row: Its name.
        steps: How many steps the time was enough for.
        seconds: The processor time of the training.
        kid: KID, with its error.
        diversity: The distance of images of the same labels, over that of real ones.
        auc: The mean AUC of the labels, as they are observed.
        male: The share that looks Male under do(Mustache=1), and under given(Mustache=1).
        shown: Of those under do that do not, the share with a mustache.
        last: The metrics of the last steps.
    """

    row: str
    steps: int
    seconds: float
    kid: tuple[float, float]
    diversity: float
    auc: float
    male: tuple[float, float]
    shown: float
    last: dict[str, float]

    @property
    def line(self) -> str:
        """A line of the table."""
        return (
            f"| {ROWS[self.row].title} | {self.steps:,} | {self.kid[0]:.1f} ± {self.kid[1]:.1f} | "
            f"{self.diversity:.2f} | {self.auc:.3f} | {self.male[0]:.3f} | {self.male[1]:.3f} | "
            f"{self.shown:.2f} |"
        )


TITLE = "What the settings of CausalBEGAN are worth, at a first look"
EXPLAINED = """\
One seed, at equal processor time of one thread: differences of a few parts in a hundred are noise.
*KID*, *diversity* and *AUC* are those of the [page on an hour's training](results-faces.md), of
a thousand images; *Male* is the share that looks Male under do(Mustache=1), where the label model
says 0.417, and under given(Mustache=1); *shown*, of those under do that do not look Male, the
share with a mustache.
"""

HEADER = (
    "| | steps | KID | diversity | AUC | Male, do | Male, given | shown |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


class Looking:
    """The data and the judges that all rows share.

    Args:
        images: The data, as of `scmc train`.
        size: The side of the images.
        device: Where to train.
    """

    def __init__(self, images: str, size: int, device: str) -> None:
        torch.set_num_threads(1)
        self.device = choose_device(device)
        self.graph = graph_of(size)
        table = load_images(images, self.graph, "Face")
        drawn = images.partition(":")[0] == "drawn-faces"
        self.real: RealImages = real_images(
            table, drawn_faces(table.names, size) if drawn else None
        )
        self.coding = LabelCoding.of(self.graph, "Face")
        self.judge: Judge = train_judge(self.real, self.coding)
        self.features: Features = train_features(self.real)
        labels = load_labels("celeba-labels", self.graph)
        self.labels = FrozenLabels(
            Mle(self.graph, labels, MleOptions(), seed=0).model(), self.coding
        )
        self.tables = fit_tables(self.graph, labels)

    def trainer(self, row: Row, seed: int) -> AdversarialTrainer:  # type: ignore[type-arg]
        """What trains a row."""
        head = installed().find(row.head)
        precision = faster_precision(self.device)
        options = head.options(row.preset, **{"precision": precision, **row.changes})
        image = self.graph.images[0].domain
        place = torch.device(self.device)
        task = HeadTask(
            "Face",
            image,
            self.coding,
            self.real.table,
            self.labels,
            seed,
            FOREVER,
            place,  # type: ignore[arg-type]
        )
        made = head.trainer(task, options)
        assert isinstance(made, AdversarialTrainer)
        return made

    def at(self, name: str, seed: int, seconds: float) -> tuple[Glance, bytes]:
        """Train a row for so many seconds of processor time: what is measured, and 40 faces."""
        trainer = self.trainer(ROWS[name], seed)
        started, last = time.process_time(), {}
        while time.process_time() - started < seconds:
            last = {key: float(it) for key, it in trainer.advance(PIECE).items()}
        spent = time.process_time() - started
        model = trainer.model().cpu()
        return self.measured(name, model, trainer.done, spent, last), self.faces(model)

    def measured(
        self, name: str, model: ImageGenerator, steps: int, spent: float, last: dict[str, float]
    ) -> Glance:
        """The numbers."""
        subject = Subject(model, self.tables, self.real, self.judge, 0)
        held, labels = self.real.held_out()
        n = min(DRAWN, len(held) // 2)
        images = subject.images(labels[n : 2 * n], "realism")
        found = kid(self.features(held[:n]), self.features(images))
        scores = self.judge.read(images).scores(labels[n : 2 * n]).values()
        within = next(iter(diversity(subject, self.features, vectors=10, images=40)))
        done, given = (self.judge.read(images) for images in self._mustaches(subject))
        men = done.looks("Male") == 1
        return Glance(
            row=name,
            steps=steps,
            seconds=spent,
            kid=(found.value, found.error),
            diversity=within.ratio.features.value,
            auc=sum(score.auc.value for score in scores) / len(scores),
            male=(float(men.mean()), float((given.looks("Male") == 1).mean())),
            shown=float((done.looks("Mustache")[~men] == 1).mean()) if (~men).any() else 0.0,
            last=last,
        )

    def faces(self, model: ImageGenerator) -> bytes:
        """Four rows of faces, of the labels of held-out images, as a PNG."""
        labels = self.real.held_out(40)[1]
        noise = model.draw_noise(40, generator=torch.Generator().manual_seed(0))
        return png(grid(model.render(labels, noise), 10))

    def _mustaches(self, subject: Subject) -> Iterator[torch.Tensor]:
        """Images under do(Mustache=1) and under given(Mustache=1)."""
        for regime in (
            ir.Regime(do=(ir.Setting("Mustache", 1),)),
            ir.Regime(given=(ir.Event(ir.Variable("Mustache"), 1),)),
        ):
            asked = subject.labels(regime, DRAWN // 2, repr(regime))
            yield subject.images(asked, repr(regime))


def page(found: Sequence[Glance], command: str, place: Path) -> str:
    """The page: what was asked for, the remarks that it had, the table and the faces."""
    kept = REMARKS.search(place.read_text(encoding="utf-8")) if place.exists() else None
    folder = place.parent / "pictures" / place.stem
    lines = [
        f"# {TITLE}\n",
        f"Written by `{command}`; {machine()}.\n",
        *([kept[0]] if kept else []),
        EXPLAINED,
        HEADER,
        *(one.line for one in found),
        "\n## Faces\n\nOf the labels of 40 images that were held out, and the same noise.",
    ]
    for one in found:
        picture = (folder / f"{one.row}.png").relative_to(place.parent)
        lines.append(f"\n### {ROWS[one.row].title}\n\n![40 faces]({picture})")
    return "\n".join(lines) + "\n"


def written(folder: Path, name: str) -> Path:
    """Where what was found of a row lies."""
    return folder / f"glance-{name}.json"
