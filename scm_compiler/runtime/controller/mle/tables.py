"""The closed form: P(label | parents) is the share of rows (the maximum of the likelihood)."""

from scm_compiler.ir import Graph
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.runtime.controller.mle.gaps import Completion
from scm_compiler.runtime.data.imputation import imputed
from scm_compiler.runtime.data.shares import Estimator, backoffs_of, table_from, unseen_rows
from scm_compiler.runtime.data.table import LabelTable


def fit_tables(graph: Graph, table: LabelTable, estimator: Estimator = "shares") -> Tables:
    """The tables that make the data most likely, of every label, or these shrunk.

    Args:
        graph: A graph without hidden common causes.
        table: The data; it must hold every label.
        estimator: How tables are got from them.

    Returns:
        The shares of the data, exactly, or drawn towards what like rows say; of a label with a
        family, the distributions of it that make the data most likely. A parent configuration
        that the data never show is marked in `unseen`; as shares it gets the label's marginal
        distribution.
    """
    names = [node.name for node in graph.labels]
    if table.gaps:
        return _completed(graph, table)
    backoffs = backoffs_of(graph, table, estimator)
    fitted = {name: table_from(graph, table, name, backoffs) for name in names}
    missing = {name: unseen_rows(graph, table, name) for name in names}
    unseen = {name: mask for name, mask in missing.items() if mask.any()}
    return Tables(graph, fitted, Fitted(unseen, table, likeliest=True, backoffs=backoffs))


def _completed(graph: Graph, table: LabelTable) -> Tables:
    """The tables that make rows with gaps most likely."""
    fitting = Completion(graph, table, 2**62)
    while not fitting.settled:
        fitting.step()
    missing = {name: unseen_rows(graph, table, name) for name in fitting.tables}
    unseen = {name: mask for name, mask in missing.items() if mask.any()}
    known = Fitted(unseen, table, likeliest=True, backoffs=imputed(graph, table, fitting.tables))
    return Tables(graph, fitting.tables, known)
