"""The report of a run as tables for a terminal."""

from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest

from scm_compiler.inference import Interval
from scm_compiler.inference.table import columns
from scm_compiler.runtime.evaluation.effects import Arrow, Effect
from scm_compiler.runtime.evaluation.head_report import HeadReport
from scm_compiler.runtime.evaluation.label_model import Intervention, LabelReport, telling
from scm_compiler.runtime.evaluation.likelihood import Likelihood
from scm_compiler.runtime.evaluation.nodes import NodeScore, NodesReport
from scm_compiler.runtime.evaluation.opinion import Opinion
from scm_compiler.runtime.evaluation.report import RunReport

MOST_LINES = 12
_MANY = 0.25
Rows = Sequence[tuple[str, ...]]


def report_text(report: RunReport) -> str:
    """The whole report; the longest tables are cut to their worst lines."""
    parts = [*_labels(report), *_nodes(report), *(_head(head) for head in report.heads)]
    return "\n\n".join(parts)


def _nodes(report: RunReport) -> Iterator[str]:
    if report.nodes is not None:
        yield f"{report.name} against {nodes_title(report.nodes)}"
        yield columns(list(node_rows(report.nodes)))
        yield columns(list(pair_rows(report.nodes)))


def nodes_title(nodes: NodesReport) -> str:
    """What nodes are held against, and how probable it is to them."""
    of = "which it was trained on" if nodes.trained else "which it was not trained on"
    without = f" without {', '.join(nodes.left_out)}" if nodes.left_out else ""
    told = f"{nodes.log_likelihood:.4f} nats a row{without}"
    return f"{nodes.data}: {nodes.rows:,} rows, {of}; {told}"


def node_rows(nodes: NodesReport) -> Rows:
    """Each label and real node, with a header."""
    head = ("node", "nats a row", "F(x) off even", "distance", "by chance")
    moments = ("mean", "in the model", "deviation", "in the model")
    return [(*head, *moments), *map(_node, nodes.scores)]


def _node(score: NodeScore) -> tuple[str, ...]:
    moments = ["", "", "", ""]
    if score.data is not None and score.model is not None:
        both = zip(score.data, score.model, strict=True)
        moments = [f"{number:.5g}" for pair in both for number in pair]
    return (
        score.node,
        f"{score.log_likelihood:.4f} ± {score.error:.4f}",
        "" if score.calibration is None else f"{score.calibration:.3f}",
        f"{score.distance:.4f}",
        f"{score.chance:.4f}",
        *moments,
    )


def pair_rows(nodes: NodesReport) -> Rows:
    """The correlations that differ most, with a header."""
    rows = [(f"{a}, {b}", f"{data:.3f}", f"{model:.3f}") for a, b, data, model in nodes.worst]
    return [("farthest correlations", "data", "model"), *rows]


def _labels(report: RunReport) -> Iterator[str]:
    if report.labels is not None:
        yield f"labels of {report.name} against {report.data}\n{summary(report.labels)}"
        yield columns(list(marginal_rows(report.labels)))
        yield from _worst_interventions(report.labels)


def summary(labels: LabelReport) -> str:
    """TVD, likelihood and the largest differences, in lines."""
    far, found = labels.distance, labels.agreement
    how = "exact" if far.draws is None else f"from {far.draws:,} draws"
    counted = "" if found.draws is None else f" (from {found.draws:,} draws)"
    worst = f"worst marginal off by {found.worst_marginal:.4f}{counted}"
    lines = [f"TVD {far.value:.4f} ({how}), {worst}"]
    if labels.singles > _MANY:
        lines.append(f"{labels.singles:.0%} of the rows occur once, so that the TVD says little")
    if found.pairs:
        lines.append(f"worst entry of a pairwise table off by {found.worst_pair:.4f}{counted}")
    if labels.worst_intervention is not None:
        lines.append(f"worst answer under do off by {labels.worst_intervention:.4f}")
    lines += _likelihood(labels.likelihood)
    lines += [f"left out: {reason}" for reason in labels.left_out]
    return "\n".join(lines)


def _likelihood(found: Likelihood) -> Iterator[str]:
    """The log-likelihood in nats a row, beside that of independent labels."""
    alone = f"{found.alone} if the labels were independent"
    yield f"log-likelihood {found.model} nats a row; {alone}"
    if found.impossible:
        yield f"{found.impossible:.2%} of the rows have probability 0 and are left out of that"
    if found.kept is not None:
        kept = found.kept
        many = "network" if kept.networks == 1 else f"{kept.networks} networks"
        yield (
            f"of the {many} {kept.held} on the {kept.rows:,} rows kept from them, "
            f"{kept.fitted} on the others"
        )


