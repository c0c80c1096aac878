"""How much an exact answer may take; known before any memory is taken."""

import os
from collections.abc import Iterable

from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.codes.bounds import NoSolver, TooManyTypes
from scm_compiler.inference.codes.counterfactuals import WorldsTooLarge
from scm_compiler.inference.codes.weighting import TakesTooLong

TooMuch = TooLarge | TakesTooLong | WorldsTooLarge | TooManyTypes | NoSolver
"""Why an engine does not answer."""


def _most_numbers() -> float:
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a system that tells
        return 2.0**26
    return min(2.0**26, memory / 8 / 8)


LIMIT = _most_numbers()
"""The numbers that an exact answer may hold at once: half a gigabyte, or an eighth of a small
machine's memory."""

MOST_COST = 2.0**35
"""The most multiplications that an exact answer may take: about a minute."""

MOST_RUNS = 2**18
"""Configurations of its parents on which a mechanism without a table is run for an answer."""

MOST_ROWS = 2**18
"""Rows in the table of an answer."""


def first(reasons: Iterable[TooMuch | None]) -> TooMuch | None:
    """The first reason that there is no exact answer, if there is one."""
    return next((reason for reason in reasons if reason is not None), None)


LEAST_EFFECTIVE = 100.0
"""An estimate that is worth fewer draws than this is not given."""
