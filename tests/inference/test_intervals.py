"""How firmly rows of data determine an answer."""

import json

import numpy as np
import pytest

from benchmarks.coverage import fitted
from scm_compiler.compiler import parse_text
from scm_compiler.identify.graph import causal
from scm_compiler.inference import answer
from scm_compiler.inference.counterfactual import Networks
from scm_compiler.inference.engines.exact import Contractions
from scm_compiler.inference.intervals import replicate_ends
from scm_compiler.inference.plan import plan
from scm_compiler.inference.precision import from_rows, known_from_rows
from scm_compiler.model.tables import Estimated, Fitted, Tables
from scm_compiler.passes import unfold
from scm_compiler.semantics.query import read_query

PAIR = "X, Y : binary\nX -> Y\n"
FRONT_DOOR = "S, T, C : binary\nS -> T -> C\nS <-> C\n"


def model_of(program, rows):
    return fitted(causal(parse_text(program)), rows)


def asked(model, text, **options):
    return answer(read_query(text, model.graph), model, text=text, **options)


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    x = random.random(400) < 0.4
    y = random.random(400) < np.where(x, 0.7, 0.2)
    return np.stack([x, y], 1).astype(np.int64)


@pytest.fixture(scope="module")
def pair(rows):
    return model_of(PAIR, rows)


def test_a_proportion_has_the_interval_of_its_posterior(rows, pair):
    """The quantiles of Beta(k + 1/4, n - k + 1/4), here from a million draws of it."""
    hits = rows[:, 0].sum()
    beta = np.random.default_rng(0).beta(hits + 0.25, 400 - hits + 0.25, 10**6)
    interval = asked(pair, "P(X=1)").interval
    # A quantile of 1,000 draws is off by 0.005 / density: 5 standard errors of it.
    assert (interval.low, interval.high) == pytest.approx(
        np.quantile(beta, [0.025, 0.975]), abs=0.008
    )
    assert (interval.level, interval.rows) == (0.95, 400)


def test_a_difference_has_that_of_a_bootstrap(rows, pair):
    random = np.random.default_rng(1)
    effects = []
    for _ in range(1000):
        drawn = rows[random.integers(0, 400, 400)]
        shares = [drawn[drawn[:, 0] == held, 1].mean() for held in (1, 0)]
        effects.append(shares[0] - shares[1])
    interval = asked(pair, "ATE(X -> Y)").interval
    width = np.diff(np.quantile(effects, [0.025, 0.975]))[0]
    assert 0.8 < (interval.high - interval.low) / width < 1.25


def test_it_is_worked_out_when_it_is_first_read(pair, monkeypatch):
    calls = []
    spread = Contractions.spread
    monkeypatch.setattr(Contractions, "spread", lambda *a: calls.append(1) or spread(*a))
    found = asked(pair, "P(Y=1 | X=1)")
    assert found.probability
    assert not calls
    assert found.interval is found.interval
    assert len(calls) == 1


def test_text_json_and_tables_say_it(pair):
    found = asked(pair, "P(Y=1 | do(X=1))")
    told = json.loads(json.dumps(found.to_dict()))["answer"]["interval"]
    assert told["low"] < found.probability < told["high"]
    assert (told["level"], told["rows"]) == (0.95, 400)
    assert f", 95 % {found.interval.ends} from 400 rows" in found.text
    assert "exact on the fitted tables" in found.how
    assert "95 % from 400 rows" in asked(pair, "P(X, Y)").text.splitlines()[1]
    beside = asked(pair, "do(X=1)").text.splitlines()[0]
    assert beside.count("95 % from 400 rows") == 2


