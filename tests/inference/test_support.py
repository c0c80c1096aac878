"""Answers that rest on parent configurations never seen: the interval holds whatever they are."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.evaluation import terms
from scm_compiler.inference.posteriors import Engine
from scm_compiler.inference.support import term_support
from scm_compiler.model.tables import Fitted, Tables


def refilled(model, random):
    """The same model with other guesses in the unseen rows, sharp ones among them."""
    tables = {}
    for name, table in model.probabilities.items():
        guess = random.dirichlet(np.full(table.shape[-1], 0.1), size=table.shape[:-1])
        mask = model.unseen.get(name)
        tables[name] = table if mask is None else np.where(mask[..., None], guess, table)
    return Tables(model.graph, tables, Fitted(model.unseen))


@pytest.fixture
def partly(smoking):
    """No row has a gene without smoke where cancer was noted, or cancer where cough was."""
    masks = {"Cancer": np.array([[False, False], [True, False]]), "Cough": np.array([False, True])}
    return Tables(smoking.graph, smoking.probabilities, Fitted(masks))


def test_the_share_is_the_probability_of_an_unseen_row(partly, ask):
    # Under do(Smoke=0) the unseen row of Cancer is met exactly if Gene=1.
    (warning,) = ask(partly, "P(Cancer=1 | do(Smoke=0))").warnings
    assert warning.code == "W440"
    assert warning.nodes == ("Cancer",)
    assert warning.share == pytest.approx(0.3)
    assert (warning.low, warning.high) == pytest.approx((0.7 * 0.01, 0.7 * 0.01 + 0.3))
    assert "[0.0070, 0.3070]" in warning.help()
    assert "30.00%" in warning.message()


def test_an_answer_that_meets_none_has_no_warning(partly, ask):
    assert ask(partly, "P(Cancer=1 | do(Smoke=1))").warnings == ()
    assert ask(partly, "P(Smoke=1)").warnings == ()
    assert ask(partly, "P(Smoke=1, Cancer=0)").warnings == ()
    assert ask(partly, "P(Cancer=1 | do(Smoke=0), Gene=0)").warnings == ()
    assert ask(partly, "P(Cancer=1 | do(Cancer=1))").warnings == ()


def test_an_answer_that_rests_on_them_alone_is_refused(partly, ask):
    for text in ("P(Cancer=1 | do(Smoke=0, Gene=1))", "P(Cough=1 | do(Cancer=1))"):
        with pytest.raises(ScmError) as refusal:
            ask(partly, text)
        assert [d.code for d in refusal.value.diagnostics] == ["E435"]


def test_tables_and_regimes_say_how_far_off_they_can_be(partly, ask):
    (warning,) = ask(partly, "P(Cancer, Gene | do(Smoke=0))").warnings
    assert warning.share == pytest.approx(0.3)
    assert "at most 0.3000" in warning.help()
    (warning,) = ask(partly, "do(Smoke=0)").warnings
    assert warning.share == pytest.approx(0.3 + 0.7 * 0.01)
    assert warning.nodes == ("Cancer", "Cough")


@pytest.mark.parametrize(
    "text",
    [
        "P(Cancer=1 | do(Smoke=0))",
        "P(Cough=1)",
        "P(Gene=1 | Cancer=1, Smoke=0)",
        "P(Gene=1 | Cough=1)",
        "P(Gene=1, Cancer=0)",
        "P(Gene=0 | Cough=1, Smoke=0)",
        "ATE(Smoke -> Cough)",
        "E(Cough | do(Gene=0)) - P(Cancer=1 | Smoke=1)",
        "P(Smoke=1 | Smoke=1) - P(Cough=1)",
    ],
)
def test_no_guess_leaves_the_interval(partly, ask, text):
    random = np.random.default_rng(0)
    found = ask(partly, text)
    (warning,) = found.warnings
    reached = [ask(refilled(partly, random), text).probability for _ in range(100)]
    assert warning.low - 1e-12 <= min([*reached, found.probability])
    assert max([*reached, found.probability]) <= warning.high + 1e-12
    # The interval is of use: it is not wider than a few times what sharp guesses reach.
    assert warning.high - warning.low <= 4 * (max(reached) - min(reached)) + 0.05


def test_random_models_stay_in_their_interval(binary, ask, parsed):
    random = np.random.default_rng(1)
    graph = binary("A B C D E2", "A->B A->C B->C B->D C->D D->E2 A->E2")
    for _ in range(15):
        tables, masks = {}, {}
        for node in graph.labels:
            shape = [2] * len(graph.parents[node.name])
            tables[node.name] = random.dirichlet([1, 1], size=shape)
            masks[node.name] = random.random(shape) < 0.3 if shape else np.zeros((), np.bool_)
        model = Tables(graph, tables, Fitted(masks))
        query = parsed("P(D, C=1 | do(B=1), E2=1)", graph)
        ((_, term),) = terms(query, graph)
        engine = Engine(model)
        try:
            bounds = term_support(term, engine, {n: m for n, m in masks.items() if m.any()})
        except ScmError:
            continue  # nothing was seen
        for _ in range(20):
            other = ask(refilled(model, random), "P(D, C=1 | do(B=1), E2=1)", method="exact")
            values = np.array([row.probability.value for row in other.value.rows])
            assert (values >= bounds.low - 1e-12).all()
            assert (values <= bounds.high + 1e-12).all()
