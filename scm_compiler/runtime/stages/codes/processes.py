"""E721 to E723: processes that end, and memory that does."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class TeamEnded(Diagnostic):
    """Another of the processes that train together has ended.

    ## What it means

    The processes of `--devices N` take every step together, and one of them was killed or cannot
    be reached any more: the memory was full, somebody ended it, a machine or a network failed.
    What was trained up to the last checkpoint is kept.

    ## Example

    ```console
    $ scmc train -q faces.scm --images drawn-faces:100 --steps 10 --device cpu --devices 2
    error[E721]: another process of the team ended while `runs/faces-1` was trained
      = help: `scmc train --resume --devices 2` goes on from the last checkpoint
    ```

    ## What to do

    Go on with `--resume`. If it happens again, look for the first message of the other process,
    and try fewer processes or a smaller batch.
    """

    code = "E721"

    path: str
    processes: int

    def message(self) -> str:
        return f"another process of the team ended while `{self.path}` was trained"

    def help(self) -> str:
        return f"`scmc train --resume --devices {self.processes}` goes on from the last checkpoint"


class MemoryFull(Diagnostic):
    """A head does not fit into the memory.

    ## What it means

    The networks, their gradients and a batch of images need more memory than the device has left.
    What was trained up to the last checkpoint is kept.

    ## Example

    ```console
    $ scmc train -q faces.scm --images drawn-faces:100 --option batch=4096 --device cpu --precision float32
    error[E723]: training `Face` needs more memory than the device `cpu` has left
      = help: `--option batch=2048` needs about half; so does a smaller `--option width`
    ```

    ## What to do

    Choose a smaller batch or width, or end what else fills the memory.
    """

    code = "E723"

    image: str
    device: str
    batch: int | None

    def message(self) -> str:
        return (
            f"training `{self.image}` needs more memory than the device `{self.device}` has left"
        )

    def help(self) -> str:
        if self.batch is None:
            return "smaller options of its head need less"
        half = max(2, self.batch // 2)
        return f"`--option batch={half}` needs about half; so does a smaller `--option width`"
