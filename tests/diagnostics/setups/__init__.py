"""What the examples of the pages start from: for each code, what is in the folder before."""

from tests.diagnostics.setups import queries

SETUPS = {**queries.SETUPS}
"""code -> `setup(folder, made)`; the other examples start from nothing."""

SLOW = {"E434"}

NOT_RUN = {"E437": "not yet", "E452": "not yet"}
"""code -> why its example cannot be run."""
