"""Training the networks of real nodes and of their discrete children."""

from math import inf

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir.domain import BINARY, Discrete, Real
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles, Transform
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.stored import tensors_of
from scm_compiler.runtime.controller.real.exactness import nearly_exact
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.real.target import Target
from scm_compiler.runtime.controller.real.trainer import Reals

QUICK = RealOptions(steps=60, check_steps=10, hidden=8, parts=3, batch=128)
TARGETS = [
    Target("X", Real(), {}),
    Target("Y", Real(), {"A": BINARY, "X": Real()}),
    Target("Z", Real(0.0, inf), {"Y": Real()}),
    Target("C", BINARY, {"Y": Real(), "X": Real()}),
    Target("D", Discrete(("a", "b", "c")), {"X": Real()}),
    Target("L", Real(), {"X": Real(), "A": BINARY}, "linear"),
]


def drawn(seed=0, rows=600):
    random = np.random.default_rng(seed)
    a, x = random.integers(0, 2, rows), random.normal(size=rows)
    y = np.sin(2 * x) + a + (0.3 + 0.3 * a) * random.normal(size=rows)
    z = np.where(random.random(rows) < 0.2, 0.0, np.exp(y / 2 + 0.3 * random.normal(size=rows)))
    c = (random.random(rows) < 1 / (1 + np.exp(-2 * y))).astype(int)
    d = (x + random.normal(size=rows) > 0) + (x + random.normal(size=rows) > 1)
    noise = random.normal(size=rows)
    return {"A": a, "X": x, "Y": y, "Z": z, "C": c, "D": d.astype(int), "L": x - a + noise}


def trained(options=QUICK, seed=0, columns=None, targets=TARGETS, weights=None):
    trainer = Reals(targets, columns or drawn(), weights, options, seed)
    trainer.advance(trainer.total)
    return trainer


def stored(trainer):
    return {
        f"{name}.{key}": array.tobytes()
        for name, mechanism in trainer.mechanisms().items()
        for key, array in tensors_of(mechanism).items()
    }


def test_every_node_has_a_mechanism_of_its_form():
    found = trained().mechanisms()
    kinds = {name: type(mechanism) for name, mechanism in found.items()}
    forms = (Quantiles, Regression, Transform, Classes, Classes, Linear)
    assert kinds == dict(zip("XYZCDL", forms, strict=True))
    columns = drawn(1)
    for name, mechanism in found.items():
        uniform = np.random.default_rng(0).random((600, mechanism.width))
        noise = mechanism.abduct(columns[name], columns, uniform)
        assert np.abs(mechanism.sample(columns, noise) - columns[name]).max() < 1e-10
        assert np.isfinite(mechanism.log_prob(columns[name], columns)).all()


def test_the_same_seed_gives_the_same_bytes():
    assert stored(trained(seed=3)) == stored(trained(seed=3))
    assert stored(trained(seed=3)) != stored(trained(seed=4))


def test_steps_may_be_taken_in_any_portions_and_from_a_state():
    whole = stored(trained())
    first = Reals(TARGETS, drawn(), None, QUICK, 0)
    first.advance(7)
    first.advance(18)
    state = first.state()
    second = Reals(TARGETS, drawn(), None, QUICK, 0)
    second.restore(state)
    while second.done < second.total:
        second.advance(11)
    assert stored(second) == whole
    shared = {t.data_ptr() for t in state.values()} & {
        t.data_ptr() for t in first.state().values()
    }
    assert not shared


def test_a_state_of_another_training_is_refused():
    state = Reals(TARGETS, drawn(), None, QUICK, 0).state()
    other = Reals(TARGETS[:2], drawn(), None, QUICK, 0)
    with pytest.raises(ValueError, match="does not fit"):
        other.restore(state)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    trained()
    assert torch.equal(torch.get_rng_state(), before)


def test_closed_forms_take_one_step():
    trainer = trained(targets=[TARGETS[0], TARGETS[5]])
    assert (trainer.done, trainer.total) == (1, 1)


@pytest.mark.statistics
@pytest.mark.parametrize("weighted", [False, True])
def test_a_fit_comes_near_the_true_density(weighted):
    """The loss against the truth, in nats a row; a first guess loses more than 0.3."""
    columns, held = drawn(5, 4000), drawn(6, 4000)
    weights = None
    if weighted:  # half of the rows are made useless, and count nothing
        weights = np.ones(4000)
        weights[::2] = 0.0
        columns["Y"][::2] = 1e9
    options = RealOptions(steps=400, hidden=16, parts=4)
    found = trained(options, columns=columns, targets=[TARGETS[1], TARGETS[3]], weights=weights)
    mechanisms = found.mechanisms()
    deviation = 0.3 + 0.3 * held["A"]
    away = (held["Y"] - np.sin(2 * held["X"]) - held["A"]) / deviation
    truth = -0.5 * away**2 - np.log(deviation * np.sqrt(2 * np.pi))
    lost = (truth - mechanisms["Y"].log_prob(held["Y"], held)).mean()
    assert lost < 0.08
    if not weighted:
        chance = 1 / (1 + np.exp(-2 * held["Y"]))
        error = mechanisms["C"].chances(held)[:, 1] - chance
        assert np.abs(error).mean() < 0.05


