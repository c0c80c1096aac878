"""E642: drawing on a cluster."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class RayMissing(Diagnostic):
    """Ray is not installed.

    ## What it means

    `--on ray` has the workers of a Ray cluster draw the parts of a sample. The package `ray` does
    not come with scmc.

    ## Example

    ```console
    $ scmc sample --run drawn_faces -n 100 -o "faces-{0..3}.tar" --on ray
    error[E642]: Ray is not installed
      = help: `pip install ray`, here and on the workers; or draw parts with `--shard 1/4`
    ```

    ## What to do

    Install `ray` where the command runs and on the workers, or use `--shard I/N` with any other
    scheduler.
    """

    code = "E642"

    def message(self) -> str:
        return "Ray is not installed"

    def help(self) -> str:
        return "`pip install ray`, here and on the workers; or draw parts with `--shard 1/4`"
