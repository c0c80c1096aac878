"""The data of labels and real nodes: sources, reading, counts."""

from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.positivity import Positivity, check_data, positivity
from scm_compiler.runtime.data.sources import (
    DataSource,
    default_source,
    load_data,
    load_labels,
    load_table,
)
from scm_compiler.runtime.data.table import LabelTable, tabulate

__all__ = [
    "DataSource",
    "LabelTable",
    "Positivity",
    "Table",
    "check_data",
    "default_source",
    "load_data",
    "load_labels",
    "load_table",
    "positivity",
    "tabulate",
]
