"""E532 to W534: where observation does not determine a query, the bounds that it leaves."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.identify.codes.identification import NotIdentifiable, WorldsDisagree


class OnlyBounds(Diagnostic):
    """An answer that is an interval, since observation does not determine a number.

    ## What it means

    Models that agree with the graph and with all that is observed differ on the query. The
    message says why (E520, or E523 of several worlds); the answer is what all of them leave. It
    is `sharp` where some model reaches each end, and else `perhaps wider than need be`. No model
    of the run's hidden causes enters, nor does a noise model.

    ## Example

    With `Smoking -> Cancer` and `Smoking <-> Cancer`:

    ```console
    $ scmc query "P(Cancer=1 | do(Smoking=1))"
    rung 2 (intervene), not identified, sharp bounds by linear programming, 915 ms, on runs/smoking-1
    P(Cancer=1 | do(Smoking=1)) in [0.15000, 0.75000], sharp: linear programming over 8 response types of Smoking, Cancer
    both ends 95 % [0.082, 0.819] from 100 rows
    warning[W532]: `P(Cancer=1 | do(Smoking=1))` is not identified: `{Smoking, Cancer}` and `{Cancer}` are a hedge for it
      = help: `Smoking <-> Cancer` can look like an effect of `Smoking`; enough would be: the common cause `Smoking <-> Cancer` measured or ruled out; an experiment on `Smoking` would answer it
    ```

    ## What to do

    Read the answer as the interval: nothing in the data speaks for its middle. The help lists what
    would determine a number; an instrument (a node that causes the cause alone) makes the
    interval narrower. `--method exact` refuses the query instead.
    """

    code = "W532"
    refused: NotIdentifiable | WorldsDisagree

    def message(self) -> str:
        """Why there is no number."""
        return self.refused.message()

    def label(self) -> str:
        """Beside the query."""
        return "observation leaves an interval"

    def help(self) -> str | None:
        """What would determine it."""
        return self.refused.help()


class NotOfGraph(Diagnostic):
    """Bounds from an observational distribution that no model of the graph has.

    ## What it means

    Beside independences a graph with hidden causes implies inequalities (of an instrument, that
    P(Y=0, X=0 | Z=0) + P(Y=1, X=0 | Z=1) is at most 1). Counted data can break them by chance,
    and a graph that is wrong breaks them for good. Then no response types give what is observed.
    The bounds are those of all distributions of types that come as near to it as any does; the
    distance is a mean over all that these labels read from others.

    ## Example

    With `Z -> X -> Y` and `X <-> Y`, on rows in which Z moves Y and not X:

    ```console
    $ scmc query "P(Y=1 | do(X=0))"
    rung 2 (intervene), not identified, bounds, perhaps wider than need be, by linear programming, 22.3 ms, on runs/instrument-1
    P(Y=1 | do(X=0)) in [0.20000, 0.80000], perhaps wider than need be: of the nearest distributions of this graph
    both ends 95 % [0.137, 0.861] from 200 rows
    warning[W532]: `P(Y=1 | do(X=0))` is not identified: `{X, Y}` and `{Y}` are a hedge for it
      = help: `X <-> Y` can look like an effect of `X`; enough would be: the common cause `X <-> Y` measured or ruled out; an experiment on `X` would answer it

    warning[W533]: no model of this graph has the observed distribution of X, Y: the nearest has a TVD of 0.3000 to it
      = help: by chance, if the rows are few; else an arrow or a hidden cause is missing
    ```

    ## What to do

    Where the distance is small beside what chance does to as many rows, collect more. Where it is
    not, doubt the graph: an arrow or a hidden cause is missing, most likely one that leads from
    the instrument to the outcome. `scmc check --implications` tests the independences.
    """

    code = "W533"
    distance: float
    nodes: tuple[str, ...]

    def message(self) -> str:
        """How far off it is."""
        names = ", ".join(self.nodes)
        return (
            f"no model of this graph has the observed distribution of {names}: the nearest has a "
            f"TVD of {self.distance:.4f} to it"
        )

    def label(self) -> str:
        """Beside the query."""
        return "the bounds are of what is nearest"

    def help(self) -> str:
        """Why that can be."""
        return "by chance, if the rows are few; else an arrow or a hidden cause is missing"


class TooManyTypes(Diagnostic):
    """Bounds that would take too large a linear programme.

    ## What it means

    A label with k values and r rows of parents' values has k to the power of r response types, and
    labels that hidden causes tie have all combinations. Bounds are a linear programme over these;
    its size was computed before any memory was taken.

    ## Example

    With four causes of each of `X` and `Y`, `X -> Y` and `X <-> Y`:

    ```console
    $ scmc query "P(Y=1 | do(X=1))"
    error[E520]: `P(Y=1 | do(X=1))` is not identified: `{X, Y}` and `{Y}` are a hedge for it
     --> query:1:1
      |
    1 | P(Y=1 | do(X=1))
      | ^^^^^^^^^^^^^^^^ observation does not determine it
      = help: `X <-> Y` can look like an effect of `X`; enough would be: the common cause `X <-> Y` measured or ruled out; an experiment on `X` would answer it

    error[E532]: its bounds would take 2^48 response types of X, Y; the limit is 2^16
     --> query:1:1
      |
    1 | P(Y=1 | do(X=1))
      | ^^^^^^^^^^^^^^^^ nor is it bounded
      = help: fewer parents, or fewer values, of these labels make it smaller
    ```

    ## What to do

    Fewer parents or values of the labels that are named make it smaller. A parent of all of them
    costs nothing: it is taken one value at a time.
    """

    code = "E532"
    what: str
    log_count: float
    log_limit: float

    def message(self) -> str:
        """The size and the limit, as powers of two."""
        return (
            f"its bounds would take 2^{self.log_count:.0f} {self.what}; the limit is "
            f"2^{self.log_limit:.0f}"
        )

    def why(self) -> str:
        """Why a plan does something else."""
        return self.message()

    def label(self) -> str:
        """Beside the query."""
        return "nor is it bounded"

    def help(self) -> str:
        """What would make them fewer."""
        return "fewer parents, or fewer values, of these labels make it smaller"


class NoSolver(Diagnostic):
    """Bounds without a solver of linear programmes.

    ## What it means

    Where observation does not determine a query, the bounds that it leaves are linear programmes,
    which scipy's HiGHS solves. It is not installed.

    ## Example

    With `Smoking -> Cancer` and `Smoking <-> Cancer`, where scipy is not installed:

    ```console
    $ scmc query "P(Cancer=1 | do(Smoking=1))"
    error[E520]: `P(Cancer=1 | do(Smoking=1))` is not identified: `{Smoking, Cancer}` and `{Cancer}` are a hedge for it
     --> query:1:1
      |
    1 | P(Cancer=1 | do(Smoking=1))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^ observation does not determine it
      = help: `Smoking <-> Cancer` can look like an effect of `Smoking`; enough would be: the common cause `Smoking <-> Cancer` measured or ruled out; an experiment on `Smoking` would answer it

    error[E533]: bounds need scipy, which is not installed
     --> query:1:1
      |
    1 | P(Cancer=1 | do(Smoking=1))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^ nor is it bounded
      = help: `pip install "scm-compiler[bounds]"`
    ```

    ## What to do

    Give the command that the help shows.
    """

    code = "E533"

    def message(self) -> str:
        """What is missing."""
        return "bounds need scipy, which is not installed"

    def why(self) -> str:
        """Why a plan does something else."""
        return self.message()

    def label(self) -> str:
        """Beside the query."""
        return "nor is it bounded"

    def help(self) -> str:
        """How to install it."""
        return '`pip install "scm-compiler[bounds]"`'
