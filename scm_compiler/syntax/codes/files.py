"""E1xx of files and of the command line: what is asked for and cannot be read."""

import errno
import os

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import did_you_mean


class NotUtf8(Diagnostic):
    r"""The file is not text in UTF-8.

    ## What it means

    A program is text in UTF-8 (with or without a byte-order mark). The file holds a byte that
    cannot stand in such text: it is in another encoding, or no text at all.

    ## Example

    ```console
    $ printf 'caf\351 : binary\n' > latin1.scm
    $ scmc check latin1.scm
    error[E108]: the file is not UTF-8: byte 0xE9 at offset 3 (line 1)
     --> latin1.scm
      = help: save it as UTF-8, or convert it: `iconv -f latin1 -t utf-8`
    latin1.scm: 1 error
    ```

    ## What to do

    Save the file as UTF-8 in your editor, or convert it: `iconv -f latin1 -t utf-8`.
    """

    code = "E108"

    byte: int
    offset: int
    line: int

    def message(self) -> str:
        place = f"byte 0x{self.byte:02X} at offset {self.offset:,} (line {self.line:,})"
        return f"the file is not UTF-8: {place}"

    def help(self) -> str | None:
        return "save it as UTF-8, or convert it: `iconv -f latin1 -t utf-8`"


class EmptyFile(Diagnostic):
    """The file holds nothing.

    ## What it means

    There is no text in the file, or only empty lines. A file of no bytes is often the trace of a
    write that failed.

    ## Example

    ```console
    $ : > empty.scm
    $ scmc check empty.scm
    error[E109]: the file is empty
     --> empty.scm
      = help: `scmc init` copies an example to begin with
    empty.scm: 1 error
    ```

    ## What to do

    Write a graph, or begin with a copy of an example: `scmc init`.
    """

    code = "E109"

    def message(self) -> str:
        return "the file is empty"

    def help(self) -> str | None:
        return "`scmc init` copies an example to begin with"


class FileTooLarge(Diagnostic):
    """The file is larger than any program.

    ## What it means

    scmc refuses a file above its limit before it reads it, since a graph of 100,000 nodes takes
    about 5 MB. Most often the file is data, not a program.

    ## Example

    ```console
    $ head -c 10000000 /dev/zero > big.scm
    $ scmc check big.scm
    error[E110]: the file is larger than 8 MiB, the most that a program may have
     --> big.scm
      = help: check the name: is it data rather than a graph?
    big.scm: 1 error
    ```

    ## What to do

    Check the file's name: data goes to `--data`, a graph to `FILE`.
    """

    code = "E110"

    limit: int

    def message(self) -> str:
        limit = f"{self.limit / 2**20:g} MiB"
        return f"the file is larger than {limit}, the most that a program may have"

    def help(self) -> str | None:
        return "check the name: is it data rather than a graph?"


class ProgramNotFound(Diagnostic):
    """There is no such program.

    ## What it means

    A program is looked up as a file first, then among the examples that come with scmc. There is
    neither.

    ## Example

    ```console
    $ scmc check no_such_file.scm
    error[E113]: there is no file `no_such_file.scm`, and no example of that name
      = help: the examples are `celeba_beard`, `celeba_cg1`, `celeba_g1`, `celeba_rcg1`, `celeba_smile`, `dose`, `drawn_faces`, `front_door`, `hair`, `morpho_digits`, `napkin`, `nsw`, `own_kind`, `pendulum`, `sprinkler`, `triangle`
    no_such_file.scm: 1 error
    ```

    ## What to do

    Check the spelling and the folder. `scmc init` lists the examples.
    """

    code = "E113"

    name: str
    near: str | None = None
    examples: tuple[str, ...] = ()

    def message(self) -> str:
        return f"there is no file `{self.name}`, and no example of that name"

    def help(self) -> str | None:
        if self.near is not None:
            return did_you_mean(self.near)
        shown = ", ".join(f"`{name}`" for name in self.examples)
        return f"the examples are {shown}" if shown else None


class Unreadable(Diagnostic):
    """The file or folder cannot be read.

    ## What it means

    The operating system refused to open or read it: it is a folder where a file is meant, or
    reading it or searching its folder is not permitted, or the disk failed. So it may be with the
    last run or build, in whose place no older one is taken.

    ## Example

    ```console
    $ scmc check /
    error[E114]: cannot read `/`: Is a directory
      = help: it is a folder; name a `.scm` file
    /: 1 error
    ```

    ## What to do

    Name one that you may read, or ask its owner for the right to.
    """

    code = "E114"

    name: str
    reason: str

    def message(self) -> str:
        return f"cannot read `{self.name}`: {self.reason}"

    def help(self) -> str:
        if self.reason == os.strerror(errno.EISDIR):
            return "it is a folder; name a `.scm` file"
        return "name a file that you may read"
