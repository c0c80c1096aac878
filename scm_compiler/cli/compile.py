"""`scmc compile FILE`: a program to a build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scm_compiler.cli.exits import OK

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scm_compiler.cli.console import Console
    from scm_compiler.emit import CausalModule
    from scm_compiler.emit.certificate import Certificate
    from scm_compiler.ir import Graph

BUILDS = Path("build")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="a .scm file or the name of an example")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the folder to write (default: build/NAME)",
    )
    parser.add_argument(
        "--mechanisms",
        choices=("explicit", "implicit"),
        default="explicit",
        help="tables and likelihoods, as `train` fits them, or the paper's networks of noise",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Compile, certify and write; the exit code says whether the program is right."""
    from scm_compiler.compiler import check  # noqa: PLC0415
    from scm_compiler.diagnostics import ScmError, render_json  # noqa: PLC0415
    from scm_compiler.shipped import find_program  # noqa: PLC0415
    from scm_compiler.syntax.source import read_source  # noqa: PLC0415

    source = read_source(find_program(args.file))
    graph, report = check(source)
    if graph is None:
        raise ScmError(report)
    console.show(report)
    from scm_compiler.cli.progress import Seldom  # noqa: PLC0415
    from scm_compiler.emit.build import PICTURE, PROGRAM, write_build  # noqa: PLC0415  (torch takes a second)
    from scm_compiler.emit.products import compile_files  # noqa: PLC0415
    from scm_compiler.render import draw_svg  # noqa: PLC0415

    folder = args.output or BUILDS / graph.name
    products = compile_files(graph, args.mechanisms, source, Seldom(console))
    files = {**products.files, PICTURE: draw_svg(graph), PROGRAM: source.text}
    write_build(folder, graph, products.module.spec, files)
    artifacts = [str(folder / name) for name in sorted([*files, "manifest.json"])]
    console.result(summary(graph, products.module))
    console.result(verdict(products.certificate))
    console.note(f"wrote {folder}")
    console.document(
        {
            "ok": True,
            "diagnostics": render_json(report),
            "graph": described(graph),
            "certificate": products.certificate.document(),
            "artifacts": artifacts,
        }
    )
    return OK


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
    if certificate.examined < certificate.labels:
        looked += f", {certificate.examined} of {certificate.labels} labels run"
    lines = [f"{said} with the graph (Definition 1): {looked}"]
    lines += [f"  {c.name}: {v}" for c in certificate.checks for v in c.violations]
    return "\n".join(lines)
