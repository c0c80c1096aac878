"""Metrics for TensorBoard, beside metrics.jsonl; the package is an extra."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.progress import Progress, Relay
from scm_compiler.runtime.storage.tensors import cannot_write
from scm_compiler.runtime.training.codes.tensorboard import TensorBoardMissing

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FOLDER = "tensorboard"
"""The folder in a run's."""


def require_tensorboard() -> None:
    """Refuse to train without the package.

    Raises:
        ScmError: E720 with exit code 2.
    """
    if find_spec("tensorboard") is None:
        raise refuse(TensorBoardMissing(), exit_code=2)


class Recording(Relay):
    """Writes the metrics for TensorBoard, beside whoever watches.

    A training that goes on takes back what was written after its checkpoint.

    Args:
        inner: Who else watches.
        folder: Where the events of this stage go.
    """

    def __init__(self, inner: Progress, folder: Path) -> None:
        super().__init__(inner)
        self._folder = folder
        self._writer: SummaryWriter | None = None

    def start(self, total: int, done: int) -> None:
        """Open the log."""
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415  (an extra)

        try:
            self._writer = SummaryWriter(str(self._folder), purge_step=done + 1)
        except OSError as error:
            raise cannot_write(self._folder, error) from error
        super().start(total, done)

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Write the metrics."""
        super().report(step, metrics)
        assert self._writer is not None
        try:
            for name, value in metrics.items():
                self._writer.add_scalar(name, value, step)
            self._writer.flush()
        except OSError as error:
            raise cannot_write(self._folder, error) from error

    def stop(self) -> None:
        """Close the log."""
        super().stop()
        if self._writer is not None:
            self._writer.close()
