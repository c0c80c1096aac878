"""What a picture shows, checked against what `do` means."""

from dataclasses import replace

import pytest

from scm_compiler.ir import Discrete
from scm_compiler.ir.query import Event, Regime, Setting, Variable
from scm_compiler.render.picture import picture
from scm_compiler.semantics.points import pointed
from scm_compiler.semantics.query import read_query


def test_the_graph_itself_cuts_and_marks_nothing(hair):
    shown = picture(hair)
    assert shown.title == "hair"
    assert shown.caption == ""
    assert {box.mark for box in shown.boxes} == {"free"}
    assert not any(line.cut for line in shown.lines)
    pairs = {(line.source, line.target) for line in shown.lines if line.role != "hidden"}
    assert pairs == {(edge.source, edge.target) for edge in hair.edges}


def test_do_cuts_exactly_the_lines_into_the_node(hair):
    shown = picture(hair, Regime(do=(Setting("Hair", 2),)))
    cut = {(line.source, line.target) for line in shown.lines if line.cut}
    assert cut == {(parent, "Hair") for parent in hair.parents["Hair"]}
    boxes = {box.name: box for box in shown.boxes}
    assert (boxes["Hair"].mark, boxes["Hair"].note) == ("held", "held at blond")


def test_do_cuts_the_hidden_common_cause_of_the_node(front_door):
    shown = picture(front_door, Regime(do=(Setting("Smoking", 1),)))
    assert [(line.role, line.source) for line in shown.lines if line.cut] == [
        ("hidden", "Smoking")
    ]


def test_evidence_is_marked_and_cuts_nothing(front_door):
    seen = (Event(Variable("Tar"), 1),)
    shown = picture(front_door, Regime(given=seen))
    assert not any(line.cut for line in shown.lines)
    marks = {box.name: (box.mark, box.note) for box in shown.boxes}
    assert marks["Tar"] == ("seen", "seen: 1")
    assert marks["Smoking"] == ("free", "")


def test_what_is_seen_in_another_world_says_in_which(front_door):
    elsewhere = Variable("Tar", (Setting("Smoking", 0),))
    shown = picture(front_door, Regime(given=(Event(elsewhere, 1),)))
    marks = {box.name: (box.mark, box.note) for box in shown.boxes}
    assert marks["Tar"] == ("seen", "seen under Smoking=0: 1")


def test_the_caption_is_the_regime_as_written(front_door):
    both = Regime(do=(Setting("Smoking", 1),), given=(Event(Variable("Tar"), 0),))
    assert picture(front_door, both).caption == "do(Smoking=1), given(Tar=0)"


def test_a_node_held_at_its_value_elsewhere_says_so(front_door):
    nested = Setting("Tar", Variable("Tar", (Setting("Smoking", 0),)))
    shown = picture(front_door, Regime(do=(Setting("Smoking", 1), nested)))
    assert shown.caption == "do(Smoking=1, Tar=Tar[Smoking=0])"


def test_images_stand_below_every_label(hair):
    assert picture(hair).ranks[-1] == ("Photo",)


def test_the_second_line_tells_the_domain(hair):
    notes = {box.name: box.note for box in picture(hair).boxes}
    assert notes == {
        "Male": "",
        "Hair": "black · brown · blond",
        "Age": "likert",
        "Photo": "3 × 64 × 48",
    }


def test_the_second_line_tells_ends_and_order(kinds):
    notes = {box.name: box.note for box in picture(kinds).boxes}
    assert notes["Age"] == "real(0, 120)"
    assert notes["Pain"] == ""
    assert notes["School"] == "none < some < much"
    assert notes["Weight"] == "<18.5 · [18.5,25) · >=25"


def test_a_real_node_is_held_at_a_number(kinds):
    drawn = pointed(kinds, "do(Age=42), given(Pain=-0.5)")
    regime = read_query("do(Age=42), given(Pain=-0.5)", drawn)
    shown = picture(drawn, regime)
    assert shown.caption == "do(Age=42), given(Pain=-0.5)"
    assert [box.note for box in shown.boxes[:2]] == ["held at 42", "seen: -0.5"]


def test_many_values_are_counted(hair):
    values = Discrete(tuple(f"value{number}" for number in range(20)))
    nodes = tuple(replace(n, domain=values) if n.name == "Hair" else n for n in hair.nodes)
    notes = {box.name: box.note for box in picture(replace(hair, nodes=nodes)).boxes}
    assert notes["Hair"] == "value0 · value1 · value2 · value3 · 16 more"


def test_the_legend_lists_what_occurs(front_door):
    plain = [sign.text for sign in picture(front_door).legend]
    assert plain == ["binary", "hidden common cause"]
    shown = picture(front_door, Regime(do=(Setting("Smoking", 1),)))
    assert [sign.text for sign in shown.legend] == ["binary", "held by do", "cut by do"]


@pytest.mark.parametrize("name", ["Nobody", "Photo"])
def test_a_regime_on_what_is_no_label_is_the_callers_error(hair, name):
    with pytest.raises(ValueError, match=f"{name} is not a label of hair"):
        picture(hair, Regime(do=(Setting(name, 1),)))
