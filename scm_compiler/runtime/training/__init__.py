"""The training loop, for whatever is trained in steps."""

from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.training.fitting import Diverged, Fitting, Mean
from scm_compiler.runtime.training.loop import Loop, Outcome, Pace

__all__ = ["Diverged", "Fitting", "Loop", "Mean", "Outcome", "Pace", "Progress", "Silent"]
