"""What the page asks, as plain data: checked against the numbers of the data and of the run."""

import base64
import csv
import gzip
import json
from collections import Counter
from itertools import pairwise

import pytest

from scm_compiler.compiler import load, parse_text
from scm_compiler.playground.session import LONGEST, Session
from scm_compiler.playground.sources import Spec
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import open_run
from scm_compiler.shipped import example_programs, find_run, shipped

ONE = "A, B : binary\nA -> B\n"
FIRST = example_programs()["celeba_g1"].read_text(encoding="utf-8")


@pytest.fixture
def session():
    return Session()


def call(session, verb, **given):
    return json.loads(session.answer(json.dumps({"call": verb, **given})))


def file(text):
    content = text if isinstance(text, bytes) else text.encode()
    return base64.b64encode(content).decode()


def bars(session, text, do=(), given=(), **more):
    return call(session, "bars", text=text, do=dict(do), given=dict(given), **more)


def test_the_page_starts_with_a_program_that_is_answered_at_once(session):
    start = call(session, "start")
    found = call(session, "program", text=start["text"])
    assert found["diagnostics"] == []
    assert found["data"]["ready"]
    assert {"scm", "svg", "dagitty", "bif"} <= set(call(session, "formats")["formats"])
    assert "sprinkler" in start["examples"]


@pytest.mark.parametrize("name", sorted(example_programs()))
def test_every_example_is_drawn(session, name):
    text = call(session, "example", name=name)["text"]
    found = call(session, "program", text=text)
    if name == "own_kind":  # its kind is of a package that is not installed here
        assert found["diagnostics"][0]["code"] == "E301"
        return
    nodes = {node["name"]: node for node in found["graph"]["nodes"]}
    assert set(nodes) == set(load(name).by_name)
    assert all(node["width"] > 0 and node["x"] >= 0 for node in nodes.values())


def test_seeing_and_doing_stand_side_by_side(session):
    """The numbers of the README: seeing a mustache is not painting one."""
    found = bars(session, FIRST, {"Mustache": "1"})
    assert found["seeing"]["labels"]["Male"]["1"]["value"] == pytest.approx(0.99942, abs=1e-5)
    assert found["doing"]["labels"]["Male"]["1"]["value"] == pytest.approx(0.41675, abs=1e-5)
    assert found["doing"]["labels"]["Male"]["1"]["interval"] is None
    assert found["texts"] == ["do(Mustache=1)", "given(Mustache=1)"]


def test_intervals_come_when_they_are_asked_for(session):
    low, high = bars(session, FIRST, {"Mustache": "1"}, firm=True)["doing"]["labels"]["Male"]["1"][
        "interval"
    ]
    assert (low, high) == pytest.approx((0.41455, 0.41893), abs=2e-4)


def test_a_table_that_is_dropped_is_counted(session):
    rows = [("a", "b")] + [("0", "0")] * 3 + [("0", "1")] + [("1", "1")] * 3 + [("1", "0")]
    text = "a, b : binary\na -> b\n"
    assert not call(session, "program", text=text)["data"]["ready"]
    call(session, "table", name="mine.csv", content=file("\n".join(map(",".join, rows))))
    assert call(session, "program", text=text)["data"] == {
        "ready": True,
        "name": "mine.csv",
        "notes": [],
    }
    found = bars(session, text, {"a": "1"})["doing"]["labels"]["b"]["1"]["value"]
    assert 0.5 < found <= 0.75  # the share is 3 of 4, and few rows are shrunk


def test_a_column_of_counts_is_one(session):
    data = shipped("examples", "front_door", "data.csv").read_text(encoding="utf-8")
    text = example_programs()["front_door"].read_text(encoding="utf-8")
    call(session, "table", name="data.csv.gz", content=file(gzip.compress(data.encode())))
    seen = bars(session, text)["doing"]["labels"]["Cancer"]["1"]["value"]
    rows = Counter()
    for row in csv.DictReader(data.splitlines()):
        rows[row["Cancer"]] += int(row["count"])
    assert seen == pytest.approx(rows["1"] / rows.total(), abs=2e-3)


