"""The code of a file that cannot be written, by whichever stage."""

import errno
import os
from shlex import quote

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
      = help: choose another place, or raise the limit on a file's size: `ulimit -f unlimited`
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
            return elsewhere(self.reason, self.path)
        first = "allow writing there" if forbidden(self.reason) else "make room"
        return f"{first}, then go on with `scmc train --resume`"


def elsewhere(reason: str, path: str | None) -> str | None:
    """What to do where the system refuses a file; None where its reason is an uncommon one.

    >>> elsewhere("Permission denied", "out/g.svg")
    'choose another place, or allow writing there: `chmod u+w out`'
    """
    folder = "." if path is None else quote(os.path.dirname(path) or ".")  # noqa: PTH120  (as typed)
    mends = {
        errno.EACCES: f"allow writing there: `chmod u+w {folder}`",
        errno.EPERM: f"allow writing there: `chmod u+w {folder}`",
        errno.ENOENT: f"make the folder: `mkdir -p {folder}`",
        errno.ENOSPC: f"make room: `df -h {folder}` shows how much there is",
        errno.EDQUOT: "make room: `quota` shows how much is yours",
        errno.EFBIG: "raise the limit on a file's size: `ulimit -f unlimited`",
    }
    known = {os.strerror(code).lower(): mend for code, mend in mends.items()}
    mend = known.get(reason.lower())
    return None if mend is None else f"choose another place, or {mend}"


def forbidden(reason: str) -> bool:
    """Whether the system says that something is not allowed, rather than that room is lacking.

    >>> forbidden("Permission denied"), forbidden("No space left on device")
    (True, False)
    """
    codes = (errno.EACCES, errno.EPERM, errno.EROFS)
    return reason.lower() in {os.strerror(code).lower() for code in codes}
