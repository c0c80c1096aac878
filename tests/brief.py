"""An evaluation of images on a small scale, where what is asked is whether it runs."""

from functools import partial

from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.features import FeatureRecipe
from scm_compiler.runtime.evaluation.head import Effort

brief_effort = partial(
    Effort, detective=100, judge=JudgeRecipe(steps=100), features=FeatureRecipe(steps=50)
)
"""An `Effort` whose judges learn for some steps."""

EFFORT = "scm_compiler.cli.eval.Effort"
"""What takes its place in `scmc eval`."""
