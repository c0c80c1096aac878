"""E1xx of statements: reading a program."""

import unicodedata

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import one_of

_LOOKALIKES = {
    "→": "->",
    "⟶": "->",
    "⇒": "->",
    "←": "<-",
    "↔": "<->",
    "⟷": "<->",
    "⊥": "_||_",
    "⫫": "_||_",
    "∗": "*",
    "“": '"',
    "”": '"',
    "„": '"',
    "：": ":",
    "，": ",",
}


class UnexpectedText(Diagnostic):
    """A statement does not have the form of any statement.

    ## What it means

    scmc read the statement up to the marked place, and what stands there fits nothing that the
    language knows. The message says what could stand there. A statement is one of

    - `graph NAME`
    - `NAMES : KIND`
    - `NAMES -> NAMES`, with `->`, `<-` or `<->`, also as a chain
    - `assert A _||_ B | C` or `assert identified P(Y | do(X))`

    ## Example

    ```scm
    Young Male : binary
    ```

    ## What to do

    Write what is expected. Names in a list have commas between them (`Young, Male`), and a name
    that is not made of letters, digits and `_` stands in double quotes (`"blood pressure"`).
    """

    code = "E101"

    found: str
    expected: tuple[str, ...]
    advice: str | None = None

    def message(self) -> str:
        found = f"`{self.found}`" if self.found else "the end of the statement"
        return f"expected {one_of(self.expected)}, found {found}"

    def label(self) -> str:
        return "does not fit here" if self.found else "something is missing here"

    def help(self) -> str | None:
        return self.advice


class StrayCharacter(Diagnostic):
    """A character that no statement can hold.

    ## What it means

    Outside quotes and comments a program holds names (letters, digits and `_`), numbers, arrows
    and a few signs. The marked character is none of these. Often it came from a document or a
    web page: a typographic arrow, a curly quote, a space that is no plain space.

    ## Example

    ```scm
    Young, Bald : binary
    Young → Bald
    ```

    ## What to do

    Type the plain form (`->`, `<-`, `<->`, `"`), or put a name that holds such a character in
    double quotes.
    """

    code = "E102"

    character: str
    comment: bool = False

    @property
    def plain(self) -> str | None:
        """What is typed in its place, if it looks like a sign of the language."""
        return _LOOKALIKES.get(self.character)

    def message(self) -> str:
        return f"the character {self._described} cannot stand here"

    @property
    def _described(self) -> str:
        point = f"U+{ord(self.character):04X}"
        name = unicodedata.name(self.character, "").lower()
        if self.character.isprintable():
            return f"`{self.character}` ({point})"
        return f"{point} ({name})" if name else point

    def help(self) -> str | None:
        if self.comment:
            return "a comment begins with `#`"
        if self.plain is not None:
            return f"write `{self.plain}`"
        if self.character.isspace() or not self.character.isprintable():
            return "delete it, or type a plain space"
        return "a name that holds other signs than letters, digits and `_` needs double quotes"


class UnclosedBracket(Diagnostic):
    """A bracket is opened and never closed.

    ## What it means

    Inside `(` and `{` a statement goes on over the ends of lines, so a bracket that is not
    closed would swallow what follows. scmc marks the bracket that has no partner and reads on
    where the next statement seems to begin.

    ## Example

    ```scm
    Face : image(3, 64, 64
    Young : binary
    ```

    ## What to do

    Add the missing `)` or `}`.
    """

    code = "E103"

    bracket: str

    def message(self) -> str:
        return f"the bracket `{self.bracket}` is never closed"

    def label(self) -> str:
        return "opened here"

    def help(self) -> str | None:
        return f"add `{ {'(': ')', '{': '}', '[': ']'}[self.bracket] }`"


class UnclosedQuote(Diagnostic):
    """A quoted name has no closing quote.

    ## What it means

    A name in double quotes ends on the line where it begins. The marked quote has no partner on
    its line.

    ## Example

    ```scm
    "blood pressure : binary
    ```

    ## What to do

    Add the closing `"`. A name cannot hold a double quote itself.
    """

    code = "E104"

    def message(self) -> str:
        return "the quote is not closed on its line"

    def label(self) -> str:
        return "opened here"

    def help(self) -> str | None:
        return 'end the name with `"`'


