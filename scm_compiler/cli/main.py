"""`scmc VERB …`: parses the command line, runs the verb, turns errors into exit codes.

A verb is two functions, found by its name: what it takes, `configure(parser)` in `arguments/`, and
what it does, `run(args, console)`. Nothing heavier than argparse is imported before the arguments
are parsed, so that `--help` answers at once. The arguments of a verb of `CHECKED` are turned into
a request in `requests/`, and it is the request that the verb runs on: a wrong one is refused
before torch is loaded. A verb that does several things names the module of each by `work(args)`,
a default of its parser.
"""

import argparse
import atexit
import gc
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NoReturn

from scm_compiler.cli.exits import USAGE
from scm_compiler.collector import collector_paused
from scm_compiler.version import __version__

if TYPE_CHECKING:
    from scm_compiler.cli.console import Console

# verb -> one line of help
VERBS = {
    "init": "list the shipped examples, copy one here, or draft a program for a table",
    "check": "report every error, warning and note of .scm files",
    "fmt": "rewrite .scm files in canonical form",
    "compile": "compile a .scm file to a PyTorch module with its certificate",
    "render": "draw a graph",
    "import": "translate a graph of another program, and its tables, to scmc",
    "export": "write a graph, or a run with its tables, for another program",
    "sql": "print the query that counts a graph's rows, for a database or a cluster",
    "verify": "check the certificate of a build or run again",
    "train": "train the label model of a graph and the heads of its images on data",
    "sample": "draw labels and images in a regime",
    "query": "ask a run a question: seeing, doing, imagining",
    "eval": "measure a run: labels, images, realism, diversity, in one report",
    "audit": "ask a generator which of its attributes moves which, beside what its graph declares",
    "explain": "show the page of a diagnostic code",
    "playground": "open a page to write, draw and ask a program on, or write it to a folder",
    "lsp": "serve an editor: what it asks of a .scm file while one writes it",
    "completion": "print the script by which bash, zsh or fish completes scmc",
    "demo": "the main job from end to end, on the shipped data",
}

CHECKED = {"audit", "eval", "sample", "train", "verify"}
"""Verbs with a `request(args)` in `requests/`."""

EMPTY = {"--do", "--given", "--vs", "--units"}
"""Options that may be empty: a regime that sets and sees nothing is observation."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: The words after `scmc`; those of the process if None.
    """
    _ready_streams()
    if arguments is None:  # what ends with the process need not be searched for reference cycles:
        atexit.register(gc.freeze)  # that took half a second where torch was loaded
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = parser_of(words)
    args = parser.parse_args(words)
    args.words = words
    if args.verb is None:
        _function("guide", "show")()
        return USAGE
    console = _console(json=args.json, quiet=args.quiet)
    return console.guard(lambda: _run(args, console))


def _run(args: argparse.Namespace, console: "Console") -> int:
    """Run the verb; what does its work is loaded last."""
    asked = _function("requests." + args.verb, "request")(args) if args.verb in CHECKED else args
    module = args.work(args) if "work" in args else args.verb
    return int(_function(module, "run")(asked, console))


class _Parser(argparse.ArgumentParser):
    """A parser that refuses a command line with a code, and as JSON where that is asked for."""

    json = False
    options: Sequence[str] = ()

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:  # noqa: ANN401
        """The value of an option or argument; a text that can be none is refused."""
        for text in arg_strings:
            reason = _unusable(text, action.option_strings)
            if reason is not None:
                raise argparse.ArgumentError(action, reason)
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end the process with exit code 2."""
        self.print_usage(sys.stderr)
        message = _with_likely_option(_with_likely_verb(message), self.options)
        raise SystemExit(_console(json=self.json).refuse_usage(message))


def _with_likely_verb(message: str) -> str:
    """The message that a word is no verb, with the verb that was probably meant."""
    found = re.fullmatch(r"argument VERB: invalid choice: '(.*?)' \(choose from .*\)", message)
    if found is None:
        return message
    near = get_close_matches(found[1].casefold(), VERBS, n=1)
    advice = f"did you mean `{near[0]}`?" if near else f"the verbs are {', '.join(VERBS)}"
    return f"there is no verb `{found[1]}`; {advice}"


def _with_likely_option(message: str, options: Sequence[str]) -> str:
    """The message that an option is none of the verb's, with the one that was probably meant."""
    found = re.fullmatch(r"unrecognized arguments: (--[\w-]+).*", message, re.DOTALL)
    near = get_close_matches(found[1].casefold(), options, n=1) if found else ()
    return f"{message}; did you mean `{near[0]}`?" if near else message


def _unusable(text: str, options: Sequence[str]) -> str | None:
    """Why a text is no value of anything; `options` are the names of what it is given to."""
    if "\0" in text:
        return "a value cannot hold a zero byte"
    if options and text == "--":  # Python before 3.13 makes an empty list of it
        return "`--` is not a value"
    if options and not text.strip() and not EMPTY.intersection(options):
        return "the value is empty"
    return None


def _ready_streams() -> None:
    """Standard streams that are closed lead nowhere; what one cannot encode is escaped."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  (outlives this call)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _console(*, json: bool, quiet: bool = False) -> "Console":
    from scm_compiler.cli.console import Console  # noqa: PLC0415  (the diagnostics: 50 ms)

    return Console(json=json, quiet=quiet)


def _function(module: str, name: str) -> Callable[..., Any]:
    """A function of a module of this package, imported now."""
    with collector_paused():
        function: Callable[..., Any] = resolve_name(f"{__package__}.{module}:{name}")
    return function


def parser_of(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the verb that is asked for has its arguments loaded."""
    common = _Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument("-q", "--quiet", action="store_true", help="print results and warnings")
    parser = _Parser(
        prog="scmc",
        description="Compile a causal graph to a PyTorch module that is consistent with it, "
        "train it, and ask it for observations, interventions and counterfactuals.",
        epilog="`scmc VERB --help` says more of a verb; `scmc demo` shows the whole.",
    )
    parser.json = "--json" in words
    parser.add_argument("--version", action="version", version=f"scmc {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    chosen = next((word for word in words if not word.startswith("-")), None)
    for verb, summary in VERBS.items():
        sub = verbs.add_parser(verb, help=summary, description=summary, parents=[common])
        sub.json = "--json" in words
        if verb == chosen:
            _function("arguments." + verb, "configure")(sub)
            parser.options = tuple(sub._option_string_actions)
    return parser
