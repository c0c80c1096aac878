"""Table 1 as text: the paper's numbers and ours, and each label of CausalVAE by itself."""

from collections.abc import Mapping, Sequence
from math import isnan, nan, sqrt
from statistics import fmean, stdev

from benchmarks.table1.measure import Found
from benchmarks.table1.published import TABLE_1, Pair
from scm_compiler.inference.table import columns

Key = tuple[str, str, int]
Cells = Mapping[Key, Found]

MEASURES = ("mic", "tic", "in_place", "read", "given", "floor", "cap")


def table(cells: Cells) -> str:
    """Each set and model: printed and ours, mean over labels, ± over seeds."""
    rows = [
        (
            "",
            "",
            "paper MIC",
            "MIC",
            "paper TIC",
            "TIC",
            "in place",
            "read",
            "given",
            "floor",
            "cap",
        )
    ]
    for name, model in dict.fromkeys((name, model) for name, model, _ in cells):
        mic, tic = TABLE_1[name].get(model, ((nan, nan), (nan, nan)))
        ours = {key: over_seeds(cells, name, model, key) for key in MEASURES}
        rest = (plain(ours[key]) for key in MEASURES[2:])
        rows.append(
            (name, model, pair(mic), pair(ours["mic"]), pair(tic), pair(ours["tic"]), *rest)
        )
    return columns(rows)


def by_label(cells: Cells, model: str) -> str:
    """Each label of one model, mean over seeds."""
    rows = [("", "", "MIC", "TIC", "read", "given", "floor", "cap")]
    for name in dict.fromkeys(name for name, _, _ in cells):
        found = [cell for key, cell in cells.items() if key[:2] == (name, model)]
        for label in found[0]["labels"] if found else ():
            means = (
                100 * fmean(cell["labels"][label][key] for cell in found)
                for key in ("mic", "tic", "read", "given", "floor", "cap")
            )
            rows.append((name, label, *(f"{mean:.1f}" for mean in means)))
    return columns(rows)


def over_seeds(cells: Cells, name: str, model: str, key: str) -> Pair:
    """The mean over labels and seeds, in per cent, and its standard error over seeds."""
    return with_error(
        [
            100 * fmean(label[key] for label in cell["labels"].values())
            for (data, which, _), cell in cells.items()
            if (data, which) == (name, model) and all(key in it for it in cell["labels"].values())
        ]
    )


def with_error(values: Sequence[float]) -> Pair:
    """The mean and its standard error.

    >>> with_error([1.0, 3.0])
    (2.0, 1.0)
    """
    if not values:
        return nan, nan
    return fmean(values), stdev(values) / sqrt(len(values)) if len(values) > 1 else nan


def pair(found: Pair) -> str:
    """A mean with its standard error.

    >>> pair((95.12, 2.4)), pair((3.0, nan)), pair((nan, nan))
    ('95.1 ± 2.4', '3.0', '-')
    """
    mean, error = found
    return plain(found) if isnan(error) else f"{mean:.1f} ± {error:.1f}"


def plain(found: Pair) -> str:
    """The mean alone."""
    return "-" if isnan(found[0]) else f"{found[0]:.1f}"
