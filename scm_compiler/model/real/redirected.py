"""Mechanisms that read other nodes in the place of their parents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scm_compiler.ir.domain import Domain, Finite, Real
from scm_compiler.model.mechanism import Chances, Mechanism, Tabular
from scm_compiler.model.real.linear import Linear


def redirected(mechanism: Mechanism, reads: Mapping[str, str]) -> Mechanism:
    """The same mechanism that reads other names.

    Args:
        mechanism: The mechanism.
        reads: What it reads in the place of each parent.
    """
    changes: dict[str, Any] = {}
    if isinstance(mechanism, Chances):
        changes["parents"] = tuple(reads[name] for name in mechanism.parents)
    else:
        changes["inputs"] = _renamed(mechanism.inputs, reads)  # type: ignore[attr-defined]
    if (features := getattr(mechanism, "features", None)) is not None:
        changes["features"] = replace(features, parents=_renamed(features.parents, reads))
    found: Mechanism = replace(mechanism, **changes)  # type: ignore[type-var]
    return found


def same(domain: Domain, parent: str) -> Mechanism:
    """The mechanism of a node that is what another one is."""
    if isinstance(domain, Finite):
        return Tabular(domain, (parent,), rows=np.eye(domain.size))
    return Linear(Real(), {parent: domain}, np.array([[0.0, 1.0]]), np.zeros(1))


def _renamed(inputs: Mapping[str, Domain], reads: Mapping[str, str]) -> dict[str, Domain]:
    return {reads[name]: domain for name, domain in inputs.items()}
