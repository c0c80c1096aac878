"""The certificate of Definition 1: that a module is consistent with its graph, checked.

Definition 1 (Kocaoglu et al. 2017): G_i(Z) = f_i({G_j(Z)}, j in Pa_i; Z_{S_i}), where the S_i
partition the noise. Three parts: what the graph and the mechanisms declare, what moves when a
label is pinned or a noise block changes, and the sparsity of the Jacobian.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.checks.behaviour import check_changed_noise, check_pinned_labels
from scm_compiler.emit.checks.contract import (
    Check,
    Contract,
    check_declared_noise,
    check_declared_parents,
    check_images,
    check_noise_blocks,
)
from scm_compiler.emit.checks.jacobian import check_jacobian
from scm_compiler.emit.codes.certificate import Inconsistent
from scm_compiler.model.module import CausalModule, one_thread
from scm_compiler.telling import Told, untold

VERSION = 1

ROWS = 64
"""Rows of noise that each behavioural check runs."""

WORK, LEAST = 20_000, 16
"""At most so many pairs of labels are examined, but no fewer than so many labels."""

FEWEST = 6
"""No certificate examines fewer labels where there are more."""


@dataclass(frozen=True)
class Certificate:
    """What the checks found.

    Attributes:
        graph_hash: Of the graph that the module was held against.
        seed: Of the noise, the redrawn weights and the choice of labels.
        examined: How many labels the behavioural checks and the Jacobian looked at.
        labels: How many there are.
        checks: Each check's outcome.
        tied: The nodes of which the module holds conditionals of the observed law, no mechanisms:
            its graph is then that of the law.
    """

    graph_hash: str
    seed: int
    examined: int
    labels: int
    checks: tuple[Check, ...]
    tied: tuple[str, ...] = ()

    @property
    def consistent(self) -> bool:
        """Whether no check found anything."""
        return all(check.ok for check in self.checks)

    def document(self) -> dict[str, Any]:
        """The certificate as plain data."""
        return {
            "version": VERSION,
            "consistent": self.consistent,
            "graph_hash": self.graph_hash,
            "seed": self.seed,
            "rows": ROWS,
            "labels": self.labels,
            "examined": self.examined,
            **({"observed_law": list(self.tied)} if self.tied else {}),
            "checks": [
                {
                    "name": check.name,
                    "ok": check.ok,
                    "detail": check.detail,
                    "violations": list(check.violations),
                }
                for check in self.checks
            ],
        }

    def to_json(self) -> str:
        """The certificate as a JSON text that ends with a newline."""
        return json.dumps(self.document(), indent=2, ensure_ascii=True) + "\n"


def certify(
    module: CausalModule,
    *,
    seed: int = 0,
    further: Iterable[Check] = (),
    tell: Told = untold,
    examine: int | None = None,
) -> Certificate:
    """Check that a module is consistent with its graph.

    On a graph of more than about 150 labels the parts that run the module look at a random
    choice of labels, and the certificate says of how many; the declared part looks at all.

    Args:
        module: With any weights; it is not changed.
        seed: Of all that is random here.
        further: The outcomes of other checks to certify with these, such as those of a trained
            image head.
        tell: What is told, often, how far the checks have come.
        examine: How many labels the parts that run the module look at, but at least `FEWEST`;
            None for as many as `WORK` allows.
    """
    graph = module.graph
    with torch.random.fork_rng(devices=[]), one_thread():
        torch.manual_seed(seed)
        contract = Contract(graph, module.draw_noise(1).shape[1])
        names = choose(contract.labels, seed, examine)
        reads = module.reads()
        checks = [
            check_noise_blocks(graph),
            check_declared_parents(contract, reads),
            check_declared_noise(contract, reads),
            check_images(graph),
        ]
        if contract.divides:
            blocks = [block for block in contract.blocks if block.readers & set(names)]
            checks += [
                check_pinned_labels(module, contract, names, ROWS, seed, tell),
                check_changed_noise(module, contract, blocks, ROWS, seed, tell),
                check_jacobian(module, contract, names, ROWS // 8, seed),
            ]
    counts = len(names), len(contract.labels)
    return Certificate(graph.hash, seed, *counts, (*checks, *further), module.tied)


def require_consistent(certificate: Certificate) -> None:
    """Refuse a certificate that says no.

    Raises:
        ScmError: E501 for each check that found something.
    """
    found = [
        Inconsistent(check=check.name, violation=check.violations[0])
        for check in certificate.checks
        if not check.ok
    ]
    if found:
        raise refuse(*found)


def choose(labels: Sequence[str], seed: int, examine: int | None = None) -> tuple[str, ...]:
    """The labels that are examined: all of them, or a random choice where there are many."""
    usual = max(LEAST, WORK // max(1, len(labels)))
    count = usual if examine is None else max(FEWEST, examine)
    if count >= len(labels):
        return tuple(labels)
    generator = torch.Generator().manual_seed(seed)
    places = torch.randperm(len(labels), generator=generator)[:count]
    return tuple(labels[place] for place in sorted(places.tolist()))
