"""The benchmark of growth: its programs are programs, and its outcomes are told apart."""

import pytest

from benchmarks.growth import FAMILIES, rows, run, tied
from scm_compiler.compiler import parse_text


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@pytest.mark.parametrize("size", [3, 40])
def test_each_family_is_a_program_with_its_two_nodes(family, size):
    question = family(size)
    assert {question.first, question.last} <= parse_text(question.program).by_name.keys()


def test_an_answer_and_a_refusal():
    found = {verb: outcome for _, _, verb, outcome in rows([tied], ["check", "worlds"], 10, 20)}
    assert found["check"].ending == "answer"
    assert found["worlds"].ending == "E523"
    assert all(outcome.bounded for outcome in found.values())


def test_what_takes_too_long_is_stopped(tmp_path):
    outcome = run((), tmp_path, 1, program="while True: pass")
    assert outcome.ending == "stopped"
    assert not outcome.bounded
