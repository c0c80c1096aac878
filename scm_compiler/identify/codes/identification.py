"""E52x and W52x: what observation can tell, by the graph alone."""

from collections.abc import Iterable

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import all_of

Pair = tuple[str, str]


class NotIdentifiable(Diagnostic):
    """A query that no amount of observation can answer.

    ## What it means

    Hidden common causes (`A <-> B`) can make two models agree on everything that is observed and
    still differ on the query. The witness is a hedge (Shpitser and Pearl 2006, Definition 6): a
    set of nodes that hidden causes tie into one piece, and a smaller one inside it that is in one
    piece as well, without nodes that are held; arrows lead from all of them to nodes of the
    smaller set on which the outcomes depend. The message shows both sets: what looks like an
    effect of the held nodes can be the work of the hidden causes.

    It is the answer to the question as the graph stands, not a limit of this program: the
    algorithm that decides (ID, IDC) is complete.

    ## Example

    ```scm title="smoking.scm"
    Smoking, Cancer : binary
    Smoking ->  Cancer
    Smoking <-> Cancer
    assert identified P(Cancer | do(Smoking))
    ```

    ```console
    $ scmc check smoking.scm
    error[E520]: `P(Cancer | do(Smoking))` is not identified: `{Smoking, Cancer}` and `{Cancer}` are a hedge for it
     --> smoking.scm:4:1
      |
    4 | assert identified P(Cancer | do(Smoking))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ observation does not determine it
      = help: `Smoking <-> Cancer` can look like an effect of `Smoking`; enough would be: the common cause `Smoking <-> Cancer` measured or ruled out; an experiment on `Smoking` would answer it
    smoking.scm: 1 error
    ```

    ## What to do

    The help lists changes that were tried and found enough, each by itself: measure the hidden
    cause that is named (declare it as a node, with an arrow to both) or delete its `<->` if you
    know that there is none; or use data from an experiment on the node that is named. A node
    between cause and effect that the hidden cause does not reach helps as well: see the example
    `front_door`. Without any of these, `scmc query` of a trained run says within which bounds the
    answer is.
    """

    code = "E520"
    query: str
    outer: tuple[str, ...]
    inner: tuple[str, ...]
    roots: tuple[str, ...]
    held: tuple[str, ...]
    ties: tuple[Pair, ...]
    causes: tuple[Pair, ...] = ()
    together: tuple[Pair, ...] = ()
    experiments: tuple[str, ...] = ()

    def message(self) -> str:
        """The query and its hedge."""
        return (
            f"`{self.query}` is not identified: {_set(self.outer)} and {_set(self.inner)} "
            "are a hedge for it"
        )

    def label(self) -> str:
        """Beside the assertion."""
        return "observation does not determine it"

    def help(self) -> str:
        """The hedge in words, and what would help."""
        ties = all_of(f"`{a} <-> {b}`" for a, b in self.ties)
        return "; ".join((f"{ties} can look like an effect of {_names(self.held)}", *self._ways()))

    def _ways(self) -> Iterable[str]:
        if self.causes:
            named = " or ".join(f"`{a} <-> {b}`" for a, b in self.causes)
            yield f"enough would be: the common cause {named} measured or ruled out"
        elif self.together:
            named = all_of(f"`{a} <-> {b}`" for a, b in self.together)
            yield f"enough would be: the common causes {named} all measured or ruled out"
        if self.experiments:
            named = " or ".join(f"`{name}`" for name in self.experiments)
            yield f"an experiment on {named} would answer it"


