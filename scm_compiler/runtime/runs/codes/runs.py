"""E65x: run folders, weights and what is written to disk."""

import shlex

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean


class HeadNotTrained(Diagnostic):
    """The run has no trained head for the image that is asked for.

    ## What it means

    Labels and images are trained in two stages, and images can only be drawn once the head of
    their node is trained. Rows of labels can be drawn without.

    ## Example

    ```console
    $ scmc sample "do(Mustache=1)" -n 10 -o faces.png
    error[E710]: `runs/celeba_g1-1` has no trained image head
      = help: `scmc train --run runs/celeba_g1-1 --stage images` trains it
    ```

    ## What to do

    Train the images of that run, or name a run whose images are trained with `--run`.
    """

    code = "E710"

    path: str
    node: str | None = None
    images: tuple[str, ...] = ()

    def message(self) -> str:
        what = f"trained head for the image `{self.node}`" if self.node else "trained image head"
        return f"`{self.path}` has no {what}"

    def help(self) -> str:
        if not self.images:
            return "the graph of this run has no image: declare one, such as `image(3, 32, 32)`"
        if self.node is not None and self.node not in self.images:
            near = did_you_mean(closest(self.node, self.images))
            return near or f"its images are {', '.join(f'`{name}`' for name in self.images)}"
        return f"`scmc train --run {shlex.quote(self.path)} --stage images` trains it"


class HiddenNotEven(Diagnostic):
    """A hidden common cause in a BIF file whose states are not equally likely.

    ## What it means

    A run realises a hidden common cause as one uniform number, cut into equally likely states, the
    same number of them for each. The file has other ones, so that its tables cannot become the
    mechanisms of a run; the graph can be imported all the same.

    ## Example

    ```console
    $ scmc export -q runs/front_door-1 -o hidden.bif
    warning[W820]: BIF does not keep names that are no words: `U(Smoking,Cancer)` has another for other programs
    wrote hidden.bif
    $ sed -i "s/table 0.125, 0.125/table 0.1, 0.15/" hidden.bif
    $ scmc import hidden.bif
    error[E831]: the hidden cause `U(Smoking,Cancer)` of `bif:hidden.bif` has not 8 equally likely states
      = help: import the graph alone with `--no-run`
    ```

    ## What to do

    Import the graph alone with `--no-run`, and train it on data.
    """

    code = "E831"

    name: str
    origin: str
    states: int

    def message(self) -> str:
        """Which one."""
        few = f"has not {self.states} equally likely states"
        return f"the hidden cause `{self.name}` of `{self.origin}` {few}"

    def help(self) -> str:
        """What to do."""
        return "import the graph alone with `--no-run`"


class NoRun(Diagnostic):
    """There is no trained model here yet.

    ## What it means

    The command works on a run, the folder that `scmc train` makes, and `runs/` in this folder
    holds none.

    ## Example

    ```console
    $ scmc query "P(Male=1 | do(Mustache=1))"
    error[E650]: there is no run in `runs`
      = help: `scmc train FILE` makes one; `--run DIR` names one elsewhere
    ```

    ## What to do

    Train first, or go to the folder where you trained, or name the run: `--run DIR`.
    """

    code = "E650"

    folder: str

    def message(self) -> str:
        return f"there is no run in `{self.folder}`"

    def help(self) -> str:
        return "`scmc train FILE` makes one; `--run DIR` names one elsewhere"


class NotARun(Diagnostic):
    """The path does not lead to a run.

    ## What it means

    A run is a folder with a `manifest.json`, made by `scmc train`. There is nothing at this path,
    or something else.

    ## Example

    ```console
    $ scmc query "P(Male=1)" --run runs/celeba_g1-9
    error[E651]: `runs/celeba_g1-9` is not a run: there is no such folder
      = help: did you mean `runs/celeba_g1-1`?
    ```

    ## What to do

    Correct the path.
    """

    code = "E651"

    path: str
    reason: str
    near: str | None = None

    def message(self) -> str:
        return f"`{self.path}` is not a run: {self.reason}"

    def help(self) -> str:
        return did_you_mean(self.near) or "`scmc train FILE` makes a run, and says its folder"


class FileChanged(Diagnostic):
    """A file of the run is not what was written.

    ## What it means

    The manifest of a run holds the SHA-256 of each of its files, and this file has another: it was
    edited, cut short by a copy, or is missing. Answers from it would not be those of the trained
    model.

    ## Example

    ```console
    $ truncate -s 100 runs/celeba_g1-1/labels.safetensors
    $ scmc query "P(Male=1)"
    error[E652]: `runs/celeba_g1-1/labels.safetensors` was changed after training
      = help: restore the file from a copy of the run, or train again
    ```

    ## What to do

    Copy the run again from where it is whole, or train again.
    """

    code = "E652"

    path: str
    missing: bool = False

    def message(self) -> str:
        what = "is missing" if self.missing else "was changed after training"
        return f"`{self.path}` {what}"

    def help(self) -> str:
        return "restore the file from a copy of the run, or train again"


