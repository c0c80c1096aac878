"""metrics.jsonl: one line a report, in the order of the steps, each step once."""

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from scm_compiler.runtime.storage.tensors import cannot_write, write_file


class Journal:
    """The log of a training.

    Args:
        path: The file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, entry: Mapping[str, Any]) -> None:
        """Append one line; E657 if it cannot be written."""
        line = json.dumps({name: _plain(value) for name, value in entry.items()})
        try:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def read(self) -> list[dict[str, Any]]:
        """The entries; a line that was cut short, or tells of no step, is left out."""
        if not self.path.exists():
            return []
        entries = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            step = entry.get("step", 0) if isinstance(entry, dict) else None
            if type(step) is int and abs(step) < 2**63:
                entries.append(entry)
        return entries

    def rewind(self, step: int) -> None:
        """Forget the entries after a step, so that a resumed training does not log them twice."""
        kept = [json.dumps(e) for e in self.read() if int(e.get("step", 0)) <= step]
        write_file(self.path, "".join(f"{line}\n" for line in kept))


def _plain(value: object) -> object:
    """JSON has no NaN and no infinity."""
    return None if isinstance(value, float) and not isfinite(value) else value