class NotOneEffect(Diagnostic):
    """Adjustment sets were asked for something else than the effect of one node on another.

    ## What it means

    A set to adjust for belongs to one cause and one effect. The query holds several nodes or none,
    asks for several, or sees something besides.

    ## Example

    ```console
    $ scmc query --adjustment "P(Bald | do(Male, Young))" --on celeba_g1
    error[E521]: adjustment sets are for one cause and one effect, not `P(Bald | do(Male, Young))`
      = help: write `ATE(X -> Y)`; `--identify` takes every query
    ```

    ## What to do

    Write `ATE(X -> Y)` or `P(Y | do(X))`. `scmc query --identify` finds the formula for every
    other query.
    """

    code = "E521"
    query: str

    def message(self) -> str:
        """The query."""
        return f"adjustment sets are for one cause and one effect, not `{self.query}`"

    def help(self) -> str:
        """The form to write."""
        return "write `ATE(X -> Y)`; `--identify` takes every query"


class OnlyInterventions(Diagnostic):
    """A formula was asked for an image.

    ## What it means

    Identification is of labels: the pixels of an image have no table that a formula could name.

    ## Example

    ```console
    $ scmc query --identify "P(Face | do(Male))" --on celeba_g1
    error[E522]: no formula is searched for `P(Face | do(Male))`
      = help: formulas are for probabilities of labels
    ```

    ## What to do

    Ask about labels: `P(Bald | do(Male))`.
    """

    code = "E522"
    query: str

    def message(self) -> str:
        """The query."""
        return f"no formula is searched for `{self.query}`"

    def help(self) -> str:
        """What can be asked."""
        return "formulas are for probabilities of labels"


class WorldsDisagree(Diagnostic):
    """A counterfactual that neither observation nor any experiment determines.

    ## What it means

    The query speaks of one unit in several worlds. By what the graph says, some of the variables
    that it needs share noise, and they disagree on a node: it has one value for one of them and
    another, or perhaps another, for the next. No data show a unit both ways: two models can agree
    on all that is observed and on every experiment, and still differ here (Shpitser and Pearl
    2008, line 8 of ID*).

    ## Example

    ```scm title="necessity.scm"
    X, Y : binary
    X -> Y
    assert identified P(Y[X=0]=0 | X=1, Y=1)
    ```

    ```console
    $ scmc check necessity.scm
    error[E523]: `P(Y[X=0]=0 | X=1, Y=1)` is not identified: `Y[X=0]` and `Y[X=1]` of one unit disagree on `X`
     --> necessity.scm:3:1
      |
    3 | assert identified P(Y[X=0]=0 | X=1, Y=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no experiment determines it either
      = help: a noise model would: `scmc query` says which one it assumes, and within which bounds every other one stays
    necessity.scm: 1 error
    ```

    ## What to do

    Take the assertion out and ask the question: a trained run answers it under a named noise
    model, beside bounds that need none; where a hidden common cause reaches what the query rests
    on, it says the bounds alone. Or ask about everyone instead of one unit: `P(Y=1 | do(X=0))`.
    """

    code = "E523"
    query: str
    node: str
    variables: tuple[str, ...]
    hidden: bool = False

    def message(self) -> str:
        """The variables, and what they disagree on."""
        disagree = "disagree" if len(self.variables) > 1 else "disagrees with what is known"
        return (
            f"`{self.query}` is not identified: {_names(self.variables)} of one unit {disagree} "
            f"on `{self.node}`"
        )

    def label(self) -> str:
        """Beside the assertion."""
        return "no experiment determines it either"

    def help(self) -> str:
        """What would answer it."""
        if self.hidden:
            return (
                "a noise model would, and `scmc query` assumes one where no hidden common cause "
                "is in reach: declare the cause as a node, or ask of everyone, by `do`"
            )
        return (
            "a noise model would: `scmc query` says which one it assumes, and within which bounds "
            "every other one stays"
        )


