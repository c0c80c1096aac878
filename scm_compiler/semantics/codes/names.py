"""E2xx and W2xx of names: what is declared, and what is meant."""

import re
from dataclasses import field

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Span
from scm_compiler.diagnostics.suggest import did_you_mean


def written(name: str) -> str:
    """The name as it is written in a program."""
    return name if re.fullmatch(r"\w+", name) else f'"{name}"'


class UndeclaredNode(Diagnostic):
    """A statement uses a node that is not declared.

    ## What it means

    Every node is declared once, as `NAME : KIND`. The marked name is used in an edge or an
    assertion and has no declaration. A misspelt name is the usual reason. scmc never guesses: an
    edge that quietly went missing would change what the graph claims.

    ## Example

    ```scm
    Young, Bald : binary
    Yuong -> Bald
    ```

    ## What to do

    Mend the spelling, or declare the node.
    """

    code = "E201"

    name: str
    near: str | None = None
    again: tuple[Span, ...] = ()

    def message(self) -> str:
        return f"`{self.name}` is not declared"

    def label(self) -> str:
        return "not a known node"

    def labels(self) -> tuple[Label, ...]:
        return tuple(Label(span, "used again here") for span in self.again)

    def help(self) -> str | None:
        return did_you_mean(self.near) or f"declare it: `{written(self.name)} : binary`"


class DeclaredTwice(Diagnostic):
    """A node is declared a second time.

    ## What it means

    The same name stands in two declarations, or twice in one. One of them is a mistake: either
    the line was copied, or two nodes were to have different names.

    ## Example

    ```scm
    Young, Bald : binary
    Young       : categorical(child, adult)
    ```

    ## What to do

    Delete one declaration or rename one node.
    """

    code = "E202"

    name: str
    first: Span = field(kw_only=True)

    def message(self) -> str:
        return f"`{self.name}` is declared twice"

    def label(self) -> str:
        return "declared again here"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.first, "first declared here"),)

    def help(self) -> str:
        return "delete one declaration, or rename one node"


class NamedTwice(Diagnostic):
    """The graph is given a second name.

    ## What it means

    `graph NAME` names the model, and a file holds one model.

    ## Example

    ```scm
    graph first
    graph second
    A, B : binary
    A -> B
    ```

    ## What to do

    Delete one of the lines, or put the second graph in a file of its own.
    """

    code = "E212"

    first: Span = field(kw_only=True)

    def message(self) -> str:
        return "the graph is named twice"

    def label(self) -> str:
        return "named again here"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.first, "first named here"),)

    def help(self) -> str:
        return "delete one of the two lines"


class BadGraphName(Diagnostic):
    """The name of the graph cannot name a folder.

    ## What it means

    The graph's name is the name of the folders that are made from it (`build/NAME/`). It has
    letters, digits, `_`, `-`, spaces and dots, and does not begin with a dot.

    ## Example

    ```scm
    graph "../secret"
    A : binary
    ```

    ## What to do

    Choose a plain name.
    """

    code = "E214"

    name: str

    def message(self) -> str:
        return f"`{self.name}` cannot be the name of a graph"

    def label(self) -> str:
        return "folders are named after the graph"

    def help(self) -> str | None:
        return "use letters, digits, `_` and `-`"


class NamesDifferInCase(Diagnostic):
    """Two nodes have names that differ only in the case of their letters.

    ## What it means

    Names are told apart by case, so these are two nodes. A reader will take them for one, and on
    some systems files that are named after them overwrite each other.

    ## Example

    ```scm
    Young, young : binary
    Young -> young
    ```

    ## What to do

    Rename one, or write both alike if one node is meant.
    """

    code = "W204"

    name: str
    other: str
    first: Span = field(kw_only=True)

    def message(self) -> str:
        return f"`{self.name}` and `{self.other}` differ only in case"

    def label(self) -> str:
        return "easily taken for the other"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.first, f"`{self.other}` is declared here"),)

    def help(self) -> str:
        return "rename one, or write both alike if one node is meant"
