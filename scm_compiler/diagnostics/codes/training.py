"""E7xx, N7xx: training."""

from dataclasses import dataclass
from typing import ClassVar

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E702"

    step: int
    kept: int
    reason: str

    def message(self) -> str:
        return f"training diverged after step {self.step:,}: {self.reason}"

    def help(self) -> str:
        return f"the weights of step {self.kept:,} were kept; try another `--seed`"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E703"

    name: str

    def message(self) -> str:
        return f"the graph `{self.name}` has no labels to train"

    def help(self) -> str:
        return "declare the labels that cause the image"


@dataclass(frozen=True, kw_only=True)
class UnknownChoice(Diagnostic):
    """There is no trainer, or no preset of the trainer, of this name.

    ## What it means

    `--trainer` names one of the ways to fit the labels, `--preset` one set of its settings.

    ## Example

    ```console
    $ scmc train celeba_g1 --trainer wgan-gp --preset papre
    error[E704]: the trainer `wgan-gp` has no preset `papre`
      = help: did you mean `paper`?
    ```

    ## What to do

    Use one of the names that the message lists.
    """

    code: ClassVar[str] = "E704"

    what: str
    name: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.what} `{self.name}`"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.known))
        return near or f"there are {', '.join(f'`{name}`' for name in self.known)}"


@dataclass(frozen=True, kw_only=True)
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

    code: ClassVar[str] = "E705"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` cannot be resumed: {self.reason}"

    def help(self) -> str:
        return "leave out `--resume` to start a new run"


@dataclass(frozen=True, kw_only=True)
class ResumeDiffers(Diagnostic):
    """An option asks for something other than what the run to resume was started with.

    ## What it means

    A resumed training goes on with its own graph, data and settings, so that it ends as if it had
    never stopped. The option named would change them.

    ## Example

    ```console
    $ scmc train --resume --seed 1
    error[E706]: `runs/celeba_g1-1` was started with `--seed 0`, not `--seed 1`
      = help: leave the option out, or start a new run without `--resume`
    ```

    ## What to do

    Leave the option out, or start a new run without `--resume`.
    """

    code: ClassVar[str] = "E706"

    path: str
    option: str
    started: str
    asked: str

    def message(self) -> str:
        asked = f"`{self.option} {self.asked}`"
        return f"`{self.path}` was started with `{self.option} {self.started}`, not {asked}"

    def help(self) -> str:
        return "leave the option out, or start a new run without `--resume`"


@dataclass(frozen=True, kw_only=True)
class BadOption(Diagnostic):
    """A number on the command line is not one that can be used.

    ## What it means

    `--budget` takes a time such as `90s`, `2m`, `1h30m` or `120` (seconds); `--steps` a whole
    number from 1; `--seed` a whole number from 0 to 2^63 - 1.

    ## Example

    ```console
    $ scmc train celeba_g1 --budget soon
    error[E707]: `--budget soon` is not a time
      = help: write `90s`, `2m` or `1h30m`
    ```

    ## What to do

    Correct the option.
    """

    code: ClassVar[str] = "E707"

    option: str
    text: str
    wanted: str
    hint: str

    def message(self) -> str:
        return f"`{self.option} {self.text}` is not {self.wanted}"

    def help(self) -> str:
        return self.hint


@dataclass(frozen=True, kw_only=True)
class NoProgram(Diagnostic):
    """No program is named, and which is meant cannot be told.

    ## What it means

    Without a FILE, `scmc train` takes the program of the last build in `build/`, or else the only
    `.scm` file in this folder. There is no build, and no or several `.scm` files.

    ## Example

    ```console
    $ scmc train
    error[E708]: name a program: there is no build here and no `.scm` file
      = help: `scmc train FILE`; `scmc train celeba_g1` trains a shipped example
    ```

    ## What to do

    Name the program.
    """

    code: ClassVar[str] = "E708"

    programs: tuple[str, ...]

    def message(self) -> str:
        many = f"{len(self.programs)} `.scm` files" if self.programs else "no `.scm` file"
        return f"name a program: there is no build here and {many}"

    def help(self) -> str:
        if self.programs:
            return f"`scmc train {self.programs[0]}`, for example"
        return "`scmc train FILE`; `scmc train celeba_g1` trains a shipped example"


@dataclass(frozen=True, kw_only=True)
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
    next     scmc query "P(Young | do(Eyeglasses=1))"
    $ scmc train -q celeba_g1 --stage labels --run runs/first
    error[E709]: `runs/first` is not empty, and nothing is overwritten
      = help: choose another folder, or add `--resume` to go on with that run
    ```

    ## What to do

    Choose another folder, or go on with that run: `--resume --run DIR`.
    """

    code: ClassVar[str] = "E709"

    path: str

    def message(self) -> str:
        return f"`{self.path}` is not empty, and nothing is overwritten"

    def help(self) -> str:
        return "choose another folder, or add `--resume` to go on with that run"


@dataclass(frozen=True, kw_only=True)
class ImagesNotTrained(Diagnostic):
    """The graph holds images, and nothing to train them from was named.

    ## What it means

    The labels were trained. They cause the images and not the other way round, so the label model
    is whole without them (Corollary 1, Kocaoglu et al. 2017). The faces that come with scmc
    (`drawn-faces`) are the default only where they show every label that causes the image.

    ## Example

    ```console
    $ scmc train hats.scm --data csv:hats.csv
    training hats with mle on csv:hats.csv: 4 rows, 4 distinct, seed 0
    step 1/1  TVD 0.0000  0 s
    certifying
    TVD      0.0000 to the data, over all 4 cells
    time     0.0 s
    run      runs/hats-1
    next     scmc query "P(Male | do(Hat=1))"
    note[N701]: the image `Face` was not trained: no images were named for it
      = help: `scmc train --stage images --images SPEC` trains it in the last run
    ```

    ## What to do

    Nothing, if you only ask about labels. Else name the images: `--images folder:photos`.
    """

    code: ClassVar[str] = "N701"

    names: tuple[str, ...]

    def message(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.names)
        one = len(self.names) == 1
        images = f"the image {names} was" if one else f"the images {names} were"
        return f"{images} not trained: no images were named for {'it' if one else 'them'}"

    def help(self) -> str:
        what = "it" if len(self.names) == 1 else "them"
        return f"`scmc train --stage images --images SPEC` trains {what} in the last run"
