"""E3xx: the kind of a node, after the colon of a declaration."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import did_you_mean, one_of
from scm_compiler.semantics.codes.names import written


class UnknownKind(Diagnostic):
    """A node is declared with a kind that is not registered.

    ## What it means

    After the colon of a declaration stands a kind, which says what values the node takes. Built in
    are `binary`, `categorical(a, b, c)`, `ordinal(low, mid, high)`, `binned(30, 50)`, `real` and
    `image(channels, height, width)`; installed packages may add others. Of what other programs
    call a kind, such as `continuous` or `boolean`, the help line says what it is here.

    ## Example

    ```scm
    Young : binry
    ```

    ## What to do

    Choose a kind that exists. If a package should provide it, check that the package is installed.
    """

    code = "E301"

    name: str
    usages: tuple[str, ...]
    near: str | None = None

    def message(self) -> str:
        return f"there is no node kind `{self.name}`"

    def label(self) -> str:
        return "not a known kind"

    def help(self) -> str | None:
        usual = _ELSEWHERE.get(self.name.casefold())
        if usual is not None:
            return f"did you mean {usual}?"
        kinds = one_of(f"`{usage}`" for usage in self.usages)
        return did_you_mean(self.near) or f"a kind is {kinds}"


_REAL = "`real`, or `real(low, high)` between two ends"
_WHOLE = "`real`, or `ordinal(0, 1, 2)` for a few whole numbers"
_NAMES = "`categorical(a, b, c)`, with the names of the values"
_ORDER = "`ordinal(low, mid, high)`, with the names of the values in their order"
_ELSEWHERE = {
    **dict.fromkeys(("continuous", "float", "double", "numeric", "number", "num"), _REAL),
    **dict.fromkeys(("gaussian", "normal", "decimal"), _REAL),
    **dict.fromkeys(("integer", "int", "count"), _WHOLE),
    **dict.fromkeys(("bool", "boolean", "logical", "bernoulli"), "`binary`"),
    **dict.fromkeys(("factor", "nominal", "discrete", "enum", "string", "str"), _NAMES),
    **dict.fromkeys(("ordered", "rank", "level", "levels"), _ORDER),
    **dict.fromkeys(("interval", "bins", "cut"), "`binned(30, 50)`, with the cuts"),
}
"""What other programs call a kind, and what it is here."""


class WrongKindArguments(Diagnostic):
    """The arguments in the brackets of a kind do not make sense.

    ## What it means

    A kind takes certain arguments: `binary` takes none, `categorical` and `ordinal` two or more
    different values, `binned` numbers that grow, `real` none or two ends (`inf` for none), `image`
    the number of channels (1 or 3), the height and the width. The message says what is wrong with
    those given.

    ## Example

    ```scm
    Young : binary
    Face  : image(3, 64)
    Young -> Face
    ```

    ## What to do

    Write the kind as the help line shows it.
    """

    code = "E302"

    kind: str
    usage: str
    reason: str

    def message(self) -> str:
        return f"wrong arguments of `{self.kind}`: {self.reason}"

    def label(self) -> str:
        return "in these arguments"

    def help(self) -> str | None:
        return f"write `{self.usage}`"


class RealNotCompiled(Diagnostic):
    r"""A graph with real nodes is to have the mechanisms of the paper's label models.

    ## What it means

    `--mechanisms implicit` are networks that make a label of its parents and of several numbers of
    noise. A real node is made of one number of noise, by the inverse of its distribution function.

    ## Example

    ```console
    $ printf 'Age : real(0, 120)\nIll : binary\nAge -> Ill\n' > ill.scm
    $ scmc compile ill.scm --mechanisms implicit
    error[E303]: `Age` is real, and implicit mechanisms are of labels alone
      = help: leave `--mechanisms` out, or cut it into classes: `Age : binned(30, 60)`
    ```

    ## What to do

    Leave `--mechanisms` out. Or declare the node as `binned(30, 60)`, with cuts that fit: it takes the
    same column of numbers.
    """

    code = "E303"

    names: tuple[str, ...]

    def message(self) -> str:
        named = ", ".join(f"`{name}`" for name in self.names[:4])
        more = f" and {len(self.names) - 4} more" if len(self.names) > 4 else ""
        verb = "is" if len(self.names) == 1 else "are"
        return f"{named}{more} {verb} real, and implicit mechanisms are of labels alone"

    def help(self) -> str:
        name = written(self.names[0])
        return f"leave `--mechanisms` out, or cut it into classes: `{name} : binned(30, 60)`"


class RealNotAnswered(Diagnostic):
    r"""A question is resolved against a graph whose real nodes it names.

    ## What it means

    Questions about real nodes are answered by a trained run: `scmc query` and `run.query`. Values
    that are indices, which other parts of the library resolve a question to, real nodes do not have.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nAge -> Ill\n' > age.scm
    $ python -c "import scm_compiler as scm; from scm_compiler.semantics.query import read_query; read_query('P(Age)', scm.load('age.scm'))" 2>&1 | tail -6
    scm_compiler.diagnostics.report.ScmError: error[E304]: `Age` is real, and questions about its numbers are put to a trained run
     --> query:1:3
      |
    1 | P(Age)
      |   ^^^
      = help: `--identify` says whether it is identified; `scmc query` asks a run
    ```

    ## What to do

    Train the graph and ask the run, or ask with `--identify` what follows from the graph alone.
    """

    code = "E304"

    node: str

    def message(self) -> str:
        return f"`{self.node}` is real, and questions about its numbers are put to a trained run"

    def help(self) -> str:
        return "`--identify` says whether it is identified; `scmc query` asks a run"
