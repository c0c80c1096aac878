"""E2xx and N2xx of assertions: what the author says that the graph implies."""

from dataclasses import dataclass, field

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label
from scm_compiler.diagnostics.span import Span


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
