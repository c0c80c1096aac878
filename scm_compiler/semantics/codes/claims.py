"""E2xx and N2xx of assertions: what the author says that the graph implies."""

from dataclasses import field

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Span


class NotImplied(Diagnostic):
    """An asserted independence does not follow from the graph.

    ## What it means

    `assert A _||_ B | C` says that A and B are independent given C in every distribution that the
    graph allows. That holds if C d-separates A from B (Pearl 2009, Definition 1.2.3), and it does
    not: the message shows a path along which influence can pass.

    ## Example

    ```scm
    Male, Bald, Age : binary
    Male -> Bald
    Age  -> Bald
    assert Male _||_ Age | Bald
    ```

    ## What to do

    Condition on a node that blocks the path, delete a collider from the condition, or change the
    graph if the independence is what you know.
    """

    code = "E210"

    left: tuple[str, ...]
    right: tuple[str, ...]
    given: tuple[str, ...]
    path: str

    def message(self) -> str:
        return f"the graph does not imply {self._claim}"

    @property
    def _claim(self) -> str:
        claim = f"{', '.join(self.left)} _||_ {', '.join(self.right)}"
        return f"`{claim} | {', '.join(self.given)}`" if self.given else f"`{claim}`"

    def label(self) -> str:
        return "does not hold"

    def help(self) -> str | None:
        return f"influence can pass along `{self.path}`"


class OverlappingSets(Diagnostic):
    """An assertion names the same node in two of its places.

    ## What it means

    In `assert A _||_ B | C` the three lists have no node in common. A node is never independent of
    itself, and once it is in the condition it is a constant on either side.

    ## Example

    ```scm
    A, B : binary
    A -> B
    assert A _||_ B | A
    ```

    ## What to do

    Take the node out of one of the lists.
    """

    code = "E211"

    name: str
    first: Span = field(kw_only=True)

    def message(self) -> str:
        return f"`{self.name}` stands in two places of the assertion"

    def label(self) -> str:
        return "again here"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.first, "first here"),)

    def help(self) -> str:
        return "take it out of one of the lists"


class TooManyAsserts(Diagnostic):
    """The asserted independences are too many for a graph of this size.

    ## What it means

    Each `assert A _||_ B` is decided by a walk through the graph, which may pass every node and
    arrow. The number of asserts times the number of nodes and arrows is bounded, so that the
    answer comes within seconds.

    ## Example

    ```console
    $ python -c "n = [f'A{i}' for i in range(2500)]; print(','.join(n), ': binary;', ' -> '.join(n), *(f';assert {a} _||_ {c} | {b}' for a, b, c in zip(n, n[1:], n[2:])))" > chain.scm
    $ scmc check chain.scm 2>&1 | head -2
    error[E470]: 2,498 asserts of a graph with 4,999 nodes and arrows are 12,487,502 steps; the limit is 10,000,000
     --> chain.scm:1:35289
    ```

    ## What to do

    Assert what could be wrong, as many as the help says, or put parts of the graph into files of their own.
    """

    code = "E470"

    asserts: int
    size: int
    limit: int

    def message(self) -> str:
        return (
            f"{self.asserts:,} asserts of a graph with {self.size:,} nodes and arrows are "
            f"{self.asserts * self.size:,} steps; the limit is {self.limit:,}"
        )

    def label(self) -> str:
        return "none of them is decided"

    def help(self) -> str:
        fitting = self.limit // self.size
        return f"assert the {fitting:,} likeliest to be wrong, or split: `scmc check a.scm b.scm`"


class NotDecided(Diagnostic):
    """An assertion about an image, which is neither confirmed nor refused.

    ## What it means

    `assert identified QUERY` states that a query can be answered from observation. Whether that
    is so is decided for every query about labels: observations, interventions and
    counterfactuals, with hidden common causes or without. Of an image's pixels it is not.

    ## Example

    ```scm
    X : binary
    Face : image(3, 32, 32)
    X -> Face
    assert identified P(Face | do(X))
    ```

    ## What to do

    Nothing; do not rely on the assertion.
    """

    code = "N202"

    query: str

    def message(self) -> str:
        return f"this version does not decide whether `{self.query}` is identified"

    def label(self) -> str:
        return "neither confirmed nor refused"
