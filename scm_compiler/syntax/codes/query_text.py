"""E40x: reading a query."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class QuerySyntax(Diagnostic):
    """A query that does not fit the grammar.

    ## What it means

    The text is not a query. The caret is under the first piece that does not fit; the message
    says what could stand there.

    ## Example

    ```console
    $ scmc query "P(Male==1 | do(Mustache=1))"
    error[E401]: found `==` where `=`, `[`, `,`, `|` or `)` was expected
     --> query:1:7
      |
    1 | P(Male==1 | do(Mustache=1))
      |       ^^
      = help: values are written with one `=`: `Y=1`
    ```

    ## What to do

    Write one of the forms: `P(A=1 | B=1)`, `P(A > 1 or B=1 | do(C=1))`, `P(A, B | do(C))`,
    `P(..) - P(..)`, `P(..) / P(..)`, `E(A | do(B=1))`, `Var(A | B=1)`, `ATE(B -> A)` or `ATT`, `NDE`,
    `NIE`, `CDE(B -> A, M=1)`, `argmax(A, B | C=1)`, or a regime: `do(A=1), given(B=0)`. All are in
    docs/language.md.
    """

    code = "E401"
    found: str
    expected: str
    hint: str | None = None

    def message(self) -> str:
        """What was found and what was expected."""
        if not self.found and self.expected == "a query":
            return "the query is empty"
        found = f"found `{self.found}`" if self.found else "the query ends"
        return f"{found} where {self.expected} was expected"

    def help(self) -> str:
        """How this mistake is usually mended, else where the forms are."""
        return self.hint or "`scmc explain E401` shows the forms that a question has"


class UnknownFunction(Diagnostic):
    """A function that the query language does not have.

    ## What it means

    A query begins with `P(`, `E(`, `Var(`, `argmax(`, `ATE(` or another effect, `do(` or `given(`.
    Letter case counts.

    ## Example

    ```console
    $ scmc query "Prob(Male=1)"
    error[E402]: there is no function `Prob`
     --> query:1:1
      |
    1 | Prob(Male=1)
      | ^^^^
      = help: did you mean `P`?
    ```

    ## What to do

    Use `P` for probabilities, `E` for expectations, `ATE(A -> B)` for the average effect of A
    on B, and `do(...)`, `given(...)` for every label's table at once.
    """

    code = "E402"
    name: str
    suggestion: str | None = None

    def message(self) -> str:
        """The unknown name."""
        return f"there is no function `{self.name}`"

    def help(self) -> str:
        """The likely one, or all."""
        if self.suggestion:
            return f"did you mean `{self.suggestion}`?"
        return "a query begins with `P(`, `E(`, `ATE(`, `do(` or `given(`"


class ReservedInQuery(Diagnostic):
    """A reserved word where a node's name belongs.

    ## What it means

    `P`, `E`, `ATE`, `do`, `given`, `graph`, `assert` and `identified` have a meaning of their
    own. A node of that name is written in double quotes.

    ## Example

    ```console
    $ scmc query "P(E=high)"
    error[E403]: `E` is a reserved word
     --> query:1:3
      |
    1 | P(E=high)
      |   ^
      = help: a node of that name is written `"E"`
    ```

    ## What to do

    Quote the name: `P("E"=high)`.
    """

    code = "E403"
    word: str

    def message(self) -> str:
        """The word."""
        return f"`{self.word}` is a reserved word"

    def help(self) -> str:
        """The quoted form."""
        return f'a node of that name is written `"{self.word}"`'


class QueryTooLong(Diagnostic):
    """A query beyond any sensible size.

    ## What it means

    The text has more characters, or its brackets are nested deeper, than a query may have.

    ## Example

    ```console
    $ scmc query "P($(seq -s , 20000))"
    error[E404]: the query has 108896 characters; the limit is 20000
     --> query
      = help: ask in several queries
    ```

    ## What to do

    Check that the right text was passed. Ask large questions in several queries.
    """

    code = "E404"
    what: str
    limit: int

    def message(self) -> str:
        """The size and the limit."""
        return f"the query has {self.what}; the limit is {self.limit}"

    def help(self) -> str:
        """What to do."""
        return "ask in several queries"
