"""The kinds of cases, by name: each a function of a seed and an index."""

from collections.abc import Mapping

from tests.fuzz import graph_files, images, programs, queries, tables
from tests.fuzz.case import Generator

KINDS: Mapping[str, Generator] = {
    "programs": programs.case,
    "queries": queries.case,
    "graph_files": graph_files.case,
    "tables": tables.case,
    "images": images.case,
}

RARER = {"images": 40, "programs": 2}
"""A kind that has one case where others have so many, since each takes longer."""
