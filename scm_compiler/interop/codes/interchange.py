"""Importing and exporting: formats, what they hold, and the files and runs that are made."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import one_of


class UnknownFormat(Diagnostic):
    """A file whose format scmc does not know, or cannot use in this direction.

    ## What it means

    The suffix of a file says its format, unless `--format` does. Some formats are only written:
    a Mermaid flowchart is a picture, and pictures are not read back.

    ## Example

    ```console
    $ echo "<smile/>" > rain.smile
    $ scmc import rain.smile
    error[E820]: no format that scmc reads ends like `rain.smile`
      = help: the suffix is .bif, .bifxml, .xmlbif, .xml, .xdsl, .net, .dagitty, .txt, .dot, .gv, .gml, .graphml, .csv, .edges, .edgelist, .tsv, .lavaan, .lav, .dagify, .r or .json, or `--format` names the format
    ```

    ## What to do

    Name the format (`--format dagitty`), or save the graph in one of the formats listed.
    """

    code = "E820"

    path: str
    verb: str
    known: tuple[str, ...]

    def message(self) -> str:
        """The file."""
        return f"no format that scmc {self.verb} ends like `{self.path}`"

    def help(self) -> str:
        """The suffixes."""
        return f"the suffix is {one_of(self.known)}, or `--format` names the format"


class CannotHold(Diagnostic):
    """A graph that says what the format cannot hold and a reader must not miss.

    ## What it means

    Leaving it out would change the claim: a matrix of arrows without the hidden common causes is
    another causal graph. So nothing is written. What is merely lost gets a warning instead (W820).

    ## Example

    ```console
    $ scmc export front_door -o matrix.csv
    error[E827]: an adjacency matrix cannot hold the hidden common cause `Smoking <-> Cancer`
      = help: dagitty, DOT and JSON hold every graph
    ```

    ## What to do

    Use a format that holds it: dagitty, DOT or JSON hold every graph.
    """

    code = "E827"

    form: str
    what: str
    hint: str = "dagitty, DOT and JSON hold every graph"

    def message(self) -> str:
        """The format and what it lacks."""
        return f"{self.form} cannot hold {self.what}"

    def help(self) -> str:
        """Where to."""
        return self.hint


class NotKept(Diagnostic):
    """Something that the format does not keep.

    ## What it means

    The graph is written whole, but something that belongs to it has no place in the format, and
    is not there when the file is read again.

    ## Example

    ```console
    $ scmc export hair -o hair.csv
    warning[W820]: an adjacency matrix does not keep the values of `Hair`

    warning[W820]: an adjacency matrix does not keep what is asserted
    wrote hair.csv
    ```

    ## What to do

    Nothing, if the file is for a program that has no use for it; else choose dagitty, DOT or JSON.
    """

    code = "W820"

    form: str
    what: str

    def message(self) -> str:
        """The format and what is lost."""
        return f"{self.form} does not keep {self.what}"
