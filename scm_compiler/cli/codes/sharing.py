"""E871: a model that is shared."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class SharedFolderTaken(Diagnostic):
    """The folder for a model holds something already.

    ## What it means

    `scmc export RUN --to DIR` makes a folder of its own. It must not exist yet, or be empty, so that
    nothing is overwritten and nothing else is shared with it.

    ## Example

    ```console
    $ mkdir model; echo secret > model/notes.txt
    $ scmc export drawn_faces --to model
    error[E871]: `model` is not empty, and nothing is overwritten
      = help: choose another folder, such as `--to model-2`
    ```

    ## What to do

    Choose another folder, or empty that one.
    """

    code = "E871"

    path: str

    def message(self) -> str:
        return f"`{self.path}` is not empty, and nothing is overwritten"

    def help(self) -> str:
        return f"choose another folder, such as `--to {self.path.rstrip('/')}-2`"
