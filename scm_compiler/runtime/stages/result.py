"""How a stage of a training ends."""

from dataclasses import dataclass

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.certificate import Certificate, require_consistent
from scm_compiler.runtime.heads.companions import COMPANIONS
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.stages.codes.training import TrainingDiverged
from scm_compiler.runtime.training.loop import Outcome

LABELS = "labels"


def stage_of(image: str, kind: str) -> str:
    """The name of the stage in which an image's encoder or editor is trained."""
    return f"{image}.{kind}"


def companion_of(stage: str) -> tuple[str, str] | None:
    """The image and which of them is trained in a stage; None if it is another.

    >>> companion_of("Face.editor"), companion_of("Face")
    (('Face', 'editor'), None)
    """
    image, _, kind = stage.rpartition(".")
    return (image, kind) if kind in COMPANIONS else None


@dataclass(frozen=True)
class Finished:
    """A run after a stage of its training.

    Attributes:
        run: The run.
        stage: What was trained: `labels`, an image, or its encoder or editor.
        outcome: How that ended.
    """

    run: Record
    stage: str
    outcome: Outcome


def conclude(
    run: Record, stage: str, outcome: Outcome, certificate: Certificate | None
) -> Finished:
    """End a stage whose results are written.

    Raises:
        ScmError: E702 with exit code 4 if the training diverged; E501 if what was trained is not
            consistent with its graph.
    """
    if outcome.ending == "diverged":
        raise refuse(
            TrainingDiverged(step=outcome.reached, kept=outcome.step, reason=outcome.reason),
            exit_code=4,
        )
    if certificate is not None:
        require_consistent(certificate)
    return Finished(run, stage, outcome)
