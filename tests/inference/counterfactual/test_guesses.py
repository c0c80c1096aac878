"""What a counterfactual can be where rows are guesses, or where no named noise model answers.

The ends are worked out by listing response functions: of a row that is a guess, each is possible
beside each of the others.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Discrete
from scm_compiler.model.tables import Fitted, Tables

UNIT = "P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)"
OTHERWISE = "Cancer[Smoke=0]=1, Cancer[Smoke=1]=0"


@pytest.fixture
def guessing(smoking):
    """No row shows carriers of the gene at one value of Smoke; the parents are Gene and Smoke."""

    def build(smokes):
        mask = np.zeros((2, 2), bool)
        place = {"Gene": 1, "Smoke": smokes}
        mask[tuple(place[name] for name in smoking.graph.parents["Cancer"])] = True
        return replace(smoking, known=Fitted({"Cancer": mask}))

    return build


def refusal_of(ask, model, text):
    with pytest.raises(ScmError) as refused:
        ask(model, text)
    (found,) = refused.value.diagnostics
    return found


def test_the_interval_is_that_of_all_response_functions(guessing, ask):
    """A smoker with cancer: 0.14 have no gene, with risks 0.1 and 0.01, and 0.21 have it."""
    ratios = []
    for both, (if_not, if_so) in product((0.0, 0.01), product((0, 1), repeat=2)):
        # Of carriers who would get it without smoking, 0.2, and of the others: do they, smoking?
        evidence = 0.14 * 0.1 + 0.21 * (0.2 * if_so + 0.8 * if_not)
        ratios.append((0.14 * both + 0.21 * 0.2 * if_so) / evidence)
    found = ask(guessing(1), UNIT)
    (warning,) = found.warnings
    assert (warning.code, warning.low) == ("W450", pytest.approx(min(ratios), abs=1e-12))
    assert warning.high == pytest.approx(max(ratios)) == pytest.approx(0.0434 / 0.056)
    assert warning.help() == "it can be anything in [0.0000, 0.7750]"
    assert warning.low <= found.bounds.low <= found.bounds.high <= warning.high


def test_an_answer_with_guesses_does_not_look_exact(guessing, ask):
    """Of smokers 0.6 have the gene; their risk without smoking is a guess, from 0 to 1."""
    text = "P(Cough[Smoke=0]=1 | Smoke=1)"
    found = ask(guessing(0), text)
    assert found.rung == 3
    assert found.identified
    assert found.rests_on_guesses
    assert found.probability == pytest.approx(0.4 * 0.105 + 0.6 * 0.2)
    (warning,) = found.warnings
    ends = 0.4 * 0.105 + 0.6 * 0.1, 0.4 * 0.105 + 0.6 * 0.6
    assert (warning.low, warning.high) == pytest.approx(ends)
    assert "identified, exact but for guesses, " in found.how
    assert found.to_dict()["rests_on_guesses"] is True
    assert ends == pytest.approx((0.102, 0.402))
    assert "it can be anything in [0.1020, 0.4020]" in str(found)
    sure = ask(replace(guessing(0), known=Fitted()), text)
    assert "identified, exact, " in sure.how
    assert "rests_on_guesses" not in sure.to_dict()


def test_a_table_has_the_width_of_its_widest_row(guessing, ask):
    (warning,) = ask(guessing(0), "P(Cough[Smoke=0] | Smoke=1)").warnings
    assert (warning.low, warning.high) == (None, None)
    assert warning.help() == "each probability can be off by at most 0.3000"


def test_a_difference_has_the_ends_of_its_sides(guessing, ask):
    text = "P(Cough[Smoke=0]=1 | Smoke=1) - P(Cough[Smoke=0]=1 | Smoke=1, Gene=0)"
    (warning,) = ask(guessing(0), text).warnings
    assert (warning.low, warning.high) == pytest.approx((0.102 - 0.105, 0.402 - 0.105))


def test_evidence_that_no_named_model_allows_leaves_the_ends(smoking, ask):
    """They have no gene, or have it, in any proportion: each kind alone gives an end."""
    found = refusal_of(ask, smoking, f"P(Smoke=0 | {OTHERWISE})")
    assert (found.code, found.allowing) == ("E455", ())
    assert found.ends == pytest.approx((0.3, 0.8))
    assert found.help() == (
        "no noise model with a name allows it; under any that does, "
        f"`P(Smoke=0 | {OTHERWISE})` is in [0.3000, 0.8000]"
    )


def test_ends_that_meet_are_the_answer(smoking, ask):
    found = refusal_of(ask, smoking, f"P(Cough=1 | {OTHERWISE}, Smoke=0)")
    assert found.ends == pytest.approx((0.6, 0.6))
    assert found.help().endswith("Smoke=0)` is 0.6000")


def test_a_table_that_no_named_model_answers_has_no_ends(smoking, ask):
    found = refusal_of(ask, smoking, f"P(Smoke, Gene | {OTHERWISE})")
    assert found.help() == "no noise model with a name allows it, but others may"


def test_evidence_that_no_noise_model_allows_is_impossible(binary, ask):
    """Both outcomes are certain: there is nothing to couple."""
    rows = np.array([[1.0, 0.0], [0.4, 0.6]])
    model = Tables(binary("X Y", "X->Y"), {"X": np.array([0.5, 0.5]), "Y": rows})
    assert refusal_of(ask, model, "P(X=1 | Y[X=0]=1, Y[X=1]=0)").code == "E431"


def test_another_model_that_answers_is_named(binary, ask):
    graph = binary("C D", "C->D")
    nodes = tuple(
        replace(n, kind="categorical", domain=Discrete(("0", "1", "2"))) if n.name == "D" else n
        for n in graph.nodes
    )
    rows = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    model = Tables(replace(graph, nodes=nodes), {"C": np.array([0.4, 0.6]), "D": rows})
    text = "P(C=1 | D[C=0]=0, D[C=1]=2)"
    found = refusal_of(ask, model, text)
    assert found.allowing == ("gumbel-max",)
    assert found.help() == (
        f"`--noise-model gumbel-max` allows it; under any that does, `{text}` is 0.6000"
    )
    assert ask(model, text, noise_model="gumbel-max").probability == pytest.approx(0.6)
