"""A question about variables of several worlds, prepared: what it rests on and what it takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log2, prod

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.inference.codes.answers import ImpossibleEvidence, TooLarge
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.joint import Join, Joint
from scm_compiler.inference.counterfactual.noise import threshold
from scm_compiler.inference.gaussian.abduction import Posterior, abduct
from scm_compiler.inference.gaussian.mixture import Mixture
from scm_compiler.inference.gaussian.network import Instance, LinearNetwork
from scm_compiler.inference.gaussian.relevance import concerning, tied
from scm_compiler.inference.gaussian.unrolled import (
    Copy,
    Known,
    Place,
    Sums,
    Unrolled,
    Values,
    sums,
)
from scm_compiler.inference.limits import LIMIT, TooMuch
from scm_compiler.ir import query as ir
from scm_compiler.passes import Worlds, unite


@dataclass(frozen=True, eq=False)
class Question:
    """P(targets | what was seen), real and discrete, in any worlds.

    Attributes:
        network: The network.
        targets: What is asked, each once.
        discrete: What each discrete variable that matters is: known, or an axis of `joint`.
        joint: The discrete network of all worlds, with an axis for what matters of it.
        copies: The real copies that matter.
        places: The copy, or the number, that each real target is, in their order.
        seen: The copies whose values were seen and matter, with these values.
        phrase: What was seen, in words.
    """

    network: LinearNetwork
    targets: tuple[Instance, ...]
    discrete: Mapping[Instance, Place]
    joint: Joint
    copies: tuple[Copy, ...]
    places: Mapping[Instance, Place]
    seen: Mapping[int, float]
    phrase: str

    @cached_property
    def configurations(self) -> float:
        """How many normal distributions are mixed, at most."""
        sizes = self.network.graph.sizes
        return prod(float(sizes[self.joint.worlds.copies[k].node]) for k in self.joint.keep)

    @cached_property
    def beyond(self) -> TooMuch | None:
        """Why it takes too much memory (E433) or time (E437), if it does."""
        noises = len({copy.node for copy in self.copies})
        cells = self.configurations * max(1, len(self.copies) * noises)
        peak = max(cells, self.joint.way.peak)
        if peak > self.joint.limit:
            return TooLarge(log2(peak), log2(self.joint.limit))
        return self.joint.beyond

    def mixture(
        self, tables: Mapping[str, Array] | None = None, join: Join = threshold
    ) -> Mixture:
        """The answer.

        Args:
            tables: Other tables than the network's.
            join: The noise model, for discrete nodes that differ between worlds.

        Raises:
            ScmError: E431 if what was seen is impossible, E433 or E437 if it takes too much.
        """
        if self.beyond is not None:
            raise refuse(self.beyond)
        mass = self.joint.mass(self.network.tables if tables is None else tables, join).values
        _, *where = np.nonzero(mass[None])
        logs = np.log(mass[mass > 0])
        chosen = {
            name: self._values(place, where, len(logs)) for name, place in self.discrete.items()
        }
        found = sums(self.network, self.copies, chosen, len(logs))
        rows = list(self.seen)
        values = np.array(list(self.seen.values()))
        posterior = abduct(found.constants[rows], found.loads[rows], values)
        logs = logs + posterior.logs
        if not np.isfinite(logs).any():
            raise impossible(self.phrase)
        real = tuple(target for target in self.targets if target in self.places)
        sizes = self.network.graph.sizes
        asked = [target for target in self.targets if target not in self.places]
        discrete = {target: (chosen[target], sizes[target.node]) for target in asked}
        return Mixture.of(discrete, real, logs, *self._law(found, posterior))

    def _law(self, found: Sums, posterior: Posterior) -> tuple[Array, Array]:
        """The means of the real targets, and what noise is left in each."""
        count, noises = posterior.mean.shape
        means, roots = np.zeros((count, len(self.places))), np.zeros((count, 0, noises))
        for rank, place in enumerate(self.places.values()):
            loads = np.zeros((count, noises))
            if isinstance(place, Known):
                means[:, rank] = place.number
            else:
                means[:, rank] = found.constants[place]
                loads = found.loads[place]
            means[:, rank] += (loads * posterior.mean).sum(-1)
            roots = np.concatenate([roots, posterior.open(loads)[:, None]], 1)
        return means, roots

    def _values(self, place: Place, where: Sequence[Values], count: int) -> Values:
        if isinstance(place, Known):
            return np.full(count, int(place.number))
        return where[self.joint.keep.index(place)]


def prepare(
    network: LinearNetwork,
    targets: Sequence[Instance],
    given: Mapping[Instance, float] | None = None,
    limit: float = LIMIT,
) -> Question:
    """Unroll a question's worlds and leave out what does not matter.

    Args:
        network: The network.
        targets: What is asked, discrete or real, each once.
        given: What was seen; a discrete value is its index, a real one counts by its density.
        limit: The numbers that an answer may hold at once.

    Raises:
        ScmError: E431 if what was seen contradicts itself.
    """
    phrase = ", ".join(f"{each}={value:g}" for each, value in (given or {}).items())
    seen = _seen(network, given or {}, phrase)
    own = {target: network.felt(target) for target in targets}
    everything = Unrolled(network, seen)
    variables = dict.fromkeys((*own.values(), *seen))
    real = [each for each in variables if each.node not in network.graph.sizes]
    placed = {each: everything.place(each) for each in real}
    worlds, discrete = _discrete(network, own.values(), seen, everything.copies, phrase)
    parts = tied(worlds, everything.copies, discrete, placed)
    concerns = concerning(own.values(), seen, placed.keys(), parts)
    kept = Unrolled(network, seen)
    found = {
        target: Known(seen[each]) if each in seen else kept.place(each)
        for target, each in own.items()
        if each in real
    }
    rows = {kept.place(each): value for each, value in seen.items() if each in concerns}
    rests = {r for c in kept.copies for r in c.rests_on if isinstance(r, Instance)}
    rests |= {each for each in own.values() if each not in real}
    places = {each: discrete[each] for each in rests}
    places |= {target: places[each] for target, each in own.items() if each in places}
    keep = tuple(sorted({place for place in places.values() if isinstance(place, int)}))
    joint = Joint(worlds, network.graph, limit, keep)
    seen_at = {place: value for place, value in rows.items() if isinstance(place, int)}
    return Question(
        network, tuple(targets), places, joint, tuple(kept.copies), found, seen_at, phrase
    )


def impossible(phrase: str) -> ScmError:
    """The refusal of evidence that never happens."""
    return refuse(ImpossibleEvidence(evidence=phrase))


def _seen(
    network: LinearNetwork, given: Mapping[Instance, float], phrase: str
) -> dict[Instance, float]:
    """What was seen of each variable; what is held is not worth saying."""
    seen: dict[Instance, float] = {}
    for instance, value in given.items():
        own = network.felt(instance)
        held = dict(own.held).get(own.node)
        if (seen.setdefault(own, value) if held is None else held) != value:
            raise impossible(phrase)
    return seen


def _discrete(
    network: LinearNetwork,
    targets: Iterable[Instance],
    seen: Mapping[Instance, float],
    copies: Iterable[Copy],
    phrase: str,
) -> tuple[Worlds, dict[Instance, Place]]:
    """The discrete network of all worlds, and what each variable is in it."""
    shown = {each for each in targets if each.node in network.graph.sizes}
    shown |= {each for copy in copies for each in copy.rests_on if isinstance(each, Instance)}
    wanted = sorted(shown, key=str)
    events = [
        ir.Event(_variable(each), int(value))
        for each, value in seen.items()
        if each.node in network.graph.sizes
    ]
    worlds = unite(network.graph, events, (), [_variable(each) for each in wanted])
    if worlds is None:
        raise impossible(phrase)
    found: dict[Instance, Place] = {}
    for each, place in zip(wanted, worlds.shown, strict=True):
        value = worlds.known.get(place) if isinstance(place, int) else place.value
        found[each] = Known(value) if value is not None else _number(place)
    return worlds, found


def _number(place: object) -> int:
    assert isinstance(place, int)
    return place


def _variable(instance: Instance) -> ir.Variable:
    """A discrete variable as questions have it."""
    settings = (ir.Setting(name, int(value)) for name, value in instance.held)
    return ir.Variable(instance.node, tuple(settings))
