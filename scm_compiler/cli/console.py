"""What a verb prints, and where: results on standard output, messages on standard error."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, Any

from scm_compiler.cli.codes.system import Bug, SystemRefused, WrongUsage
from scm_compiler.cli.exits import BUG, INTERRUPTED, USAGE
from scm_compiler.diagnostics import (
    Diagnostic,
    Report,
    ScmError,
    refuse,
    render_json,
    render_text,
)
from scm_compiler.files import is_standard_output
from scm_compiler.version import __version__


class Console:
    """The two output streams of one command.

    With `json`, standard output holds one JSON document and nothing else.

    Args:
        json: Print one JSON document in place of text.
        quiet: Print results, warnings and errors only.
    """

    def __init__(self, *, json: bool = False, quiet: bool = False) -> None:
        self.json = json
        self.quiet = quiet
        self._gave_way = False
        self._started = monotonic()

    @property
    def waited(self) -> float:
        """The seconds since the command was given."""
        return monotonic() - self._started

    def make_way(self, output: Path) -> None:
        """Print results on standard error, if a file is to be written to standard output.

        Raises:
            ScmError: E116 with exit code 2 if the JSON document is to stand there.
        """
        self._gave_way = is_standard_output(output)
        if self._gave_way and self.json:
            text = f"`{output}` is standard output, where `--json` prints its document"
            raise refuse(WrongUsage(text), exit_code=USAGE)

    def result(self, text: str) -> None:
        """Print a part of the answer as text; dropped where JSON is asked for."""
        if not self.json:
            print(text, file=sys.stderr if self._gave_way else sys.stdout, flush=True)

    def document(self, content: dict[str, Any]) -> None:
        """Print the answer as JSON where that is asked for."""
        if self.json:
            print(_json({"version": __version__} | content), flush=True)

    def note(self, text: str) -> None:
        """Tell how the work goes; dropped if quiet."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def show(self, report: Report) -> None:
        """Print diagnostics; where JSON is asked for they belong in the document instead."""
        if report.diagnostics and not self.json:
            print(render_text(report, colour=colourful(sys.stderr)), file=sys.stderr, flush=True)

    def remark(self, *noticed: Diagnostic) -> None:
        """Show warnings; and notes, unless quiet."""
        kept = (one for one in noticed if one.severity != "note" or not self.quiet)
        self.show(Report(None, tuple(kept)))

    def refuse(self, error: ScmError) -> int:
        """Print a refusal in the form asked for and return its exit code."""
        for report in error.reports:
            self.show(report)
        diagnostics = [entry for report in error.reports for entry in render_json(report)]
        self.document({"ok": False, "diagnostics": diagnostics})
        return error.exit_code

    def refuse_usage(self, message: str) -> int:
        """Print what is wrong with the command line (E116) and return its exit code."""
        return self.refuse(refuse(WrongUsage(message), exit_code=USAGE))

    def guard(self, command: Callable[[], int]) -> int:
        """Run a command and turn what it raises into a message and an exit code."""
        try:
            return command()
        except ScmError as error:
            return self.refuse(error)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            self.document({"ok": False, "diagnostics": []})
            return INTERRUPTED
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  (outlives this call)
            return USAGE
        except OSError as error:
            reason = error.strerror or str(error)
            path = None if error.filename is None else os.fsdecode(error.filename)
            return self._fail(SystemRefused(reason=reason, path=path), USAGE)
        except Exception as error:  # the last resort: our own bug, said as such
            if os.environ.get("SCMC_DEBUG"):
                raise
            return self._fail(Bug(kind=type(error).__name__, text=str(error)), BUG)

    def _fail(self, fault: Diagnostic, code: int) -> int:
        """Say why nothing came of the command, wherever that can still be written."""
        if self.json:
            print(render_text(Report(None, (fault,))), file=sys.stderr)
        with suppress(OSError):  # standard output itself may be what fails
            self.refuse(refuse(fault, exit_code=code))
        return code


class Seldom:
    """Says how far something has come, how fast, and how long the rest will take.

    It says so every two seconds and not before, and of the last of all if it has spoken of others.

    Args:
        console: Where it is said.
        clock: The time in seconds.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        self._console, self._clock = console, clock
        self._last = clock()
        self._begun: dict[str, tuple[float, int]] = {}
        self._reached: dict[str, int] = {}
        self._spoken: set[str] = set()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say it, or not.

        Args:
            what: The things that are counted, such as `rows`.
            done: How many there are.
            total: How many there will be; 0 where that is not known.
        """
        now = self._clock()
        if done < self._reached.get(what, 0):
            self._begun.pop(what, None)  # the same is done once more, to others
        self._reached[what] = done
        since, before = self._begun.setdefault(what, (now, done))
        ended = done == total
        silent = what not in self._spoken if ended else now - self._last < 2.0
        if silent or not done:
            return
        self._last = now
        self._spoken = self._spoken - {what} if ended else self._spoken | {what}
        text = f"{done:,} of {total:,} {what}" if total else f"{done:,} {what}"
        if done != total:
            text += paced(done - before, now - since, total - done if total else 0)
        self._console.note(text)


def paced(done: int, seconds: float, left: int = 0) -> str:
    """How fast some work goes and how long the rest will take, to be added to a line.

    >>> paced(100, 2.0, 850), paced(1, 5.0), paced(0, 5.0, 10)
    (', 50/s, 17s left', ', 0.2/s', '')
    """
    if done <= 0 or seconds <= 0:
        return ""
    rate = done / seconds
    text = f", {rate:,.0f}/s" if rate >= 10 else f", {rate:.2g}/s"
    return text + (f", {duration(left / rate)} left" if left > 0 else "")


def duration(seconds: float) -> str:
    """A time in words of a clock.

    >>> duration(7384), duration(75), duration(9)
    ('2h03m', '1m15s', '9s')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def colourful(stream: IO[str]) -> bool:
    """Whether to colour a stream: only a terminal, and not where NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _json(content: dict[str, Any]) -> str:
    """The text of a document, in ASCII where standard output cannot hold all of its characters."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(content, indent=2)
    return text
