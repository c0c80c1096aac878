"""What is found in the attributes of a graph file of another program."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import did_you_mean


class BadKind(Diagnostic):
    """A node whose `kind` attribute is no kind of scmc.

    ## What it means

    scmc writes the values of a node as an attribute, `kind="categorical(low, high)"`, and reads
    them from there. What stands here is not written as a kind is written.

    ## Example

    ```console
    $ echo 'digraph { A [kind="categorical(low"] }' > levels.dot
    $ scmc import levels.dot
    error[E825]: `categorical(low` is not a kind
     --> levels.dot:1:11
      |
    1 | digraph { A [kind="categorical(low"] }
      |           ^
      = help: write such as `kind="categorical(low, high)"`, or leave it out for two values
    ```

    ## What to do

    Write it as behind the colon of a declaration, or leave the attribute out for two values.
    """

    code = "E825"

    text: str

    def message(self) -> str:
        """The text."""
        return f"`{self.text[:60]}` is not a kind"

    def help(self) -> str:
        """How it is written."""
        return 'write such as `kind="categorical(low, high)"`, or leave it out for two values'


class UnknownEnd(Diagnostic):
    """An edge of DOT whose direction or whose ends are drawn in a way that DOT does not know.

    ## What it means

    Which end of an edge is the effect is said by `dir` (`forward`, `back`, `both` or `none`, in
    small letters) and by the shapes in `arrowhead` and `arrowtail`. Graphviz ignores a value that
    it does not know and draws the edge as it would be without; which edge was meant is open.

    ## Example

    ```console
    $ echo "digraph { A -> B [dir=backward] }" > turned.dot
    $ scmc import turned.dot
    error[E840]: `dir=backward` does not say at which end the effect is
     --> turned.dot:1:11
      |
    1 | digraph { A -> B [dir=backward] }
      |           ^^^^^^
      = help: did you mean `back`?
    ```

    ## What to do

    Write a value of DOT, or leave the attribute out: `A -> B` alone says that A causes B.
    """

    code = "E840"

    attribute: str
    value: str
    suggestion: str | None = None

    def message(self) -> str:
        """The attribute."""
        return f"`{self.attribute}={self.value[:40]}` does not say at which end the effect is"

    def help(self) -> str | None:
        """The likely value."""
        return did_you_mean(self.suggestion)


class UnknownMark(Diagnostic):
    """A node whose attribute does not say whether it is observed.

    ## What it means

    A node is marked as unobserved by `latent`, `unobserved` or `hidden` (alone, or with `yes`,
    `true` or `1`) or by `observed` with `no`, `false` or `0`, and as observed by the opposite.
    Here stands another value, and the graph is another one if the node is unobserved.

    ## Example

    ```console
    $ echo "digraph { U [observed=partly]; U -> A; U -> B }" > half.dot
    $ scmc import half.dot
    error[E841]: `observed=partly` does not say whether `U` is observed
     --> half.dot:1:11
      |
    1 | digraph { U [observed=partly]; U -> A; U -> B }
      |           ^
      = help: write `yes` or `no`
    ```

    ## What to do

    Write `yes` or `no`, or leave the attribute out if the node is observed.
    """

    code = "E841"

    node: str
    attribute: str
    value: str
    suggestion: str | None = None

    def message(self) -> str:
        """The attribute and the node."""
        said = f"{self.attribute}={self.value[:40]}" if self.value else self.attribute
        return f"`{said}` does not say whether `{self.node}` is observed"

    def help(self) -> str:
        """What to write."""
        return did_you_mean(self.suggestion) or "write `yes` or `no`"


class LabelsLeft(Diagnostic):
    """Nodes that are drawn with other words than their names.

    ## What it means

    In DOT a node has a name and may have a `label` that is drawn in its place. Nodes are called by
    their names here. Only where all names are numbers, and all labels differ, the labels are the
    names: so causal-learn and others write the columns of a table.

    ## Example

    ```console
    $ echo 'digraph { T [label="Treatment"]; T -> Y }' > short.dot
    $ scmc import short.dot
    warning[W823]: the file tells no values: its 2 nodes are declared `binary`
     --> short.dot
      = help: correct the declarations that are wrong

    warning[W840]: the label of `T` is left out: `Treatment`
     --> short.dot
      = help: rename the nodes if the columns of the data are called so
    wrote short.scm: 2 labels, 1 edge
    ```

    ## What to do

    Nothing, if the data call the columns by the names; else rename the nodes.
    """

    code = "W840"

    names: tuple[str, ...]
    drawn: tuple[str, ...]

    def message(self) -> str:
        """The nodes and their labels."""
        several = len(self.names) > 1
        what = "labels of" if several else "label of"
        named, said = (", ".join(map("`{}`".format, it[:3])) for it in (self.names, self.drawn))
        more = ", …" if len(self.names) > 3 else ""
        verb = "are" if several else "is"
        return f"the {what} {named}{more} {verb} left out: {said}{more}"

    def help(self) -> str:
        """What to do."""
        return "rename the nodes if the columns of the data are called so"
