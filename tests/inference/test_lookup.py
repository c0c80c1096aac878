"""Questions that come again are answered from one table, with the same numbers."""

from itertools import product

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.lookup import MOST_NUMBERS, tabulate
from scm_compiler.inference.posteriors import Engine
from scm_compiler.inference.shape import Condition
from scm_compiler.model.tables import Tables


def test_every_value_of_the_condition_is_answered_from_the_table(smoking):
    again = Engine(smoking)
    for smoke, cough in product(range(2), repeat=2):
        for condition in (
            Condition({"Smoke": smoke}, {"Cough": cough}),
            Condition({}, {"Smoke": smoke, "Cough": cough}),
        ):
            fresh = Engine(smoking).posterior(("Gene",), condition)
            for _ in range(3):
                assert again.posterior(("Gene",), condition) == pytest.approx(fresh, abs=1e-14)


def test_what_is_impossible_is_refused_each_time(smoking):
    never = Tables(smoking.graph, {**smoking.probabilities, "Gene": np.array([1.0, 0.0])})
    engine = Engine(never)
    engine.posterior(("Smoke",), Condition({}, {"Gene": 0, "Cough": 1}))
    for _ in range(3):
        with pytest.raises(ScmError) as refused:
            engine.posterior(("Cancer",), Condition({}, {"Gene": 1, "Cough": 1}))
        assert refused.value.diagnostics[0].code == "E431"


def test_evidence_beyond_floats_is_worked_out_each_time(smoking):
    tiny = 1e-250
    tables = {
        "Gene": np.array([1.0, tiny]),
        "Smoke": np.array([[1.0, 0.0], [1 - 1e-60, 1e-60]]),
    }
    engine = Engine(Tables(smoking.graph, {**smoking.probabilities, **tables}))
    for _ in range(3):
        found = engine.posterior(("Gene",), Condition({}, {"Smoke": 1}))
        assert found.tolist() == [0.0, 1.0]


def test_a_large_table_is_not_made(binary):
    parents = [f"X{i}" for i in range(14)]
    graph = binary(" ".join([*parents, "Y"]), " ".join(f"{name}->Y" for name in parents))
    rows = {name: np.array([0.5, 0.5]) for name in parents}
    rows["Y"] = np.full([2] * 15, 0.5)
    fixed = dict.fromkeys(parents[:2], 0)
    assert tabulate(graph, rows, [*parents, "Y"], dict.fromkeys(parents, 0), ("Y",)) is None
    found = tabulate(graph, rows, [*parents, "Y"], fixed, ("Y",))
    assert found is not None
    assert found.posterior.size <= MOST_NUMBERS
    assert found.at(fixed).tolist() == [0.5, 0.5]
