"""Training of a run in stages: its labels, then the head of each image."""

from scm_compiler.runtime.stages.labels import Trained, resume, train_labels
from scm_compiler.runtime.stages.sequence import (
    LABELS,
    Finished,
    begin,
    extend,
    go_on,
    pending_heads,
    require_labels,
    take_part,
)

__all__ = [
    "LABELS",
    "Finished",
    "Trained",
    "begin",
    "extend",
    "go_on",
    "pending_heads",
    "require_labels",
    "resume",
    "take_part",
    "train_labels",
]
