"""What is to be fitted, and the rows that it is fitted to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scm_compiler.diagnostics import Source, refuse
from scm_compiler.ir.domain import Domain, Finite, Image, Real
from scm_compiler.model.coupling import Values
from scm_compiler.model.mechanism import Column
from scm_compiler.model.real.scale import levels_of
from scm_compiler.model.real.uniform import Array
from scm_compiler.runtime.controller.real.codes.fits import NoSuchNumber, TooFewRows
from scm_compiler.runtime.controller.real.options import Form

GREATEST = 1e100
"""The greatest number that is worked with: its square is still one."""

FEW_VALUES, ROWS_OF_FEW = 20, 10
LEAST_SHARE, LEAST_ROWS, ABOVE_OTHERS, NEIGHBOURS = 0.01, 5, 10, 5


@dataclass(frozen=True)
class Target:
    """A node whose mechanism is wanted: a real one, or a discrete one with a real parent.

    Attributes:
        name: The node.
        domain: Its values.
        inputs: Its parents and their domains; no image among them.
        form: What its mechanism is to be, if not what the options say.
    """

    name: str
    domain: Domain
    inputs: Mapping[str, Domain]
    form: Form | None = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of values of its discrete parents."""
        return tuple(d.size for d in self.inputs.values() if isinstance(d, Finite))

    @property
    def discrete(self) -> tuple[str, ...]:
        """Its discrete parents."""
        return tuple(name for name, d in self.inputs.items() if isinstance(d, Finite))


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of data, a column a node, and what each counts.

    Attributes:
        columns: (rows,) each.
        weights: (rows,) positive; rows that count nothing are left out.
    """

    columns: Mapping[str, Column]
    weights: Array

    def where(self, kept: Column) -> "Rows":
        """Some of the rows."""
        return Rows({name: c[kept] for name, c in self.columns.items()}, self.weights[kept])


def rows_of(
    targets: Sequence[Target], columns: Mapping[str, Column], weights: Array, origin: str = ""
) -> Rows:
    """The columns that targets need, where a row counts anything.

    Args:
        targets: The nodes.
        columns: A column for each of them and of their parents.
        weights: What each row counts.
        origin: What to call the data in what is raised, if they have a name.

    Raises:
        ScmError: E563 if a number is not finite or too great; E564 if there are not two rows.
        ValueError: If shapes or weights make no sense.
    """
    domains = {name: d for target in targets for name, d in target.inputs.items()}
    domains |= {target.name: target.domain for target in targets}
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("weights are finite and not negative")
    images = [name for name, domain in domains.items() if isinstance(domain, Image)]
    if images:
        raise ValueError(f"`{images[0]}` is an image")
    source = Source(origin, "") if origin else None
    kept = weights > 0
    found: dict[str, Column] = {}
    for name, domain in domains.items():
        column = np.asarray(columns[name])
        if column.shape != weights.shape:
            raise ValueError(f"`{name}` has shape {column.shape}, the weights {weights.shape}")
        found[name] = column[kept]
        if isinstance(domain, Real):
            found[name] = found[name].astype(np.float64)
            _check_numbers(name, domain, found[name], np.flatnonzero(kept), source)
        elif isinstance(domain, Finite) and not np.isin(found[name], range(domain.size)).all():
            raise ValueError(f"`{name}` has a value that it cannot have")
    if kept.sum() < 2:
        equal = max(1, round(float(weights.sum()))) if kept.any() else 0
        raise refuse(TooFewRows(rows=equal), source=source, exit_code=2)
    return Rows(found, weights[kept].astype(np.float64))


def _check_numbers(
    name: str, domain: Real, column: Array, rows: Values, source: Source | None
) -> None:
    wrong = ~(np.abs(column) <= GREATEST)
    if wrong.any():
        first = int(wrong.argmax())
        raise refuse(
            NoSuchNumber(
                name=name,
                row=int(rows[first]) + 1,
                value=repr(float(column[first])),
                count=int(wrong.sum()),
            ),
            source=source,
            exit_code=2,
        )
    if ((column < domain.low) | (column > domain.high)).any():
        raise ValueError(f"`{name}` has a value beyond its ends")


def heaps_of(values: Array, weights: Array) -> Array:
    """The values that so many rows have that they are no accident of rounding: increasing.

    They are all values where there are few and each has many rows, and else those with a share of
    the rows that is far above that of their neighbours.
    """
    distinct, inverse = np.unique(values, return_inverse=True)
    mass: Array = np.bincount(inverse.reshape(-1), weights, len(distinct)).astype(np.float64)
    if len(distinct) <= FEW_VALUES and mass.sum() >= ROWS_OF_FEW * len(distinct):
        return distinct
    if len(distinct) == 1:
        return distinct
    many = np.flatnonzero(mass >= max(LEAST_ROWS, LEAST_SHARE * mass.sum()))
    ranks = [rank for rank in many.tolist() if mass[rank] >= ABOVE_OTHERS * _around(mass, rank)]
    return np.asarray(distinct[np.array(ranks, np.int64)])


def _around(mass: Array, rank: int) -> float:
    near = mass[max(0, rank - NEIGHBOURS) : rank + NEIGHBOURS + 1]
    return float(np.median(np.delete(near, min(rank, NEIGHBOURS))))


def resolution(values: Array, weights: Array) -> float:
    """How far apart values typically are where they are rounded: 0 where hardly two are alike."""
    distinct, _ = levels_of(values, weights)
    if len(distinct) < 2 or 4 * len(distinct) > len(values):
        return 0.0
    return float(np.median(np.diff(distinct)))
