"""E621 and E622: the options behind `?` in the name of a source."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean
from scm_compiler.runtime.data.codes.data import listed, shortened


class UnknownDataOption(Diagnostic):
    """A source of data has no option of this name.

    ## What it means

    What stands behind the path says how a table is read: `csv:FILE?count=n&missing=drop`. Sources
    differ in what they can be told; `docs/language.md` has a table.

    ## Example

    ```console
    $ scmc train hair --data "csv:hair.csv?mising=drop"
    error[E621]: there is no option `mising` of these data
      = help: did you mean `missing`?
    ```

    ## What to do

    Correct the name of the option.
    """

    code = "E621"

    name: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"there is no option `{shortened(self.name)}` of these data"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.known))
        return near or f"the options are {listed([f'`{name}`' for name in self.known])}"


class BadDataOption(Diagnostic):
    """An option of a source of data has a value that means nothing.

    ## What it means

    `missing` says what becomes of rows with gaps, `coding` what stands for 0 and 1 in binary
    columns, `encoding` how bytes are letters.

    ## Example

    ```console
    $ scmc train hair --data "csv:hair.csv?missing=ignore"
    error[E622]: `missing=ignore` means nothing
      = help: say `missing=refuse`, `missing=drop`, `missing=category`, `missing=em`
    ```

    ## What to do

    Write one of the values that the message names.
    """

    code = "E622"

    name: str
    value: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"`{self.name}={shortened(self.value)}` means nothing"

    def help(self) -> str:
        return f"say {listed([f'`{self.name}={value}`' for value in self.known])}"
