"""E627 and E628: tables that DuckDB counts."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import shortened


class NeedsDuckDB(Diagnostic):
    """Parquet files and DuckDB's databases are read with DuckDB, which is not installed.

    ## What it means

    Rows are counted by DuckDB, which scmc does not install by itself.

    ## Example

    On a machine without DuckDB:

    ```console
    $ scmc train hair --data hair.parquet
    error[E627]: `hair.parquet` needs DuckDB, which is not installed
      = help: pip install "scm-compiler[tables]"; or let another program count: `scmc sql` has the query
    ```

    ## What to do

    Install the extra `tables`; or save the table as CSV.
    """

    code = "E627"

    place: str

    def message(self) -> str:
        return f"`{shortened(self.place)}` needs DuckDB, which is not installed"

    def help(self) -> str:
        install = 'pip install "scm-compiler[tables]"'
        return f"{install}; or let another program count: `scmc sql` has the query"


class NotCounted(Diagnostic):
    """DuckDB cannot count the rows of a table.

    ## What it means

    The file is damaged or of another kind, or a column is of a type that cannot be grouped or added
    up. What DuckDB says of it is quoted.

    ## Example

    ```console
    $ scmc train hair --data parquet:hair.csv
    error[E628]: `parquet:hair.csv` cannot be counted: Invalid Input Error: No magic bytes found at end of file 'hair.csv'
      = help: check the file with DuckDB or with the program that wrote it
    ```

    ## What to do

    Look at the file with DuckDB, or with the program that wrote it.
    """

    code = "E628"

    place: str
    reason: str

    def message(self) -> str:
        return f"`{shortened(self.place)}` cannot be counted: {self.reason}"

    def help(self) -> str:
        return "check the file with DuckDB or with the program that wrote it"
