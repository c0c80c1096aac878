"""What `--explain` says."""

import json

import numpy as np

from scm_compiler.runtime.queries import explain


def test_the_plan_names_what_is_cut_and_left_out(smoking, parsed):
    plan = explain(parsed("P(Cancer=1 | do(Smoke=1))", smoking.graph), smoking.graph)
    (part,) = plan.parts
    assert (plan.rung, plan.identified, plan.method) == (2, True, "exact")
    assert part.cut == ("Gene -> Smoke",)
    assert part.rests_on == ("Gene", "Cancer")
    assert part.barren == ("Cough",)
    assert part.order == ("Gene",)
    assert part.largest == 4
    assert plan.to_dict()["plan"][0]["cut"] == ["Gene -> Smoke"]
    json.dumps(plan.to_dict())
    assert str(plan).splitlines()[0] == (
        "rung 2 (intervene), identified, exact contraction, no image head needed"
    )


def test_separated_labels_are_named(binary, parsed):
    graph = binary("A B C D", "A->B B->C D->C")
    plan = explain(parsed("P(C=1 | B=1)", graph), graph)
    assert plan.parts[0].separated == ("A", "B")
    assert plan.parts[0].rests_on == ("D", "C")


def test_each_term_has_its_part(smoking, parsed):
    asked = {
        "P(Smoke=1, Gene | Cough=1)": ["P(Smoke | Cough)", "P(Gene | Cough, Smoke)"],
        "ATE(Smoke -> Cancer)": ["P(Cancer | do(Smoke))"] * 2,
        "P(Smoke=1 | do(Smoke=1))": [],
    }
    for text, parts in asked.items():
        plan = explain(parsed(text, smoking.graph), smoking.graph)
        assert [part.asks for part in plan.parts] == parts


def test_what_would_not_fit_is_sampled(binary, parsed):
    names = [f"X{i}" for i in range(30)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    children = [f"C{i}" for i in range(len(pairs))]
    edges = [f"{p}->{c}" for pair, c in zip(pairs, children, strict=True) for p in pair]
    graph = binary(" ".join(names + children), " ".join(edges))
    text = f"P(X0=1 | {', '.join(f'{child}=1' for child in children)})"
    plan = explain(parsed(text, graph), graph)
    assert plan.method == "sample"
    assert plan.parts[0].largest == 2.0**29
    assert "a table of 2^29 numbers" in str(plan)


def test_a_counterfactual_is_planned_as_a_network_of_worlds(smoking, parsed):
    query = parsed("P(Cancer[Smoke=0]=1 | Smoke=1, Cancer=1)", smoking.graph)
    plan = explain(query, smoking.graph)
    assert (plan.rung, plan.identified, plan.method) == (3, False, "exact")
    evidence, whole = plan.parts
    assert evidence.rests_on == ("Gene", "Smoke", "Cancer")
    assert sorted(whole.rests_on) == ["Cancer", "Cancer'", "Gene", "Smoke"]
    assert whole.order == ("Gene",)
    assert whole.barren == ("Cough",)
    json.dumps(plan.to_dict())


def test_a_counterfactual_of_the_world_as_it_is_needs_no_second_copy(smoking, parsed):
    query = parsed("P(Cancer[Smoke=1]=1 | Smoke=1)", smoking.graph)
    plan = explain(query, smoking.graph)
    assert plan.identified
    assert plan.parts[-1].rests_on == ("Gene", "Smoke", "Cancer")


def test_cost_is_what_the_contraction_does(smoking, parsed):
    plan = explain(parsed("P(Cough=1)", smoking.graph), smoking.graph)
    assert plan.parts[0].cost >= np.prod([2, 2, 2])
    assert plan.parts[0].cost <= 40
