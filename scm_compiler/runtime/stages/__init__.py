"""Training of a run in stages: its labels, then the head of each image, then its encoder."""

from scm_compiler.runtime.stages.encoders import extend_encoders
from scm_compiler.runtime.stages.labels import train_labels
from scm_compiler.runtime.stages.result import ENCODER, LABELS, Finished
from scm_compiler.runtime.stages.sequence import (
    create,
    extend,
    follow_leader,
    pending_heads,
    require_labels,
    train_stages,
)

__all__ = [
    "ENCODER",
    "LABELS",
    "Finished",
    "create",
    "extend",
    "extend_encoders",
    "follow_leader",
    "pending_heads",
    "require_labels",
    "train_labels",
    "train_stages",
]
