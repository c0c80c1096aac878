"""`celeba-labels`: the counts of nine CelebA labels that come with scmc; see celeba_labels.md."""

from functools import cache
from pathlib import Path

from scm_compiler.ir import Graph
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.options import Reading
from scm_compiler.runtime.data.reading import read_sheet
from scm_compiler.runtime.data.sheet import Sheet
from scm_compiler.runtime.data.table import LabelTable

NAME = "celeba-labels"
_FILE = Path(__file__).with_name("celeba_labels.csv")


@cache
def shipped_labels() -> frozenset[str]:
    """The labels that the counts hold.

    >>> "Mustache" in shipped_labels()
    True
    """
    return frozenset(csv_sheet(_FILE, ()).header) - {"count"}


def read_shipped(graph: Graph) -> LabelTable:
    """The shipped counts over the graph's labels; those that it lacks are summed out.

    Raises:
        ScmError: E604 where the graph has a label that is not among the nine, E607 where it
            declares a label other than binary.
    """
    sheet = csv_sheet(_FILE, (), Reading(count="count"))
    shown = Sheet(Path(NAME), sheet.header, sheet.rows, "count", tells_extra=False)
    return read_sheet(graph, shown, NAME)
