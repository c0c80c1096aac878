"""What a head draws while it is trained: always of the same noise and labels."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from scm_compiler.runtime.heads.head import HeadTrainer, LabelSampler
from scm_compiler.runtime.progress import Progress, Relay
from scm_compiler.runtime.runs.head_files import SIDE, HeadFiles
from scm_compiler.runtime.sampling.grid import grid, png
from scm_compiler.runtime.storage.tensors import cannot_write, write_file

GROWTH = 1.25
"""A report whose step is this many times that of the last preview has one."""


class Previewing(Relay):
    """Draws a preview now and then, beside whoever watches.

    Args:
        inner: Who else watches.
        draw: Draws the preview of a step.
        every: The steps from one report to the next.
    """

    def __init__(self, inner: Progress, draw: Callable[[int], None], every: int) -> None:
        super().__init__(inner)
        self._draw = draw
        self._every = every
        self._last = 0

    def start(self, total: int, done: int) -> None:
        """Count the previews that an earlier start of this training has drawn."""
        for step in range(self._every, done + 1, self._every):
            self._last = step if self._due(step) else self._last
        super().start(total, done)

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Draw if it is time."""
        super().report(step, metrics)
        if self._due(step):
            self._draw(step)
            self._last = step

    def _due(self, step: int) -> bool:
        return step >= GROWTH * self._last


def previews(
    folder: Path, files: HeadFiles, trainer: HeadTrainer, labels: LabelSampler, seed: int
) -> Callable[[int], None]:
    """What draws the preview of a step into the run's folder.

    Args:
        folder: The run.
        files: The head's files.
        trainer: Whose model is shown, as it is when asked.
        labels: Where the labels of the preview come from, in the order in which they are drawn.
        seed: Of labels and noise.
    """
    random = torch.Generator().manual_seed(seed)
    shown = labels.draw_labels(SIDE * SIDE, random)
    noise = trainer.model().draw_noise(SIDE * SIDE, generator=random)

    def draw(step: int) -> None:
        images = trainer.model().render(shown, noise).cpu()
        path = folder / files.preview(step)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(path.parent, error) from error
        write_file(path, png(grid(images, SIDE)))

    return draw
