"""E3xx: the kind of a node, after the colon of a declaration."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import did_you_mean, one_of


class UnknownKind(Diagnostic):
    """A node is declared with a kind that is not registered.

    ## What it means

    After the colon of a declaration stands a kind, which says what values the node takes. Built in
    are `binary`, `categorical(a, b, c)` and `image(channels, height, width)`; installed packages
    may add others.

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
        kinds = one_of(f"`{usage}`" for usage in self.usages)
        return did_you_mean(self.near) or f"a kind is {kinds}"


class WrongKindArguments(Diagnostic):
    """The arguments in the brackets of a kind do not make sense.

    ## What it means

    A kind takes certain arguments: `binary` takes none, `categorical` two or more different
    values, `image` the number of channels (1 or 3), the height and the width. The message says
    what is wrong with those given.

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
