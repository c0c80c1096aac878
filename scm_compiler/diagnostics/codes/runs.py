"""E65x: run folders, weights and what is written to disk."""

from dataclasses import dataclass
from typing import ClassVar

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import did_you_mean


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E650"

    folder: str

    def message(self) -> str:
        return f"there is no run in `{self.folder}`"

    def help(self) -> str:
        return "`scmc train FILE` makes one; `--run DIR` names one elsewhere"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E651"

    path: str
    reason: str
    near: str | None = None

    def message(self) -> str:
        return f"`{self.path}` is not a run: {self.reason}"

    def help(self) -> str | None:
        return did_you_mean(self.near)


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E652"

    path: str
    missing: bool = False

    def message(self) -> str:
        what = "is missing" if self.missing else "was changed after training"
        return f"`{self.path}` {what}"

    def help(self) -> str:
        return "restore the file from a copy of the run, or train again"


@dataclass(frozen=True, kw_only=True)
class NotWeights(Diagnostic):
    """The file does not hold the weights that belong here.

    ## What it means

    Weights are kept in the safetensors format, which cannot execute code; no other format is read.
    The file is in another format, was cut short, or its tensors do not have the types and shapes
    that follow from the graph and from what the file says of the model. That is found out before
    room is made for a model.

    ## Example

    ```console
    $ echo weights > runs/celeba_g1-1/checkpoint.safetensors
    $ scmc train --resume --run runs/celeba_g1-1
    resuming runs/celeba_g1-1 with mle, seed 0
    error[E653]: `runs/celeba_g1-1/checkpoint.safetensors` holds no usable weights: it is not a whole safetensors file
      = help: restore the file, or train again
    ```

    ## What to do

    Restore the file, or train again.
    """

    code: ClassVar[str] = "E653"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` holds no usable weights: {self.reason}"

    def help(self) -> str:
        return "restore the file, or train again"


@dataclass(frozen=True, kw_only=True)
class OtherGraph(Diagnostic):
    """The weights belong to another graph.

    ## What it means

    Everything that is made from a graph carries the graph's hash, and the hash of this file is
    another one. Weights of one causal claim say nothing under another.

    ## Example

    ```console
    $ scmc query "P(Male=1)" --run mixed
    error[E654]: `mixed/tables.safetensors` was made from another graph
      = help: the run's graph is 824a081302ca, the file's 81b64ea76356
    ```

    ## What to do

    Do not move files between runs; train the graph.
    """

    code: ClassVar[str] = "E654"

    path: str
    expected: str
    found: str

    def message(self) -> str:
        return f"`{self.path}` was made from another graph"

    def help(self) -> str:
        found = self.found[:12] or "not said"
        return f"the run's graph is {self.expected[:12]}, the file's {found}"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E655"

    path: str
    found: int
    known: int

    def message(self) -> str:
        reads = f"this version of scmc reads up to {self.known}"
        return f"`{self.path}` has the run format {self.found}, and {reads}"

    def help(self) -> str:
        return "update scmc: `pip install --upgrade scm-compiler`"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E656"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not what scmc writes: {self.reason}"

    def help(self) -> str:
        return "restore the file from a copy of the run, train again, or name another run"


@dataclass(frozen=True, kw_only=True)
class CannotWrite(Diagnostic):
    """A file could not be written.

    ## What it means

    The disk is full, or the folder does not allow it. What was there before is unharmed: files are
    written under another name and renamed when they are whole.

    ## Example

    ```console
    $ ulimit -f 1; scmc train celeba_g1 --stage labels
    error[E657]: cannot write `runs/celeba_g1-1`: File too large
    ```

    ## What to do

    Make room (or choose another folder), then go on from the last checkpoint with
    `scmc train --resume`.
    """

    code: ClassVar[str] = "E657"

    path: str
    reason: str
    resumable: bool = False

    def message(self) -> str:
        return f"cannot write `{self.path}`: {self.reason}"

    def help(self) -> str | None:
        return "make room, then go on with `scmc train --resume`" if self.resumable else None


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E658"

    path: str

    def message(self) -> str:
        return f"the training of `{self.path}` was not finished"

    def help(self) -> str:
        return f"`scmc train --resume --run {self.path}` goes on with it"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E659"

    path: str
    reason: str

    def message(self) -> str:
        return f"no tables from `{self.path}`: {self.reason}"

    def help(self) -> str:
        return "train with `--trainer mle`, or give the label fewer parents"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E665"

    path: str
    node: str

    def message(self) -> str:
        return f"`{self.path}`: the table of `{self.node}` is not what the weights give"

    def help(self) -> str:
        return "restore the file, or train again"