def marginals(labels: LabelReport) -> Iterator[tuple[str, str, float, float, Interval | None]]:
    """Each label, value and probability in the data and model; of two values only the second."""
    for name, table in labels.agreement.marginals.items():
        firm = labels.intervals.get(name, ())
        numbers = zip_longest(labels.values[name], *table.tolist(), firm)
        yield from ((name, *cells) for cells in islice(numbers, table.shape[1] == 2, None))


def marginal_rows(labels: LabelReport) -> Rows:
    """The marginals with a header."""
    found = list(marginals(labels))
    return _firmly(
        ("label", "value", "data", "model"),
        [(name, value, f"{data:.4f}", f"{model:.4f}") for name, value, data, model, _ in found],
        [interval for *_, interval in found],
    )


def _worst_interventions(labels: LabelReport) -> Iterator[str]:
    """The causes and effects of which seeing says most else than doing."""
    found = telling(labels.interventions)
    if found:
        rows = intervention_rows(found)
        yield "where doing differs most from seeing\n" + columns(list(rows))


def intervention_rows(items: Sequence[Intervention]) -> Rows:
    """The interventions with a header."""
    numbers = _firmly(
        ("regime", "of", "model"),
        [(item.regime, f"{item.label}={item.value}", str(item.model)) for item in items],
        [item.model.interval for item in items],
    )
    beside = [(_number(item.data), _number(item.seen)) for item in items]
    data = [("data, adjusted", "data, only seen"), *beside]
    return [(*line, *cells) for line, cells in zip(numbers, data, strict=True)]


def _firmly(header: tuple[str, ...], lines: Rows, firm: Sequence[Interval | None]) -> Rows:
    """The lines, each with its interval at the end where there are any."""
    known = next((interval for interval in firm if interval is not None), None)
    if known is None:
        return [header, *lines]
    ends = ["" if interval is None else interval.ends for interval in firm]
    return [(*header, known.head), *((*line, end) for line, end in zip(lines, ends, strict=True))]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _head(head: HeadReport) -> str:
    parts = [
        f"image {head.node} against {head.data}: {head.realism.images:,} images a side",
        realism_text(head),
        *_scores(head),
        *_numbers(head),
        *_arrows(head),
        *_second(head),
        *_effects(head),
        *_diversity(head),
        *(f"left out: {reason}" for reason in islice(head.left_out, 5)),
    ]
    return "\n\n".join(parts)


def realism_text(head: HeadReport) -> str:
    """How real the images are, beside the floor."""
    found = head.realism
    rows: list[tuple[str, ...]] = [
        ("realism", "generated", "real against real"),
        ("KID", str(found.kid), str(found.kid_floor)),
        ("FID", str(found.fid), str(found.fid_floor)),
        ("told apart from real", str(found.told_apart), "0.500"),
    ]
    return columns(rows) + f"\nfeatures of a network that learnt {found.features}{_course(head)}"


def _course(head: HeadReport) -> str:
    """How realism grew from the first preview to the last."""
    if len(head.course) < 2:
        return ""
    first, last = head.course[0], head.course[-1]
    return (
        f"\nKID of 64 images: {first.kid} after step {first.step:,}, "
        f"{last.kid} after step {last.step:,}"
    )


def score_rows(head: HeadReport) -> Rows:
    """The label scores with a header, one line a label and regime; the last, the realism."""
    header = ("label", "regime", "accuracy", "true images", "ratio", "balanced", "AUC", "own AUC")
    lines = [
        (
            scores.label if not rank else "",
            kind,
            str(found.accuracy),
            str(scores.true[kind].accuracy),
            str(scores.ratio(kind)),
            str(found.balanced),
            str(found.auc),
            str(scores.own.auc),
        )
        for scores in head.labels
        for rank, (kind, found) in enumerate(scores.generated.items())
    ]
    return [header, *lines]


def scores_text(head: HeadReport) -> str:
    """The label scores, never without the realism."""
    return f"{columns(list(score_rows(head)))}\nread with the realism: {head.realism.line}"


def _scores(head: HeadReport) -> Iterator[str]:
    if head.labels:
        yield f"labels read off the images by an independent classifier\n{scores_text(head)}"