def test_hidden_causes_are_answered_by_the_formula(session):
    """The front door: sum_t P(t | x) sum_x' P(c | x', t) P(x'), from the counts themselves."""
    text = call(session, "example", name="front_door")["text"]
    place = shipped("examples", "front_door", "data.csv")
    rows = Counter()
    for row in csv.DictReader(place.read_text(encoding="utf-8").splitlines()):
        rows[row["Smoking"], row["Tar"], row["Cancer"]] += int(row["count"])

    def share(one, given):
        below = sum(n for key, n in rows.items() if given(*key))
        return sum(n for key, n in rows.items() if given(*key) and one(*key)) / below

    wanted = sum(
        share(lambda _, t, c, tar=tar: t == tar, lambda s, t, c: s == "1")
        * sum(
            share(lambda s, t, c: c == "1", lambda s, t, c, x=x, tar=tar: (s, t) == (x, tar))
            * share(lambda s, t, c, x=x: s == x, lambda s, t, c: True)
            for x in "01"
        )
        for tar in "01"
    )
    found = bars(session, text, {"Smoking": "1"})["doing"]["labels"]["Cancer"]["1"]["value"]
    assert found == pytest.approx(wanted, abs=5e-3)


def test_a_table_that_does_not_fit_says_why(session):
    call(session, "table", name="t.csv", content=file("a\n0\n1\n"))
    found = call(session, "program", text=ONE)["data"]
    assert not found["ready"]
    assert found["notes"] == [
        "t.csv does not fit: no column for the label `A` (did you mean `a`?); "
        "no column for the label `B` (the columns are `a`)"
    ]


def test_a_table_of_other_columns_drafts_a_program(session):
    content = file("age,ill\n30,0\n41,1\n52,1\n63,0\n")
    drafted = call(session, "table", name="people.csv", content=content, text=ONE)["text"]
    assert drafted.startswith("graph people\n")
    assert "binary" in drafted
    fitting = call(session, "table", name="p.csv", content=content, text="ill : binary\n")
    assert "text" not in fitting
    assert "refused" in call(session, "table", name="p.csv", content=file(""), text=ONE)


def test_a_column_of_counts_is_no_label_of_a_draft(session):
    content = file("ill,count\n0,30\n1,10\n")
    drafted = call(session, "table", name="t.csv", content=content, text=ONE)["text"]
    assert list(parse_text(drafted).by_name) == ["ill"]
    assert "# the column `count` says how often each row occurs" in drafted
    assert bars(session, drafted)["doing"]["labels"]["ill"]["1"]["value"] == pytest.approx(0.25)


def test_what_no_program_can_hold_is_left_out_of_a_draft(session):
    content = file('ill,"a ""b""",,\u202ex,odd\n0,0,0,0,"x""y"\n1,1,1,1,z\n')
    drafted = call(session, "table", name="t.csv", content=content, text=ONE)["text"]
    assert list(parse_text(drafted).by_name) == ["ill"]
    for left in ("'a \"b\"'", "''", "'\\u202ex'"):
        assert f"# {left}: a program cannot hold its name: rename it in the table\n" in drafted
    assert "# odd: a program cannot hold all its values: rename them in the table\n" in drafted


def test_rows_with_gaps_are_left_out_and_that_is_said(session):
    content = file("ill\n" + "0\n" * 30 + "1\n" * 10 + "NA\n" * 5)
    drafted = call(session, "table", name="t.csv", content=content, text=ONE)["text"]
    found = call(session, "program", text=drafted)["data"]
    assert found["notes"] == ["5 of 45 rows have gaps and were dropped"]
    assert bars(session, drafted)["doing"]["labels"]["ill"]["1"]["value"] == pytest.approx(0.25)


