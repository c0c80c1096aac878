"""A generator in a `.pt2` file, as `torch.export.save` writes it: read as data and never loaded.

`torch.export.load` unpickles, and evaluates expressions that it finds in the file. Here the graph
is read as JSON and the weights as numbers, and the operators are called by scmc itself: those of
PyTorch's `aten` that compute something from tensors, and a few of Python's on numbers.
"""

import json
import math
import operator
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.audit.codes.generator import UnreadableGenerator

Content = Mapping[str, Any]

_ATEN = re.compile(r"torch\.ops\.aten\.([a-z_][a-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)")
_WORDS = {"approximate", "indexing", "mode", "ord", "padding_mode", "reduction", "rounding_mode"}
"""The arguments of operators that may be text."""
_PYTHON: Mapping[str, Callable[..., Any]] = {
    f"_operator.{name}": getattr(operator, name)
    for name in ("getitem", "add", "sub", "mul", "floordiv", "truediv", "neg", "mod", "pow")
} | {f"math.{name}": getattr(math, name) for name in ("ceil", "floor", "trunc", "sqrt")}
_TYPES = {
    1: torch.uint8, 2: torch.int8, 3: torch.int16, 4: torch.int32, 5: torch.int64,
    6: torch.float16, 7: torch.float32, 8: torch.float64, 12: torch.bool, 13: torch.bfloat16,
}  # fmt: skip
_FORMATS = {
    1: torch.contiguous_format, 2: torch.channels_last, 4: torch.preserve_format,
}  # fmt: skip
"""The numbers of torch.export's schema."""


@dataclass(frozen=True, eq=False)
class Exported:
    """A program of tensor operators.

    Attributes:
        nodes: In order: the operator, its arguments, and the names of what it gives.
        weights: Under the names that the nodes use.
        taken: The name of its one input.
        given: The name of its output.
        rows: How many rows it takes at once; None if any number.
    """

    nodes: tuple[tuple[Callable[..., Any], Content], ...]
    weights: Mapping[str, Tensor]
    taken: str
    given: str
    rows: int | None

    def __call__(self, rows: Tensor) -> Tensor:
        """What the program gives for its input; the last of several calls is filled up."""
        if self.rows is None or not len(rows):
            return self._run(rows)
        missing = -len(rows) % self.rows
        filled = torch.cat([rows, rows[:1].expand(missing, *rows.shape[1:])])
        return torch.cat([self._run(part) for part in torch.split(filled, self.rows)])[: len(rows)]

    def _run(self, rows: Tensor) -> Tensor:
        known: dict[str, Any] = {**self.weights, self.taken: rows}
        for function, node in self.nodes:
            given, named = _arguments(node["inputs"], known)
            _bind(node["outputs"], function(*given, **named), known)
        found: Tensor = known[self.given]
        return found


