"""The chapters on Figures 8 to 16 and 18 to 24: image heads on drawn faces or photographs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.paper import plots
from benchmarks.paper.document import Cell, Part, Picture, Section, Table, Text
from benchmarks.paper.measures import RARE
from benchmarks.paper.published import (
    DIVERSITY,
    FIGURE_24_STEPS,
    NOT_CAPTURED,
    SWEEPS,
    SWEPT,
    TWO_ROWS,
    TwoRows,
)
from benchmarks.paper.scale import HEADS
from benchmarks.paper.store import Result
from benchmarks.paper.verdicts import CAPTURED, Verdict, Word, captured, falls, ordered, read_off
from scm_compiler.runtime.evaluation.estimate import Estimate

NAMES = {
    "causal_gan": "CausalGAN",
    "causal_began": "CausalBEGAN",
    "c3_is_1": "CausalBEGAN, c3 = 1",
    "jointly": "labels and image jointly",
}
STEPS_SAID = ("causal_began",)
"""Section 10.8: "the generator … learns a discrete function with respect to its label input"."""
STEEP = 0.5
"""A sweep is a step if so much of its change falls between two columns."""
PUBLISHED_STEPS = {"causal_gan": 45_507, "causal_began": 190_001}
"""The steps of the checkpoints behind the paper's pictures."""


def chapter(results: Mapping[str, Result], section: str) -> Section | None:
    """The chapter of `faces` or `photographs`; None where a training is missing."""
    found = {name: results.get(f"{section}/{name}") for name in (*HEADS, "judges")}
    if any(result is None for result in found.values()):
        return None
    whole = {name: result for name, result in found.items() if result is not None}
    title = "drawn faces" if section == "faces" else "photographs"
    parts = list(_parts(_Trainings(whole, section)))
    return Section(f"Figures 8 to 16 and 18 to 24: images, on {title}", parts)


class _Trainings:
    """What was found of every training on images."""

    def __init__(self, found: Mapping[str, Result], section: str) -> None:
        self.found = found
        self.section = section
        self.judges: Mapping[str, Any] = found["judges"].facts

    def facts(self, training: str) -> Mapping[str, Any]:
        """The numbers of one."""
        return self.found[training].facts

    def picture(self, training: str, name: str, caption: str) -> Picture:
        """One of its figures."""
        content = self.found[training].picture(name)
        return Picture(f"{self.section}_{training}_{name}", content, caption)


def _parts(these: _Trainings) -> Iterator[Part]:
    yield Text(
        "Labels are read off the images by a classifier that learnt from real images alone; "
        "realism is measured in the features of a network that never saw a label, beside the "
        "floor of real images against other real ones. The label model is the exact one (mle). "
        "The paper shows pictures and no such numbers; its captions give the probabilities of "
        "labels that the pictures should show."
    )
    yield _overview(these)
    for head in ("causal_gan", "causal_began"):
        yield from _two_rows(these, head)
    for head in ("causal_gan", "causal_began"):
        yield from _sweeps(these, head)
    yield from _diversity(these)
    yield from _third_margin(these)
    yield from _convergence(these)
    yield from _jointly(these)


def _overview(these: _Trainings) -> Table:
    rows: list[list[Cell]] = []
    for training in HEADS:
        facts = these.facts(training)
        real = facts["realism"]
        line = [NAMES[training], f"{facts['side']} x {facts['side']}", f"{facts['steps']:,}"]
        for measure in ("kid", "fid"):
            floor = _estimate(real[f"{measure}_floor"])
            line.append(f"{_estimate(real[measure])} ({floor.value:.3f})")
        line.append(str(_estimate(real["told_apart"])))
        line += [f"{_mean_auc(facts, which):.3f}" for which in ("auc", "own_auc")]
        rows.append(line)
    head = ("training", "size", "steps", "KID (floor)", "FID (floor)", "told apart from real")
    return Table(
        "The trainings: realism, and how well labels are read off the images (mean AUC)",
        (*head, "AUC, generated", "AUC, real"),
        rows,
    )


def _mean_auc(facts: Mapping[str, Any], which: str) -> float:
    values = [label[which]["value"] for label in facts["labels"].values()]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else float("nan")


