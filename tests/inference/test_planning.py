"""What `--explain` says."""

import json

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import Setting, plan


def test_the_plan_names_what_is_cut_and_left_out(smoking, parsed):
    planned = plan(parsed("P(Cancer=1 | do(Smoke=1))", smoking.graph), smoking.graph)
    (part,) = planned.parts
    assert (planned.rung, planned.identified, planned.method) == (2, True, "exact")
    assert part.cut == ("Gene -> Smoke",)
    assert part.rests_on == ("Gene", "Cancer")
    assert part.barren == ("Cough",)
    assert part.order == ("Gene",)
    assert part.largest == 4
    assert planned.to_dict()["plan"][0]["cut"] == ["Gene -> Smoke"]
    json.dumps(planned.to_dict())
    assert str(planned).splitlines()[0] == (
        "rung 2 (intervene), identified, exact contraction, no image head needed"
    )


def test_separated_labels_are_named(binary, parsed):
    graph = binary("A B C D", "A->B B->C D->C")
    planned = plan(parsed("P(C=1 | B=1)", graph), graph)
    assert planned.parts[0].separated == ("A", "B")
    assert planned.parts[0].rests_on == ("D", "C")


def test_each_term_has_its_part_once(smoking, parsed):
    asked = {
        "P(Smoke=1, Gene | Cough=1)": ["P(Smoke | Cough)", "P(Gene | Cough, Smoke)"],
        "ATE(Smoke -> Cancer)": ["P(Cancer | do(Smoke))"],
        "P(Smoke=1 | do(Smoke=1))": [],
    }
    for text, parts in asked.items():
        planned = plan(parsed(text, smoking.graph), smoking.graph)
        assert [part.asks for part in planned.parts] == parts


def test_what_would_not_fit_is_weighted(binary, parsed):
    names = [f"X{i}" for i in range(30)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    children = [f"C{i}" for i in range(len(pairs))]
    edges = [f"{p}->{c}" for pair, c in zip(pairs, children, strict=True) for p in pair]
    graph = binary(" ".join(names + children), " ".join(edges))
    text = f"P(X0=1 | {', '.join(f'{child}=1' for child in children)})"
    planned = plan(parsed(text, graph), graph)
    assert planned.method == "weighted"
    assert planned.parts[0].largest == 2.0**29
    with pytest.raises(ScmError, match="E433"):
        plan(parsed(text, graph), Setting(graph, estimated=True))
    assert "would hold 2^30 numbers at once; the limit is 2^26" in str(planned)


def test_a_counterfactual_is_planned_as_a_network_of_worlds(smoking, parsed):
    query = parsed("P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)", smoking.graph)
    planned = plan(query, smoking.graph)
    assert (planned.rung, planned.identified, planned.method) == (3, False, "exact")
    evidence, whole = planned.parts
    assert evidence.rests_on == ("Gene", "Smoke", "Cancer")
    assert sorted(whole.rests_on) == ["Cancer", "Cancer'", "Gene", "Smoke"]
    assert whole.order == ("Gene",)
    assert whole.barren == ("Cough",)
    json.dumps(planned.to_dict())


def test_a_counterfactual_of_the_world_as_it_is_needs_no_second_copy(smoking, parsed):
    query = parsed("P(Cancer[Smoke=1]=1 | Smoke=1)", smoking.graph)
    planned = plan(query, smoking.graph)
    assert planned.identified
    assert planned.parts[-1].rests_on == ("Gene", "Smoke", "Cancer")


def test_cost_is_what_the_contraction_does(smoking, parsed):
    planned = plan(parsed("P(Cough=1)", smoking.graph), smoking.graph)
    assert planned.parts[0].cost >= np.prod([2, 2, 2])
    assert planned.parts[0].cost <= 40


def test_the_plan_says_by_what_it_is_identified(smoking, parsed):
    plans = {
        text: plan(parsed(text, smoking.graph), smoking.graph)
        for text in (
            "P(Cough=1 | Gene=1)",
            "P(Cough=1 | do(Smoke=1))",
            "P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)",
        )
    }
    seen, held, other = plans.values()
    assert "identified by observation" in str(seen)
    assert "truncated factorisation: the graph has no hidden common causes" in str(held)
    assert "not identified: the worlds share the noise of Cancer" in str(other)


def test_a_question_that_comes_again_is_one_row_of_a_table(smoking, parsed):
    planned = plan(parsed("P(Gene=1 | do(Smoke=1), Cough=0)", smoking.graph), smoking.graph)
    assert planned.parts[0].again == 8
    assert planned.parts[0].rule == "min-fill"
    assert "one table of 8 numbers" in str(planned)
    assert planned.parts[0].peak >= planned.parts[0].largest


def test_mechanisms_without_a_table_are_named(binary, parsed):
    names = [f"X{i:02}" for i in range(30)]
    graph = binary(" ".join([*names, "Y"]), " ".join(f"{name}->Y" for name in names))
    without = Setting(graph, networks=frozenset({"Y"}))
    planned = plan(parsed("P(Y=1)", graph), without)
    assert (planned.method, planned.parts[0].run) == ("weighted", ("Y",))
    known = ", ".join(f"{name}=1" for name in names[:20])
    planned = plan(parsed(f"P(Y=1 | do({known}))", graph), without)
    assert (planned.method, planned.parts[0].run) == ("exact", ("Y",))
    known = ", ".join(f"{name}=1" for name in names[:8])
    planned = plan(parsed(f"P(Y=1 | do({known}))", graph), without)
    assert planned.method == "weighted"
    assert "would run a mechanism on more than 2^18 configurations" in str(planned)
    other = plan(parsed("P(Y[X00=0]=1 | X00=1, Y=1)", graph), without)
    assert (other.method, other.identified) == ("weighted", False)


def test_a_regime_beyond_one_sweep_is_planned_label_by_label(binary, parsed):
    random = np.random.default_rng(1)
    names = [f"N{i}" for i in range(160)]
    edges = [
        f"{names[parent]}->{names[i]}"
        for i in range(2, 160)
        for parent in sorted(random.choice(i, 2, replace=False))
    ]
    graph = binary(" ".join(names), " ".join(edges))
    planned = plan(parsed("given(N3=1)", graph), graph)
    assert "the most costly of 159 labels" in planned.parts[0].asks
