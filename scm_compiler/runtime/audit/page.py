"""A report as one HTML file that needs nothing else."""

import re
from collections.abc import Iterator
from math import isfinite

from scm_compiler.markup import markup
from scm_compiler.runtime.audit.declared import signed
from scm_compiler.runtime.audit.drawing import arrows_svg, histogram_svg
from scm_compiler.runtime.audit.report import AuditReport, Pair
from scm_compiler.runtime.audit.text import (
    attribute_rows,
    controlled_note,
    controlled_rows,
    declared_rows,
    pair_rows,
)
from scm_compiler.runtime.evaluation import plots
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.html import STYLE, table_html

_CURVES, _PICTURED = 5, 3

_READING = (
    "`GATE` is equation 7 of CAGE, of the first on the second attribute (`->`) and the other way "
    "round, with the error of a bootstrap over units and classifiers. `least p` is the smaller "
    "one's p-value beside random and permuted directions, after Holm's correction. `delta tau` is "
    "the first GATE's size less the second's; above 0 it speaks for the first as the cause. `by "
    "codes`: the same as the classifiers of codes see it. `says` is the verdict, `graph` the "
    "direction of a path in the graph; the last columns are methods without interventions, on the "
    "classifiers' probabilities."
)


def report_page(report: AuditReport) -> str:
    """The whole report, plots and pictures inside."""
    title = f"<title>audit of {markup(report.generator)}</title>"
    head = f'<head><meta charset="utf-8"/>{title}<style>{STYLE}</style></head>'
    body = "".join(_parts(report))
    return f'<!DOCTYPE html><html lang="en">{head}<body>{body}</body></html>\n'


def _parts(report: AuditReport) -> Iterator[str]:
    yield f"<h1>What {markup(report.generator)} believes</h1>"
    yield (
        f"<p>codes of {report.latent} numbers, {markup(report.classifier)} classifiers of codes "
        f"that are {markup(report.encoder)}, {report.units:,} units, data "
        f"{markup(report.data)}, seed {report.seed}</p><p>{_said(report.limits)}</p>"
    )
    yield "<h2>Verdicts</h2><p>Red: denied by the graph, or against it.</p>" + arrows_svg(report)
    yield table_html(pair_rows(report.pairs)) + f"<p>{_said(_READING)}</p>"
    if report.declared:
        yield "<h2>Under the graph's own do, beside graph and label model</h2>"
        yield table_html(declared_rows(report))
    yield from _controlled(report)
    yield "<h2>Attributes</h2>" + table_html(attribute_rows(report))
    yield f"<h2>GATE at {report.alpha:g}, row on column</h2>"
    for view in ("image", "latent"):
        yield f"<h3>seen by the {view} classifiers</h3>" + _matrix(report, view)
    yield "<h2>Delta tau against the strength, where it is largest</h2>" + _curves(report)
    yield "<h2>MMD of doing and seeing against the strength</h2>" + "".join(_apart(report))
    weakest = f"<p>At {report.alphas[0]:g}. Below the bars: the GATEs of all pairs.</p>"
    yield f"<h2>Nulls</h2>{weakest}"
    for name, values in report.nulls.items():
        found = [gate for pair in report.pairs for gate in _weakest(pair, name.split()[0])]
        yield histogram_svg(values, f"{name} directions", found)
    if report.pictures is not None:
        rows = ", ".join(report.pictures.regimes)
        yield f"<h2>Pictures</h2><p>{markup(rows)}</p>" + plots.picture(report.pictures.images)


def _said(text: str) -> str:
    """Prose with `words` of code in it."""
    return re.sub("`(.*?)`", r"<code>\1</code>", markup(text))


def _controlled(report: AuditReport) -> Iterator[str]:
    """Both settings in numbers, and the pictures of the pairs with the largest effects."""
    if not report.controlled:
        return
    yield "<h2>Controlled generation: which attribute had better be moved?</h2>"
    yield table_html(controlled_rows(report)) + f"<p>{markup(controlled_note(report))}</p>"
    both = zip(report.controlled, report.pairs, strict=True)
    order = sorted(
        both, key=lambda item: -max(abs(gate.value) for gate in _gates(item[1], "image"))
    )
    for found, _ in order[:_PICTURED]:
        for name, control in (
            ("same source", found.source),
            ("same destination", found.destination),
        ):
            if control.pictures is not None:
                rows = "; ".join(control.pictures.regimes)
                yield f"<h3>{markup(f'{found.left}, {found.right}')}: {name}</h3>"
                by = " and ".join(f"{strength:.2f}" for strength in control.strengths)
                yield f"<p>From top to bottom: {markup(rows)}; moved by {by} in the median.</p>"
                yield plots.picture(control.pictures.images)


def _matrix(report: AuditReport, view: str) -> str:
    names = [attribute.name for attribute in report.attributes]
    cells = {}
    for pair in report.pairs:
        forward, backward = _gates(pair, view)
        cells[pair.left, pair.right] = signed(forward)
        cells[pair.right, pair.left] = signed(backward)
    return plots.heat(names, names, cells)


def _gates(pair: Pair, view: str) -> tuple[Estimate, Estimate]:
    seen = pair.image if view == "image" else pair.latent
    return seen.forward.gate, seen.backward.gate


def _weakest(pair: Pair, view: str) -> tuple[float, float]:
    seen = pair.image if view == "image" else pair.latent
    return seen.forward.gates[0], seen.backward.gates[0]


def _apart(report: AuditReport) -> Iterator[str]:
    """How far codes that are given an attribute are from codes that have it."""
    for first in range(0, len(report.attributes), _CURVES):
        curves = {
            attribute.name: [
                point
                for point in zip(report.alphas, attribute.mmd, strict=True)
                if isfinite(point[1])
            ]
            for attribute in report.attributes[first : first + _CURVES]
        }
        yield plots.lines(curves, axis="alpha")


def _curves(report: AuditReport) -> str:
    """Of the pairs that Delta tau tells most of."""
    order = sorted(report.pairs, key=lambda pair: -abs(pair.image.delta.value))[:_CURVES]
    curves = {
        f"{pair.left}, {pair.right}": list(zip(report.alphas, pair.image.deltas, strict=True))
        for pair in order
    }
    said = "; ".join(f"{pair.left}, {pair.right} {signed(pair.image.delta)}" for pair in order)
    return f"<p>At {report.alpha:g}: {markup(said)}.</p>" + plots.lines(curves, axis="alpha")
