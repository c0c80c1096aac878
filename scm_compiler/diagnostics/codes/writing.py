"""The code of a file that cannot be written, by whichever stage."""

import errno
import os

from scm_compiler.diagnostics.diagnostic import Diagnostic


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

    code = "E657"

    path: str
    reason: str
    resumable: bool = False

    def message(self) -> str:
        return f"cannot write `{self.path}`: {self.reason}"

    def help(self) -> str | None:
        if not self.resumable:
            return None
        first = "allow writing there" if forbidden(self.reason) else "make room"
        return f"{first}, then go on with `scmc train --resume`"


def forbidden(reason: str) -> bool:
    """Whether the system says that something is not allowed, rather than that room is lacking.

    >>> forbidden("Permission denied"), forbidden("No space left on device")
    (True, False)
    """
    codes = (errno.EACCES, errno.EPERM, errno.EROFS)
    return reason.lower() in {os.strerror(code).lower() for code in codes}
