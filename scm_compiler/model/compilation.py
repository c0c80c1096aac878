"""From a graph and a spec to a module, and specs as JSON."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph
from scm_compiler.ir.graph import require_graph
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import CausalModule
from scm_compiler.model.real.mixed import MixedModule
from scm_compiler.model.real.modules import fresh_spec
from scm_compiler.model.real.parts import require_mechanisms
from scm_compiler.model.spec import SPECS, ExplicitSpec, Family, ImplicitSpec, MixedSpec, Spec
from scm_compiler.semantics.codes.kinds import RealNotCompiled

_MODULES: Mapping[type[Spec], Callable[..., CausalModule]] = {
    ExplicitSpec: ExplicitModule,
    MixedSpec: MixedModule,
    ImplicitSpec: ImplicitModule,
}


def compile_module(
    graph: Graph, spec: Spec | None = None, *, generator: torch.Generator | None = None
) -> CausalModule:
    """A torch module that is consistent with the graph (Definition 1, Kocaoglu et al. 2017).

    Args:
        graph: The validated graph; image nodes are left to their heads.
        spec: What the mechanisms are; explicit ones with tables if None. Real nodes, and labels
            that they cause, have networks where an `ExplicitSpec` speaks of the other labels.
        generator: Where initial weights are drawn from; the global generator if None.

    Raises:
        TypeError: If `graph` is no graph, such as the name of a file, which `load` takes.
        ScmError: E303 if it has real nodes, and the spec is implicit; E570 if a hidden common
            cause reaches one.
        ValueError: If the spec is of another graph.

    >>> from scm_compiler.ir import Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> compile_module(Graph("g", (Node("A", "binary", BINARY),))).sample(3).shape
    torch.Size([3, 1])
    """
    require_graph(graph, "compile")
    chosen = spec or spec_for(graph)
    if graph.reals and isinstance(chosen, ImplicitSpec):
        raise refuse(RealNotCompiled(tuple(node.name for node in graph.reals)))
    if graph.reals and isinstance(chosen, ExplicitSpec):
        chosen = replace(fresh_spec(graph), labels=chosen)
    require_mechanisms(graph)
    return _MODULES[type(chosen)](graph, chosen, generator=generator)


def spec_for(graph: Graph, family: Family = "explicit") -> Spec:
    """The usual spec of a graph's module."""
    if graph.reals and family == "explicit":
        return fresh_spec(graph)
    return SPECS[family]()


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
