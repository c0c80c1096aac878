"""Files of tensors: what one says that it holds is checked before anything is made from it.

The header of a safetensors file names every tensor with its type and shape, and a file whose
length does not bear the header out is not opened. So a number elsewhere in a run, such as the
width of a network, is believed only if the tensors have the shapes that follow from it. Nothing
in a file is ever executed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from safetensors import SafetensorError, safe_open

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.storage.codes.tensors import NotWeights, OtherGraph
from scm_compiler.strict import Strict, checked, read

M = TypeVar("M", bound=Strict)

FACTS = "scmc"
"""The one key of a file's metadata: safetensors does not keep the order of several."""

Shape = tuple[int, ...]
Form = tuple[str, Shape]
"""The type of a tensor, as safetensors names it, and its shape."""


@dataclass(frozen=True)
class TensorFile:
    """A file of tensors whose header was read.

    Attributes:
        path: The file.
        facts: Plain data that belong to the tensors.
        forms: The type and shape of each tensor.
    """

    path: Path
    facts: Mapping[str, Any]
    forms: Mapping[str, Form]

    def facts_as(self, kind: type[M]) -> M:
        """The facts, checked.

        Raises:
            ScmError: E653 if they are others.
        """
        try:
            return checked(kind, self.facts)
        except ValueError as error:
            raise unusable(self.path, str(error)) from error

    def require(self, expected: Iterable[tuple[str, Form]]) -> None:
        """Refuse a file that does not hold exactly these tensors.

        The first one that is missing ends it, so that `expected` may be of any length.

        Raises:
            ScmError: E653.
        """
        extra = dict.fromkeys(self.forms)
        for name, (kind, shape) in expected:
            found = self.forms.get(name)
            if found is None:
                raise unusable(self.path, f"it has no tensor {name}")
            if found[1] != shape:
                raise unusable(self.path, f"{name} has shape {found[1]}, not {shape}")
            if found[0] != kind:
                raise unusable(self.path, f"{name} is of type {found[0]}, not {kind}")
            extra.pop(name, None)
        if extra:
            listed = ", ".join([*extra][:5]) + (" …" if len(extra) > 5 else "")
            raise unusable(self.path, f"it has further tensors: {listed}")

    def load(self, framework: Literal["np", "pt"]) -> dict[str, Any]:
        """The tensors, as arrays of numpy or tensors of torch.

        Raises:
            ScmError: E653 if one cannot be read.
        """
        try:
            with safe_open(self.path, framework=framework) as file:
                return {name: file.get_tensor(name) for name in self.forms}
        except (SafetensorError, OSError, TypeError, ValueError) as error:
            raise unusable(self.path, str(error)) from error


def open_tensors(path: Path) -> TensorFile:
    """Read the header of a file.

    Raises:
        ScmError: E653 with exit code 2 if it is not a safetensors file of scmc.
    """
    try:
        with safe_open(path, framework="np") as file:
            held = file.metadata() or {}
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            forms = {n: (str(s.get_dtype()), tuple(s.get_shape())) for n, s in slices.items()}
    except (SafetensorError, OSError) as error:
        raise unusable(path, "it is not a whole safetensors file") from error
    try:
        return TensorFile(path, read(dict[str, Any], held[FACTS]), forms)
    except (KeyError, ValueError) as error:
        raise unusable(path, "scmc did not write it") from error


def refuse_foreign(file: TensorFile, graph: Graph) -> None:
    """Refuse a file that belongs to another graph.

    Raises:
        ScmError: E654.
    """
    found = str(file.facts.get("graph", ""))
    if found != graph.hash:
        wrong = OtherGraph(path=str(file.path), expected=graph.hash, found=found)
        raise refuse(wrong, exit_code=2)


def unusable(path: Path, reason: str) -> ScmError:
    """The refusal of a file of tensors that is not what it should be."""
    return refuse(NotWeights(path=str(path), reason=reason), exit_code=2)
