"""The results of the pieces of a report, each written whole or not at all.

    OUT/pieces/NAME/result.json   what was measured, with what was asked for
    OUT/pieces/NAME/*.png         its pictures
    OUT/work/NAME/                runs and checkpoints of a piece that is not done yet

A piece whose result is there and was asked for with the same settings is not done again. One that
was killed goes on from the checkpoints in its work folder.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scm_compiler.files import write_whole

RESULT = "result.json"


@dataclass(frozen=True)
class Findings:
    """What a piece found.

    Attributes:
        facts: Plain data, as JSON holds them.
        pictures: PNG files by name, without the ending.
    """

    facts: Mapping[str, Any]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Store:
    """The output folder of a report."""

    folder: Path

    def work(self, piece: str, asked: Mapping[str, Any]) -> Path:
        """The folder in which a piece works; emptied if other settings were at work in it."""
        path = self.folder / "work" / piece
        note = path / "asked.json"
        if not _says(note, asked):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            write_whole(note, json.dumps(asked, sort_keys=True))
        return path

    def write(self, piece: str, asked: Mapping[str, Any], found: Findings, seconds: float) -> None:
        """Put the result there in one step, in place of an older one."""
        target = self.folder / "pieces" / piece
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        content = {"asked": asked, "seconds": seconds, "facts": found.facts}
        try:
            write_whole(made / RESULT, json.dumps(content, sort_keys=True) + "\n")
            for name, picture in found.pictures.items():
                write_whole(made / f"{name}.png", picture)
            if target.exists():
                old = target.with_name(f".{target.name}.old-{os.getpid()}")
                target.rename(old)
                made.rename(target)
                shutil.rmtree(old)
            else:
                made.rename(target)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise

    def read(self, piece: str, asked: Mapping[str, Any]) -> "Result | None":
        """The result of a piece, if it was asked for with these settings."""
        path = self.folder / "pieces" / piece
        try:
            content = json.loads((path / RESULT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if content.get("asked") != _plain(asked):
            return None
        return Result(path, content["facts"], float(content["seconds"]))


@dataclass(frozen=True)
class Result:
    """The result of a piece, read back.

    Attributes:
        folder: Where its pictures are.
        facts: What was measured.
        seconds: How long the last start of the piece took.
    """

    folder: Path
    facts: Mapping[str, Any]
    seconds: float

    def picture(self, name: str) -> bytes:
        """One of its PNG files."""
        return (self.folder / f"{name}.png").read_bytes()


def _says(note: Path, asked: Mapping[str, Any]) -> bool:
    try:
        return bool(json.loads(note.read_text(encoding="utf-8")) == _plain(asked))
    except (OSError, ValueError):
        return False


def _plain(asked: Mapping[str, Any]) -> Any:  # noqa: ANN401  (as JSON gives it back)
    return json.loads(json.dumps(asked))
