"""Codes of pictures and shipped examples: E8xx."""

from dataclasses import dataclass
from typing import ClassVar

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E801"

    path: str
    suffixes: tuple[str, ...]

    def message(self) -> str:
        return f"no picture format for `{self.path}`"

    def help(self) -> str:
        return f"the suffix chooses the format; use one of {', '.join(self.suffixes)}"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E802"

    wanted: str

    def message(self) -> str:
        return f"the drawing program `{self.wanted}` is not installed"

    def help(self) -> str:
        if self.wanted == "dot":
            return "install Graphviz, or leave out `--engine dot`"
        return "run `pip install graphviz-pure`, or write a .svg, which needs no program"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E803"

    engine: str
    reason: str

    def message(self) -> str:
        return f"`{self.engine}` could not draw the graph: {self.reason}"

    def help(self) -> str:
        return "write a .svg with `--engine built-in`"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E804"

    def message(self) -> str:
        return "the built-in engine draws .svg only"

    def help(self) -> str:
        return "write a .svg, or leave out `--engine built-in`"


@dataclass(frozen=True, kw_only=True)
class UnknownExample(Diagnostic):
    """No shipped example has this name.

    ## What it means

    `scmc init NAME` copies one of the examples that are shipped with scmc, and none is called so.

    ## Example

    ```console
    $ scmc init celeba
    error[E811]: there is no example `celeba`
      = help: did you mean `celeba_g1`? the examples are celeba_cg1, celeba_g1, celeba_rcg1, drawn_faces, front_door, hair, morpho_digits, napkin, own_kind, sprinkler
    ```

    ## What to do

    `scmc init` without a name lists the examples.
    """

    code: ClassVar[str] = "E811"

    name: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"there is no example `{self.name}`"

    def help(self) -> str:
        near = closest(self.name, self.known)
        known = f"the examples are {', '.join(self.known)}"
        return f"did you mean `{near}`? {known}" if near else known


@dataclass(frozen=True, kw_only=True)
class WouldOverwrite(Diagnostic):
    """Copying the example would overwrite something.

    ## What it means

    `scmc init NAME` makes a folder NAME, and there is already something of that name. Nothing was
    changed.

    ## Example

    ```console
    $ scmc init -q sprinkler
    wrote sprinkler/README.md
    wrote sprinkler/data.csv
    wrote sprinkler/model.scm
    wrote sprinkler/mutilated.svg
    $ scmc init sprinkler
    error[E812]: `sprinkler` exists already, and nothing is overwritten
      = help: name another folder with `--to DIR`
    ```

    ## What to do

    Rename or remove what is there, or name another folder: `scmc init sprinkler --to rain`.
    """

    code: ClassVar[str] = "E812"

    path: str

    def message(self) -> str:
        return f"`{self.path}` exists already, and nothing is overwritten"

    def help(self) -> str:
        return "name another folder with `--to DIR`"