class ReservedName(Diagnostic):
    """A reserved word stands where a name belongs.

    ## What it means

    `graph`, `assert`, `identified`, `do`, `given`, `P`, `E` and `ATE` have a meaning of their own
    in programs or queries. As the name of a node each of them needs double quotes, everywhere.

    ## Example

    ```scm
    A, P : binary
    A -> P
    ```

    ## What to do

    Put the name in double quotes (`"P"`), or choose another.
    """

    code = "E105"

    word: str

    def message(self) -> str:
        return f"`{self.word}` is a reserved word, not a name"

    def label(self) -> str:
        return "a name belongs here"

    def help(self) -> str | None:
        return f'as a name it needs double quotes: `"{self.word}"`'


class BadName(Diagnostic):
    """A quoted name that nobody could read.

    ## What it means

    A name in quotes is empty, or only space, or holds a character that cannot be printed, such as
    a tab or an invisible mark. Such names could not be told apart in a table or a picture.

    ## Example

    ```scm
    "" : binary
    ```

    ## What to do

    Give the node a name of characters that can be seen.
    """

    code = "E106"

    name: str

    def message(self) -> str:
        if not self.name.strip():
            return "a name cannot be empty"
        hidden = next(c for c in self.name if not c.isprintable())
        return f"a name cannot hold the unprintable character U+{ord(hidden):04X}"

    def label(self) -> str:
        return "this name"

    def help(self) -> str:
        if not self.name.strip():
            return "write a name between the quotes"
        return "type the name anew, with characters that can be seen"


class MisplacedStar(Diagnostic):
    """`*` stands where nodes are named one by one.

    ## What it means

    `*` means every label, and it may stand on a side of an arrow. A declaration makes nodes, and
    an assertion is about chosen ones, so both name each node.

    ## Example

    ```scm
    * : binary
    ```

    ## What to do

    Write the names, with commas between them.
    """

    code = "E107"

    where: str

    def message(self) -> str:
        return f"`*` cannot stand in {_article(self.where)}"

    def label(self) -> str:
        return "name the nodes here"

    def help(self) -> str | None:
        return "`*` means every label and belongs beside an arrow: `* -> Face`"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


class TooManyErrors(Diagnostic):
    """So many statements are wrong that scmc stopped reading.

    ## What it means

    After a hundred statements that cannot be read, the file is unlikely to be a program, and more
    messages would help nobody. What stands further down has not been looked at.

    ## Example

    ```console
    $ seq 1000 > numbers.scm
    $ scmc check numbers.scm 2>&1 | tail -7
    error[E111]: stopped after 100 statements that cannot be read
        --> numbers.scm:1001:1
         |
    1001 |
         | ^ nothing from here on was read
      = help: mend the first ones and check again
    numbers.scm: 101 errors
    ```

    ## What to do

    Mend the first errors and check again, or check whether it is the right file.
    """

    code = "E111"

    count: int

    def message(self) -> str:
        return f"stopped after {self.count} statements that cannot be read"

    def label(self) -> str:
        return "nothing from here on was read"

    def help(self) -> str | None:
        return "mend the first ones and check again"


class StatementTooLong(Diagnostic):
    """One statement goes on for hundreds of thousands of words.

    ## What it means

    No statement of a real program is so long. Most often the file is data, not a program, or a
    bracket or a comma at the end of a line makes everything after it one statement. scmc stops
    reading there.

    ## Example

    ```console
    $ python -c "print('A,' * 300000)" > long.scm
    $ scmc check long.scm
    error[E112]: a statement of more than 500,000 words and signs
     --> long.scm:1:1
      |
    1 | A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,
      | ^ it begins here, and nothing after was read
      = help: is it the right file? else declare the nodes in several statements
    long.scm: 1 error
    ```

    ## What to do

    Check whether it is the right file, or declare the nodes in several statements.
    """

    code = "E112"

    limit: int

    def message(self) -> str:
        return f"a statement of more than {self.limit:,} words and signs"

    def label(self) -> str:
        return "it begins here, and nothing after was read"

    def help(self) -> str:
        return "is it the right file? else declare the nodes in several statements"