def _two_rows(these: _Trainings, head: str) -> Iterator[Part]:
    rows: list[list[Cell]] = []
    figures = [figure for figure in TWO_ROWS if head in figure.number]
    arrows = these.facts(head)["arrows"]
    for figure in figures:
        arrow = arrows.get(f"{figure.cause},{figure.effect}")
        if arrow is None:
            continue
        rows += _regimes(figure, f"{figure.number[head]}", arrow, these.facts(head)["steps"], head)
    yield Table(
        f"{NAMES[head]}: what images show when an effect is set, and when it is seen",
        (
            "figure",
            "share of images",
            "paper",
            "exact",
            "true images",
            "ours",
            "verdict",
        ),
        rows,
    )
    for figure in figures:
        caption = (
            f"Figure {figure.number[head]}: do({figure.effect}=1) above, "
            f"given({figure.effect}=1) below; the same noise in a column"
        )
        yield these.picture(head, f"do_given_{figure.effect}", caption)


def _regimes(
    figure: TwoRows,
    number: str,
    arrow: Mapping[str, Any],
    steps: int,
    head: str,
) -> Iterator[list[Cell]]:
    true = arrow["true"]
    age = f"after {steps:,} steps (the paper's pictures: {PUBLISHED_STEPS[head]:,})"
    sides = (
        ("do", "under_do", "unmoved", figure.under_do),
        ("given", "under_given", "expected", figure.under_given),
    )
    for kind, looks, exact, paper in sides:
        ours, known = _estimate(arrow["generated"][looks]), _estimate(arrow[exact])
        judge = None if true is None else _estimate(true[looks])
        what = f"look {figure.cause} under {kind}({figure.effect}=1)"
        line = [number, what, f"{paper:.2f}", f"{known.value:.3f}", _maybe(judge), str(ours)]
        reason = f"{ours.value:.2f} is not {known.value:.2f}, {age}"
        yield [*line, read_off(ours, known.value, judge, reason=reason)]
    shown = _estimate(arrow["generated"]["shown"])
    judge = None if true is None else _estimate(true["shown"])
    what = f"of those not {figure.cause} under do, show {figure.effect}"
    line = [number, what, "-", "1", _maybe(judge), str(shown)]
    reason = f"{shown.value:.2f} is not 1, {age}"
    yield [*line, read_off(shown, 1.0, judge, reason=reason)]


def _sweeps(these: _Trainings, head: str) -> Iterator[Part]:
    rows: list[list[Cell]] = []
    for name in SWEPT:
        shares = [part["value"] for part in these.facts(head)["sweeps"][name]]
        expected = name not in NOT_CAPTURED.get(head, ())
        said = "captured" if expected else "not captured"
        shown = " ".join(f"{share:.2f}" for share in shares)
        rows.append([name, shown, said, captured(shares, expected=expected)])
        rows[-1] += [_shape(shares), *_stepped(shares, head)]
    yield Table(
        f"Figure {SWEEPS[head]}, {NAMES[head]}: the share of images that look to have a label "
        "while its input goes from 0 to 1 (values between the ends never occur in training)",
        (
            "label",
            "share at each column",
            "paper",
            "verdict",
            "its change is",
            "paper's",
            "verdict",
        ),
        rows,
    )
    for name in SWEPT:
        yield these.picture(head, f"sweep_{name}", f"Figure {SWEEPS[head]}: {name} from 0 to 1")


def _shape(shares: Sequence[float]) -> str:
    """How a sweep that captures its label changes: `a step` or `gradual`; else `-`."""
    change = shares[-1] - shares[0]
    if change < CAPTURED:
        return "-"
    return "a step" if max(b - a for a, b in pairwise(shares)) > STEEP * change else "gradual"


def _stepped(shares: Sequence[float], head: str) -> list[Cell]:
    """What the paper says of that, and the verdict."""
    if head not in STEPS_SAID:
        return ["-", Verdict("cannot be compared", "the paper does not say")]
    found = _shape(shares)
    if found == "-":
        return ["a step", Verdict("cannot be compared", "the label is not captured")]
    word: Word = "agrees" if found == "a step" else "disagrees"
    return ["a step", Verdict(word, "" if word == "agrees" else "the change is gradual")]


def _diversity(these: _Trainings) -> Iterator[Part]:
    rows: list[list[Cell]] = []
    none = Verdict("cannot be compared", "the paper shows a picture and gives no number")
    for head, number in DIVERSITY.items():
        for among, ratio in these.facts(head)["diversity"].items():
            features, pixels = (_estimate(ratio[side]) for side in ("features", "pixels"))
            rows.append([str(number), NAMES[head], among, str(features), str(pixels), "1", none])
    yield Table(
        "Figures 19 and 23: how far apart images are, generated over real",
        ("figure", "head", "among images of", "features", "pixels", "exact", "verdict"),
        rows,
    )
    for head, number in DIVERSITY.items():
        caption = f"Figure {number}: 256 samples of {NAMES[head]}"
        yield these.picture(head, "diversity", caption)


