"""What `scmc query` is asked for."""

import argparse

from scm_compiler.cli.options import seed
from scm_compiler.cli.requests.existing import require_named_run


def request(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments, once they are known to be right.

    Raises:
        ScmError: With exit code 2: E707 if the seed is none, E650 or E651 if there is no run.
    """
    args.seed = seed(args.seed)
    if "work" not in args or args.work(args) == "query":  # else it is asked of a graph alone
        require_named_run(args.run)
    return args
