"""W588 and W589: what to know before relying on an answer about real nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import all_of

MOST = 3
"""So many ways to be beyond the data a message shows, and one more."""


class BeyondData(Diagnostic):
    r"""A real node is held or seen where the data hold nothing of it.

    ## What it means

    A mechanism of real parents is a function that was fitted where there are rows. Beyond them it
    goes on in its own form: a line stays a line, a network becomes one. Whether the world does, no
    row says. The interval is of the numbers in that form, not of the form, so that it does not get
    wide enough. Rules such as `do(Dose = Dose + 1)` are told of where they bring a twentieth of the
    units or more beyond the data.

    ## Example

    ```console
    $ printf 'Age, Cost : real\nAge -> Cost\n' > cost.scm
    $ printf 'Age,Cost\n6,21\n41,90\n58,120\n92,180\n' > cost.csv
    $ scmc train -q cost.scm --data csv:cost.csv --option real=linear --run cost
    numbers  -6.6759 nats a held-out row, F(x) within 0.611 of even
    time     0.0 s
    run      cost
    next     scmc query "E(Cost)" --run cost
    $ scmc query "E(Cost | do(Age=200))" --run cost
    rung 2 (intervene), identified, exact on the fitted tables, 1.38 ms
    E(Cost | do(Age=200)) = 381.05543
    how firmly the data determine it is not known: train with --replicates 20
    warning[W588]: `Age` is held at 200; the data have it from 6 to 92
      = help: beyond the data the answer rests on the form of the mechanisms, which no row supports
    ```

    ## What to do

    Ask where there are data, or say that the answer is an extrapolation and why the form should
    hold. `scmc check --data` shows the least and the greatest number of each real node.
    """

    code = "W588"

    node: str
    held: tuple[str, ...]
    seen: tuple[str, ...]
    low: float
    high: float

    def message(self) -> str:
        """How it is asked about, and what there is."""
        ways = [
            f"{verb} {_listed(w)}" for verb, w in (("held", self.held), ("seen", self.seen)) if w
        ]
        rows = f"from {self.low:.6g} to {self.high:.6g}"
        return f"`{self.node}` is {' and '.join(ways)}; the data have it {rows}"

    def help(self) -> str:
        return (
            "beyond the data the answer rests on the form of the mechanisms, which no row supports"
        )


class SingleNumber(Diagnostic):
    r"""The probability of one single number is asked of a node that is continuous.

    ## What it means

    Among the numbers that a continuous node can have, each by itself has probability 0: that is no
    finding, and says nothing of how usual numbers near it are. That is what a density and the
    probability of a range tell. Where many rows hold the very same number (earnings of 0), it has a
    probability of its own if the mechanism has heaps, and there is no such warning.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "P(Age=60 | Ill=1)" --run age
    rung 1 (observe), identified, exact on the fitted tables, 1.76 ms
    P(Age=60 | Ill=1) = 0.00000
    warning[W589]: `Age` is continuous: `60` alone has probability 0
      = help: ask for `density(Age=60 | Ill=1)` or `P(59.9 < Age <= 60.1 | Ill=1)`
    ```

    ## What to do

    Ask for the density, or for a range as wide as what you mean by that number.
    """

    code = "W589"

    node: str
    number: str
    density: str
    near: str

    def message(self) -> str:
        return f"`{self.node}` is continuous: `{self.number}` alone has probability 0"

    def help(self) -> str:
        """What to ask instead."""
        ways = " or ".join(f"`{way}`" for way in (self.density, self.near) if way)
        return f"ask for {ways}"


def told_once(warnings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each warning once, and of each real node one that says all the ways it is beyond its data."""
    found = dict.fromkeys(warnings)
    ways = dict[str, list[BeyondData]]()
    for each in found:
        if isinstance(each, BeyondData):
            ways.setdefault(each.node, []).append(each)
    together = {node: _together(each) for node, each in ways.items()}
    whole = (together[w.node] if isinstance(w, BeyondData) else w for w in found)
    return tuple(dict.fromkeys(whole))


def _together(each: Sequence[BeyondData]) -> BeyondData:
    """One warning of several about a node."""
    held = dict.fromkeys(way for one in each for way in one.held)
    seen = dict.fromkeys(way for one in each for way in one.seen)
    return replace(each[0], held=tuple(held), seen=tuple(seen))


def _listed(ways: Sequence[str]) -> str:
    if len(ways) > MOST + 1:
        ways = (*ways[:MOST], f"{len(ways) - MOST:,} more")
    return all_of(ways)
