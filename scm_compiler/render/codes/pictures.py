"""Codes of pictures and shipped examples: E8xx."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class UnknownSuffix(Diagnostic):
    """The suffix of the picture's file names no format.

    ## What it means

    `scmc render` and the functions of `scm_compiler.render` choose the format by the suffix of
    the file to write, and there is none for this suffix.

    ## Example

    ```console
    $ scmc render sprinkler -o sprinkler.pdf
    error[E801]: no picture format for `sprinkler.pdf`
      = help: the suffix chooses the format; use one of .svg, .png, .dot, .gv, .mmd, .mermaid
    ```

    ## What to do

    Use one of `.svg`, `.png`, `.dot` (or `.gv`), `.mmd` (or `.mermaid`). For another format, write
    `.dot` and convert it with a full Graphviz: `dot -Tpdf model.dot -o model.pdf`.
    """

    code = "E801"

    path: str
    suffixes: tuple[str, ...]

    def message(self) -> str:
        return f"no picture format for `{self.path}`"

    def help(self) -> str:
        return f"the suffix chooses the format; use one of {', '.join(self.suffixes)}"


class EngineMissing(Diagnostic):
    """No Graphviz program is there to make the picture.

    ## What it means

    A PNG is painted by Graphviz: by the program `graphviz-pure`, which is installed together with
    scmc, or by a system `dot`. Neither was found beside this Python or on the search path, or the
    one asked for with `--engine` was not. SVG, DOT and Mermaid need neither.

    ## Example

    ```console
    $ scmc render sprinkler --engine dot -o sprinkler.png
    error[E802]: the drawing program `dot` is not installed
      = help: install Graphviz, or leave out `--engine dot`
    ```

    ## What to do

    `pip install graphviz-pure` (a self-contained wheel), or install Graphviz from your system's
    packages. Or write `.svg`, which the built-in layout can draw.
    """

    code = "E802"

    wanted: str

    def message(self) -> str:
        return f"the drawing program `{self.wanted}` is not installed"

    def help(self) -> str:
        if self.wanted == "dot":
            return "install Graphviz, or leave out `--engine dot`"
        return "run `pip install graphviz-pure`, or write a .svg, which needs no program"


class EngineFailed(Diagnostic):
    """The Graphviz program ended with an error or took too long.

    ## What it means

    The program that lays out the picture did not finish. Very large graphs are the usual reason.

    ## Example

    ```console
    $ scmc render sprinkler --engine dot -o sprinkler.png
    error[E803]: `dot` could not draw the graph: dot: out of memory
      = help: write a .svg with `--engine built-in`
    ```

    ## What to do

    Use the built-in layout, which is quick on large graphs: `--engine built-in` with a `.svg`.
    """

    code = "E803"

    engine: str
    reason: str

    def message(self) -> str:
        return f"`{self.engine}` could not draw the graph: {self.reason}"

    def help(self) -> str:
        return "write a .svg with `--engine built-in`"


class OnlySvg(Diagnostic):
    """The built-in layout cannot paint a PNG.

    ## What it means

    `--engine built-in` draws without Graphviz, and it writes SVG alone: the pixels of a PNG are
    painted by Graphviz.

    ## Example

    ```console
    $ scmc render sprinkler --engine built-in -o sprinkler.png
    error[E804]: the built-in engine draws .svg only
      = help: write a .svg, or leave out `--engine built-in`
    ```

    ## What to do

    Write a `.svg`, or leave out `--engine built-in`.
    """

    code = "E804"

    def message(self) -> str:
        return "the built-in engine draws .svg only"

    def help(self) -> str:
        return "write a .svg, or leave out `--engine built-in`"
