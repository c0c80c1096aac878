"""What is planned is what is done: plan and answer agree on the method, or on the refusal."""

import os

import numpy as np
import pytest

import scm_compiler as scm
from benchmarks.unchanged.questions import Asker, Program
from scm_compiler.diagnostics import ScmError

GRAPHS = int(os.environ.get("SCMC_EXAMPLES", "6"))
"""Random graphs of each kind, each asked fifty questions."""

OF_THE_DATA = {"E431", "E435", "E443", "E444", "E455"}
"""What only the numbers can refuse: a plan looks at none."""


def outcome(ask):
    """The code of a refusal, or the method."""
    try:
        return ask().method
    except ScmError as refusal:
        return refusal.diagnostics[0].code


@pytest.mark.parametrize("number", range(GRAPHS))
@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "hidden"])
def test_a_plan_and_its_answer_agree(hidden, number, tmp_path):
    random = np.random.default_rng((11, hidden, number))
    program = Program(random, hidden=hidden, wide=False)
    (tmp_path / "rows.csv").write_text(program.rows(random, int(random.integers(30, 400))))
    graph = scm.parse(program.text())
    run = scm.train(graph, data=f"csv:{tmp_path}/rows.csv", stage="labels", path=tmp_path / "run")
    asker, compared = Asker(program, random), 0
    for _ in range(50):
        question = asker.question()
        done = outcome(lambda question=question: run.query(question))
        if done in OF_THE_DATA:
            continue
        assert outcome(lambda question=question: run.explain(question)) == done, question
        compared += 1
    assert compared > 10