def read_pt2(path: Path) -> Exported:
    """Read a program that takes one tensor and gives one.

    Raises:
        ScmError: E860 with exit code 2 if it is no such file, or uses what is not read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _program(archive)
    except (
        zipfile.BadZipFile, KeyError, IndexError, TypeError, ValueError, AttributeError,
        RuntimeError, NotImplementedError,
    ) as error:  # fmt: skip
        reason = str(error.args[0]) if error.args else type(error).__name__
        raise refuse(UnreadableGenerator(str(path), f"{reason}"), exit_code=2) from error


def _program(archive: zipfile.ZipFile) -> Exported:
    (described,) = [n for n in archive.namelist() if re.search(r"(^|/)models/[^/]+\.json$", n)]
    content = json.loads(archive.read(described))
    graph, signature = content["graph_module"]["graph"], content["graph_module"]["signature"]
    held = _held(archive)
    weights, taken = {}, []
    for spec in signature["input_specs"]:
        (kind, body), *_ = spec.items()
        if kind == "user_input":
            taken.append(body["arg"]["as_tensor"]["name"])
            continue
        (named,) = [v for k, v in body.items() if k.endswith("_name")]
        weights[body["arg"]["name"]] = held[named]
    given = [s["user_output"]["arg"]["as_tensor"]["name"] for s in signature["output_specs"]]
    if len(taken) != 1 or len(given) != 1:
        raise ValueError(f"it takes {len(taken)} tensors and gives {len(given)}, not one of each")
    nodes = tuple((_operator(node["target"]), node) for node in graph["nodes"])
    sizes = graph["tensor_values"][taken[0]]["sizes"]
    return Exported(nodes, weights, taken[0], given[0], sizes[0].get("as_int"))


def _operator(target: str) -> Callable[..., Any]:
    """The operator of a name, if it is one of those that only compute."""
    if target in _PYTHON:
        return _PYTHON[target]
    found = _ATEN.fullmatch(target)
    overloads = None if found is None else getattr(torch.ops.aten, found[1], None)
    function = None if found is None else getattr(overloads, found[2], None)
    schema = getattr(function, "_schema", None)
    if function is None or schema is None or not _only_computes(schema):
        raise ValueError(f"it uses the operator `{target[:80]}`, which scmc does not run")
    computes: Callable[..., Any] = function
    return computes


def _only_computes(schema: Any) -> bool:  # noqa: ANN401  (a class of torch without a public name)
    """Whether an operator changes no argument, reads no file and gives tensors or numbers."""
    texts = {a.name for a in schema.arguments if "str" in str(a.type)}
    gives = {str(r.type) for r in schema.returns}
    return (
        not schema.is_mutable
        and texts <= _WORDS
        and gives <= {"Tensor", "int", "SymInt", "List[Tensor]", "float", "bool"}
    )


def _held(archive: zipfile.ZipFile) -> dict[str, Tensor]:
    """Weights and constants: raw numbers, whose shapes stand in a table."""
    found = {}
    for config in archive.namelist():
        if not re.search(r"_(weights|constants)_config\.json$", config):
            continue
        folder = config.rpartition("/")[0]
        for name, entry in json.loads(archive.read(config))["config"].items():
            if entry.get("use_pickle"):
                raise ValueError(f"`{name}` is pickled")
            found[name] = _tensor(archive.read(f"{folder}/{entry['path_name']}"), entry)
    return found


def _tensor(content: bytes, entry: Content) -> Tensor:
    meta = entry["tensor_meta"]
    sizes, strides = ([item["as_int"] for item in meta[key]] for key in ("sizes", "strides"))
    flat = torch.from_numpy(np.frombuffer(content, np.uint8).copy()).view(_TYPES[meta["dtype"]])
    reach = 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    offset = meta["storage_offset"]["as_int"]
    if min(sizes + strides + [offset, 0]) < 0 or (0 not in sizes and offset + reach > len(flat)):
        raise ValueError("a weight is larger than its file")
    return flat.as_strided(sizes, strides, offset).clone()


def _arguments(
    inputs: list[Content], known: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    given, named = [], {}
    for item in inputs:
        value = _value(item["arg"], known)
        if item.get("kind") == 2:
            named[item["name"]] = value
        else:
            given.append(value)
    return given, named


_PLAIN = {"as_int", "as_ints", "as_float", "as_floats", "as_bool", "as_bools", "as_string"}


def _value(argument: Content, known: Mapping[str, Any]) -> Any:  # noqa: ANN401  (an operator's)
    """An argument: a number, a name of what is known, or a list of such."""
    ((kind, body),) = argument.items()
    if kind in _PLAIN:
        return body
    if kind in _READ:
        return _READ[kind](body, known)
    raise ValueError(f"an argument is of the kind `{kind}`, which scmc does not read")


def _several(body: list[Content], known: Mapping[str, Any]) -> list[Any]:
    """Tensors, some of which may be missing."""
    return [known[item["name"]] if "name" in item else _value(item, known) for item in body]


def _symbol(body: Content, known: Mapping[str, Any]) -> Any:  # noqa: ANN401  (a number)
    ((kind, value),) = body.items()
    return known[value] if kind == "as_name" else value


_READ: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "as_none": lambda body, known: None,
    "as_tensor": lambda body, known: known[body["name"]],
    "as_tensors": _several,
    "as_optional_tensors": _several,
    "as_scalar_type": lambda body, known: _TYPES[body],
    "as_memory_format": lambda body, known: _FORMATS[body],
    "as_layout": lambda body, known: None,  # as the rest: strided
    "as_device": lambda body, known: None,  # as the rest: on the CPU
    **dict.fromkeys(("as_sym_int", "as_sym_float", "as_sym_bool"), _symbol),
    **dict.fromkeys(
        ("as_sym_ints", "as_sym_floats"), lambda body, known: [_symbol(i, known) for i in body]
    ),
}


def _bind(outputs: list[Content], found: object, known: dict[str, Any]) -> None:
    values: Any = found if len(outputs) > 1 else [found][: len(outputs)]
    for output, value in zip(outputs, values, strict=True):
        ((kind, body),) = output.items()
        if kind == "as_tensor":
            known[body["name"]] = value
        elif kind in ("as_sym_int", "as_sym_float", "as_sym_bool"):
            known[body["as_name"]] = value
        elif kind == "as_tensors":
            known.update((item["name"], part) for item, part in zip(body, value, strict=True))
        elif kind != "as_none":
            raise ValueError(f"an operator gives `{kind}`, which scmc does not read")
