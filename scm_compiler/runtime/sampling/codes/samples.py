"""E71x and E724: samples that are drawn, and where they go."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class SamplerEnded(Diagnostic):
    """A process that draws a sample has ended.

    ## What it means

    One of the processes of `--processes P` was killed, most likely because the memory was full.
    What is there is whole.

    ## Example

    ```console
    $ scmc sample "do(Male=0)" -n 100 -o faces/ --processes 2
    error[E722]: a process that draws images for `faces` ended
      = help: the same command goes on from there; fewer processes take less memory
    ```

    ## What to do

    Give the same command again, with fewer processes if the memory was full.
    """

    code = "E722"

    path: str

    def message(self) -> str:
        return f"a process that draws images for `{self.path}` ended"

    def help(self) -> str:
        return "the same command goes on from there; fewer processes take less memory"


class CannotSampleTo(Diagnostic):
    """A sample cannot be written in the form that the name asks for.

    ## What it means

    The name says the form: `.csv`, `.parquet` and `.npz` hold rows (`.npz` also images), `.png`
    is a grid of images, a folder (`faces/`) holds a PNG for each row and `metadata.csv`, and
    `faces-{000..009}.tar` are ten shards in WebDataset's form.

    ## Example

    ```console
    $ scmc sample "do(Mustache=1)" -o faces.gif
    error[E715]: cannot write a sample to `faces.gif`: there is no form `.gif`
      = help: the forms are .csv, .parquet, .npz, .png, .tar and FOLDER/
    ```

    ## What to do

    Choose a name whose end is one of these forms, and options that go with it.
    """

    code = "E715"

    path: str
    reason: str
    hint: str | None = None

    def message(self) -> str:
        return f"cannot write a sample to `{self.path}`: {self.reason}"

    def help(self) -> str | None:
        return self.hint


class OtherSample(Diagnostic):
    """The folder or the shards belong to another sample.

    ## What it means

    A large sample that was stopped goes on where it is: what is already whole is kept. That would
    mix two samples where the files there were made by another regime, seed, number of rows or run.

    ## Example

    ```console
    $ scmc sample -q "do(Mustache=1)" -n 4 -o some/
    4 rows of do(Mustache=1): some
    $ scmc sample -q "do(Male=1)" -n 4 -o some/
    error[E716]: `some/sample.json` holds another sample: its regime is `do(Mustache=1)`, not `do(Male=1)`
      = help: choose another name, or remove it
    ```

    ## What to do

    Choose another name, or remove what is there.
    """

    code = "E716"

    path: str
    field: str
    found: str
    asked: str

    def message(self) -> str:
        differs = f"its {self.field} is `{self.found}`, not `{self.asked}`"
        return f"`{self.path}` holds another sample: {differs}"

    def help(self) -> str:
        return "choose another name, or remove it"


class ParquetMissing(Diagnostic):
    """Parquet files need a package that is not installed.

    ## What it means

    Rows are written as Parquet with pyarrow, which scmc does not install by itself.

    ## Example

    ```console
    $ scmc sample "do(Mustache=1)" -o rows.parquet
    error[E717]: `rows.parquet` needs pyarrow, which is not installed
      = help: `pip install "scm-compiler[parquet]"`, or write a .csv file
    ```

    ## What to do

    Install the extra `parquet`, or write a CSV file.
    """

    code = "E717"

    path: str

    def message(self) -> str:
        return f"`{self.path}` needs pyarrow, which is not installed"

    def help(self) -> str:
        return '`pip install "scm-compiler[parquet]"`, or write a .csv file'


class PlaceTaken(Diagnostic):
    """Where a sample is to go there are files that are none of scmc's.

    ## What it means

    A folder of images holds `sample.json`, and tar shards have such a file beside them, which says
    what sample they are. Files without it came from elsewhere: a sample written among them would
    replace some of them and take others for its own.

    ## Example

    ```console
    $ scmc sample "do(Mustache=1)" -n 10 -o photos/
    error[E724]: `photos` holds files that are not of a sample, such as `0001.png`
      = help: choose another name, or remove what is there
    ```

    ## What to do

    Choose a name that is free, or remove what is there.
    """

    code = "E724"

    path: str
    name: str

    def message(self) -> str:
        return f"`{self.path}` holds files that are not of a sample, such as `{self.name}`"

    def help(self) -> str:
        return "choose another name, or remove what is there"


class NotARegime(Diagnostic):
    """A sample needs a regime, and the text asks something else.

    ## What it means

    Rows are drawn in a regime: what is held (`do`) and what is seen (`given`). A probability, an
    expectation or an effect is a number, which `scmc query` answers. So it does where `do` holds a
    node at random or by a rule, or several values were seen; a sample needs one value for each.

    ## Example

    ```console
    $ scmc sample "P(Male=1 | do(Mustache=1))" -n 10 -o rows.csv
    error[E719]: `P(Male=1 | do(Mustache=1))` is no regime
      = help: write such as `do(Mustache=1)`, `given(Young=0)` or `do(Bald=1), given(Male=0)`
    ```

    ## What to do

    Write the regime alone: `do(Mustache=1)`. The empty text `""` is observation.
    """

    code = "E719"

    text: str

    def message(self) -> str:
        return f"`{self.text}` is no regime"

    def help(self) -> str:
        return "write such as `do(Mustache=1)`, `given(Young=0)` or `do(Bald=1), given(Male=0)`"
