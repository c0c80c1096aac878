"""`scmc compile FILE`: a program to a build."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scm_compiler.cli.arguments.compile import BUILDS
from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.compiler import read_program
from scm_compiler.diagnostics import render_json
from scm_compiler.files import holds
from scm_compiler.ir import Graph
from scm_compiler.render import draw_svg

if TYPE_CHECKING:
    from scm_compiler.emit.certificate import Certificate
    from scm_compiler.model.module import CausalModule


def run(args: argparse.Namespace, console: Console) -> int:
    """Compile, certify and write; the exit code says whether the program is right."""
    graph, source, report = read_program(args.file)
    console.show(report)
    # torch, which takes a second that a wrong program need not wait for
    from scm_compiler.emit.build import (  # noqa: PLC0415
        PICTURE,
        PROGRAM,
        compile_files,
        write_build,
    )

    trained = _trained(args.file) if graph.reals else None
    if trained is not None:  # the run's own name, where the program does not say one
        graph = replace(graph, name=trained.graph.name)
    folder = args.output or BUILDS / graph.name
    compiled = compile_files(graph, args.mechanisms, source, Seldom(console), trained)
    files = {**compiled.files, PICTURE: draw_svg(graph), PROGRAM: source.text}
    write_build(folder, graph, compiled.module.spec, files)
    console.result(summary(graph, compiled.module))
    console.result(verdict(compiled.certificate))
    console.note(f"wrote {folder}")
    if console.json:
        found = {
            "ok": True,
            "diagnostics": render_json(report),
            "graph": described(graph),
            "certificate": compiled.certificate.document(),
            "artifacts": [str(folder / name) for name in sorted([*files, "manifest.json"])],
        }
        console.document(found)
    return OK


def _trained(source: str) -> CausalModule | None:
    """The trained module of a run with real nodes; None of what is no run.

    The mechanisms of labels follow from the graph, so that a run's weights fit the build of its
    program. Those of real nodes depend on the data: quantiles, heaps.
    """
    if not holds(Path(source), "config.json"):
        return None
    from scm_compiler.runtime.run import open_run  # noqa: PLC0415  (torch, as above)

    return open_run(source).module()


def described(graph: Graph) -> dict[str, Any]:
    """The graph as the JSON document tells it."""
    return {
        "name": graph.name,
        "hash": graph.hash,
        "nodes": [{"name": node.name, "kind": node.kind} for node in graph.nodes],
        "edges": [[edge.source, edge.target] for edge in graph.edges],
        "confounders": [[pair.left, pair.right] for pair in graph.confounders],
        "levels": [list(level) for level in graph.levels],
    }


def summary(graph: Graph, module: CausalModule) -> str:
    """One line a node, then what the graph is in all."""
    parameters = module.count_parameters()
    mechanisms = module.describe()
    rows = [("node", "kind", "parents", "mechanism", "parameters")]
    for node in graph.nodes:
        mechanism = mechanisms.get(node.name, "image head (made by training)")
        count = f"{parameters[node.name]:,}" if node.name in parameters else "-"
        rows.append((node.name, node.kind, _parents(graph, node.name), mechanism, count))
    widths = [max(len(row[rank]) for row in rows) for rank in range(5)]
    lines = [
        "  ".join(
            [*(c.ljust(w) for c, w in zip(row[:4], widths, strict=False)), row[4].rjust(widths[4])]
        )
        for row in rows
    ]
    counts = f"{len(graph.nodes)} nodes, {len(graph.edges)} edges"
    if graph.confounders:
        plural = "" if len(graph.confounders) == 1 else "s"
        counts += f", {len(graph.confounders)} hidden common cause{plural}"
    counts += f", {len(graph.levels)} levels"
    total = f"{graph.name}: {counts}, {sum(parameters.values()):,} parameters"
    return "\n".join([*lines, "", total, f"hash {graph.hash}"])


def _parents(graph: Graph, name: str) -> str:
    """A node's parents, then the labels that it shares a hidden cause with."""
    pairs = (pair for pair in graph.confounders if name in (pair.left, pair.right))
    partners = [pair.right if pair.left == name else pair.left for pair in pairs]
    shared = f"<-> {_listed(partners)}" if partners else ""
    return "; ".join(part for part in (_listed(graph.parents[name]), shared) if part)


def _listed(names: Sequence[str]) -> str:
    """The names, or the first and the number of the others where they are long."""
    listed = ", ".join(names)
    return listed if len(listed) <= 40 else f"{names[0]} and {len(names) - 1} more"


def verdict(certificate: Certificate) -> str:
    """What the certificate says, in a line, and each violation."""
    passed = sum(check.ok for check in certificate.checks)
    said = "consistent" if certificate.consistent else "NOT consistent"
    looked = f"{passed} of {len(certificate.checks)} checks passed"
    of_law = " of the observed law" if certificate.tied else ""
    lines = [f"{said} with the graph{of_law} (Definition 1): {looked}"]
    if certificate.tied:
        names = ", ".join(certificate.tied)
        lines.append(f"  conditionals of what is seen, not mechanisms: {names}")
    if certificate.examined < certificate.labels:
        lines.append(
            f"  what is declared was checked of all {certificate.labels:,} labels, "
            f"what the module does of {certificate.examined:,}, drawn at random"
        )
    lines += [f"  {c.name}: {v}" for c in certificate.checks for v in c.violations]
    return "\n".join(lines)
