"""How many units a budget pays for: each kind of work is timed, on the threads that will do it."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from scm_compiler.runtime.audit.generator import ROWS
from scm_compiler.runtime.audit.linear import Fit
from scm_compiler.runtime.audit.null import permuted_directions
from scm_compiler.runtime.audit.settings import FEW, LATENT_NULLS, Settings
from scm_compiler.runtime.audit.subject import Subject
from scm_compiler.runtime.audit.view import image_view, latent_view
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import to_floats

LEAST, MOST = 100, 10_000
"""Units of an audit with a budget."""
_SPENT = 0.8
"""The share of a budget that is planned: the rest is for what is not timed."""
_ROUNDS, _SHUFFLES = 5, 8


def now() -> float:
    """The clock."""
    return monotonic()


@dataclass(frozen=True)
class Allowance:
    """The seconds that an audit may take from when it begins.

    Attributes:
        seconds: All of them; None if it may take what it needs.
        began: When it began.
    """

    seconds: float | None
    began: float = field(default_factory=now)

    def units(self, subject: Subject, settings: Settings, fit: Fit) -> int:
        """As many units as fit in what is left, and no fewer than the smallest audit has."""
        costs = Costs.timed(subject, settings, fit)
        left = _SPENT * (self.seconds or 0.0) - (now() - self.began)
        return max(LEAST, LEAST - 1 + bisect_right(range(LEAST, MOST + 1), left, key=costs.of))


@dataclass(frozen=True)
class Costs:
    """What remains to be done once the classifiers of codes are there, in seconds.

    Attributes:
        output: Of an output that is drawn and read.
        code: Of a code that is read.
        truth: Of a real image that is drawn and read to hold an output against.
        fixed: Of what is done whatever the number of units.
        settings: How the audit is done.
        count: The number of attributes.
        declared: Whether what the graph declares is looked at.
    """

    output: float
    code: float
    truth: float
    fixed: float
    settings: Settings
    count: int
    declared: bool

    @classmethod
    def timed(cls, subject: Subject, settings: Settings, fit: Fit) -> "Costs":
        """Each kind of work is tried."""
        draws = dice(settings.seed, "timing")
        codes = subject.generator.draw(ROWS, draws)
        views = image_view(subject.generator, subject.reader), latent_view(fit.linear)
        output, code = (_seconds(partial(view.read, codes)) / ROWS for view in views)
        truth, real, head = 0.0, subject.real, subject.head
        if head is not None and real is not None and real.renderer is not None:
            labels, render = head.labels(codes), real.renderer
            truth = _seconds(lambda: subject.reader.read(to_floats(render(labels, draws)))) / ROWS
        again = 2 * settings.replicates * _seconds(lambda: fit.resampled(draws), 1)
        some = _seconds(
            lambda: permuted_directions(fit.codes, fit.labels[:, 0], _SHUFFLES, draws), 1
        )
        shuffled = (1 + LATENT_NULLS) * settings.nulls * some / _SHUFFLES
        declared = None not in (head, real, subject.graph)
        count = len(subject.reader.names)
        return cls(output, code, truth, again + shuffled, settings, count, declared)

    def of(self, units: int) -> float:
        """The seconds that so many units take."""
        settings, count = self.settings, self.count
        alphas, again, nulls = len(settings.alphas), settings.replicates, settings.nulls
        outputs = 2 * min(units, FEW) * (count * again + 2 * nulls)
        outputs += units * (2 * count * (alphas + self.declared) + 2)
        codes = 2 * units * (count * (alphas + again) + 2 * LATENT_NULLS * nulls)
        truths = 2 * count * units * self.declared
        return outputs * self.output + codes * self.code + truths * self.truth + self.fixed


def _seconds(work: Callable[[], object], rounds: int = _ROUNDS) -> float:
    """How long it takes, once it has been done; of one round the first is timed."""
    if rounds > 1:
        work()
    started = now()
    for _ in range(rounds):
        work()
    return (now() - started) / rounds