def test_a_higher_level_is_wider_and_none_is_none(pair):
    narrow, wide = (asked(pair, "P(Y=1)", level=level).interval for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
    none = asked(pair, "P(Y=1)", level=None)
    assert none.interval is None
    assert "rows" not in none.text
    assert "interval" not in none.to_dict()["answer"]


def test_given_and_estimated_tables_say_why_there_is_none(pair):
    given = Tables(pair.graph, pair.probabilities)
    assert asked(given, "P(X=1)").firm.note.startswith("no interval: the tables were given")
    drawn = Tables(pair.graph, pair.probabilities, Estimated({"Y": 400}))
    assert "train with --replicates 20" in asked(drawn, "P(Y=1)").text
    assert asked(drawn, "P(Y=1)").to_dict()["interval_note"]


@pytest.mark.parametrize("method", ["weighted", "sample"])
def test_what_is_drawn_has_it_too(pair, method):
    """As wide as that of exact work, to what 25 drawn tables and 1,000 draws tell."""
    exact = asked(pair, "P(Y=1 | do(X=1))").interval
    drawn = asked(pair, "P(Y=1 | do(X=1))", method=method).interval
    assert 0.6 < (drawn.high - drawn.low) / (exact.high - exact.low) < 1.9


def test_counterfactuals_have_it_and_the_ends_of_their_bounds(pair):
    found = asked(pair, "P(Y[X=0]=1 | X=1, Y=1)")
    span = found.firm.value.bounds
    assert found.interval.low < found.probability <= found.interval.high
    assert span.interval.low <= span.low < span.high <= span.interval.high
    assert "from 400 rows" in found.text.splitlines()[1]


def test_formulas_over_what_is_observed_have_it():
    random = np.random.default_rng(2)
    u = random.random(2000) < 0.5
    s = random.random(2000) < np.where(u, 0.8, 0.3)
    t = random.random(2000) < np.where(s, 0.9, 0.2)
    c = random.random(2000) < 0.1 + 0.3 * t + 0.4 * u
    model = model_of(FRONT_DOOR, np.stack([s, t, c], 1).astype(np.int64))
    found = asked(model, "P(C=1 | do(S=1))")
    assert found.interval.low < found.probability < found.interval.high
    assert 0.01 < found.interval.high - found.interval.low < 0.1


def test_states_of_hidden_causes_are_known_from_no_row():
    """Draws of a model whose hidden causes are labels have no interval, rather than a sure one."""
    graph, _ = unfold(causal(parse_text("X, Y : binary\nX -> Y\nX <-> Y\n")), 2)
    (hidden,) = (node.name for node in graph.labels if node.name not in "XY")
    random = np.random.default_rng(4)
    tables = {
        hidden: np.array([0.5, 0.5]),
        "X": random.dirichlet([1, 1], 2),
        "Y": random.dirichlet([1, 1], (2, 2)),
    }
    data = fitted(causal(parse_text(PAIR)), random.integers(0, 2, (300, 2))).known.data
    model = Tables(graph, tables, Fitted(data=data, likeliest=True))
    query = read_query("P(Y=1 | X=1)", graph)
    assert not known_from_rows(query, model)
    assert known_from_rows(query, fitted(causal(parse_text(PAIR)), random.integers(0, 2, (9, 2))))


def test_what_never_happens_is_sure(pair):
    interval = asked(pair, "P(X=1, X=0)").interval
    assert (interval.low, interval.high) == (0.0, 0.0)


def test_it_covers():
    """Of 300 data sets 95 % are covered; fewer than 90 % or more than 99 % in 1 of 10,000 runs."""
    random = np.random.default_rng(5)
    held = 0
    for _ in range(300):
        x = random.random(500) < 0.3
        y = random.random(500) < np.where(x, 0.6, 0.1)
        model = model_of(PAIR, np.stack([x, y], 1).astype(np.int64))
        interval = asked(model, "ATE(X -> Y)").interval
        held += interval.low <= 0.5 <= interval.high
    assert 270 <= held <= 298


@pytest.mark.parametrize(("count", "quantile"), [(4, 3.182), (6, 2.571), (11, 2.228), (31, 2.042)])
def test_a_few_replicates_reach_as_far_as_a_t_distribution_says(count, quantile):
    """The quantiles are those of a printed table."""
    drawn = np.random.default_rng(0).normal(0, 1, count)
    ends = replicate_ends({"": drawn}, {"": np.array(0.1)}, 0.95)[""]
    assert ends.high - 0.1 == pytest.approx(quantile * drawn.std(ddof=1), rel=0.01)
    assert 0.1 - ends.low == pytest.approx(quantile * drawn.std(ddof=1), rel=0.01)


def test_a_probability_stays_one():
    ends = replicate_ends({"": np.array([0.0, 0.01, 0.4])}, {"": np.array(0.02)}, 0.95)[""]
    assert ends.low == 0.0


def test_an_interval_holds_a_number_that_is_no_probability():
    ends = replicate_ends({"": np.array([0.01, 0.02])}, {"": np.array(-0.01)}, 0.95)[""]
    assert ends.low < -0.01 < ends.high


def test_bounds_alone_and_a_single_replicate_have_no_interval():
    drawn = np.array([[np.nan, 0.2, np.nan], [np.nan, 0.3, 0.1]])
    ends = replicate_ends({"": drawn}, {"": np.array([np.nan, 0.25, 0.1])}, 0.95)[""]
    assert np.isnan(ends.low).tolist() == np.isnan(ends.high).tolist() == [True, False, True]


def test_bounds_of_a_local_effect_have_an_interval():
    random = np.random.default_rng(4)
    z, types = random.integers(0, 2, 300), random.integers(0, 16, 300)
    cause = (types >> z) & 1
    rows = np.stack([z, cause, (types >> (2 + cause)) & 1], 1).astype(np.int64)
    model = model_of("Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n", rows)
    span = asked(model, "LATE(Z -> X -> Y)").firm.value.bounds
    assert span.interval.low <= span.low < span.high <= span.interval.high
    assert span.interval.rows == 300


def test_drawn_distributions_that_exclude_the_evidence_say_nothing():
    """Balke and Pearl's trial: nobody takes the drug unassigned, so draws are off the graph."""
    counts = {(0, 0, 0): 919, (0, 0, 1): 81, (1, 0, 0): 315, (1, 0, 1): 73, (1, 1, 0): 139}
    cells = [*counts, (1, 1, 1)]
    rows = np.repeat(np.array(cells, np.int64), [*counts.values(), 473], axis=0)
    model = model_of("Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n", rows)
    found = asked(model, "LATE(Z -> X -> Y)")
    assert found.interval.low < found.probability < found.interval.high


@pytest.mark.parametrize("text", ["P(Y[X=0]=1 | X=1, Y=1)", "ATT(X -> Y)", "E(Y[X=0] | X=1, Z=1)"])
def test_bounds_on_many_tables_are_those_on_each(text):
    random = np.random.default_rng(5)
    z, x = random.integers(0, 2, (2, 60))
    y = (random.random(60) < 0.2 + 0.3 * x + 0.3 * z).astype(int)
    model = model_of("Z, X, Y : binary\nZ -> X -> Y\nZ -> Y\n", np.stack([z, x, y], 1))
    task = plan(read_query(text, model.graph), model).task
    networks = Networks.of(task.query, task.shapes.graph)
    low, high = networks.ends(model, 12, 0)[""]
    rows = from_rows(model, 12, 0)
    for rank in range(12):
        one = networks.answer(Tables(model.graph, rows.one(rank))).parts[""].bounds[0]
        assert (low[rank, 0], high[rank, 0]) == pytest.approx((one.low, one.high), abs=1e-12)