def test_a_table_that_was_there_before_is_used_again(session):
    def share():
        return bars(session, ONE)["doing"]["labels"]["A"]["1"]["value"]

    rare, often = (file("A,B\n" + "0,1\n" * 90 + "1,0\n" * count) for count in (10, 90))
    first = call(session, "table", name="rare.csv", content=rare, text=ONE)["source"]
    assert share() == pytest.approx(0.1)
    second = call(session, "table", name="often.csv", content=often, text=ONE)["source"]
    assert share() == pytest.approx(0.5)
    assert call(session, "use", source=first) == {}
    assert share() == pytest.approx(0.1)
    call(session, "use", source=second)
    assert share() == pytest.approx(0.5)
    call(session, "use", source=0)
    assert "refused" in bars(session, ONE)


def test_few_of_the_tables_that_were_opened_are_kept(session):
    content = file("A,B\n0,1\n1,0\n")
    numbers = [
        call(session, "table", name=f"{rank}.csv", content=content, text=ONE)["source"]
        for rank in range(9)
    ]
    found = ["refused" not in call(session, "use", source=number) for number in (0, *numbers)]
    assert found == [True] + [False] * 5 + [True] * 4
    call(session, "start")
    assert "refused" in call(session, "use", source=numbers[-1])


def test_what_is_wrong_with_a_table_is_said_of_its_own_name(session):
    (found,) = call(session, "table", name="t.csv", content=file("\0"), text=ONE)["refused"]
    assert found["message"].startswith("`t.csv` is not a table")


def test_each_example_is_answered_whatever_was_asked_before(session):
    """Undone, or opened by its address alone, its program has its table again."""
    for name in ("sprinkler", "front_door", "celeba_g1", "sprinkler"):
        text = call(session, "example", name=name)["text"]
        found = call(session, "program", text=text)["data"]
        origin = "celeba-labels" if name == "celeba_g1" else f"{name}/data.csv"
        assert found == {"ready": True, "name": origin, "notes": []}


def test_every_example_that_is_offered_can_be_read(session):
    for name in call(session, "start")["examples"]:
        text = call(session, "example", name=name)["text"]
        assert call(session, "program", text=text)["graph"], name


