"""`scmc VERB …`: parses the command line, runs the verb, turns errors into exit codes.

Nothing heavier than argparse is imported before a verb runs, so that `--help` answers at once.
"""

import argparse
import sys
from collections.abc import Sequence
from pkgutil import resolve_name

from scm_compiler.cli.exits import USAGE
from scm_compiler.version import __version__

# verb -> (one line of help, the module that has `configure(parser)` and `run(args, console)`)
VERBS = {
    "init": "list the shipped examples, or copy one here",
    "check": "report every error, warning and note of .scm files",
    "fmt": "rewrite .scm files in canonical form",
    "compile": "compile a .scm file to a torch module with its certificate",
    "render": "draw a graph",
    "verify": "check the certificate of a build or run again",
    "train": "train what the graph holds",
    "query": "answer a question on a trained model",
    "explain": "show the page of a diagnostic code",
    "demo": "the main job from end to end, on the shipped data",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: The words after `scmc`; those of the process if None.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser(words)
    args = parser.parse_args(words)
    if args.verb is None:
        parser.print_help()
        return USAGE
    from scm_compiler.cli.console import Console  # noqa: PLC0415  (not needed by --help)

    console = Console(json=args.json, quiet=args.quiet)
    return console.guard(lambda: int(resolve_name(_module(args.verb) + ":run")(args, console)))


def _module(verb: str) -> str:
    return f"scm_compiler.cli.{verb}"


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the verb that is asked for has its arguments loaded."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument("-q", "--quiet", action="store_true", help="print results only")
    parser = argparse.ArgumentParser(
        prog="scmc",
        description="Compile a causal graph to a torch model that is consistent with it, "
        "train it, and ask it for observations, interventions and counterfactuals.",
        epilog="`scmc VERB --help` says more of a verb; `scmc demo` shows the whole.",
    )
    parser.add_argument("--version", action="version", version=f"scmc {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    chosen = next((word for word in words if not word.startswith("-")), None)
    for verb, summary in VERBS.items():
        sub = verbs.add_parser(verb, help=summary, description=summary, parents=[common])
        if verb == chosen:
            resolve_name(_module(verb) + ":configure")(sub)
    return parser
