"""The bounds that observation and the graph leave: a linear programme over response types.

Where the types of one district alone are open, what is asked is linear in their probabilities (or
a ratio of such), and so are the constraints: the optimum is sharp (Balke and Pearl 1997; Sachs,
Jonzon, Sjölander and Gabriel 2023 give the conditions). Where several are open, what is asked is
linear in those of each: it is least, and most, at a corner of the others (as for any multilinear
function on polytopes), and each corner leaves a linear programme.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import log2, prod

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.identify.evaluation import Joint
from scm_compiler.inference.codes.bounds import TooManyTypes
from scm_compiler.inference.codes.identified import NeverSeen
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual import asked_of
from scm_compiler.inference.counterfactual.evaluation import contradiction
from scm_compiler.inference.drawing import reach_of
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.response_types.asked import (
    ONE,
    Asked,
    Districts,
    Factor,
    Polynomial,
    Ratio,
)
from scm_compiler.inference.response_types.district import Block, Reading, System
from scm_compiler.inference.response_types.envelope import Envelope, Place
from scm_compiler.inference.response_types.polytope import (
    Ends,
    Infeasible,
    Objective,
    Polytope,
    side_by_side,
)
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir

MOST_LOG_WAYS = 16.0
"""The most ways in which all that is asked may come about, as a logarithm to base 2."""

MOST_LOG_TYPES = 16.0
"""The most response types of a district, as a logarithm to base 2."""

MOST_LOG_NUMBERS = 24.0
"""The most numbers in the constraints on them, likewise."""

MOST_CORNERS = 512
"""The most corners that are tried for the bounds of one number."""

_ZERO = 1e-9
_NOTHING = 1e-14
_EXACT = 1e-10


@dataclass(frozen=True)
class Spans:
    """The bounds of each part of an answer.

    Attributes:
        parts: Under "" the only part, or under each label's name, in the order of its numbers.
        distance: How far the observed distribution is from what the graph allows, as a total
            variation distance, the mean over what its districts read; 0 where it is allowed.
        far: The labels concerned.
    """

    parts: Mapping[str, tuple[Bounds, ...]]
    distance: float = 0.0
    far: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Problem:
    """A query as linear programmes over response types; all but the totals is made once.

    Attributes:
        query: Flattened.
        graph: As its author wrote it.
    """

    query: ir.Query
    graph: Graph

    def bounds(self, source: Joint) -> Spans:
        """The bounds under an observational distribution.

        Args:
            source: The distribution, of which it takes some marginals.

        Raises:
            ScmError: E431 if the evidence is impossible, E443 if many labels are summed over of
                which no row shows some, E533 if scipy is not installed.
        """
        blocks, every = self.blocks, self.districts.every
        summed = (home for each in self.districts.sums for home, _ in each.factors)
        homes = dict.fromkeys((*(home for home, _ in blocks), *summed))
        known = {home: every[home].probabilities(source) for home in homes}
        systems = {place: block.system(known[place[0]]) for place, block in blocks.items()}
        tables = {home: parts[-1] for home, parts in known.items()}
        sums = [each.table(tables) for each in self.districts.sums]
        if any(np.isnan(table).any() for table in sums):
            raise self._unseen(tables)
        ranges = {place: Polytope(known.rows, known.totals) for place, known in systems.items()}
        try:
            return Spans(self._spans(_Observed(systems, ranges, sums, self.districts.loose)))
        except Infeasible:
            return self._nearest(systems, ranges, sums)

    def _nearest(
        self,
        systems: Mapping[Place, System],
        ranges: Mapping[Place, Polytope],
        sums: Sequence[Array],
    ) -> Spans:
        """The bounds over the distributions of the graph that are nearest to the observed one."""
        found = {place: polytope.nearest() for place, polytope in ranges.items()}
        off = {place for place, (_, missed) in found.items() if missed > _EXACT}
        if not off:  # it is the evidence that no distribution allows
            raise self._impossible
        near = {place: found[place][0] if place in off else ranges[place] for place in ranges}
        freed = {
            place: known.unsettled if place in off else known for place, known in systems.items()
        }
        try:
            parts = self._spans(_Observed(freed, near, sums, self.districts.loose))
        except Infeasible:
            raise self._impossible from None
        far = (node for home, _ in sorted(off) for node in self.districts.every[home].nodes)
        read = sum(self.districts.every[home].contexts for home, _ in off)
        distance = sum(found[place][1] for place in off) / 2 / read
        loose = {name: tuple(map(_loosened, spans)) for name, spans in parts.items()}
        return Spans(loose, distance, tuple(dict.fromkeys(far)))

    def _unseen(self, tables: Mapping[int, Array]) -> ScmError:
        """The refusal of a sum over what no row shows."""
        every = self.districts.every
        home = next(home for home, table in tables.items() if np.isnan(table).any())
        asked = f"P({every[home].nodes[0]} | {', '.join(every[home].common)})"
        return refuse(NeverSeen(query=asked, formula=f"a sum over every value of {asked}"))

    @property
    def _impossible(self) -> ScmError:
        _, question = next(iter(self._asked.values())).signed[0]
        return contradiction(question, self.graph)

    def _spans(self, observed: "_Observed") -> Mapping[str, tuple[Bounds, ...]]:
        least, most = reach_of(self.query, self.graph)
        spans, reach = {}, (float(least), float(most))
        for name, numbers in self._numbers.items():
            spans[name] = tuple(_within(observed.number(ratios), reach) for ratios in numbers)
        return spans

    @cached_property
    def blocks(self) -> Mapping[Place, Block]:
        """The response types that are asked about.

        These are not made where there is something `beyond`.
        """
        readings: dict[Place, dict[Reading, None]] = {}
        for home, at, reading in self._factors:
            if home < 0:
                continue
            readings.setdefault((home, at), {})[reading] = None
        return {
            (home, at): Block.of(self.districts.every[home], at, tuple(asked))
            for (home, at), asked in readings.items()
        }

    @cached_property
    def beyond(self) -> TooManyTypes | None:
        """Why there are too many, if there are."""
        if (ways := self.districts.log_ways) > MOST_LOG_WAYS:
            return TooManyTypes("ways in which it comes about", ways, MOST_LOG_WAYS)
        for one in self.districts.every:
            names = f"response types of {', '.join(one.nodes)}"
            if one.log_types > MOST_LOG_TYPES:
                return TooManyTypes(names, one.log_types, MOST_LOG_TYPES)
            if (numbers := one.log_types + log2(one.cells)) > MOST_LOG_NUMBERS:
                return TooManyTypes(f"numbers about the {names}", numbers, MOST_LOG_NUMBERS)
        return None

    @cached_property
    def districts(self) -> Districts:
        """The districts of the labels that it rests on."""
        networks = [worlds for asked in self._asked.values() for worlds in asked.networks]
        return Districts(self.graph, networks)

    @cached_property
    def _asked(self) -> Mapping[str, Asked]:
        return {
            name: Asked(signed, self.graph) for name, signed in asked_of(self.query, self.graph)
        }

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of each part of the answer."""
        return {name: asked.shape for name, asked in self._asked.items()}

    @cached_property
    def _numbers(self) -> Mapping[str, list[tuple[Ratio, ...]]]:
        return {name: asked.numbers(self.districts) for name, asked in self._asked.items()}

    @property
    def _factors(self) -> Iterator[Factor]:
        for numbers in self._numbers.values():
            for ratio in (ratio for ratios in numbers for ratio in ratios):
                for polynomial in (ratio.above, ratio.below):
                    for monomial in polynomial:
                        yield from monomial


