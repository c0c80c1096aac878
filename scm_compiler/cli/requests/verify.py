"""What `scmc verify` is asked for."""

import argparse

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.codes.certificate import NotABuild


def request(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments, once there is such a folder.

    Raises:
        ScmError: E506 with exit code 2 if not.
    """
    if not args.folder.exists():
        reason = "there is no such folder"
        raise refuse(NotABuild(path=str(args.folder), reason=reason), exit_code=2)
    return args
