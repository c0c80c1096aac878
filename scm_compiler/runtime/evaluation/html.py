"""The report of a run as one HTML file that needs nothing else."""

from collections.abc import Iterator, Sequence

from scm_compiler.markup import markup
from scm_compiler.runtime.evaluation import plots, text
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.head_report import HeadReport
from scm_compiler.runtime.evaluation.label_model import LabelReport
from scm_compiler.runtime.evaluation.report import Curves, RunReport

STYLE = (
    "body{font-family:sans-serif;max-width:1100px;margin:2em auto;color:#1a202c}"
    "table{border-collapse:collapse;margin:.6em 0;font-size:13px}"
    "th,td{padding:2px 8px;text-align:right;border-bottom:1px solid #e2e8f0}"
    "th:first-child,td:first-child{text-align:left}.heat td{text-align:center}"
    "pre{background:#f7fafc;padding:.6em}"
)


def report_html(report: RunReport) -> str:
    """The whole report, plots and pictures inside."""
    parts = [
        f"<h1>{markup(report.name)}</h1>",
        f"<p>run {markup(report.run)}, graph {report.graph_hash[:12]}</p>",
        *_labels(report),
        *_nodes(report),
        *(part for head in report.heads for part in _head(head)),
        *_curves(report),
    ]
    title = f"<title>{markup(report.name)}</title>"
    head = f'<head><meta charset="utf-8"/>{title}<style>{STYLE}</style></head>'
    return f'<!DOCTYPE html><html lang="en">{head}<body>{"".join(parts)}</body></html>\n'


def _labels(report: RunReport) -> Iterator[str]:
    labels = report.labels
    if labels is None:
        return
    yield f"<h2>Labels, against {markup(report.data)}</h2>"
    yield f"<pre>{markup(text.summary(labels))}</pre>"
    rows = [
        (f"{name}={value}", [Estimate(data), Estimate(model)])
        for name, value, data, model, _ in text.marginals(labels)
    ]
    yield "<h3>Marginals</h3>" + plots.bars(rows, ("data", "model"))
    yield f"<details><summary>numbers</summary>{table_html(text.marginal_rows(labels))}</details>"
    if labels.agreement.pairs:
        yield "<h3>Pairwise tables: the largest difference, model less data</h3>"
        yield _pairs(labels)
    yield "<h3>Interventions</h3>"
    table = table_html(text.intervention_rows(labels.interventions))
    counted = f"{len(labels.interventions)} answers"
    yield f"<details><summary>{counted}</summary>{table}</details>"


def _nodes(report: RunReport) -> Iterator[str]:
    nodes = report.nodes
    if nodes is not None:
        yield f"<h2>Nodes, against {markup(text.nodes_title(nodes))}</h2>"
        yield table_html(text.node_rows(nodes)) + table_html(text.pair_rows(nodes))


def _pairs(labels: LabelReport) -> str:
    names = list(labels.agreement.marginals)
    cells = {}
    for (left, right), both in labels.agreement.pairs.items():
        gaps = (both[1] - both[0]).reshape(-1)
        cells[left, right] = f"{gaps[abs(gaps).argmax()]:+.3f}"
    return plots.heat(names[:-1], names[1:], cells)


def _head(head: HeadReport) -> Iterator[str]:
    yield f"<h2>Image {markup(head.node)}, against {markup(head.data)}</h2>"
    if head.pictures is not None:
        yield f"<p>{markup(' over '.join(head.pictures.regimes))}</p>"
        yield plots.picture(head.pictures.images)
    yield f"<h3>Realism</h3><pre>{markup(text.realism_text(head))}</pre>"
    if head.course:
        points = [(float(moment.step), moment.kid.value) for moment in head.course]
        yield plots.lines({"KID of each preview": points}, high=160)
    if head.labels:
        yield "<h3>Labels read off the images by an independent classifier</h3>"
        yield f"<p>To be read with the realism: {markup(head.realism.line)}</p>"
        yield plots.bars(*_accuracies(head)) + table_html(text.score_rows(head))
    if head.numbers:
        yield "<h3>Numbers read off the images by an independent regression</h3>"
        yield f"<p>To be read with the realism: {markup(head.realism.line)}</p>"
        yield table_html(text.number_rows(head))
        yield f"<h3>{text.MOVED[0].upper()}{text.MOVED[1:]}</h3>"
        yield table_html(text.moved_rows(head))
    if head.arrows:
        yield "<h3>Does setting an effect leave its cause alone?</h3>"
        yield table_html(text.arrow_rows(head.arrows))
    if head.second is not None:
        yield f"<h3>A second classifier, which has learnt {markup(head.second.label)} painted</h3>"
        yield f"<pre>{markup(text.second_text(head.second))}</pre>"
    if head.effects:
        yield "<h3>Effect matrix: looks less label model, under do</h3>" + _effects(head)
    if head.diversity:
        yield "<h3>Diversity, generated over real</h3>" + table_html(text.diversity_rows(head))
    if head.coverage:
        yield "<h3>How far interventions lead beyond the data</h3>"
        shares = ((item.regime, str(item.absent)) for item in head.coverage)
        yield table_html([("regime", "share of images"), *shares])
    yield "".join(f"<p>left out: {markup(reason)}</p>" for reason in head.left_out)


def _accuracies(
    head: HeadReport,
) -> tuple[list[tuple[str, list[Estimate]]], tuple[str, ...]]:
    kinds = tuple(head.labels[0].generated)
    rows = [
        (
            scores.label,
            [*(scores.generated[kind].accuracy for kind in kinds), scores.own.accuracy],
        )
        for scores in head.labels
    ]
    return rows, (*kinds, "real, held out")


def _effects(head: HeadReport) -> str:
    regimes = list(dict.fromkeys(effect.regime for effect in head.effects))
    looked = list(dict.fromkeys(f"{effect.label}={effect.value}" for effect in head.effects))
    cells = {
        (e.regime, f"{e.label}={e.value}"): f"{e.difference.value:+.3f}" for e in head.effects
    }
    return plots.heat(regimes, looked, cells)


def _curves(report: RunReport) -> Iterator[str]:
    for training, curves in report.curves.items():
        if curves:
            yield f"<h2>Training of {markup(training)}</h2>" + _plots(curves)


def _plots(curves: Curves) -> str:
    """A plot for each family of metrics (`generated_mouth` and `generated` are one)."""
    families: dict[str, dict[str, tuple[tuple[float, float], ...]]] = {}
    for name, points in sorted(curves.items()):
        families.setdefault(name.split("_")[0], {})[name] = points
    return "".join(plots.lines(family, high=160) for family in families.values())


def table_html(rows: Sequence[tuple[str, ...]]) -> str:
    """A table whose first row is its head."""
    head, *body = rows
    first = "".join(f"<th>{markup(cell)}</th>" for cell in head)
    rest = ("<tr>" + "".join(f"<td>{markup(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return f"<table><tr>{first}</tr>{''.join(rest)}</table>"
