"""What a verb prints, and where: results on standard output, messages on standard error."""

import json
import os
import sys
from collections.abc import Callable
from typing import IO, Any

from scm_compiler.cli.exits import BUG, INTERRUPTED, USAGE
from scm_compiler.diagnostics import Report, ScmError, render_json, render_text
from scm_compiler.version import __version__


class Console:
    """The two output streams of one command.

    With `json`, standard output holds one JSON document and nothing else.

    Args:
        json: Print one JSON document in place of text.
        quiet: Print results and errors only.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        self.json = json
        self.quiet = quiet

    def result(self, text: str) -> None:
        """Print a part of the answer as text; dropped where JSON is asked for."""
        if not self.json:
            print(text, file=sys.stdout, flush=True)

    def document(self, content: dict[str, Any]) -> None:
        """Print the answer as JSON where that is asked for."""
        if self.json:
            head = {"version": __version__}
            print(json.dumps(head | content, ensure_ascii=False, indent=2), flush=True)

    def note(self, text: str) -> None:
        """Tell how the work goes; dropped if quiet."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def show(self, report: Report) -> None:
        """Print diagnostics; where JSON is asked for they belong in the document instead."""
        if report.diagnostics and not self.json:
            print(render_text(report, colour=colourful(sys.stderr)), file=sys.stderr, flush=True)

    def refuse(self, error: ScmError) -> int:
        """Print a refusal in the form asked for and return its exit code."""
        for report in error.reports:
            self.show(report)
        found = [entry for report in error.reports for entry in render_json(report)]
        self.document({"ok": False, "diagnostics": found})
        return error.exit_code

    def guard(self, command: Callable[[], int]) -> int:
        """Run a command and turn what it raises into a message and an exit code."""
        try:
            return command()
        except ScmError as error:
            return self.refuse(error)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return INTERRUPTED
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  (outlives this call)
            return USAGE
        except OSError as error:
            print(f"error: {error}", file=sys.stderr)
            return USAGE
        except Exception as error:  # the last resort: our own bug, said as such
            return _bug(error)


def colourful(stream: IO[str]) -> bool:
    """Whether to colour a stream: only a terminal, and not where NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _bug(error: Exception) -> int:
    if os.environ.get("SCMC_DEBUG"):
        raise error
    print(f"error[E901]: a bug of scmc: {type(error).__name__}: {error}", file=sys.stderr)
    print("  = help: run again with SCMC_DEBUG=1 and report the trace", file=sys.stderr)
    return BUG
