"""What `scmc eval` is asked for."""

import argparse

from scm_compiler.cli.options import seed, whole
from scm_compiler.runtime.runs.presence import require_run


def request(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments, once they are known to be right.

    Raises:
        ScmError: With exit code 2: E707 if the seed is none, E650 or E651 if there is no run.
    """
    args.seed = seed(args.seed)
    args.refine = 0 if args.refine is None else whole("--refine", args.refine, 0, 10_000)
    require_run(args.named or args.run)
    return args