class RunTooNew(Diagnostic):
    """The run was written by a later version of scmc.

    ## What it means

    The layout of runs has a number, and this run's is higher than this version knows.

    ## Example

    ```console
    $ scmc query "P(Male=1)" --run runs/celeba_g1-1
    error[E655]: `runs/celeba_g1-1` has the run format 2, and this version of scmc reads up to 1
      = help: update scmc: `pip install --upgrade scm-compiler`
    ```

    ## What to do

    Update scmc: `pip install --upgrade scm-compiler`.
    """

    code = "E655"

    path: str
    found: int
    known: int

    def message(self) -> str:
        reads = f"this version of scmc reads up to {self.known}"
        return f"`{self.path}` has the run format {self.found}, and {reads}"

    def help(self) -> str:
        return "update scmc: `pip install --upgrade scm-compiler`"


class BadManifest(Diagnostic):
    """A file that describes the run cannot be read.

    ## What it means

    `manifest.json`, a `config.json` or `graph.json` of the run is not JSON, lacks what belongs
    there, or says what no run has: a number of another type or out of range, or a name, seed or
    trainer that the files beside it do not have. It was edited or cut short.

    ## Example

    ```console
    $ echo broken > runs/celeba_g1-1/manifest.json
    $ scmc query "P(Male=1)"
    error[E656]: `runs/celeba_g1-1/manifest.json` is not what scmc writes: Invalid JSON: expected value at line 1 column 1
      = help: restore the file from a copy of the run, train again, or name another run
    ```

    ## What to do

    Restore the file from a copy of the run, or train again. Another run is named by `--run DIR`; the
    last one is meant only where none is, and older ones may be broken.
    """

    code = "E656"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not what scmc writes: {self.reason}"

    def help(self) -> str:
        return "restore the file from a copy of the run, train again, or name another run"


class NotTrained(Diagnostic):
    """The run has no trained weights yet.

    ## What it means

    Training of this run was ended before it could save its weights, and was not resumed.

    ## Example

    ```console
    $ scmc query "P(Male=1)" --run runs/celeba_g1-1
    error[E658]: the training of `runs/celeba_g1-1` was not finished
      = help: `scmc train --resume --run runs/celeba_g1-1` goes on with it
    ```

    ## What to do

    Go on with the training, or name another run.
    """

    code = "E658"

    path: str

    def message(self) -> str:
        return f"the training of `{self.path}` was not finished"

    def help(self) -> str:
        return f"`scmc train --resume --run {self.path}` goes on with it"


class NoTables(Diagnostic):
    """The model's conditional probability tables cannot be written out.

    ## What it means

    Exact answers are computed from the table of each label given its parents. The reason why there
    are none is in the message: a table would be too large.

    ## Example

    On networks, with twenty-four causes `X1`, …, `X24` of `Y` and a hidden one of `X1` and `Y`:

    ```console
    $ scmc query "P(Y=1 | do(X1=1))"
    error[E659]: no tables from `runs/wide-1`: networks that share noise (`<->`) are counted in draws, and P(Y | 24 labels) has 33,554,432 numbers
      = help: train with `--trainer mle`, or give the label fewer parents
    ```

    ## What to do

    Train with `--trainer mle`, or give the label fewer parents or hidden common causes. In Python
    `run.module().sample(1000, do={"X": 1})` draws from the model all the same.
    """

    code = "E659"

    path: str
    reason: str

    def message(self) -> str:
        return f"no tables from `{self.path}`: {self.reason}"

    def help(self) -> str:
        return "train with `--trainer mle`, or give the label fewer parents"


class TablesDiffer(Diagnostic):
    """The tables of a run are not those of its weights.

    ## What it means

    Questions are answered from the tables that were computed when training ended. Computed from the
    weights again they are others: by more than rounding, and where they were counted in draws by
    more than five standard errors.

    ## Example

    ```console
    $ scmc verify edited
    error[E665]: `edited/tables.safetensors`: the table of `Bald` is not what the weights give
      = help: restore the file, or train again
    ```

    ## What to do

    Restore the file, or train again.
    """

    code = "E665"

    path: str
    node: str

    def message(self) -> str:
        return f"`{self.path}`: the table of `{self.node}` is not what the weights give"

    def help(self) -> str:
        return "restore the file, or train again"


class FolderTaken(Diagnostic):
    """The folder for the run holds something already.

    ## What it means

    `--run DIR` names the folder that the run is written to. It must not exist yet, or be empty, so
    that nothing is overwritten.

    ## Example

    ```console
    $ scmc train -q celeba_g1 --stage labels --run runs/first
    TVD      0.1517 to the data, over all 512 cells
    time     0.0 s
    run      runs/first
    next     scmc query "P(Narrow_Eyes | do(Smiling=1))"
    $ scmc train -q celeba_g1 --stage labels --run runs/first
    error[E709]: `runs/first` is not empty, and nothing is overwritten
      = help: choose another folder, or add `--resume` to go on with that run
    ```

    ## What to do

    Choose another folder, or go on with that run: `--resume --run DIR`.
    """

    code = "E709"

    path: str

    def message(self) -> str:
        return f"`{self.path}` is not empty, and nothing is overwritten"

    def help(self) -> str:
        return "choose another folder, or add `--resume` to go on with that run"
