"""Counting by others: the query whose answer is a table of distinct rows and their counts."""

from collections.abc import Collection, Mapping, Sequence

from scm_compiler.ir import Binned, Graph

LEAST_NAMES = ("n", "count", "rows")
"""What the column of the counts is called, if no label is called so."""


def identifier(name: str) -> str:
    """A name in SQL.

    >>> identifier('a"b')
    '"a""b"'
    """
    quoted = name.replace('"', '""')
    return f'"{quoted}"'


def text(value: str) -> str:
    """A text in SQL.

    >>> text("it's")
    "'it''s'"
    """
    quoted = value.replace("'", "''")
    return f"'{quoted}'"


def count_name(labels: Collection[str]) -> str:
    """What the column of the counts is called.

    >>> count_name(["N", "b"]), count_name(["a"])
    ('count', 'n')
    """
    taken = {name.casefold() for name in labels}
    free = (name for name in LEAST_NAMES if name not in taken)
    return next(free, "".join(sorted(taken)) + "_n")


def count_query(graph: Graph, source: str, *, count: str | None = None) -> str:
    """The query of the counts of a graph's distinct rows, in standard SQL.

    Args:
        graph: Whose labels and real nodes the columns are.
        source: The table, as SQL names it.
        count: The column that says how often each row occurs, if there is one.
    """
    labels = [node.name for node in graph.tabular]
    columns = ",\n       ".join(map(identifier, labels))
    amount = "COUNT(*)" if count is None else f"SUM({identifier(count)})"
    name = identifier(count_name(labels))
    groups = ", ".join(map(identifier, labels))
    return f"SELECT {columns},\n       {amount} AS {name}\nFROM {source}\nGROUP BY {groups};"


def described(source: str) -> str:
    """The query of the columns of a table, in DuckDB."""
    return f"DESCRIBE SELECT * FROM {source}"  # noqa: S608  (likewise)


def cut(name: str, domain: Binned) -> str:
    """The interval that holds a number, as a text, in DuckDB; what is not finite as it is."""
    column = identifier(name)
    *within, last = domain.values
    steps = [
        f"WHEN {column} < {end!r} THEN {text(value)}"
        for end, value in zip(domain.cuts, within, strict=True)
    ]
    as_it_is = f"WHEN NOT ISFINITE(CAST({column} AS DOUBLE)) THEN CAST({column} AS VARCHAR)"
    told = f"WHEN {column} IS NOT NULL THEN {text(last)}"
    return f"CASE {' '.join([as_it_is, *steps, told])} END"


def grouped(
    labels: Sequence[str],
    source: str,
    count: str | None,
    weight: str | None,
    cuts: Mapping[str, Binned] | None = None,
) -> str:
    """The same in DuckDB, with what is wrong beside it, and of numbers their intervals.

    The columns are the values as texts, the rows, what they amount to, the squares of that where
    they have weights, and how many amounts are none.
    """
    columns = [f"CAST({identifier(name)} AS VARCHAR)" for name in labels]
    times = "1" if count is None else identifier(count)
    amounts = [f"COUNT(*), SUM({times})"]
    wrong = ["FALSE"]
    if count is not None:
        wrong = [f"{times} IS NULL OR {times} < 0 OR {times} <> FLOOR({times})"]
    if weight is not None:
        w = f"CAST({identifier(weight)} AS DOUBLE)"
        amounts = [f"COUNT(*), SUM({times} * {w}), SUM({times} * {w} * {w})"]
        wrong.append(f"{w} IS NULL OR {w} < 0 OR NOT ISFINITE({w})")
    faults = [f"COUNT(*) FILTER (WHERE {condition})" for condition in wrong]
    chosen = ", ".join([*map(identifier, labels), *amounts, *faults])
    names = ", ".join(map(identifier, labels))
    if cuts:
        cells = ", ".join(f"{cut(name, one)} AS {identifier(name)}" for name, one in cuts.items())
        source = f"(SELECT * REPLACE ({cells}) FROM {source})"  # noqa: S608  (all is quoted)
    inner = f"SELECT {chosen} FROM {source} GROUP BY {names}"  # noqa: S608  (likewise)
    return f"SELECT {', '.join(columns)}, * EXCLUDE ({names}) FROM ({inner})"  # noqa: S608
