"""What is found in GML, GraphML, XMLBIF, GeNIe's and Hugin's files."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class TreeSyntax(Diagnostic):
    """A GML, GraphML, XMLBIF, GeNIe or Hugin file that cannot be read at the marked place.

    ## What it means

    These formats are trees of named parts. The message says what was expected where the caret
    points; a file that was cut short ends in the middle of a part. In XML, entities that a file
    declares itself are not read: a few lines of them grow to gigabytes.

    ## Example

    ```console
    $ echo 'graph [ directed 1 node [ id 0 label "A" ] edge [ source 0 target 1 ] ]' > half.gml
    $ scmc import half.gml
    error[E837]: this GML cannot be read: expected the `id` of a node, found `1`
     --> half.gml:1:44
      |
    1 | graph [ directed 1 node [ id 0 label "A" ] edge [ source 0 target 1 ] ]
      |                                            ^^^^
      = help: save it again with the program that wrote it, or correct this place
    ```

    ## What to do

    Compare the place with a file that another program writes, or save the file again.
    """

    code = "E837"

    form: str
    expected: str
    found: str

    def message(self) -> str:
        """What was expected and what stands there."""
        found = f"`{self.found[:40]}`" if self.found else "nothing of the kind"
        return f"this {self.form} cannot be read: expected {self.expected}, found {found}"

    def help(self) -> str:
        return "save it again with the program that wrote it, or correct this place"


class NoTableNode(Diagnostic):
    """A node of a network that has no table of probabilities.

    ## What it means

    GeNIe and Hugin have nodes that a causal graph has not, or that scmc does not read: decisions,
    utilities, equations, continuous nodes, noisy-or and noisy-max gates, tables by a formula.

    ## Example

    ```text title="shop.net"
    net { }
    decision price { states = ("low" "high"); }
    node sale { states = ("no" "yes"); }
    potential (sale | price) { data = ((0.3 0.7)(0.8 0.2)); }
    ```

    ```console
    $ scmc import shop.net
    error[E838]: `price` is a `decision`, which has no table of probabilities
     --> shop.net:2:10
      |
    2 | decision price { states = ("low" "high"); }
      |          ^^^^^
      = help: turn it into a chance node with a table, or take it out
    ```

    ## What to do

    Turn it into a chance node with a table in the program that wrote the file: GeNIe changes the type of
    a node in its properties, Hugin compiles formulas to tables. Or take it out.
    """

    code = "E838"

    name: str
    sort: str

    def message(self) -> str:
        """The node and what it is."""
        return f"`{self.name[:40]}` is a `{self.sort[:40]}`, which has no table of probabilities"

    def help(self) -> str:
        """What to do."""
        return "turn it into a chance node with a table, or take it out"