class FormulaTooLong(Diagnostic):
    """A query whose formula is too long to be written.

    ## What it means

    Many nodes that hidden causes tie into few pieces make formulas long: each piece has a factor
    for each of its nodes, and each factor names what precedes the node. The number of names grows
    with the third power of the number of nodes.

    ## Example

    ```console
    $ python -c "n = [f'N{i}' for i in range(400)]; print(','.join(n), ': binary;', ' -> '.join(n), *(f';{a} <-> {b}' for a, b in zip(n, n[2:])))" > tied.scm
    $ scmc query --identify "P(N399 | do(N0))" --on tied.scm
    error[E530]: the formula would name variables over 1,000,000 times
      = help: ask of a smaller graph: the causes of what is asked, without what no question is about
    ```

    ## What to do

    Ask of the part of the graph that matters. A chain of causes between two nodes of interest says
    little more as a single arrow.
    """

    code = "E530"

    limit: int

    def message(self) -> str:
        """The limit."""
        return f"the formula would name variables over {self.limit:,} times"

    def help(self) -> str:
        """Where to ask instead."""
        return "ask of a smaller graph: the causes of what is asked, without what no question is about"


class TooManyTies(Diagnostic):
    """Adjustment sets were asked for in a graph whose hidden causes tie very many nodes.

    ## What it means

    A set to adjust for is looked for in a graph without directions, in which the nodes that
    hidden causes tie into one piece, and their parents, are all neighbours of each other. Their
    number grows with the square of the size of a piece.

    ## Example

    ```console
    $ python -c "n = [f'N{i}' for i in range(4000)]; print(','.join(n), ': binary;', ' -> '.join(n), *(f';{a} <-> {b}' for a, b in zip(n, n[2:])))" > tied.scm
    $ scmc query --adjustment "ATE(N0 -> N3999)" --on tied.scm
    error[E531]: hidden common causes make neighbours of 31,984,002 pairs of nodes; the limit is 2,500,000
      = help: ask of a smaller graph: the causes of what is asked, without what no question is about
    ```

    ## What to do

    Ask of the part of the graph that matters.
    """

    code = "E531"

    ties: int
    limit: int

    def message(self) -> str:
        """The number and the limit."""
        return (
            f"hidden common causes make neighbours of {self.ties:,} pairs of nodes; "
            f"the limit is {self.limit:,}"
        )

    def help(self) -> str:
        """Where to ask instead."""
        return FormulaTooLong(0).help()


class ImplicationsRejected(Diagnostic):
    r"""Data that speak against independences that the graph implies.

    ## What it means

    Every missing arrow is a claim. The graph implies that two labels are independent given
    others, and in the data they are not: the G-test (likelihood ratio, stratified by the given
    labels) rejects it at 5 %, after Holm's correction for all independences that were tested. With
    many rows even a dependence too weak to matter is found: look at its size, the conditional
    mutual information in bits (a fair coin has 1 bit).

    ## Example

    ```console
    $ printf 'Young, Male, Bald : binary\nYoung, Male -> Bald\n' > bald.scm
    $ scmc check bald.scm --implied --data celeba-labels
    warning[W520]: the data reject 1 of the 1 tested independences that the graph implies
      = help: the furthest from true is `Young _||_ Male`: 0.058 bits
    bald.scm: ok: 3 labels, 2 edges, 1 warning
    label  parents      configurations  never seen  fewest rows
    Bald   Young, Male               4           0       14,878
    implied          G         df  p        p (Holm)  bits
    Young _||_ Male  16265.42  1   <1e-300  <1e-300   0.058
    rejected: 1 of 1 tested, at a chance of 5% that any true one is (Holm)
    ```

    ## What to do

    Add an arrow or a `<->` between the two, or go on knowing that answers rest on this claim. A
    hidden common cause between them is the weaker claim of the two.
    """

    code = "W520"
    rejected: tuple[str, ...]
    tested: int
    strongest: str
    bits: float

    def message(self) -> str:
        """How many are rejected."""
        return (
            f"the data reject {len(self.rejected)} of the {self.tested} tested independences "
            "that the graph implies"
        )

    def help(self) -> str:
        """The worst one."""
        return f"the furthest from true is `{self.strongest}`: {self.bits:.2g} bits"


def _set(names: Iterable[str]) -> str:
    return f"`{{{', '.join(names)}}}`"


def _names(names: Iterable[str]) -> str:
    return all_of(f"`{name}`" for name in names)