def number_rows(head: HeadReport) -> Rows:
    """How near each number is to what was asked for, with a header."""
    header = ("number", "regime", "mean error", "R²", "own error", "own R²")
    lines = [
        (
            scores.label if not rank else "",
            kind,
            f"{found.error.value:.4g}",
            str(found.explained),
            f"{scores.own.error.value:.4g}",
            str(scores.own.explained),
        )
        for scores in head.numbers
        for rank, (kind, found) in enumerate(scores.generated.items())
    ]
    return [header, *lines]


def moved_rows(head: HeadReport) -> Rows:
    """What interventions make of each number, with a header: where it is known, what is true."""
    told = ("known",) if head.mechanism_known else ()
    before = ["", *(it.regime for it in head.moved)]
    lines = [
        (
            "" if it.regime == last else it.regime,
            it.label,
            *(["-" if it.known is None else str(it.known)] if told else ()),
            str(it.learnt),
            str(it.shown),
        )
        for it, last in zip(head.moved, before, strict=False)
    ]
    return [("regime", "of", *told, "learnt", "in the images"), *lines]


MOVED = "what doing makes of each number: the mean, and [10 %, 90 %]"


def _numbers(head: HeadReport) -> Iterator[str]:
    if head.numbers:
        close = columns(list(number_rows(head)))
        beside = f"read with the realism: {head.realism.line}"
        yield f"numbers read off the images by an independent regression\n{close}\n{beside}"
        yield f"{MOVED}\n{columns(list(moved_rows(head)))}"


def arrow_rows(arrows: Sequence[Arrow]) -> Rows:
    """The arrows with a header; the longest differences between doing and seeing first."""
    header = (
        "cause -> effect",
        "images",
        "looks cause | do(effect)",
        "P(cause)",
        "shows effect, not cause",
        "looks cause | given(effect)",
        "P(cause | effect)",
    )
    found = sorted(arrows, key=lambda a: -abs(a.expected.value - a.unmoved.value))
    lines = [
        (
            f"{arrow.cause} -> {arrow.effect}" if kind == "generated" else "",
            kind,
            str(looks.under_do),
            str(arrow.unmoved),
            str(looks.shown),
            str(looks.under_given),
            str(arrow.expected),
        )
        for arrow in found
        for kind, looks in (("generated", arrow.generated), ("true", arrow.true))
        if looks is not None
    ]
    return [header, *lines]


def _arrows(head: HeadReport) -> Iterator[str]:
    if head.arrows:
        yield "does setting an effect leave its cause alone?\n" + columns(
            list(arrow_rows(head.arrows))
        )


def second_text(found: Opinion) -> str:
    """What the second judge says, beside how well it reads photographs."""
    trusted = (
        f"its AUC on photographs {found.own.auc}; photographs without it that it says show it: "
        f"painted {found.painted}, bare {found.bare}"
    )
    return f"{columns(list(arrow_rows(found.arrows)))}\n{trusted}"


def _second(head: HeadReport) -> Iterator[str]:
    if head.second is not None:
        learnt = f"has also learnt {head.second.label} painted on photographs"
        yield f"a second classifier, which {learnt}\n{second_text(head.second)}"


def _effects(head: HeadReport) -> Iterator[str]:
    worst = sorted(head.effects, key=lambda e: -abs(e.difference.value))[:MOST_LINES]
    if worst:
        header = ("regime", "of", "looks", "label model", "difference", "true images look")
        rows = [effect_row(effect) for effect in worst]
        yield "largest errors of the effect matrix under do\n" + columns([header, *rows])


def effect_row(effect: Effect) -> tuple[str, ...]:
    """One line of the effect matrix."""
    numbers = [effect.looks, effect.exact, effect.difference]
    truth = "-" if effect.true_looks is None else str(effect.true_looks)
    return effect.regime, f"{effect.label}={effect.value}", *map(str, numbers), truth


def _diversity(head: HeadReport) -> Iterator[str]:
    if head.diversity:
        yield f"diversity: mean distance of pairs, generated over real\n{diversity_text(head)}"


def diversity_rows(head: HeadReport) -> Rows:
    """The diversity with a header."""
    header = ("among", "images", "features", "pixels")
    lines = [
        (item.among, str(item.images), str(item.ratio.features), str(item.ratio.pixels))
        for item in head.diversity
    ]
    return [header, *lines]


def diversity_text(head: HeadReport) -> str:
    """The diversity as a table."""
    return columns(list(diversity_rows(head)))
