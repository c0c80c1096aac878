"""What the examples of the pages start from: for each code, what is in the folder before."""

from tests.diagnostics.setups import (
    audits,
    faults,
    files,
    images,
    interchange,
    page,
    queries,
    runs,
)

SETUPS = {
    code: setup
    for topic in (audits, faults, files, images, interchange, page, queries, runs)
    for code, setup in topic.SETUPS.items()
}
"""code -> `setup(folder, made)`; the other examples start from nothing."""

SLOW = {"E434", "E721", "W690", "W691", "W692", "W860", "W861", "W862"}
