"""Evidence that cannot happen, though the formula of the answer does not depend on it."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import causal
from scm_compiler.identify.law import law_graph
from scm_compiler.inference import METHODS, plan
from scm_compiler.inference.draws import draw_labels
from scm_compiler.model.tables import Fitted, Tables, table_shape
from scm_compiler.passes import fold, unfold


@pytest.fixture
def seen(binary):
    """Builds a model by the shares of its rows; its hidden causes have states without a say."""

    def build(names, edges, shares):
        graph = binary(names, edges)
        whole, _ = unfold(graph, 2)
        rows = {node.name: np.full(table_shape(whole, node.name), 0.5) for node in whole.labels}
        law = law_graph(graph)
        order = list(law.by_name)
        joint = np.zeros((2,) * len(order))
        for row, share in shares.items():
            joint[tuple(map(int, row))] = share
        tables = {}
        for name in order:
            scope = (*law.parents[name], name)
            axes = tuple(axis for axis, other in enumerate(order) if other not in scope)
            kept = [other for other in order if other in scope]
            part = joint.sum(axes).transpose([kept.index(other) for other in scope])
            below = part.sum(-1, keepdims=True)
            tables[name] = np.where(below > 0, part / np.where(below > 0, below, 1), 0.5)
        return Tables(whole, rows, Fitted(observational=Tables(law, tables)))

    return build


def code_of(ask, model, text, **options):
    with pytest.raises(ScmError) as caught:
        ask(model, text, **options)
    return caught.value.diagnostics[0].code


@pytest.fixture
def fork(seen):
    """A=0 and B=1 never come together."""
    rows = {"0000": 2, "0001": 1, "0010": 1, "0011": 3, "1000": 1, "1001": 2, "1010": 2}
    rows |= {"1011": 1, "1100": 1, "1101": 3, "1110": 2, "1111": 1}
    shares = {row: count / 20 for row, count in rows.items()}
    return seen("A B X Y", "A->B A->Y X->Y A<->Y", shares)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "text",
    [
        "P(Y=1 | do(X=1), A=0, B=1)",
        "P(Y | do(X=1), A=0, B=1)",
        "P(A=0 | do(X=1), A=0, B=1)",
        "E(Y | do(X=1), A=0, B=1)",
        "P(Y=1 | do(X=1), A=1) - P(Y=1 | do(X=1), A=0, B=1)",
        "do(X=1), given(A=0, B=1)",
    ],
)
def test_evidence_that_cancels(fork, ask, text, method):
    """P(Y | do(X), A, B) = P(Y | A, X), which holds no B."""
    assert code_of(ask, fork, text, method=method) == "E431"


def test_possible_evidence_is_answered(fork, ask):
    """P(Y=1 | do(X=1), A=1, B=1) = P(Y=1 | A=1, X=1): 2 of 6 rows."""
    found = ask(fork, "P(Y=1 | do(X=1), A=1, B=1)")
    assert found.probability == pytest.approx(2 / 6)


def test_no_row_of_a_regime_is_drawn(fork, parsed):
    regime = parsed("do(X=1), given(A=0, B=1)", law_graph(fork.observational.graph))
    with pytest.raises(ScmError) as caught:
        draw_labels(regime, fork, 5)
    assert caught.value.diagnostics[0].code == "E431"


@pytest.fixture
def chain(seen):
    """B has a cause A that it shares another with; A=0 and B=1 never come together."""
    shares = {"000": 0.3, "001": 0.1, "100": 0.1, "101": 0.1, "110": 0.1, "111": 0.3}
    return seen("A B C", "A->B B->C A<->B", shares)


def test_evidence_of_several_worlds(chain, ask):
    """By consistency it is A=0, B=1; it is the condition of P(C=1 | do(B=1)) alone."""
    assert code_of(ask, chain, "P(C=1 | A=0, B[A=0]=1)") == "E431"


def test_the_other_world_is_answered(chain, ask):
    """P(C=1 | A=0, B[A=0]=0) = P(C=1 | B=0), which is 1/3."""
    assert ask(chain, "P(C=1 | A=0, B[A=0]=0)").probability == pytest.approx(2 / 6)


def test_evidence_that_is_not_identified(chain, seen, ask):
    """P(C | do(A), B) = P(C | B); that B=1 under do(A=0) is open, unless A is 0 in all rows."""
    assert ask(chain, "P(C=1 | do(A=0), B=1)").probability == pytest.approx(0.75)
    always = seen("A B C", "A->B B->C A<->B", {"000": 0.6, "001": 0.4})
    assert code_of(ask, always, "P(C=1 | do(A=0), B=1)") == "E431"


@pytest.fixture
def bow(seen):
    return seen("A B", "A->B A<->B", {"00": 0.4, "01": 0.1, "10": 0.2, "11": 0.3})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("P(B[A=1]=1, B[A=1]=0)", 2),
        ("P(B=1, B=0 | do(A=1))", 2),
        ("P(B=1, A=0 | do(A=1))", 2),
        ("P(B=1, B=0)", 1),
        ("P(B=1, B=0 | A=1)", 1),
        ("P(B[B=1]=0)", 2),
        ("P(B[A=1]=1, B[A=1]=0 | A=0)", 3),
        ("P(A=0, B=1, B[A=0]=0)", 3),
        ("P(A=1, B[A=A[B=0]]=1, B=0)", 3),
    ],
)
def test_what_happens_in_no_model_is_zero(bow, ask, text, level, method):
    found = ask(bow, text, method=method)
    assert (found.probability, found.method, found.rung) == (0.0, "exact", level)
    assert found.identified
    assert found.bounds is None or not found.bounds.open
    assert not found.warnings


def test_a_table_of_what_never_happens(bow, ask):
    table = ask(bow, "P(A, B=1, B=0)").value
    assert [row.probability.value for row in table.rows] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("P(A=1 | B[A=1]=1, B[A=1]=0)", "E414"),
        ("P(A=1 | A=0, B=1, B[A=0]=0)", "E431"),
        ("P(B[A=1]=1, B[A=1]=0 | A=0, B[B=1]=0)", "E431"),
    ],
)
def test_evidence_that_contradicts_itself_is_refused(bow, ask, text, code):
    assert code_of(ask, bow, text) == code


def test_a_difference_of_what_is_bounded_from_zero(bow, ask):
    found = ask(bow, "P(B=1 | do(A=1)) - P(B=1, B=0 | do(A=1))")
    assert found.bounds == ask(bow, "P(B=1 | do(A=1))").bounds


def test_a_difference_from_zero(chain, ask):
    found = ask(chain, "P(C=1 | do(B=1)) - P(B=1, B=0 | do(A=1))")
    assert found.probability == pytest.approx(0.75)


def test_what_never_happens_is_explained(bow, parsed):
    graph = fold(bow.graph)
    for text in ("P(B=1, B=0 | do(A=1))", "P(A=0, B=1, B[A=0]=0)"):
        assert "identified" in str(plan(parsed(text, graph), bow.graph)).splitlines()[0]
        assert causal(graph).identify(text)
