"""E45x: questions about several worlds of one unit (rung 3)."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class WorldsTooLarge(Diagnostic):
    """A counterfactual whose exact answer would not fit in memory.

    ## What it means

    The worlds of the query are one network, in which the copies of a node share its noise. The
    best order of summing it that was found needs one table of the size shown, which was computed
    before any memory was taken.

    ## Example

    With thirty causes `X1`, …, `X30` of `Y`:

    ```console
    $ scmc query --method exact "P(Y[X1=0]=1 | X1=1, Y=1)"
    error[E450]: the exact answer needs a table of 2^31 numbers; the limit is 2^26
     --> query:1:1
      |
    1 | P(Y[X1=0]=1 | X1=1, Y=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      = help: evidence on more nodes, or fewer worlds, make it smaller
    ```

    ## What to do

    Add evidence on nodes between the cause and the outcome, or compare fewer worlds: what differs
    from world to world is kept once for each.
    """

    code = "E450"
    cells: float
    limit: float

    def message(self) -> str:
        """The size and the limit, as powers of two."""
        return (
            f"the exact answer needs a table of 2^{self.cells:.0f} numbers; "
            f"the limit is 2^{self.limit:.0f}"
        )

    def why(self) -> str:
        """Why a plan does something else."""
        cells, limit = f"2^{self.cells:.0f} numbers at once", f"2^{self.limit:.0f}"
        return f"an exact answer would hold {cells}; the limit is {limit}"

    def help(self) -> str:
        """What makes it smaller."""
        return "evidence on more nodes, or fewer worlds, make it smaller"


class NoiseOutOfReach(Diagnostic):
    """A counterfactual that rests on the noise of networks, which the tables do not hold.

    ## What it means

    The model's tables were estimated by running its networks. Tables tell what a node does under
    each configuration of its parents, but not what the same unit does under two of them; that
    takes the networks and their noise.

    ## Example

    Of tables that were taken out of a run whose mechanisms are networks (`--trainer wgan-gp`):

    ```python title="unit.py"
    from scm_compiler import ScmError, open_run
    from scm_compiler.ir.query import Event, Probability, Setting, Variable
    from scm_compiler.inference import answer

    tables = open_run("runs/sprinkler-1").distributions()
    wet, wet_had_it_not_rained = Variable("Wet"), Variable("Wet", (Setting("Rain", 0),))
    try:
        answer(Probability((Event(wet_had_it_not_rained, 1),), (), (Event(wet, 1),)), tables)
    except ScmError as error:
        print(error)
    ```

    ```console
    $ python unit.py
    error[E452]: the answer rests on the noise of `Wet`, whose network is not at hand
      = help: ask the run, or name a noise model that stands for theirs: `threshold` or `gumbel-max`
    ```

    ## What to do

    Ask the run, which holds the networks, or name a noise model (`threshold` or `gumbel-max`)
    that is to stand for theirs.
    """

    code = "E452"
    nodes: tuple[str, ...]

    def message(self) -> str:
        """The nodes."""
        shown = ", ".join(f"`{name}`" for name in self.nodes[:5])
        networks = "network is" if len(self.nodes) == 1 else "networks are"
        return f"the answer rests on the noise of {shown}, whose {networks} not at hand"

    def help(self) -> str:
        return "ask the run, or name a noise model that stands for theirs: `threshold` or `gumbel-max`"


class TooManyForGumbel(Diagnostic):
    """Three worlds or more under the Gumbel-max noise model.

    ## What it means

    For a node of three or more values the Gumbel-max model has a closed form for two worlds that
    give the node different parents; this query has more.

    ## Example

    ```console
    $ scmc query --noise-model gumbel-max "P(Hair[Male=0, Young=0]=gray, Hair[Male=0, Young=1]=gray, Hair[Male=1, Young=0]=gray)" --run runs/hair-1
    error[E453]: `Hair` differs in 3 worlds; the Gumbel-max model is answered for two
     --> query:1:1
      |
    1 | P(Hair[Male=0, Young=0]=gray, Hair[Male=0, Young=1]=gray, Hair[Male=1, Young=0]=gray)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: take the threshold model, or compare two worlds at a time
    ```

    ## What to do

    Take the threshold model, which has no such limit, or compare two worlds at a time.
    """

    code = "E453"
    node: str
    worlds: int

    def message(self) -> str:
        """The node and the number of its worlds."""
        return (
            f"`{self.node}` differs in {self.worlds} worlds; "
            "the Gumbel-max model is answered for two"
        )

    def help(self) -> str:
        """What to do."""
        return "take the threshold model, or compare two worlds at a time"


class ImpossibleUnderNoise(Diagnostic):
    """Evidence over several worlds that the noise model excludes.

    ## What it means

    The evidence is about more than one world, and the noise model says that no unit fits it.
    Other noise models may allow it: the threshold model, for one, knows no unit whom a cause
    moves against its general direction.

    ## Example

    ```console
    $ scmc query "P(Young=1 | Bald[Male=0]=1, Bald[Male=1]=0)"
    error[E455]: no unit fits `Bald[Male=0]=1, Bald[Male=1]=0` under this noise model
     --> query:1:1
      |
    1 | P(Young=1 | Bald[Male=0]=1, Bald[Male=1]=0)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: no noise model with a name allows it; under any that does, `P(Young=1 | Bald[Male=0]=1, Bald[Male=1]=0)` is in [0.0000, 1.0000]
    ```

    ## What to do

    Read the answer as the interval: it is what the noise models that allow the evidence can say.
    If one with a name allows it, ask with `--noise-model`. Evidence of one world is judged alike
    by all.
    """

    code = "E455"
    evidence: str
    query: str
    ends: tuple[float, float] | None = None
    allowing: tuple[str, ...] = ()

    def message(self) -> str:
        """The evidence."""
        return f"no unit fits `{self.evidence}` under this noise model"

    def help(self) -> str:
        """Which models allow it, and what they say."""
        named = " and ".join(f"`--noise-model {name}`" for name in self.allowing)
        plural = "s" if len(self.allowing) == 1 else ""
        found = f"{named} allow{plural} it" if named else "no noise model with a name allows it"
        if self.ends is None:
            return found if named else f"{found}, but others may"
        low, high = self.ends
        what = f"is {low:.4f}" if high - low < 1e-12 else f"is in [{low:.4f}, {high:.4f}]"
        return f"{found}; under any that does, `{self.query}` {what}"


class GuessedWorlds(Diagnostic):
    """A counterfactual that rests in part on parent configurations that the data do not hold.

    ## What it means

    Where the training data have no row with some configuration of a node's parents, its table
    holds a guess. The number is the share of the units, among those that fit the evidence, that
    meet such a row in one of the query's worlds; it is counted with the model's own guesses. The
    bounds beside the answer hold for every noise model, but not for other guesses; the interval of
    the warning holds whatever is true in those rows, and for every noise model.

    ## Example

    ```console
    $ scmc query "P(Smiling[Bald=1]=1 | Male=0, Bald=0)" --run runs/celeba_cg1-1
    rung 3 (counterfactual), identified, exact on the fitted tables but for guesses, 17 ms
    P(Smiling[Bald=1]=1 | Male=0, Bald=0) = 0.70913, 95 % [0.450, 0.890] from 202,599 rows
    warning[W450]: 0.84% of the units in question meet `Mustache`, `Smiling` with parents never seen
      = help: it can be anything in [0.7051, 0.7135]
    ```

    ## What to do

    Read the answer as the interval. `scmc check --data` lists the missing configurations.
    """

    code = "W450"
    share: float
    nodes: tuple[str, ...]
    width: float
    low: float | None = None
    high: float | None = None

    def message(self) -> str:
        """The share and the nodes concerned."""
        shown = ", ".join(f"`{name}`" for name in self.nodes[:5])
        more = f" and {len(self.nodes) - 5} more" if len(self.nodes) > 5 else ""
        return (
            f"{self.share:.2%} of the units in question meet {shown}{more} with parents never seen"
        )

    def help(self) -> str:
        """What the answer could be."""
        if self.low is None or self.high is None:
            return f"each probability can be off by at most {self.width:.4f}"
        return f"it can be anything in [{self.low:.4f}, {self.high:.4f}]"


class NoNoiseFits(Diagnostic):
    """A label whose value no draw of its network's noise explains.

    ## What it means

    The noise of a network has no closed form. It is drawn many times, and of these draws those are
    kept that give the value which the unit has. For a value that is very rare under the unit's
    parents there may be none among them.

    ## Example

    ```console
    $ scmc sample "do(Male=0)" --of :0 --units "given(Mustache=1)" -o units.csv
    error[E835]: none of the draws of the noise of `Mustache` gives the value `1` that a unit has
      = help: take other units, or `--noise-model threshold`
    ```

    ## What to do

    Choose other units (another seed, or evidence with `--units`), or answer under a noise model
    with a closed form: `--noise-model threshold`.
    """

    code = "E835"

    node: str
    value: str

    def message(self) -> str:
        """The label and the value."""
        draws = f"none of the draws of the noise of `{self.node}`"
        return f"{draws} gives the value `{self.value}` that a unit has"

    def help(self) -> str:
        """What to do."""
        return "take other units, or `--noise-model threshold`"
