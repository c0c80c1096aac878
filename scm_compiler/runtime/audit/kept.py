"""The parts of an audit that are done, so that one that was stopped goes on."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from scm_compiler.diagnostics import ScmError
from scm_compiler.files import make_folder
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors


@dataclass(frozen=True)
class Parts:
    """Parts on disk, each used again only if all that it depends on is the same.

    Attributes:
        folder: Where they are; None to keep none.
        depends: What all of them depend on.
    """

    folder: Path | None
    depends: Mapping[str, Any]

    def part(self, name: str, work: Callable[[], Mapping[str, Tensor]]) -> Mapping[str, Tensor]:
        """The part that was kept, or what the work gives, which is kept."""
        if self.folder is None:
            return work()
        path = self.folder / f"{name}.safetensors"
        described = hashlib.sha256(
            json.dumps(self.depends, sort_keys=True, default=str).encode()
        ).hexdigest()
        try:
            stored = read_tensors(path) if path.exists() else None
        except ScmError:  # cut short or damaged: done again
            stored = None
        if stored is not None and stored.facts.get("depends") == described:
            return stored.tensors
        found = work()
        make_folder(path.parent)
        write_tensors(path, found, {"depends": described})
        return found
