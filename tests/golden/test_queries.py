"""Every query of queries/ gives exactly the messages that stand beside it."""

import re
from pathlib import Path

import pytest

from scm_compiler.diagnostics import ScmError, Sink, Source, render_text
from scm_compiler.diagnostics.pages import pages
from scm_compiler.inference import answer
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Fitted, Tables, table_shape
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax.query import parse_query

np = pytest.importorskip("numpy")

FOLDER = Path(__file__).parent / "queries"
QUERIES = sorted(FOLDER.glob("*.query"))


@pytest.fixture(scope="module")
def model():
    """Young and Male cause Bald and Hair, Hair causes Hat; Hat <-> Scarf; Face is an image.

    No young man with black hair was seen with a hat, nobody is both female and bald, and nothing
    at all was seen of hats on blond hair.
    """
    binaries = ["Young", "Male", "Bald", "Hat", "Scarf", "5_o_Clock_Shadow", "E"]
    nodes = [Node(name, "binary", BINARY) for name in binaries]
    nodes.insert(3, Node("Hair", "categorical", Discrete(("black", "blond", "light brown"))))
    nodes.append(Node("Face", "image", Image(3, 64, 64)))
    edges = (
        Edge("Young", "Bald"),
        Edge("Male", "Bald"),
        Edge("Young", "Hair"),
        Edge("Hair", "Hat"),
        Edge("Bald", "Face"),
    )
    graph = Graph("g", tuple(nodes), edges, (Confounder("Hat", "Scarf"),))
    tables = {
        node.name: np.full(table_shape(graph, node.name), 1 / node.domain.size)
        for node in graph.labels
    }
    tables["Bald"] = np.array([[[1.0, 0.0], [0.4, 0.6]], [[1.0, 0.0], [0.9, 0.1]]])
    tables["5_o_Clock_Shadow"] = np.array([0.99, 0.01])
    unseen = {"Hat": np.array([False, True, False])}
    return Tables(graph, tables, Fitted(unseen))


def message_of(text, model):
    """What a user is shown: the refusal, or the warnings of the answer."""
    source = Source("query", text)
    sink = Sink(source)
    method = "exact"
    if text.startswith("--method sample "):
        method, text = "sample", text.removeprefix("--method sample ")
        source = Source("query", text)
        sink = Sink(source)
    try:
        tree = parse_query(source, sink)
        sink.check()
        query = resolve(tree, model.graph, sink)
        sink.check()
        report = answer(query, model, method=method, text=text).warnings
        return [d.code for d in report], "\n".join(str(d.message()) for d in report)
    except ScmError as error:
        codes = [d.code for d in error.diagnostics]
        return codes, "\n".join(render_text(report) for report in error.reports)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_messages(path, model, golden):
    text = path.read_text(encoding="utf-8").removesuffix("\n")
    codes, shown = message_of(text, model)
    golden(path.with_suffix(".txt"), shown + "\n")
    assert path.stem.split("_")[0] in codes


def test_every_code_has_a_query():
    groups = (".query_text", ".queries", ".answers", ".counterfactuals")
    modules = {page.code: page.kind.partition(":")[0] for page in pages().values()}
    codes = {code for code, module in modules.items() if module.endswith(groups)}
    shown = {path.stem.split("_")[0] for path in QUERIES}
    # Tests make a query of more than 20,000 characters, some too large for memory, and some that
    # rest on networks, on the Gumbel-max model or on an engine of a package.
    assert {code for code in codes if re.fullmatch(r"[EW]4\d\d", code)} - shown == {
        "E404",
        "E433",
        "E447",
        "E450",
        "E452",
        "E453",
    }


def test_nothing_is_left_over():
    expected = {path.with_suffix(".query") for path in FOLDER.glob("*.txt")}
    assert expected <= set(QUERIES)
