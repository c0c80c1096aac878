"""Codes of `scmc init`."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest


class UnknownExample(Diagnostic):
    """No shipped example has this name.

    ## What it means

    `scmc init NAME` copies one of the examples that are shipped with scmc, and none is called so.

    ## Example

    ```console
    $ scmc init celeba
    error[E811]: there is no example `celeba`
      = help: did you mean `celeba_g1`? the examples are celeba_beard, celeba_cg1, celeba_g1, celeba_rcg1, celeba_smile, dose, drawn_faces, front_door, hair, morpho_digits, napkin, nsw, own_kind, pendulum, sprinkler, triangle
    ```

    ## What to do

    `scmc init` without a name lists the examples.
    """

    code = "E811"

    name: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"there is no example `{self.name}`"

    def help(self) -> str:
        near = closest(self.name, self.known)
        known = f"the examples are {', '.join(self.known)}"
        return f"did you mean `{near}`? {known}" if near else known


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

    code = "E812"

    path: str

    def message(self) -> str:
        return f"`{self.path}` exists already, and nothing is overwritten"

    def help(self) -> str:
        return "name another folder with `--to DIR`"
