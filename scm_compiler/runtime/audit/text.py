"""A report as text for a terminal."""

from collections.abc import Iterator, Sequence
from textwrap import fill

from scm_compiler.inference.table import columns
from scm_compiler.runtime.audit.declared import signed
from scm_compiler.runtime.audit.report import AuditReport, Control, Pair

_LEVEL = 0.05


def report_text(report: AuditReport) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: AuditReport) -> Iterator[str]:
    held = f", labels from the {report.labels}" if report.labels == "graph" else ""
    held = ", labels drawn at random" if report.labels == "random" else held
    yield f"audit of {report.generator}: codes of {report.latent} numbers{held}"
    source = f"{report.classifier} classifiers of codes that are {report.encoder}"
    if report.encoder_error is not None:
        source = f"{report.classifier} classifiers of codes by {report.encoder}"
        source += f" (error {report.encoder_error:.3f} of the variance)"
    yield f"{source}; {report.units:,} units, moved by {report.alpha:g}; seed {report.seed}"
    yield ""
    yield columns(attribute_rows(report))
    yield ""
    yield columns(pair_rows(report.pairs))
    if report.declared:
        yield ""
        yield columns(declared_rows(report))
    if report.controlled:
        yield ""
        yield columns(controlled_rows(report))
        yield fill(controlled_note(report), 99)
    yield ""
    yield fill(report.limits, 99)


def attribute_rows(report: AuditReport) -> list[tuple[str, ...]]:
    """How well each attribute is read."""
    head = ("attribute", "codes", "images", "share", f"MMD at {report.alpha:g}")
    place = report.alphas.index(report.alpha)
    rows = [
        (a.name, str(a.latent), str(a.image), str(a.rate), f"{a.mmd[place]:.3f}")
        for a in report.attributes
    ]
    return [head, *rows]


def pair_rows(pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    """The verdict on each pair, with the numbers that it rests on."""
    head = (
        "pair", "GATE ->", "GATE <-", "least p", "delta tau", "ranked", "by codes", "ranked",
        "says", "graph", *pairs[0].baselines,
    )  # fmt: skip
    return [head, *(_row(pair) for pair in pairs)]


def _row(pair: Pair) -> tuple[str, ...]:
    seen = pair.image
    return (
        f"{pair.left}, {pair.right}",
        signed(seen.forward.gate),
        signed(seen.backward.gate),
        f"{min(seen.forward.p, seen.backward.p):.3f}",
        signed(seen.delta),
        f"{seen.ranked.value:+.3f}",
        f"{pair.latent.delta.value:+.3f}",
        f"{pair.latent.ranked.value:+.3f}",
        pair.direction,
        pair.declared or "",
        *pair.baselines.values(),
    )


def declared_rows(report: AuditReport) -> list[tuple[str, ...]]:
    """The effects that are not as declared, and the largest of the others."""
    head = ("do", "on", "graph", "label model", "shown", "real images", "excess", "p", "finds")
    order = sorted(report.declared, key=lambda e: (e.finds == "as declared", -abs(e.excess.value)))
    faults = sum(e.finds != "as declared" for e in order)
    rows = [
        (
            e.cause, e.outcome, e.says, f"{e.model:+.3f}", signed(e.shown), f"{e.real.value:+.3f}",
            signed(e.excess), f"{e.p:.3f}", e.finds,
        )
        for e in order[: faults + 5]
    ]  # fmt: skip
    return [head, *rows]


def controlled_rows(report: AuditReport) -> list[tuple[str, ...]]:
    """What the annotators say of each pair, in both settings."""
    judges = tuple(report.annotators)
    head = ("turned over", "says", "graph", "same source", *judges, "same destination", *judges)
    rows = [
        (
            f"{found.left}, {found.right}",
            pair.direction,
            pair.declared or "",
            *_control(found.source),
            *_control(found.destination),
        )
        for found, pair in zip(report.controlled, report.pairs, strict=True)
    ]
    return [head, *rows]


def _control(found: Control) -> tuple[str, ...]:
    shares = (str(one.share) + ("*" if one.p < _LEVEL else "") for one in found.preferred.values())
    return str(found.pairs), *shares


def controlled_note(report: AuditReport) -> str:
    """How to read it, and who judges."""
    own = ", ".join(f"{name} {share}" for name, share in report.annotators.items())
    return (
        "How many pairs of images there are, and the share in which the one with the first "
        "attribute turned over looks more real than the one with the second (* other than one "
        f"half, p < {_LEVEL:g} by Holm's correction). Networks judge, no people. Of a real image "
        f"and a drawn one they prefer the real: {own}."
    )