def test_an_exact_function_of_parents_does_not_blow_up():
    columns = drawn(7)
    columns["Y"] = columns["X"] + columns["X"] ** 2 / 2
    options = RealOptions(steps=800, hidden=16, parts=3)
    trainer = trained(options, columns=columns, targets=[Target("Y", Real(), {"X": Real()})])
    (mechanism,) = trainer.mechanisms().values()
    noise = np.random.default_rng(0).logistic(size=600)
    error = np.abs(mechanism.sample(columns, noise) - columns["Y"])
    assert np.median(error) < 0.05
    assert np.isfinite(mechanism.log_prob(columns["Y"], columns)).all()
    assert [note.name for note in nearly_exact({"Y": mechanism}, columns)] == ["Y"]


def test_an_exact_linear_function_is_said_to_be_one():
    columns = {"X": drawn()["X"], "Y": 3 * drawn()["X"] - 1}
    trainer = trained(columns=columns, targets=[Target("Y", Real(), {"X": Real()}, "linear")])
    assert np.allclose(trainer.mechanisms()["Y"].coefficients, [[-1, 3]])
    assert [note.name for note in nearly_exact(trainer.mechanisms(), columns)] == ["Y"]
    assert not [*nearly_exact(trained().mechanisms(), drawn())]  # a heap is no exact function


@pytest.mark.parametrize("form", ["auto", "regression", "transform"])
@pytest.mark.parametrize(
    "column",
    [
        np.full(50, 2.0),
        np.append(np.zeros(49), 1e99),
        np.linspace(-1e99, 1e99, 50),
        np.linspace(1e-300, 1e-299, 50),
        np.repeat([0.0, 1.0], 25),
    ],
    ids=["all equal", "one far out", "far apart", "tiny", "two values"],
)
def test_odd_columns_have_finite_answers(column, form):
    x = np.random.default_rng(0).normal(size=50)
    columns = {"X": x, "Y": column, "Z": x}
    targets = [
        Target("Y", Real(), {"X": Real()}, form),
        Target("Z", Real(), {"Y": Real()}, form),
    ]
    for name, mechanism in trained(columns=columns, targets=targets).mechanisms().items():
        noise = mechanism.abduct(columns[name], columns, np.full((50, 1), 0.5))
        back = mechanism.sample(columns, noise)
        most = np.abs(columns[name]).max()
        assert np.allclose(back, columns[name], rtol=1e-9, atol=1e-10 * most)
        assert not np.isnan(mechanism.log_prob(columns[name], columns)).any()


@pytest.mark.parametrize("rows", [2, 3, 5])
def test_a_handful_of_rows_is_enough_to_go_on(rows):
    columns = {name: column[:rows] for name, column in drawn(8).items()}
    for name, mechanism in trained(columns=columns).mechanisms().items():
        assert np.isfinite(mechanism.log_prob(columns[name], columns)).all()


def test_configurations_with_few_rows_get_a_regression():
    columns = drawn(9, 500)
    columns["A"] = (np.arange(500) < 5).astype(int)
    target = Target("Y", Real(), {"A": BINARY})
    assert isinstance(trained(columns=columns, targets=[target]).mechanisms()["Y"], Regression)
    columns["A"] = np.arange(500) % 2
    assert isinstance(trained(columns=columns, targets=[target]).mechanisms()["Y"], Quantiles)


def test_quantiles_of_a_real_parent_make_no_sense():
    with pytest.raises(ValueError, match="real parent"):
        Reals([Target("Y", Real(), {"X": Real()}, "quantiles")], drawn(), None, QUICK)


def test_a_number_that_cannot_be_worked_with_is_refused():
    columns = drawn() | {"Y": np.full(600, np.nan)}
    with pytest.raises(ScmError) as caught:
        Reals(TARGETS, columns, None, QUICK)
    assert caught.value.diagnostics[0].code == "E563"


def test_a_budget_that_is_spent_leaves_the_weights_where_they_are():
    trainer = Reals(TARGETS, drawn(), None, QUICK)
    trainer.advance(20)
    trainer.spend(1.0)
    before = [weight.clone() for weight in trainer._parameters()]
    trainer.advance(5)
    assert all(map(torch.equal, before, trainer._parameters()))
    trainer.spend(0.5)
    trainer.advance(5)
    assert not all(map(torch.equal, before, trainer._parameters()))
