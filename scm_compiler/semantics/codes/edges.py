"""E203, E204, E207, E209, E213, W201, W202: edges, each by itself and all together."""

from dataclasses import field

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Span

_SHORT = 12


def _shown(names: tuple[str, ...], joint: str) -> str:
    """The names with a sign between them; of a long row the first and the last."""
    row = names if len(names) <= _SHORT else (*names[: _SHORT - 2], "…", *names[-1:])
    return joint.join(row)


class SelfLoop(Diagnostic):
    """An edge leads from a node to itself.

    ## What it means

    In a causal graph nothing is its own cause. If a variable acts on itself over time, each time
    is a node of its own.

    ## Example

    ```scm
    Bald : binary
    Bald -> Bald
    ```

    ## What to do

    Delete the edge, or declare one node a time step (`Bald_1 -> Bald_2`).
    """

    code = "E203"

    name: str
    by_star: bool = False

    def message(self) -> str:
        return f"`{self.name}` is its own cause"

    def label(self) -> str:
        return f"`*` includes `{self.name}`" if self.by_star else "an edge to itself"

    def help(self) -> str | None:
        return "name the causes one by one" if self.by_star else "delete this edge"


class Cycle(Diagnostic):
    """The edges make a cycle.

    ## What it means

    Following the arrows leads from a node back to itself, so there is no order in which the nodes
    could be drawn. A causal graph is acyclic. The message prints a shortest cycle through its
    first node; each of its edges is marked with its line. If several cycles are tangled, mending
    one may show the next.

    ## Example

    ```scm
    Rain, Clouds : binary
    Rain   -> Clouds
    Clouds -> Rain
    ```

    ## What to do

    Turn or delete one of the edges. If neither causes the other and both have a hidden cause,
    write `Rain <-> Clouds`.
    """

    code = "E204"

    names: tuple[str, ...]
    edges: tuple[Span, ...]

    def message(self) -> str:
        return f"the edges make a cycle: {_shown((*self.names, self.names[0]), ' -> ')}"

    def label(self) -> str:
        return self._edge(0)

    def labels(self) -> tuple[Label, ...]:
        return tuple(
            Label(span, self._edge(rank)) for rank, span in enumerate(self.edges[1:], start=1)
        )

    def _edge(self, rank: int) -> str:
        return f"`{self.names[rank]}` -> `{self.names[(rank + 1) % len(self.names)]}`"

    def help(self) -> str | None:
        return "turn or delete one of these edges"


class ConfoundedWithItself(Diagnostic):
    """A node is given a hidden common cause with itself.

    ## What it means

    `A <-> B` is a cause that two different labels share. What one label has to itself is its own
    noise, and every label has that without a word.

    ## Example

    ```scm
    Bald : binary
    Bald <-> Bald
    ```

    ## What to do

    Delete the statement, or name the other label.
    """

    code = "E207"

    name: str

    def message(self) -> str:
        return f"`{self.name}` cannot share a hidden cause with itself"

    def label(self) -> str:
        return "the same node on both sides"

    def help(self) -> str:
        return "delete the statement (every label has noise of its own), or name the other label"


class StarOfNothing(Diagnostic):
    """`*` is used where there is no label.

    ## What it means

    `*` means every label, and the program declares none, so the edge would be no edge at all.

    ## Example

    ```scm
    Face : image(3, 64, 64)
    * -> Face
    ```

    ## What to do

    Declare the labels, or delete the statement.
    """

    code = "E209"

    def message(self) -> str:
        return "`*` means every label, and there is none"

    def label(self) -> str:
        return "stands for nothing"

    def help(self) -> str:
        return "declare labels, such as `A, B : binary`"


class TooManyEdges(Diagnostic):
    """The lists of the program stand for more edges than scmc takes.

    ## What it means

    A list on each side of an arrow means every pair, so that a short text can stand for very many
    edges. scmc stops before it writes them out.

    ## Example

    ```console
    $ python -c "n = ','.join(f'A{i}' for i in range(1500)); print(n, ': binary;', n, '->', n)" > big.scm
    $ scmc check big.scm 2>&1 | head -2
    error[E213]: the graph has more than 1,000,000 edges
     --> big.scm:1:7901
    ```

    ## What to do

    Name only the pairs that are causes and effects: of 1,500 nodes in a chain,

    ```console
    $ python -c "n = [f'A{i}' for i in range(1500)]; print(','.join(n), ': binary;', ' -> '.join(n))" > chain.scm
    $ scmc check chain.scm
    chain.scm: ok: 1,500 labels, 1,499 edges
    ```
    """

    code = "E213"

    limit: int

    def message(self) -> str:
        return f"the graph has more than {self.limit:,} edges"

    def label(self) -> str:
        return "the limit is passed here"

    def help(self) -> str:
        return "name only the pairs that are causes and effects: `scmc explain E213` shows how"


class DuplicateEdge(Diagnostic):
    """An edge is stated a second time.

    ## What it means

    The same cause and effect are joined twice. The second statement changes nothing; it may be a
    copied line in which a name was to be changed.

    ## Example

    ```scm
    Young, Male, Bald : binary
    Young, Male -> Bald
    Young       -> Bald
    ```

    ## What to do

    Delete one of the two.
    """

    code = "W201"

    source: str
    target: str
    first: Span = field(kw_only=True)

    def message(self) -> str:
        return f"the edge `{self.source} -> {self.target}` is stated twice"

    def label(self) -> str:
        return "stated again here"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.first, "first stated here"),)

    def help(self) -> str:
        return "delete one of the two"


class DuplicateConfounder(Diagnostic):
    """A hidden common cause is stated a second time.

    ## What it means

    `A <-> B` and `B <-> A` are the same statement, and stating it twice does not make two causes.

    ## Example

    ```scm
    A, B : binary
    A <-> B
    B <-> A
    ```

    ## What to do

    Delete one of the two.
    """

    code = "W202"

    left: str
    right: str
    first: Span = field(kw_only=True)

    def message(self) -> str:
        return f"the hidden common cause `{self.left} <-> {self.right}` is stated twice"

    def label(self) -> str:
        return "stated again here"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.first, "first stated here"),)

    def help(self) -> str:
        return "delete one of the two"
