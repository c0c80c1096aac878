"""The data of labels and real nodes: sources, reading, counts.

The names of this package are imported when they are first used: a run's counts are read without
what reads tables and databases.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scm_compiler.runtime.data.columns import Table
    from scm_compiler.runtime.data.positivity import Positivity, check_data
    from scm_compiler.runtime.data.sources import (
        DataSource,
        default_source,
        load_data,
        load_labels,
        load_table,
    )
    from scm_compiler.runtime.data.table import LabelTable, tabulate

_MODULES = {
    "DataSource": "sources",
    "LabelTable": "table",
    "Positivity": "positivity",
    "Table": "columns",
    "check_data": "positivity",
    "default_source": "sources",
    "load_data": "sources",
    "load_labels": "sources",
    "load_table": "sources",
    "tabulate": "table",
}

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
    "tabulate",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the public name stands for)
    """The public name, imported when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (only when something is asked for)

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
