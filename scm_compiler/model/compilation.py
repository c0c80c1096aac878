"""From a graph and a spec to a module, and specs as JSON."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.ir.graph import require_graph
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import CausalModule
from scm_compiler.model.spec import SPECS, ExplicitSpec, ImplicitSpec, Spec
from scm_compiler.semantics.codes.kinds import RealNotCompiled

_MODULES: Mapping[type[Spec], Callable[..., CausalModule]] = {
    ExplicitSpec: ExplicitModule,
    ImplicitSpec: ImplicitModule,
}


def compile_module(
    graph: Graph, spec: Spec | None = None, *, generator: torch.Generator | None = None
) -> CausalModule:
    """A torch module that is consistent with the graph (Definition 1, Kocaoglu et al. 2017).

    Args:
        graph: The validated graph; image nodes are left to their heads.
        spec: What the mechanisms are; explicit ones with tables if None.
        generator: Where initial weights are drawn from; the global generator if None.

    Raises:
        TypeError: If `graph` is no graph, such as the name of a file, which `load` takes.
        ScmError: E303 if it has real nodes.

    >>> from scm_compiler.ir import Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> compile_module(Graph("g", (Node("A", "binary", BINARY),))).sample(3).shape
    torch.Size([3, 1])
    """
    require_graph(graph, "compile")
    require_labels_alone(graph)
    chosen = spec or ExplicitSpec()
    return _MODULES[type(chosen)](graph, chosen, generator=generator)


def require_labels_alone(graph: Graph) -> None:
    """Refuse a graph with real nodes, for which there are no mechanisms yet.

    Raises:
        ScmError: E303.
    """
    if graph.reals:
        raise refuse(RealNotCompiled(tuple(node.name for node in graph.reals)))


def spec_to_json(spec: Spec) -> dict[str, Any]:
    """A spec as plain data: its fields and the name of its family.

    >>> spec_to_json(ImplicitSpec(hidden=8))
    {'family': 'implicit', 'hidden': 8, 'layers': 6, 'noise': 10}
    """
    fields: dict[str, Any] = TypeAdapter(type(spec)).dump_python(spec)
    return {"family": spec.family, **fields}


def spec_from_json(data: object) -> Spec:
    """A spec from what `spec_to_json` gave.

    Raises:
        ValueError: If the data are not those of a spec; one sentence says why.
    """
    fields = dict(data) if isinstance(data, dict) else {}
    kinds = {str(family): kind for family, kind in SPECS.items()}
    kind = kinds.get(str(fields.pop("family", None)))
    if kind is None:
        raise ValueError(f"a spec names its family, {' or '.join(SPECS)}")
    unknown = fields.keys() - {field.name for field in dataclasses.fields(kind)}
    if unknown:
        raise ValueError(f"a spec has no field {', '.join(sorted(map(str, unknown)))}")
    try:
        return TypeAdapter(kind).validate_json(json.dumps(fields), strict=True)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place or 'the spec'}: {first['msg']}") from wrong
