"""`scmc check --implied`: the independences that a graph implies, and what data say of them."""

from dataclasses import dataclass, replace
from typing import Any

from scm_compiler.diagnostics import Report
from scm_compiler.identify.codes.identification import ImplicationsRejected
from scm_compiler.identify.evaluation import Counts
from scm_compiler.identify.implied import Implied, implied, phrase
from scm_compiler.identify.independence import GTest, check_independences
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.sources import load_labels, load_table

LEVEL = 0.05


@dataclass(frozen=True)
class Implications:
    """What a graph implies.

    Attributes:
        implied: The independences.
        tests: One for each independence where data are tested; else none.
        report: A warning if the data reject some.
    """

    implied: Implied
    tests: tuple[GTest, ...]
    report: Report

    def __str__(self) -> str:
        """A line for each independence, with its test where there is one."""
        lines: list[tuple[str, ...]] = [(phrase(claim),) for claim in self.implied.independences]
        if self.tests:
            lines = [("implied", "G", "df", "p", "p (Holm)", "bits")]
            lines += [_row(test) for test in self.tests]
        lines += [(line,) for line in self.implied.silent]
        if self.tested:
            lines.append((self._verdict,))
        return _aligned(lines) if lines else "no independence is implied"

    @property
    def tested(self) -> int:
        """How many could be tested."""
        return sum(test.freedom > 0 for test in self.tests)

    @property
    def rejected(self) -> tuple[GTest, ...]:
        """The tests that the data fail, the furthest from true first."""
        failed = (test for test in self.tests if test.corrected < LEVEL)
        return tuple(sorted(failed, key=lambda test: -test.bits))

    @property
    def _verdict(self) -> str:
        return (
            f"rejected: {len(self.rejected)} of {self.tested} tested, at a chance of {LEVEL:.0%} "
            "that any true one is (Holm)"
        )

    def to_dict(self) -> dict[str, Any]:
        """The independences and their tests as plain data."""
        tests: list[dict[str, Any]] = [
            {
                "G": test.statistic,
                "df": test.freedom,
                "p": test.p_value,
                "p_holm": test.corrected,
                "bits": test.bits,
                **({"untested": test.untested} if test.untested else {}),
            }
            for test in self.tests
        ]
        claims = self.implied.independences
        return {
            "independences": [
                {"left": claim.left[0], "right": claim.right[0], "given": list(claim.given)} | test
                for claim, test in zip(claims, tests or [{} for _ in claims], strict=True)
            ],
            "inseparable": [list(pair) for pair in self.implied.inseparable],
            "complete": self.implied.complete,
        }


def implications(graph: Graph, data: str | None) -> Implications:
    """The independences that a graph implies, tested on data if there are any.

    Raises:
        ScmError: If the data cannot be used.
    """
    claims = implied(graph)
    if data is None:
        return Implications(claims, (), Report(None, ()))
    table = (
        load_table(data, graph).labels(graph) if graph.reals else load_labels(data, graph).complete
    )
    counts = Counts(table.labels, table.sizes, table.cells, table.counts)
    tests = check_independences(claims.independences, counts)
    plain = Implications(claims, tests, Report(None, ()))
    if not plain.rejected:
        return plain
    first = plain.rejected[0]
    warning = ImplicationsRejected(
        rejected=tuple(phrase(test.claim) for test in plain.rejected),
        tested=plain.tested,
        strongest=phrase(first.claim),
        bits=first.bits,
    )
    return replace(plain, report=Report(None, (warning,)))


def _row(test: GTest) -> tuple[str, ...]:
    if not test.freedom:
        return (phrase(test.claim), "", "0", "", "", test.untested)
    return (
        phrase(test.claim),
        f"{test.statistic:.2f}",
        str(test.freedom),
        _chance(test.p_value),
        _chance(test.corrected),
        f"{test.bits:.2g}",
    )


def _chance(p: float) -> str:
    """A p-value; the smallest ones are beyond floating point."""
    return f"{p:.3g}" if p >= 1e-300 else "<1e-300"


def _aligned(lines: list[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell; a line of one cell does not count."""
    whole = [line for line in lines if len(line) > 1]
    widths = [max(map(len, column)) for column in zip(*whole, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        if len(line) > 1
        else line[0]
        for line in lines
    )
