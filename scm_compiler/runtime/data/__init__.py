"""The labels' data: sources, reading, counts."""

from scm_compiler.runtime.data.positivity import Positivity, check_data, positivity
from scm_compiler.runtime.data.sources import DataSource, default_source, load_labels
from scm_compiler.runtime.data.table import LabelTable, tabulate

__all__ = [
    "DataSource",
    "LabelTable",
    "Positivity",
    "check_data",
    "default_source",
    "load_labels",
    "positivity",
    "tabulate",
]