def _loosened(span: Bounds) -> Bounds:
    """Bounds over the distributions that come nearest to what is observed."""
    return replace(span, sharp=False, grounds="of the nearest distributions of this graph")


def _within(span: Bounds, reach: Ends) -> Bounds:
    """Bounds without what rounding puts outside of all that can be."""
    low, high = (min(max(end, reach[0]), reach[1]) for end in (span.low, span.high))
    return replace(span, low=low, high=high)


@dataclass(frozen=True, eq=False)
class _Observed:
    """All blocks under one observational distribution.

    Attributes:
        systems: What is known of each.
        ranges: The distributions of its types.
        sums: The sums over labels without hidden causes.
        loose: Of each district, what was left out of its constraints.
    """

    systems: Mapping[Place, System]
    ranges: Mapping[Place, Polytope]
    sums: Sequence[Array]
    loose: Sequence[str]

    @cached_property
    def by(self) -> str:
        """The response types that are open."""
        districts = {
            home: known.block.district
            for (home, _), known in sorted(self.systems.items(), key=lambda item: item[0][0])
            if not known.settled.all()
        }
        first, *others = (
            (f"{each.types:,}", ", ".join(each.nodes)) for each in districts.values()
        )
        more = "".join(f" and {types} of {nodes}" for types, nodes in others)
        return f"linear programming over {first[0]} response types of {first[1]}{more}"

    def number(self, ratios: Sequence[Ratio]) -> Bounds:
        """The bounds of a sum of ratios.

        Raises:
            Infeasible: If no distribution of types fits what is observed.
        """
        plain: dict[frozenset[Factor], float] = {}
        parts = list[tuple[Ends, tuple[str, ...]]]()
        for ratio in ratios:
            above, below = self._reduced(ratio.above), self._reduced(ratio.below)
            if below.keys() - {frozenset()}:
                parts.append(self._part(above, below))
                continue
            scale = below.get(frozenset(), 0.0)
            if scale < _NOTHING:
                raise Infeasible
            for monomial, coefficient in above.items():
                plain[monomial] = plain.get(monomial, 0.0) + coefficient / scale
        if plain or not parts:
            parts.append(self._part(plain, ONE))
        low, high = (sum(ends[side] for ends, _ in parts) for side in (0, 1))
        reasons = list(dict.fromkeys(reason for _, why in parts for reason in why))
        if sum(ends[1] - ends[0] > _ZERO for ends, _ in parts) > 1:
            reasons.append("its terms bounded one by one")
        by = self.by if high - low > _ZERO else ""
        grounds = "; ".join(reasons) or by
        return Bounds(min(low, high), max(low, high), not reasons, grounds)

    def _part(self, above: Polynomial, below: Polynomial) -> tuple[Ends, tuple[str, ...]]:
        """The bounds of a ratio, and why they are perhaps not sharp."""
        places = sorted({factor[:2] for side in (above, below) for m in side for factor in m})
        if not places:
            value = above.get(frozenset(), 0.0) / below[frozenset()]
            return (value, value), ()
        homes = dict.fromkeys(home for home, _ in places)
        reasons = [self.loose[home] for home in homes if self.loose[home]]
        wide = max({home for home, _ in places}, key=lambda home: self._wide(home, places))
        others = [place for place in places if place[0] != wide]
        corners = [self.ranges[place].corners for place in others]
        known = [each for each in corners if each is not None]
        if len(known) == len(corners) and prod(map(len, known)) <= MOST_CORNERS:
            own = [place for place in places if place[0] == wide]
            tried = (dict(zip(others, chosen, strict=True)) for chosen in product(*known))
            return self._at_corners(above, below, own, tried), tuple(reasons)
        nodes = {home: s.block.district.nodes for (home, _), s in self.systems.items()}
        names = " and ".join(", ".join(nodes[home]) for home in homes)
        reasons.append(f"products of what is open of {names} taken between planes")
        ranges = {place: self.ranges[place] for place in places}
        whole, sides = Envelope(self.systems, ranges).programme((above, below))
        return whole.ratio_ends(*sides), tuple(reasons)

    def _at_corners(
        self,
        above: Polynomial,
        below: Polynomial,
        own: Sequence[Place],
        tried: Iterable[Mapping[Place, Array]],
    ) -> Ends:
        """The least and the most with all districts but one at some corners.

        Raises:
            Infeasible: If no distribution fits, or the evidence never happens.
        """
        whole, found = side_by_side([self.ranges[place] for place in own]), list[Ends]()
        for at in tried:
            sides = [self._linear(side, own, at) for side in (above, below)]
            certain = not sides[1].slope.any()
            if certain and sides[1].constant > _NOTHING:
                low, high = whole.ends(sides[0])
                found.append((low / sides[1].constant, high / sides[1].constant))
            elif not certain:
                with suppress(Infeasible):  # raised where the evidence never happens
                    found.append(whole.ratio_ends(*sides))
        if not found:
            raise Infeasible
        return min(low for low, _ in found), max(high for _, high in found)

    def _wide(self, home: int, places: Sequence[Place]) -> int:
        return sum(self.ranges[place].wide for place in places if place[0] == home)

    def _linear(
        self, side: Polynomial, own: Sequence[Place], at: Mapping[Place, Array]
    ) -> Objective:
        """A polynomial in the types of one district alone, the others being at a corner."""
        starts = dict(zip(own, np.cumsum([0, *(self.ranges[p].wide for p in own)]), strict=False))
        slope, constant = np.zeros(sum(self.ranges[place].wide for place in own)), 0.0
        for monomial, coefficient in side.items():
            factor, vector = coefficient, None
            for home, slice_, reading in monomial:
                place = (home, slice_)
                types = self.systems[place].vector(reading)
                if place in at:
                    factor *= float(types @ at[place][: len(types)])
                else:
                    vector = (starts[place], types)
            if vector is None:
                constant += factor
            else:
                slope[vector[0] : vector[0] + len(vector[1])] += factor * vector[1]
        return Objective(slope, constant)

    def _reduced(self, polynomial: Polynomial) -> Polynomial:
        """With numbers in place of what the totals determine."""
        found: dict[frozenset[Factor], float] = {}
        for monomial, coefficient in polynomial.items():
            left = []
            for home, slice_, reading in monomial:
                if home < 0:
                    coefficient *= float(self.sums[-home - 1][slice_])  # noqa: PLW2901
                    continue
                value = self.systems[home, slice_].value(reading)
                if value is None:
                    left.append((home, slice_, reading))
                else:
                    coefficient *= value  # noqa: PLW2901
            key = frozenset(left)
            found[key] = found.get(key, 0.0) + coefficient
        return found
