"""`scmc lsp`: what an editor asks of a program, in the language server protocol."""

import argparse
from importlib.util import find_spec

from scm_compiler.cli.codes.editors import NoLanguageServer
from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK, USAGE
from scm_compiler.diagnostics import refuse


def run(args: argparse.Namespace, console: Console) -> int:
    """Answer on standard input and output until the editor goes.

    Raises:
        ScmError: E870 if the package that speaks the protocol is not there.
    """
    if find_spec("pygls") is None:
        raise refuse(NoLanguageServer(), exit_code=USAGE)
    from scm_compiler.cli.language_server import server  # noqa: PLC0415  (an extra)

    server().start_io()
    return OK
