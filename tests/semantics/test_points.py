"""Real nodes in a question about identification."""

from math import inf

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.semantics.points import pointed
from scm_compiler.semantics.query import read_query

TEXT = "Age : real(20, 90)\nDose : real(0, inf)\nPain : real\nIll : binary\n"
MEDICINE = parse_text(f"{TEXT}Age -> Dose\nDose, Age -> Pain\nPain -> Ill")


def test_a_graph_without_real_nodes_is_itself():
    graph = parse_text("A, B : binary\nA -> B")
    assert pointed(graph, "P(B | do(A=1))") is graph


def test_the_numbers_of_a_query_are_values_within_the_ends():
    graph = pointed(MEDICINE, 'P(Age=30 | do(Dose="1e3"), Pain=-2.5)')
    assert graph.domain("Age").values[:-1] == ("30",)
    assert graph.domain("Dose").values[:-1] == ("0", "1", "30", "1e3")
    assert graph.domain("Pain").values[:-1] == ("0", "1", "30", "1e3", "-2.5")
    assert graph.hash == MEDICINE.hash
    assert all(len(set(map(float, d.values))) == d.size for d in graph.domains.values())


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-inf, -5), (1e300, inf), (-1e-9, 1e-9)])
def test_there_is_a_number_that_the_query_does_not_name(low, high):
    graph = parse_text(f"A : real({low!r}, {high!r})\nB : binary\nA -> B")
    named = ", ".join(f'A="{number}"' for number in (low, high, 0.5, 0.25, -6, 1e300))
    values = [float(value) for value in pointed(graph, named).domain("A").values]
    assert all(low <= value <= high for value in values)
    assert f'"{values[-1]}"' not in named


@pytest.mark.parametrize(
    "question",
    [
        "P(Pain | do(Dose=4))",
        "P(Pain | do(Dose))",
        "E(Pain | do(Dose=4)) - E(Pain | do(Dose=0))",
        "ATE(Dose -> Pain)",
        "P(Pain[Dose=4] | Dose=2)",
        "P(Ill=1 | do(Dose=4), Age=30)",
        "do(Dose=4)",
    ],
)
def test_questions_about_real_nodes_are_identified(question):
    """As they are where the same nodes have a few values."""
    found = MEDICINE.identify(question)
    assert found.identified
    kinds = "Age : categorical(30, 40)\nDose : categorical(0, 1, 2, 4)\nPain : categorical(0, 1)\n"
    few = parse_text(f"{kinds}Ill : binary\nAge -> Dose\nDose, Age -> Pain\nPain -> Ill")
    assert [str(part) for part in few.identify(question).found] == [str(p) for p in found.found]


def test_one_number_may_be_written_in_two_ways():
    assert MEDICINE.identify("P(Pain[Dose=4]=1 | Dose=4.0, Pain=1)").identified
    assert not MEDICINE.identify("P(Pain[Dose=4]=1 | Dose=5, Pain=1)").identified


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("P(Pain | do(Dose=much))", "E411", "its values are real numbers from 0"),
        ("P(Ill | Age=19)", "E411", "its values are real numbers from 20 to 90"),
        ("P(Ill | do(Dose=-1))", "E411", "its values are real numbers from 0"),
        ("ATE(Age -> Pain)", "E420", "ATE(Age -> …, … vs …)"),
    ],
)
def test_a_number_that_the_node_does_not_have(question, code, said):
    with pytest.raises(ScmError) as caught:
        MEDICINE.identify(question)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert said in found.help()


@pytest.mark.parametrize("question", ["P(Pain)", "P(Ill | Age=30)", "E(Pain | do(Dose=4))"])
def test_its_numbers_are_not_computed_yet(question):
    with pytest.raises(ScmError) as caught:
        read_query(question, MEDICINE)
    assert {found.code for found in caught.value.diagnostics} == {"E304"}


HIDDEN = f"{TEXT}Age -> Dose\nDose -> Pain\nPain -> Ill\nDose <-> Pain\n"


def test_asserts_that_hold():
    assert parse_text(f"{HIDDEN}assert Age _||_ Ill | Dose, Pain").reals
    assert parse_text(f"{HIDDEN}assert identified P(Dose | do(Age=30))").reals


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("Age _||_ Pain", "E210"),
        ("identified P(Pain | do(Dose=4))", "E520"),
        ("identified P(Pain[Dose=4] | Dose=2)", "E523"),
    ],
)
def test_asserts_that_do_not_hold(claim, code):
    with pytest.raises(ScmError) as caught:
        parse_text(f"{HIDDEN}assert {claim}")
    assert [found.code for found in caught.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("question", "identified"),
    [
        ("E(Y | do(X=1), Z=2)", True),
        ("E(Y | do(X=1), Z > 2)", False),
        ("E(Y | do(X=1), Z <= -2)", False),
        ("E(Y | do(X=1), Z > 2, Z < 2.5)", False),
        ("E(Y | do(X=1), Z != 2)", False),
        ("E(Y | do(X=1), Y > 1)", False),
        ("E(Y | do(Z=1), X > 2)", True),
        ("P(Z=1 | do(Y=2), X > 2)", True),
    ],
)
def test_a_range_has_several_numbers(question, identified):
    """Of which is seen the hidden cause of X and Z tells more."""
    graph = parse_text("X, Z, Y : real\nX -> Z -> Y\nX <-> Z")
    assert graph.identify(question).identified is identified


def test_a_range_is_within_the_ends():
    values = pointed(MEDICINE, "P(Pain > 85 | Age < 30)").domain("Age").values
    assert all(20 <= float(value) <= 90 for value in values)
    assert sum(float(value) < 30 for value in values) > 1
    assert sum(float(value) > 85 for value in values) > 1
