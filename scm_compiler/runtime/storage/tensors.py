"""Tensors and facts in one safetensors file, written whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.diagnostics.codes.writing import CannotWrite
from scm_compiler.files import write_whole, writing
from scm_compiler.runtime.storage.tensor_file import FACTS, open_tensors, unusable


@dataclass(frozen=True)
class Stored:
    """What a file of tensors holds.

    Attributes:
        tensors: The tensors under their names, on the CPU.
        facts: Plain data that belong to them.
    """

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]


def write_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write a file in one step; a process that is killed meanwhile leaves what was there.

    The same tensors and facts give the same bytes.

    Args:
        path: Where to.
        tensors: None shares memory with another.
        facts: Anything that JSON holds.

    Raises:
        ScmError: E657 with exit code 2 if the file cannot be written.
    """
    described = {FACTS: json.dumps(facts, sort_keys=True)}
    content = save({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, described)
    write_file(path, content)


def read_tensors(path: Path) -> Stored:
    """Read what `write_tensors` wrote. Nothing in the file is executed.

    Raises:
        ScmError: E653 with exit code 2 if it is not a safetensors file of scmc.
    """
    file = open_tensors(path)
    return Stored(file.load("pt"), file.facts)


def finite(path: Path, tensors: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Weights, if each is a finite number.

    Raises:
        ScmError: E653 with exit code 2 if one is not.
    """
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise unusable(path, f"{name} holds what is no finite number")
    return tensors


def write_file(path: Path, content: bytes | str, *, resumable: bool = True) -> None:
    """Write a file of a run in one step.

    Raises:
        ScmError: E657 with exit code 2 if it cannot be written, as on a full disk.
    """
    with writing(path, resumable=resumable):
        write_whole(path, content)


def cannot_write(path: Path, error: OSError, *, resumable: bool = True) -> ScmError:
    """The refusal for a failed write."""
    reason = error.strerror or str(error)
    return refuse(CannotWrite(path=str(path), reason=reason, resumable=resumable), exit_code=2)
