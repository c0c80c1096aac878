"""Codes of `scmc train`."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


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

    code = "E706"

    path: str
    option: str
    started: str
    asked: str

    def message(self) -> str:
        asked = f"`{self.option} {self.asked}`"
        return f"`{self.path}` was started with `{self.option} {self.started}`, not {asked}"

    def help(self) -> str:
        return "leave the option out, or start a new run without `--resume`"


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

    code = "E707"

    option: str
    text: str
    wanted: str
    hint: str

    def message(self) -> str:
        return f"`{self.option} {self.text}` is not {self.wanted}"

    def help(self) -> str:
        return self.hint


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

    code = "E708"

    programs: tuple[str, ...]

    def message(self) -> str:
        many = f"{len(self.programs)} `.scm` files" if self.programs else "no `.scm` file"
        return f"name a program: there is no build here and {many}"

    def help(self) -> str:
        if self.programs:
            return f"`scmc train {self.programs[0]}`, for example"
        return "`scmc train FILE`; `scmc train celeba_g1` trains a shipped example"


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
    next     scmc query "P(Hat | do(Male=1))"
    note[N701]: the image `Face` was not trained: no images were named for it
      = help: `scmc train --stage images --images SPEC` trains it in the last run
    ```

    ## What to do

    Nothing, if you only ask about labels. Else name the images: `--images folder:photos`.
    """

    code = "N701"

    names: tuple[str, ...]

    def message(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.names)
        one = len(self.names) == 1
        images = f"the image {names} was" if one else f"the images {names} were"
        return f"{images} not trained: no images were named for {'it' if one else 'them'}"

    def help(self) -> str:
        what = "it" if len(self.names) == 1 else "them"
        return f"`scmc train --stage images --images SPEC` trains {what} in the last run"
