"""`scmc` run inside this process, and what it printed."""

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

Json = dict[str, Any] | list[Any] | str | float | bool | None

VOLATILE = {
    "created",
    "images_per_second",
    "budget",
    "seconds",
    "seconds_left",
    "version",
    "versions",
}
"""Keys of JSON documents that differ from run to run."""


def scmc(*words: str) -> str:
    """The exit code of a command and what it printed, without what differs from run to run."""
    from scm_compiler.cli.main import main  # noqa: PLC0415  (perhaps another checkout's)

    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = main(list(words))
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    printed = out.getvalue()
    shown = _document(printed) if "--json" in words else steady_text(printed)
    said = "" if "--json" in words or code == 0 else steady_text(err.getvalue())
    return f"exit {code}\n{shown}{said}"


def steady_text(text: str) -> str:
    """Text without times and rates."""
    timed = re.compile(r"\d[\d.,]* ?(ms|s|min|µs|images/s|rows/s|steps/s)\b")
    return timed.sub("TIME", text)


def _document(text: str) -> str:
    try:
        return json.dumps(steady(json.loads(text)), sort_keys=True, indent=1)
    except json.JSONDecodeError:
        return steady_text(text)


def steady(value: Json) -> Json:
    """A JSON value without the keys that differ from run to run."""
    if isinstance(value, dict):
        kept = (key for key in value if key not in VOLATILE and not key.endswith("metrics.jsonl"))
        return {key: steady(value[key]) for key in kept}
    if isinstance(value, list):
        return [steady(part) for part in value]
    return value
