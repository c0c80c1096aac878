"""A command in a copy of this process, with the rights of an ordinary user."""

import os
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

import scm_compiler
from scm_compiler.cli.main import main
from tests.copies import Copy, Ended

NOBODY = 65534


@cache
def load_all() -> None:
    """Import every module: an ordinary user may not be able to read where they lie."""
    for module in pkgutil.walk_packages(scm_compiler.__path__, "scm_compiler."):
        if not module.name.endswith("__main__"):
            with suppress(ModuleNotFoundError):  # an extra that is not installed
                import_module(module.name)


def ended(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str | None] | None = None,
    *,
    before: Callable[[], object] = lambda: None,
    root: bool = False,
    seconds: int = 60,
) -> Ended:
    """Run a command to its end.

    Args:
        words: Those after `scmc`.
        folder: Where.
        environment: What is set in the environment; None takes a name out of it.
        before: Is called in the copy.
        root: Whether to keep the rights of this process.
        seconds: After these it is killed, and the code is `HUNG`.
    """
    load_all()

    def call() -> int:
        if os.getuid() == 0 and not root:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        before()
        return main(words)

    return Copy(call, folder, environment, seconds).ended()