def test_a_program_and_its_data_are_what_the_page_begins_with(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("A,B\n" + "0,1\n" * 30 + "1,1\n" * 10)
    session = Session(None, ONE, Spec(str(place)))
    assert call(session, "start")["text"] == ONE
    assert call(session, "program", text=ONE)["data"]["name"] == str(place)
    assert bars(session, ONE)["doing"]["labels"]["A"]["1"]["value"] == pytest.approx(0.25)


@pytest.mark.parametrize("options", ["", "?count=count", "?missing=drop"])
def test_data_that_are_named_are_read_as_those_that_are_opened(tmp_path, options):
    """By hand: 30 of 100 complete rows."""
    place = tmp_path / "t.csv"
    place.write_text("A,B,count\n1,1,30\n0,1,70\n,1,9\n")
    session = Session(None, ONE, Spec(f"{place}{options}"))
    call(session, "start")
    found = call(session, "program", text=ONE)["data"]
    assert found["notes"] == ["1 of 3 rows has gaps and was dropped"]
    seen = bars(session, ONE)
    assert seen["rows"] == 100
    assert seen["doing"]["labels"]["A"]["1"]["value"] == pytest.approx(0.3)


def test_what_named_data_say_of_gaps_holds(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("A,B\n1,1\n0,\n")
    session = Session(None, ONE, Spec(f"{place}?missing=refuse"))
    call(session, "start")
    (said,) = call(session, "program", text=ONE)["data"]["notes"]
    assert "does not fit: no value in row 2 (line 3), column `B`" in said


def test_numbers_that_cause_labels_are_left_out_and_that_is_said(session):
    """Without `dose` nothing tells what `ill` would be; what is seen of both is known."""
    rows = "".join(f"{rank / 7},{rank % 2},{int(rank % 4 > 0)}\n" for rank in range(60))
    content = file("dose,sex,ill\n" + rows)
    text = call(session, "table", name="t.csv", content=content, text="")["text"]
    assert "dose     : real" in text
    assert call(session, "program", text=text)["data"]["notes"] == []
    text += "sex -> dose -> ill\n"
    found = call(session, "program", text=text)
    assert found["graph"]["nodes"][0]["name"] == "dose"
    assert found["data"]["ready"]
    assert found["data"]["notes"] == [
        "`dose` is a number and left out: bars show what follows from the labels alone, and "
        "`scmc train FILE --data t.csv` makes a run, of which `scmc playground RUN` asks all"
    ]
    found = bars(session, text, {"sex": "1"})
    assert found["doing"]["labels"]["ill"]["1"]["value"] == pytest.approx(1, abs=0.05)
    assert found["seeing"]["labels"]["sex"]["1"]["value"] == pytest.approx(1)
    assert "E304" in str(call(session, "ask", text=text, question="P(dose > 1)"))
    asked = call(session, "ask", text=text, question="P(ill=1 | sex=0)")
    assert asked["answer"].startswith("P(ill=1 | sex=0) = 0.5")
    assert asked["warnings"] == ["from the labels alone: a trained run has the numbers as well"]


def test_a_front_door_of_labels_is_answered_beside_numbers(session):
    """A number that causes a label beside it changes nothing of the formula and its answer."""
    text = call(session, "example", name="front_door")["text"]
    wanted = bars(session, text, {"Smoking": "1"})["doing"]["labels"]["Cancer"]
    rows = shipped("examples", "front_door", "data.csv").read_text(encoding="utf-8")
    call(session, "table", name="t.csv", content=file(rows), text=text)
    text += "Age : real\nAge -> Smoking\nAge -> Cancer\n"
    assert bars(session, text, {"Smoking": "1"})["doing"]["labels"]["Cancer"] == wanted


def test_bars_of_a_run_whose_labels_have_real_causes_are_right(tmp_path):
    """By the formula: nothing else causes sex, so doing it is seeing it."""
    place = tmp_path / "t.csv"
    rows = [
        (rank % 2, rank % 2 + rank % 7 / 4, int(rank % 14 in (1, 3, 5, 6))) for rank in range(84)
    ]
    place.write_text("sex,dose,ill\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    graph = parse_text("sex, ill : binary\ndose : real\nsex -> dose -> ill\n")
    session = Session(train(graph, data=str(place), run=tmp_path / "run"))
    text = call(session, "start")["text"]
    assert call(session, "program", text=text)["data"]["notes"] == [
        "`dose` is a number and left out: bars show what follows from the labels alone, and "
        "the question box asks the run, such as E(dose)"
    ]
    found = bars(session, text, {"sex": "1"})["doing"]["labels"]["ill"]["1"]["value"]
    assert found == pytest.approx(3 / 7, abs=0.02)


def test_numbers_alone_have_no_bars(session, tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("x,y\n" + "".join(f"{rank % 5},{rank / 7}\n" for rank in range(60)))
    text = "x, y : real\nx -> y\n"
    found = call(session, "program", text=text)["data"]
    assert (found["ready"], found["notes"]) == (False, [])
    assert found["instead"] == (
        "Every node is a number and has no bars: `scmc train FILE --data TABLE` makes a run, "
        "of which `scmc playground RUN` asks all."
    )
    of_run = Session(train(parse_text(text), data=str(place), run=tmp_path / "run"))
    text = call(of_run, "start")["text"]
    assert call(of_run, "program", text=text)["data"]["instead"] == (
        "Every node is a number and has no bars: the question box asks the run, such as E(y)."
    )
    assert call(of_run, "ask", text=text, question="E(y)")["answer"].startswith("E(y) = ")


def test_the_tables_of_another_program_are_asked(session):
    bif = (
        "network n {}\nvariable A { type discrete [2] { no, yes }; }\n"
        "variable B { type discrete [2] { no, yes }; }\n"
        "probability (A) { table 0.25, 0.75; }\n"
        "probability (B | A) { (no) 0.9, 0.1; (yes) 0.2, 0.8; }\n"
    )
    text = call(session, "read", name="n.bif", content=file(bif))["text"]
    found = bars(session, text)["doing"]["labels"]["B"]["yes"]["value"]
    assert found == pytest.approx(0.25 * 0.1 + 0.75 * 0.8)
    again = call(session, "write", text=text, form="bif", do={}, given={})["text"]
    assert "probability" in again


@pytest.mark.parametrize("form", ["scm", "svg", "mmd", "dagitty", "dot", "gml", "graphml", "json"])
def test_programs_are_written_in_every_format(session, form):
    found = call(session, "write", text=FIRST, form=form, do={"Mustache": "1"}, given={})
    assert "Mustache" in found["text"]
    if form not in ("svg", "mmd"):
        name = f"g.{form}"
        back = call(session, "read", name=name, content=file(found["text"]))
        assert parse_text(back["text"]).edges == parse_text(FIRST).edges


def test_a_question_has_its_plan_formula_and_adjustment(session):
    found = call(session, "ask", text=FIRST, question="P(Smiling=1 | do(Narrow_Eyes=1))")
    assert found["identified"]
    assert found["adjustment"] is None  # Narrow_Eyes does not cause Smiling
    assert "do-calculus" in found["formula"]
    assert found["answer"].startswith("P(Smiling=1 | do(Narrow_Eyes=1)) = 0.")
    assert "rung 2" in found["plan"]
    found = call(session, "ask", text=FIRST, question="P(Narrow_Eyes=1 | do(Smiling=1))")
    assert found["adjustment"] == [["Young", "Male"]]


def test_what_would_have_been(session):
    given = {"Male": "1", "Bald": "1"}
    found = call(session, "imagine", text=FIRST, target="Bald", do={"Male": "0"}, given=given)
    assert found["question"] == "P(Bald[Male=0] | Male=1, Bald=1)"
    assert "rung 3" in found["how"]
    assert "whatever the noise model" in found["answer"]


def test_places_are_kept_in_the_program_and_not_in_its_meaning(session):
    moved = call(session, "place", text=FIRST, places={"Male": [72, 36], "Young": [0, 0]})["text"]
    assert "Male                             : binary  # at 1, 0.5" in moved
    assert parse_text(moved).hash == parse_text(FIRST).hash
    nodes = call(session, "program", text=moved)["graph"]["nodes"]
    (male,) = (node for node in nodes if node["name"] == "Male")
    assert (male["x"], male["y"], male["placed"]) == (72, 36, True)
    again = call(session, "place", text=moved, places={"Male": [72, 36]})["text"]
    assert again == moved


def test_findings_stand_under_the_words_in_units_of_the_page(session):
    text = "# 𝕏\nA : binary\nA -> Bee\n"
    (found,) = call(session, "program", text=text)["diagnostics"]
    start, end = found["span"]
    assert text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == "Bee"
    mends = call(session, "mends", text=text, code=found["code"], at=start)["found"]
    assert any("Bee" in mend["text"] and "Bee : binary" in mend["text"] for mend in mends)


def test_completion_knows_the_nodes(session):
    text = "Rain, Wet : binary\nRain -> W"
    found = call(session, "complete", text=text, at=len(text))["found"]
    assert [one["text"] for one in found] == ["Wet"]
    assert found[0]["span"] == [len(text) - 1, len(text)]


def test_a_run_is_asked_and_an_edited_program_is_fitted_to_its_rows():
    run = open_run(find_run("drawn_faces"))
    session = Session(run)
    start = call(session, "start")
    assert start["images"] == ["Face"]
    found = bars(session, start["text"], {"Mustache": "1"})["doing"]["labels"]["Male"]["1"]
    assert found["value"] == pytest.approx(run.query("P(Male=1 | do(Mustache=1))").probability)
    turned = "Male, Mustache : binary\nMustache -> Male\n"
    seen = bars(session, turned, {"Mustache": "1"})
    counts = run.labels.counts_of(["Mustache", "Male"])[1]
    for side in ("seeing", "doing"):
        value = seen[side]["labels"]["Male"]["1"]["value"]
        assert value == pytest.approx(counts[1] / counts.sum(), abs=1e-3)


def test_a_run_is_asked_about_its_numbers(tmp_path):
    place = tmp_path / "t.csv"
    rows = [(rank % 2, rank / 7 + 5 * (rank % 2)) for rank in range(60)]
    place.write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in rows))
    graph = parse_text("x : binary\ny : real\nx -> y\n")
    run = train(graph, data=str(place), run=tmp_path / "run")
    session = Session(run)
    text = call(session, "start")["text"]
    found = call(session, "ask", text=text, question="E(y | do(x=1))")
    assert found["answer"] == run.query("E(y | do(x=1))").text
    assert "rule 2" in found["formula"]
    assert "E304" in str(call(Session(), "ask", text=text, question="E(y)"))


def test_gaps_in_the_rows_of_a_run_are_no_values(tmp_path):
    place = tmp_path / "t.csv"
    place.write_text("A,B\n" + "0,0\n" * 30 + "1,1\n" * 10 + ",0\n" * 10)
    run = train(parse_text(ONE), data=f"csv:{place}?missing=em", run=tmp_path / "run")
    session = Session(run)
    call(session, "start")
    alone = bars(session, "A : binary\n")["doing"]["labels"]["A"]["1"]["value"]
    assert alone == pytest.approx(0.25)


@pytest.mark.parametrize(
    "request_",
    [
        "",
        "[]",
        "{}",
        '{"call": 1}',
        '{"call": "nothing"}',
        '{"call": "__init__"}',
        '{"call": "program"}',
        '{"call": "program", "text": 3}',
        '{"call": "bars", "text": "A : binary", "do": [], "given": 2}',
        '{"call": "bars", "text": "A : binary", "do": {"A": "7"}, "given": {}}',
        '{"call": "ask", "text": "A : binary", "question": "P("}',
        '{"call": "table", "name": "x.csv", "content": "no base64"}',
        '{"call": "read", "name": "../../etc/passwd", "content": ""}',
        '{"call": "example", "name": "../../pyproject"}',
        "[" * 5000,
        json.dumps({"call": "program", "text": "A" * (LONGEST + 1)}),
    ],
)
def test_whatever_is_wrong_is_said(session, request_):
    found = json.loads(session.answer(request_))
    assert found["refused"][0]["message"]


def test_hostile_programs_do_no_harm(session):
    names = [f"N{rank}" for rank in range(1000)]
    large = f"{', '.join(names)} : binary\n" + "".join(
        f"{left} -> {right}\n" for left, right in pairwise(names)
    )
    found = call(session, "program", text=large)["graph"]
    assert found["large"]
    assert len(found["nodes"]) == 1000
    (cycle,) = call(session, "program", text="A, B : binary\nA -> B -> A\n")["diagnostics"]
    assert cycle["code"] == "E204"
    hostile = call(session, "program", text='"<script>alert(1)</script>" : binary\n')["graph"]
    assert hostile["nodes"][0]["name"] == "<script>alert(1)</script>"
    picture = call(
        session, "write", text='"<script>a</script>" : binary\n', form="svg", do={}, given={}
    )
    assert "<script" not in picture["text"]


def test_without_numpy_programs_are_drawn_and_questions_identified(monkeypatch):
    monkeypatch.setattr("scm_compiler.playground.session.find_spec", lambda _: None)
    session = Session()
    assert call(session, "formats")["formats"] == ["scm", "mmd", "svg"]
    assert call(session, "program", text=ONE)["graph"]["counts"] == "2 labels, 1 edge"
    assert "P(B | A)" in call(session, "ask", text=ONE, question="P(B | do(A))")["formula"]
    assert "numpy" in bars(session, ONE)["refused"][0]["message"]
