"""The effect on those whom an instrument moves."""

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import plan
from scm_compiler.inference.engines import local_effect as engine
from scm_compiler.model.tables import Tables
from scm_compiler.passes import unfold

EDGES = "Z->X X->Y X<->Y"


def instrument(binary, types, share=0.5):
    """A model of P(X[Z=0], X[Z=1], Y[X=0], Y[X=1]): the hidden cause is the whole type."""
    graph, (hidden,) = unfold(binary("Z X Y", EDGES), 16)
    values = np.indices((2, 2, 2, 2)).reshape(4, -1)
    by_type = np.arange(16)
    tables = {
        "Z": np.array([1 - share, share]),
        hidden: np.asarray(types, float).ravel(),
        "X": np.stack([np.eye(2)[values[z][by_type]] for z in (0, 1)]),
        "Y": np.stack([np.eye(2)[values[2 + x][by_type]] for x in (0, 1)]),
    }
    return Tables(graph, tables)


def random_types(seed, *, defiers):
    types = np.random.default_rng(seed).dirichlet(np.ones(16)).reshape(2, 2, 2, 2)
    if not defiers:
        types[1, 0] = 0
    return types / types.sum()


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_effect_on_compliers(binary, ask, seed):
    types = random_types(seed, defiers=False)
    found = ask(instrument(binary, types), "LATE(Z -> X -> Y)")
    compliers = types[0, 1]
    effect = (compliers[:, 1].sum() - compliers[1].sum()) / compliers.sum()
    assert found.probability == pytest.approx(effect)
    assert found.bounds.low - 1e-7 <= effect <= found.bounds.high + 1e-7
    assert (found.identified, found.noise_model, found.rung) == (False, "monotone", 3)
    (warning,) = found.warnings
    assert warning.code == "W534"
    assert warning.message() == "assumed: `Z` lowers `X` of nobody"


def test_an_instrument_that_lowers_its_cause(binary, ask):
    types = random_types(0, defiers=False).transpose(1, 0, 2, 3)
    found = ask(instrument(binary, types), "LATE(Z -> X -> Y)")
    moved = types[1, 0]
    effect = (moved[:, 1].sum() - moved[1].sum()) / moved.sum()
    assert found.probability == pytest.approx(effect)
    assert found.warnings[0].message() == "assumed: `Z` raises `X` of nobody"


def test_bounds_hold_with_defiers(binary, ask):
    for seed in range(4):
        types = random_types(seed, defiers=True)
        found = ask(instrument(binary, types), "LATE(Z -> X -> Y)", method="bounds")
        compliers = types[0, 1]
        effect = (compliers[:, 1].sum() - compliers[1].sum()) / compliers.sum()
        assert found.bounds.low - 1e-7 <= effect <= found.bounds.high + 1e-7


def test_observation_can_speak_against_the_assumption(binary, ask):
    types = np.zeros((2, 2, 2, 2))
    types[0, 1, 0, 0], types[1, 0, 0, 1], types[0, 0, 0, 1] = 0.5, 0.3, 0.2
    found = ask(instrument(binary, types), "LATE(Z -> X -> Y)")
    (_, warning) = found.warnings
    assert warning.code == "W535"
    # P(X=1, Y=1 | Z=0) is 0.3, and P(X=1, Y=1 | Z=1) is 0.
    assert warning.by == pytest.approx(0.3)
    assert warning.excess == 0
    assert found.probability == pytest.approx(-1.5)
    assert found.bounds.low - 1e-7 <= 0 <= found.bounds.high + 1e-7
    assert "whatever the noise model" in found.text


def test_an_instrument_that_moves_nobody(binary, ask):
    types = np.zeros((2, 2, 2, 2))
    types[0, 0], types[1, 1] = 0.125, 0.125
    for model in (instrument(binary, types), instrument(binary, types, share=0.0)):
        with pytest.raises(ScmError) as caught:
            ask(model, "LATE(Z -> X -> Y)")
        assert caught.value.diagnostics[0].code == "E536"


@pytest.mark.parametrize(
    ("edges", "why"),
    [
        ("X->Y X<->Y", "it does not cause X"),
        ("Z->X Z->Y X->Y", "it causes Y other than by way of X"),
        ("Z->X X->Y Z<->Y", "not all that it shares with them is its effect: Z <-> Y"),
        ("W->Z W->Y Z->X X->Y", "not all that it shares with them is its effect: Z <- W -> Y"),
    ],
)
def test_what_is_no_instrument(binary, parsed, edges, why):
    graph = binary("W Z X Y", edges)
    with pytest.raises(ScmError) as caught:
        plan(parsed("LATE(Z -> X -> Y)", graph), graph)
    (found,) = caught.value.diagnostics
    assert (found.code, found.why) == ("E535", why)


def test_without_hidden_causes_it_is_the_effect(binary, ask):
    tables = {
        "Z": np.array([0.5, 0.5]),
        "X": np.array([[0.9, 0.1], [0.3, 0.7]]),
        "Y": np.array([[0.8, 0.2], [0.4, 0.6]]),
    }
    model = Tables(binary("Z X Y", "Z->X X->Y"), tables)
    assert ask(model, "LATE(Z -> X -> Y)").probability == pytest.approx(0.4)


def test_without_a_solver_there_are_no_bounds(binary, ask, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    found = ask(instrument(binary, random_types(1, defiers=False)), "LATE(Z -> X -> Y)")
    assert found.bounds is None


def test_the_plan_says_by_what(binary, parsed):
    graph = binary("Z X Y", EDGES)
    planned = plan(parsed("LATE(Z -> X -> Y)", graph), graph)
    assert "the Wald ratio" in str(planned).splitlines()[0]
    assert [part.asks for part in planned.parts] == ["P(Z, X, Y)"]
