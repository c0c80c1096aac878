"""The same metrics, in TensorBoard's form."""

import sys

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.training import Silent, tensorboard
from scm_compiler.runtime.training.tensorboard import Recording, require_tensorboard


def test_the_package_is_an_extra(monkeypatch):
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    with pytest.raises(ScmError) as caught:
        require_tensorboard()
    assert [found.code for found in caught.value.diagnostics] == ["E720"]


MADE = []


class Writer:
    """Stands for the package's writer."""

    def __init__(self, folder, purge_step):
        self.folder, self.purge_step = folder, purge_step
        self.held: list[tuple] = []
        self.open = True
        MADE.append(self)

    def add_scalar(self, name, value, step):
        self.held.append((name, value, step))

    def flush(self):
        pass

    def close(self):
        self.open = False


def test_what_is_written(tmp_path, monkeypatch):
    module = type(sys)("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    told = []
    inner = Silent()
    monkeypatch.setattr(inner, "report", lambda step, metrics: told.append(step))
    watch = Recording(inner, tmp_path / "Face")
    watch.start(10, 4)
    watch.report(6, {"generator": 0.5, "labeler": 0.25})
    watch.stop()
    (writer,) = MADE
    assert (writer.folder, writer.purge_step) == (str(tmp_path / "Face"), 5)
    assert writer.held == [("generator", 0.5, 6), ("labeler", 0.25, 6)]
    assert told == [6]
    assert not writer.open


def test_the_package_itself(tmp_path):
    package = "tensorboard.backend.event_processing.event_accumulator"
    accumulator = pytest.importorskip(package)
    watch = Recording(Silent(), tmp_path)
    watch.start(10, 0)
    watch.report(2, {"generator": 0.5})
    watch.report(4, {"generator": 0.25})
    watch.stop()
    found = accumulator.EventAccumulator(str(tmp_path))
    found.Reload()
    held = [(event.step, event.value) for event in found.Scalars("generator")]
    assert held == [(2, 0.5), (4, 0.25)]
