"""The arrays of a safetensors file, read without torch.

Importing torch takes seconds, an answer less than a millisecond.
"""

import json
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError, safe_open

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.diagnostics.codes.runs import NotWeights

FACTS = "scmc"
"""The one key of a file's metadata: safetensors does not keep the order of several."""


def read_safetensors(
    path: Path, framework: Literal["np", "pt"]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tensors of a file, as arrays of numpy or tensors of torch, and its facts.

    Raises:
        ScmError: E653 with exit code 2 if it is not a safetensors file of scmc.
    """
    try:
        with safe_open(path, framework=framework) as file:
            facts = json.loads((file.metadata() or {})[FACTS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise unusable(path, "it is not a whole safetensors file") from error
    except (KeyError, ValueError, RecursionError) as error:
        raise unusable(path, "scmc did not write it") from error
    if not isinstance(facts, dict):
        raise unusable(path, "scmc did not write it")
    return tensors, facts


def unusable(path: Path, reason: str) -> ScmError:
    """The refusal of a file of tensors that is not what it should be."""
    return refuse(NotWeights(path=str(path), reason=reason), exit_code=2)
