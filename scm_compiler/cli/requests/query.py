"""What `scmc query` is asked for."""

import argparse

from scm_compiler.cli.options import seed
from scm_compiler.cli.requests.existing import require_named_run
from scm_compiler.diagnostics import Sink, Source
from scm_compiler.syntax.query import parse_query


def request(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments, once they are known to be right.

    Raises:
        ScmError: With exit code 2: E707 if the seed is none, E650 or E651 if there is no run;
            E40x if the question cannot be read.
    """
    args.seed = seed(args.seed)
    if "work" not in args or args.work(args) == "query":  # else it is asked of a graph alone
        _require_syntax(args.query)
        require_named_run(args.run)
    return args


def _require_syntax(text: str) -> None:
    sink = Sink(Source("query", text))
    parse_query(Source("query", text), sink)
    sink.check()
