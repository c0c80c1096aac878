"""E205, E206, E208, W203, N201: nodes, images and the graph as a whole."""

from dataclasses import field

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Span
from scm_compiler.semantics.codes.names import written


class ImageNotSink(Diagnostic):
    """An image causes something.

    ## What it means

    An image is drawn from its labels, and nothing is drawn from it: it is a sink of the graph
    (Corollary 1 of Kocaoglu et al. 2017). An edge out of an image has no mechanism.

    ## Example

    ```scm
    Smiling : binary
    Face    : image(3, 64, 64)
    Face -> Smiling
    ```

    ## What to do

    Turn the edge (`Smiling -> Face`): the label is the cause of what the picture shows.
    """

    code = "E205"

    image: str
    target: str
    declared: Span = field(kw_only=True)

    def message(self) -> str:
        return f"the image `{self.image}` cannot be a cause of `{self.target}`"

    def label(self) -> str:
        return "an edge out of an image"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.declared, f"`{self.image}` is declared as an image here"),)

    def help(self) -> str | None:
        return f"labels cause images: `{written(self.target)} -> {written(self.image)}`"


class ConfoundedImage(Diagnostic):
    """A hidden common cause is given to an image.

    ## What it means

    `A <-> B` says that two nodes share a hidden cause. An image reads its causes and noise
    of its own; a cause that it shares with another node cannot be modelled.

    ## Example

    ```scm
    Smiling : binary
    Face    : image(3, 64, 64)
    Smiling ->  Face
    Smiling <-> Face
    ```

    ## What to do

    Draw `<->` between other nodes. If the cause is known, declare it as a label with edges to
    both.
    """

    code = "E206"

    image: str
    declared: Span = field(kw_only=True)

    def message(self) -> str:
        return f"the image `{self.image}` cannot share a hidden cause"

    def label(self) -> str:
        return "`<->` does not stand at an image"

    def labels(self) -> tuple[Label, ...]:
        return (Label(self.declared, f"`{self.image}` is declared as an image here"),)

    def help(self) -> str:
        return "draw `<->` between other nodes, or declare the cause as a label with edges to both"


class EmptyGraph(Diagnostic):
    """The program declares no node.

    ## What it means

    There is text, and perhaps a name for the graph, but not one node; a graph without nodes claims
    nothing and cannot be compiled.

    ## Example

    ```scm
    # to be written
    graph nothing
    ```

    ## What to do

    Declare nodes: `Young, Bald : binary`.
    """

    code = "E208"

    def message(self) -> str:
        return "the graph has no nodes"

    def help(self) -> str | None:
        return "declare some: `A, B : binary`"


class ImageWithoutParents(Diagnostic):
    """Nothing causes an image.

    ## What it means

    Nothing leads to the image, so it would be drawn from noise alone, and no intervention on a
    label could change it. Usually an edge is missing.

    ## Example

    ```scm
    Young, Bald : binary
    Face        : image(3, 64, 64)
    Young -> Bald
    ```

    ## What to do

    Draw the edges, such as `* -> Face`: every label causes the image.
    """

    code = "W203"

    name: str

    def message(self) -> str:
        return f"nothing causes the image `{self.name}`"

    def label(self) -> str:
        return "has no parents"

    def help(self) -> str | None:
        return f"`* -> {written(self.name)}` makes every other node a cause"


class IsolatedLabel(Diagnostic):
    """A label has no edge.

    ## What it means

    The label neither causes anything nor is caused by anything here: it is independent of all
    other nodes. That is a claim too, but often an edge was forgotten.

    ## Example

    ```scm
    Young, Male, Bald : binary
    Young -> Bald
    ```

    ## What to do

    Nothing, if the label is independent of the rest. Otherwise draw its edges.
    """

    code = "N201"

    name: str

    def message(self) -> str:
        return f"`{self.name}` has no edges"

    def label(self) -> str:
        return "independent of every other node"
