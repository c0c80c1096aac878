"""The labels' data: sources, reading, counts."""

from scm_compiler.runtime.data.positivity import Positivity, check_data, positivity
from scm_compiler.runtime.data.sources import SOURCES, default_source, load_labels
from scm_compiler.runtime.data.table import LabelTable, tabulate

__all__ = [
    "SOURCES",
    "LabelTable",
    "Positivity",
    "check_data",
    "default_source",
    "load_labels",
    "positivity",
    "tabulate",
]
