"""What is found out about counterfactuals of photos."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from PIL.Image import Image
from torch import Tensor

from scm_compiler.inference.table import columns
from scm_compiler.runtime.evaluation.association import Association
from scm_compiler.runtime.evaluation.disentanglement import Disentanglement
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.sampling.grid import PictureRow, figure


@dataclass(frozen=True)
class Turned:
    """Photos in which one label was set to other values.

    Attributes:
        label: The label.
        photos: How many counterfactuals.
        effect: The share in which the judge reads the value that was done.
        off: How far off it reads it, in the label's own numbers; NaN where it has none.
        follow: The share of the labels that followed in which it reads what they became.
        keep: The share of all other labels in which it reads what the photo shows: minimality.
        back: The mean error, of the pixels' range, once the label is set back: reversibility.
        truth: The mean error to the true counterfactual; NaN where nobody can draw it.
        edit: The mean difference of the photo and the true counterfactual: leaving it alone.
    """

    label: str
    photos: int
    effect: Estimate
    off: Estimate
    follow: Estimate
    keep: Estimate
    back: Estimate
    truth: Estimate
    edit: Estimate


@dataclass(frozen=True, eq=False)
class CounterfactualReport:
    """The evaluation of what a head makes of photos that it has not seen.

    Attributes:
        node: The image.
        data: The photos.
        composition: The mean error of the rebuilt photos, of the pixels' range.
        features: The distance of the rebuilt photos in the features of realism, over that of two
            photos.
        read: The share of the photos' labels that the head itself reads rightly.
        realism: FID of the counterfactuals, to photos that were held out.
        floor: FID of other photos to these.
        labels: Each label turned.
        association: Of each concept's code with its label, where the head has concepts.
        disentanglement: Of all codes with all labels: DCI and MCC, likewise.
        graph: A as it was learnt, beside the declared edges, in words; empty where it was given.
        pictures: (photos, 1 + labels, C, H, W): each photo, and with each label turned.
    """

    node: str
    data: str
    composition: Estimate
    features: Estimate
    read: Estimate
    realism: Estimate
    floor: Estimate
    labels: tuple[Turned, ...]
    association: Mapping[str, Association]
    disentanglement: Disentanglement | None
    graph: tuple[str, ...]
    pictures: Tensor

    def to_dict(self) -> dict[str, Any]:
        """All numbers, as plain data; None for those that there are not."""
        return {
            "node": self.node,
            "data": self.data,
            **{name: _pair(getattr(self, name)) for name in WHOLE},
            "labels": [
                {
                    "label": turned.label,
                    "photos": turned.photos,
                    **{name: _pair(getattr(turned, name)) for name in COLUMNS},
                }
                for turned in self.labels
            ],
            "association": {name: asdict(it) for name, it in self.association.items()},
            "disentanglement": self.disentanglement and asdict(self.disentanglement),
            "graph": list(self.graph),
        }

    def figure(self) -> Image:
        """A row for each photo: as it is, then with each label turned."""
        headings = ("photo", *(turned.label for turned in self.labels))
        return figure([PictureRow("", row) for row in self.pictures], headings=headings)


WHOLE = ("composition", "features", "read", "realism", "floor")
COLUMNS = ("effect", "off", "follow", "keep", "back", "truth", "edit")


def counterfactual_text(report: CounterfactualReport) -> str:
    """The report as tables for a terminal."""
    lines = [
        f"counterfactuals of {report.node}, of photos of {report.data} that it has not seen",
        f"composition  {_fine(report.composition)} of the pixels' range, "
        f"{255 * report.composition.value:.2f} of 255; in features {report.features} of the "
        "distance of two photos",
        f"realism      FID {report.realism}, of other photos {report.floor}",
        f"labels read  {report.read}",
        "",
        columns([("do", "photos", *COLUMNS), *map(_row, report.labels)]),
    ]
    if report.association:
        rows = [
            (name, f"{it.mic:.3f}", f"{it.tic:.3f}", f"{it.floor:.3f}", f"{it.cap:.3f}")
            for name, it in report.association.items()
        ]
        lines += ["", columns([("code of", "MIC", "TIC", "floor", "cap"), *rows])]
    if report.disentanglement is not None:
        told = (f"{name} {value:.3f}" for name, value in asdict(report.disentanglement).items())
        lines += ["", ", ".join(told)]
    return "\n".join([*lines, *report.graph])


def _row(turned: Turned) -> tuple[str, ...]:
    shown = [
        _fine(getattr(turned, name)) if name in ("back", "truth", "edit") else _plain(turned, name)
        for name in COLUMNS
    ]
    return (turned.label, f"{turned.photos:,}", *shown)


def _plain(turned: Turned, name: str) -> str:
    return str(getattr(turned, name))


def _fine(found: Estimate) -> str:
    """A small number with a digit more than usual."""
    return f"{found.value:.4f}" if isfinite(found.value) else "-"


def _pair(found: Estimate) -> list[float] | None:
    return [found.value, found.error] if isfinite(found.value) else None
