"""Codes of graphs in files of JSON."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class BadGraphFile(Diagnostic):
    """A file does not hold a compiled graph.

    ## What it means

    `graph.json` of a build or run is not JSON, lacks something, is of a newer version, or
    describes what no program compiles to (a cycle, say).

    ## Example

    With the edge `Eyeglasses -> Young` added to `graph.json`, and the file's hash in `manifest.json` set right:

    ```console
    $ scmc verify build/celeba_g1
    error[E504]: `build/celeba_g1/graph.json` is not a compiled graph: the graph has a cycle
      = help: compile the program again; if a newer scmc wrote it, update scmc
    ```

    ## What to do

    Compile the program again; with a newer version, update scmc.
    """

    code = "E504"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not a compiled graph: {self.reason}"

    def help(self) -> str:
        return "compile the program again; if a newer scmc wrote it, update scmc"


class GraphEdited(Diagnostic):
    """A compiled graph is not the one whose hash it holds.

    ## What it means

    The hash of a graph covers its nodes, kinds, edges and hidden common causes. The file was
    edited after scmc wrote it, so what else was made from the graph (weights, certificate,
    source) belongs to another causal claim.

    ## Example

    With the edge from `Young` to `Eyeglasses` deleted in `graph.json`, and the file's hash in `manifest.json` set right:

    ```console
    $ scmc verify build/celeba_g1
    error[E505]: the graph in `build/celeba_g1/graph.json` was edited
      = help: it says hash 824a081302ca but has f51f227ad3d8; compile again
    ```

    ## What to do

    Edit the `.scm` program and compile it again.
    """

    code = "E505"

    path: str
    stored: str
    found: str

    def message(self) -> str:
        return f"the graph in `{self.path}` was edited"

    def help(self) -> str:
        return f"it says hash {self.stored[:12]} but has {self.found[:12]}; compile again"
