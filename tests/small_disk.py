"""A file system that is soon full, for tests of what happens then."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """Mount 4 MB at a folder; false where that is not allowed.

    Where this process is killed, its guard's input ends, which then unmounts: nothing is left that
    the next run of the tests cannot remove.
    """
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        yield False
        return
    unmount = ["umount", "--lazy", str(place)]
    waits = ["sh", "-c", 'cat; exec "$@"', "guard", *unmount]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, start_new_session=True) as guard:
        try:
            yield True
        finally:
            guard.kill()
            subprocess.run(unmount, check=True)
