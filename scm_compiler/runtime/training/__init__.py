"""The training loop, for whatever is trained in steps."""

from scm_compiler.runtime.training.fitting import Diverged, Fitting
from scm_compiler.runtime.training.loop import Loop, Outcome, Pace
from scm_compiler.runtime.training.progress import Progress, Silent

__all__ = ["Diverged", "Fitting", "Loop", "Outcome", "Pace", "Progress", "Silent"]