def _third_margin(these: _Trainings) -> Iterator[Part]:
    with_margin, without = (these.facts(name)["rare"] for name in ("causal_began", "c3_is_1"))
    both, lone = (
        {value: _estimate(part[value]) for value in ("0", "1")} for part in (with_margin, without)
    )
    rows: list[list[Cell]] = [
        [
            f"do({RARE}=1) is worse than do({RARE}=0) where c3 = 1",
            str(lone["1"]),
            str(lone["0"]),
            ordered(lone["0"].minus(lone["1"])),
        ],
        [
            f"do({RARE}=1) is worse where c3 = 1 than with the third margin",
            str(lone["1"]),
            str(both["1"]),
            ordered(both["1"].minus(lone["1"])),
        ],
    ]
    yield Table(
        "Figure 20: the KID to true images of the same labels, without the third margin",
        ("paper", "said to be worse", "said to be better", "verdict"),
        rows,
    )
    yield Text(_for_scale(these))
    for training in ("c3_is_1", "causal_began"):
        caption = f"Figure 20, {NAMES[training]}: do({RARE}=1) above, do({RARE}=0) below"
        yield these.picture(training, "rare", caption)


def _for_scale(these: _Trainings) -> str:
    """How near to true images the compared ones are, beside another head's."""
    best = _estimate(these.facts("causal_gan")["rare"]["1"])
    taken, published = these.facts("causal_began")["steps"], PUBLISHED_STEPS["causal_began"]
    return (
        f"For scale: under do({RARE}=1) CausalGAN's images have {best}. CausalBEGAN took "
        f"{taken:,} of the paper's {published:,} steps, and what the rows compare is as far from "
        "faces as these numbers and the pictures say."
    )


def _convergence(these: _Trainings) -> Iterator[Part]:
    curves = these.facts("causal_began")["curves"]
    shown = {
        "M_complete (10)": plots.Curve([tuple(point) for point in curves["m_complete"]]),
        "with L(labels), as in the code": plots.Curve(
            [tuple(point) for point in curves["m_complete_with_labels"]]
        ),
    }
    drawn = plots.curves([plots.Panel("CausalBEGAN", shown, {})], "steps", "M_complete")
    name = f"{these.section}_figure21"
    yield Picture(name, drawn, "Figure 21: the convergence measure of CausalBEGAN")
    rows: list[list[Cell]] = []
    for key, called in zip(("m_complete", "m_complete_with_labels"), shown, strict=True):
        values = [value for _, value in curves[key]]
        rows.append([called, f"{values[0]:.3f}", f"{values[-1]:.3f}", falls(values)])
    head = ("the paper says that it decreases monotonically", "first report", "last", "verdict")
    yield Table("Figure 21: M_complete", head, rows)


def _jointly(these: _Trainings) -> Iterator[Part]:
    joint, staged = these.facts("jointly"), these.facts("causal_gan")
    kids = [_estimate(facts["realism"]["kid"]) for facts in (joint, staged)]
    apart = [_estimate(facts["realism"]["told_apart"]) for facts in (joint, staged)]
    areas = [f"{_mean_auc(facts, 'auc'):.3f}" for facts in (joint, staged)]
    claim = ordered(kids[1].minus(kids[0]))
    if claim.word == "disagrees":
        other = "the joint training has the networks of scmc's own preset, not the paper's"
        claim = Verdict("better", f"{claim.reason}; {other}")
    none = Verdict("cannot be compared", "the paper gives no number for it")
    rows: list[list[Cell]] = [
        ["KID: image generation is not learned jointly", *map(str, kids), claim],
        ["told apart from real", *map(str, apart), none],
        ["mean AUC of the labels", *areas, none],
        ["TVD of the labels", f"{joint['tvd']:.4f}", f"{staged['tvd']:.4f} (exact fit)", none],
    ]
    steps = f"{joint['steps']:,} steps here, {FIGURE_24_STEPS:,} in the paper"
    yield Table(
        f"Figure 24: labels and image trained jointly ({steps}), beside CausalGAN in two stages",
        ("", "jointly", "in two stages", "verdict"),
        rows,
    )
    yield these.picture("jointly", "diversity", "Figure 24: images of the joint training")


def _estimate(held: Mapping[str, float | None]) -> Estimate:
    value, error = held["value"], held.get("std_error")
    return Estimate(float("nan") if value is None else value, error or 0.0)


def _maybe(number: Estimate | None) -> str:
    return "-" if number is None else str(number)
