"""No answer to evidence that cannot be, by whichever method, on graphs with hidden common causes.

The hidden causes are nodes of random structural models of which many a configuration never comes
about. The judge adds up all their exogenous states (`Scm` of test_counterfactuals.py); the
program sees the graph with `<->`. `SCMC_EXAMPLES=5000 pytest tests/properties/test_evidence.py`
looks at many more models.
"""

import os
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.counterfactual import decide
from scm_compiler.inference import METHODS, answer, rejection, weighting
from scm_compiler.ir import Confounder
from scm_compiler.ir import query as ir
from scm_compiler.passes import flatten, unfold
from scm_compiler.passes.worlds import never
from scm_compiler.semantics.query import phrase
from tests.properties.test_counterfactuals import EXACT, Scm, graphs, queries

EXAMPLES = int(os.environ.get("SCMC_EXAMPLES", "80"))


@st.composite
def confounded(draw):
    """A graph with hidden causes, and a model in which they are nodes and much never happens."""
    graph = draw(graphs(most=4).filter(lambda graph: len(graph.nodes) > 2))
    names = list(graph.by_name)
    pairs = [(a, b) for rank, b in enumerate(names) for a in names[:rank]]
    tied = draw(st.sets(st.sampled_from(pairs), min_size=1, max_size=3))
    graph = replace(graph, confounders=tuple(Confounder(*pair) for pair in pairs if pair in tied))
    whole, hidden = unfold(graph, 2)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    functions, law = {}, {}
    for name in whole.by_name:
        count = 2 if name in hidden else int(random.integers(1, 4))
        shape = (count, *(2 for _ in whole.parents[name]))
        functions[name] = np.arange(2) if name in hidden else random.integers(2, size=shape)
        law[name] = random.dirichlet(np.ones(count))
    return graph, Scm(whole, functions, law)


def opened(scm):
    """A model that looks the same: what causes never are, their effect answers in all ways."""
    chosen, _ = scm.states()
    functions, law = dict(scm.functions), dict(scm.law)
    for name, table in scm.functions.items():
        parents = tuple(scm.value(parent, {}, chosen) for parent in scm.graph.parents[name])
        met = np.zeros(table.shape[1:], bool)
        met[parents] = True
        if not met.all():
            some = np.random.default_rng(0).integers(2, size=met.shape)
            fills = (0, 1, some, 1 - some)
            functions[name] = np.concatenate([np.where(met, table, fill) for fill in fills])
            law[name] = np.tile(law[name], 4) / 4
    return Scm(scm.graph, functions, law)


@st.composite
def asked(draw, graph):
    """What a label is, given two others, each in the world as it is or where the first is held."""
    first, *others = draw(st.permutations(list(graph.by_name)))
    world = (ir.Setting(first, draw(st.integers(0, 1))),)
    do = draw(st.sampled_from([(), world]))
    seen = others[-2:] if do else [first, others[-1]]
    target, *given_ = (
        ir.Event(
            ir.Variable(name, () if do or name == first else draw(st.sampled_from([(), world]))), 0
        )
        for name in (others[0], *seen)
    )
    return ir.Probability((target,), do, tuple(given_))


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    """Draws that cannot agree with the evidence are given up soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighting, "MOST_DRAWS", 1000)
        patch.setattr(rejection, "MOST_DRAWS", 1000)
        yield


def outcome(query, tables, method):
    try:
        return answer(query, tables, method=method, samples=100)
    except ScmError as error:
        return error.diagnostics[0].code


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
def test_impossible_evidence_is_never_answered(data):
    """Where observation leaves open whether it can happen, an answer may be given."""
    graph, scm = data.draw(confounded())
    query, tables = data.draw(st.one_of(asked(graph), queries(graph))), scm.tables
    for values in product(range(2), repeat=len(query.given)):
        seen = tuple(map(ir.Event, (event.variable for event in query.given), values))
        check(replace(query, given=seen), graph, scm, tables)


def check(query, graph, scm, tables):
    truth, whole = scm.probability(query)
    told = decide(graph, query.given, (), query.do).identified
    for method in METHODS:
        found = outcome(query, tables, method)
        if isinstance(found, str):
            assert found != "E431" or whole == 0, phrase(query, graph)
        elif whole == 0:
            assert not told or opened(scm).probability(query)[1] > 0, phrase(query, graph)
        elif never(flatten(query, graph), graph):
            assert (found.probability, found.method) == (0, "exact"), phrase(query, graph)
        elif found.found and found.method == "exact" and not found.warnings:
            assert found.probability == pytest.approx(truth, abs=EXACT), phrase(query, graph)
