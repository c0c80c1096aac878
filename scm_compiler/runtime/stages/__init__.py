"""Training of a run in stages: its labels, then the head of each image."""

from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.result import LABELS, Finished
from scm_compiler.runtime.stages.sequence import (
    create,
    extend,
    follow_leader,
    pending_heads,
    require_labels,
    train_stages,
)

__all__ = [
    "LABELS",
    "Finished",
    "create",
    "extend",
    "follow_leader",
    "pending_heads",
    "require_labels",
    "train_labels",
    "train_stages",
]
