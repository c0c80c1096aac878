"""E7xx, W641: training."""

import shlex

from scm_compiler.diagnostics.diagnostic import Diagnostic


class TrainingDiverged(Diagnostic):
    """Training ended in numbers that are not finite.

    ## What it means

    A loss or a weight became infinite or NaN. The command ends with exit code 4; the run keeps the
    weights of the last checkpoint before that, and its manifest says `diverged`.

    ## Example

    ```console
    $ scmc train -q faces.scm --stage labels --trainer wgan-gp --steps 20
    error[E702]: training diverged after step 3: the losses or weights are not finite
      = help: the weights of step 0 were kept; try another `--seed`
    ```

    ## What to do

    Try another `--seed`, or `--preset default`. If the same happens on shipped data with a preset,
    it is a bug worth reporting.
    """

    code = "E702"

    step: int
    kept: int
    reason: str

    def message(self) -> str:
        return f"training diverged after step {self.step:,}: {self.reason}"

    def help(self) -> str:
        return f"the weights of step {self.kept:,} were kept; try another `--seed`"


class NothingToTrain(Diagnostic):
    """The graph has no labels.

    ## What it means

    Training fits the labels of a graph; images are drawn given labels. This graph declares none.

    ## Example

    ```scm title="alone.scm"
    graph alone
    Face : image(3, 64, 64)
    ```

    ```console
    $ scmc train alone.scm
    error[E703]: the graph `alone` has no labels to train
      = help: declare the labels that cause the image
    ```

    ## What to do

    Declare the labels that cause the image.
    """

    code = "E703"

    name: str

    def message(self) -> str:
        return f"the graph `{self.name}` has no labels to train"

    def help(self) -> str:
        return "declare the labels that cause the image"


class NothingToResume(Diagnostic):
    """There is no training to go on with.

    ## What it means

    `--resume` goes on with a run that was interrupted or ended by its time budget. This run's
    training diverged (going on would diverge again), or it is at its end.

    ## Example

    ```console
    $ scmc train --resume
    resuming runs/celeba_g1-1 with mle, seed 0
    error[E705]: `runs/celeba_g1-1` cannot be resumed: its training is complete
      = help: leave out `--resume` to start a new run
    ```

    ## What to do

    Start a new run: leave out `--resume`.
    """

    code = "E705"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` cannot be resumed: {self.reason}"

    def help(self) -> str:
        return "leave out `--resume` to start a new run"


class FarFromDone(Diagnostic):
    """The budget ended the training of an image long before its pictures show anything.

    ## What it means

    How many steps fit into a budget depends on the machine, and on what else runs there: a program
    that keeps the cores busy slows a training down many times. After so few steps the pictures of
    a head are hardly more than coloured noise. The run is sound, and its training can go on.

    ## Example

    ```console
    $ scmc train -q faces.scm --images drawn-faces:100 --budget 1s 2>&1 | grep W641 | cut -d : -f 1,2
    warning[W641]: `Face` is far from done
    ```

    ## What to do

    Give `--resume` a larger `--budget`; declare a smaller image; or let the other programs end
    first.
    """

    code = "W641"

    node: str
    steps: int
    wanted: int
    run: str

    def message(self) -> str:
        done = f"the budget bought {self.steps:,} of about {self.wanted:,} steps"
        return f"`{self.node}` is far from done: {done}"

    def help(self) -> str:
        command = f"scmc train --resume --run {shlex.quote(self.run)} --budget 30m"
        return f"go on with more time: `{command}`, on a machine with less to do"
