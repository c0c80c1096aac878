"""The package from Python: what it offers, what it says of wrong calls, how it shows itself."""

import argparse
import json
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.cli.arguments.query import configure as configure_query
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import METHODS, answer
from scm_compiler.inference.answers import Answer
from scm_compiler.inference.number import Number
from scm_compiler.inference.table import Marginals
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.semantics.query import read_query

PROGRAM = "Rain, Wet : binary\nRain -> Wet\n"
DATA = "Rain,Wet\n0,0\n1,1\n0,1\n1,1\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("python")
    (folder / "d.csv").write_text(DATA)
    graph = scm.parse(PROGRAM, "rain")
    return scm.train(graph, data=f"csv:{folder / 'd.csv'}", path=folder / "rain-1")


def test_the_import_is_light_and_every_name_is_there():
    code = (
        "import sys, scm_compiler as scm; heavy = {'torch', 'numpy', 'lark'} & set(sys.modules);"
        "assert not heavy, heavy; assert dir(scm) == scm.__all__;"
        "[getattr(scm, name) for name in scm.__all__]"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_text_is_a_graph_or_an_error():
    graph = scm.parse(PROGRAM)
    assert [(edge.source, edge.target) for edge in graph.edges] == [("Rain", "Wet")]
    with pytest.raises(ScmError, match="E2"):
        scm.parse("Rain : binary\nRain -> Wet\n")
    with pytest.raises(TypeError, match="takes the text of a program, not a int"):
        scm.parse(3)


def test_names_of_files_are_no_graphs():
    said = r"takes a graph, not `diet.scm`: pass what `scm.load\(…\)` gives"
    for call in (scm.train, scm.compile, scm.draw):
        with pytest.raises(TypeError, match=said):
            call("diet.scm")


def test_a_regime_takes_names_and_values(run):
    with pytest.raises(TypeError, match=r"do takes names and values, `do\(Name=1\)`"):
        run.do("Rain=1")
    with pytest.raises(TypeError, match=r"`Rain` is its name or a number, not \[1\]"):
        run.given(Rain=[1])
    assert run.given(Rain=1.0).resolved == run.given(Rain=1).resolved
    assert run.do(Rain=np.int64(1)).text == run.do({"Rain": "1"}).text == "do(Rain=1)"


def test_a_regime_is_refused_when_it_is_made(run):
    for make in (run.do, run.given, run.do(Wet=1).given):
        with pytest.raises(scm.ScmError, match="did you mean `Rain`") as caught:
            make(rain=1)
        assert [found.code for found in caught.value.diagnostics] == ["E410"]
    with pytest.raises(scm.ScmError):
        run.do(Rain=2)


def test_an_answer_is_a_number(run):
    assert float(run.query("P(Wet=1)")) == run.query("P(Wet=1)").probability
    with pytest.raises(ValueError, match="is not one number"):
        float(run.query("P(Wet)"))


def test_the_folder_of_a_run_has_one_name_everywhere(tmp_path):
    graph, data = scm.parse(PROGRAM, "rain"), {"Rain": [0, 1], "Wet": ["no", "yes"]}
    for name, folder in (("run", tmp_path / "new"), ("path", str(tmp_path / "old"))):
        assert str(scm.train(graph, data=data, **{name: folder}).path) == str(folder)


def test_without_pandas_a_frame_says_what_it_needs(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for ask in (run.sample(2).to_pandas, run.query("P(Wet)").to_pandas):
        with pytest.raises(ImportError, match="pip install pandas"):
            ask()


def test_answers_as_frames(run):
    pytest.importorskip("pandas")
    one = run.query("P(Wet=1)")
    assert one.to_pandas().to_dict("list") == {
        "query": ["P(Wet=1)"],
        "probability": [one.probability],
        "low": [one.interval.low],
        "high": [one.interval.high],
    }
    table = run.query("P(Rain, Wet)")
    frame = table.to_pandas()
    assert list(frame.columns) == ["Rain", "Wet", "probability", "low", "high"]
    assert frame.probability.sum() == pytest.approx(1)
    assert frame.low.tolist() == [row.probability.interval.low for row in table.firm.value.rows]
    regime = run.do(Wet=1).answer().to_pandas().set_index(["label", "value"])
    assert list(regime.columns) == [
        *("probability", "low", "high"),
        *("seen", "seen_low", "seen_high"),
    ]
    assert regime.loc["Rain", "1"].seen == pytest.approx(
        run.query("P(Rain=1 | Wet=1)").probability
    )
    unit = run.query("P(Wet[Rain=0]=1 | Rain=1, Wet=1)").to_pandas()
    assert unit.bounds_low[0] <= unit.probability[0] <= unit.bounds_high[0]


def test_samples_as_frames_hold_the_names_of_values(tmp_path):
    pandas = pytest.importorskip("pandas")
    graph = scm.parse("H : categorical(x, y, z)\nA : binary\nH -> A\n", "g")
    data = {"H": ["x", "y", "z", "x"], "A": [0, 1, 1, 0]}
    sample = scm.train(graph, data=data, run=tmp_path / "run").sample(50, seed=1)
    frame = sample.to_pandas()
    assert frame.H.tolist() == sample.values("H")
    assert list(frame.H.cat.categories) == ["x", "y", "z"]
    assert frame.A.tolist() == sample["A"].tolist()
    again = scm.train(graph, data=frame, run=tmp_path / "again")
    assert again.labels.counts.tolist() == frame.groupby(["H", "A"], observed=True).size().tolist()
    assert isinstance(frame, pandas.DataFrame)


def test_an_unknown_option_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"`mle` has no option `step`; its options are .*`steps`"):
        configure("mle", step=3)


def test_how_things_show_themselves(run):
    assert repr(scm.load("celeba_g1")) == "Graph('celeba_g1', 9 labels, 1 image, 23 edges)"
    assert repr(run) == f"Run({str(run.path)!r}, mle, TVD 0.000)"
    assert repr(run.do(Rain=1)) == f"Regime({str(run.path)!r}, do(Rain=1))"
    answer = run.query("P(Wet=1)")
    assert repr(answer) == str(answer)
    assert repr(run.do(Rain=1).answer().value).splitlines()[0] == "label  value  probability"


def test_a_table_in_a_notebook():
    value = Marginals({"A & B": {"0": Number(0.25), "1": Number(0.75)}})
    found = Answer("do(A=1)", 2, True, "exact", None, 0.0, "", value)._repr_html_()
    assert "<tr><th>label</th><th>value</th><th>probability</th></tr>" in found
    assert "<tr><td>A &amp; B</td><td>1</td><td>0.75000</td></tr>" in found
    assert value._repr_html_() in found


class Tags(HTMLParser):
    """Which tags are open, and whether each is closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text = [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("br", "img"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += f"{data} "


def test_every_result_shows_itself_in_a_notebook(run):
    graph = scm.parse('A, "<b>" : binary\nH : categorical(x, y)\nA -> H\nA <-> "<b>"\n', "g")
    rain = scm.parse(PROGRAM, "rain")
    tables = Tables(rain, {"Rain": np.full(2, 0.5), "Wet": np.array([[0.7, 0.3], [0.4, 0.6]])})
    unit = "P(Wet[Rain=1] | Rain=0, Wet=0)"
    imagined = answer(read_query(unit, rain), tables, text=unit)
    units = run.given(Wet=1).counterfactual(7, do={"Rain": 0})
    shown = {
        "g: 3 labels, 1 edge, 1 hidden common cause": graph,
        "csv:": run,
        "P(Wet=1) = 0.75000": run.query("P(Wet=1)"),
        "0.75000": run.query("P(Wet=1)").value,
        "whatever the noise model": imagined,
        "Wet[Rain=1]": imagined.value,
        "identified by truncated factorisation": run.explain("P(Wet=1 | do(Rain=1))"),
        "7 rows of 2 labels": run.sample(7),
        "noise model: threshold": units,
    }
    for words, result in shown.items():
        assert words in Tags(result._repr_html_()).text
        assert repr(result)
        json.dumps(result.to_dict())
    assert Tags(graph._repr_html_()).text.split().count("<b>") == 2


def test_a_counterfactual_by_values(run):
    """In these rows rain always wets, so that it would have."""
    found = run.counterfactual("Wet", do={"Rain": 1}, given={"Rain": 0, "Wet": 0})
    assert found.rung == 3
    assert found.value["1"] == 1
    assert found.value["1"] == run.query("P(Wet[Rain=1]=1 | Rain=0, Wet=0)").probability
    with pytest.raises(ScmError, match="E41"):
        run.counterfactual("Wett", do={"Rain": 1})


def test_a_drawing_in_a_notebook():
    shown = scm.draw(scm.parse(PROGRAM, "rain"))
    assert repr(shown) == "Drawing(Graph('rain', 2 labels, 1 edge))"
    assert shown._repr_svg_().rstrip().endswith("</svg>")
    assert "Rain" in shown.svg


def test_a_sample_by_the_names_of_its_values(run):
    drawn = run.do(Rain=1).sample(7)
    assert drawn.values("Rain") == ["1"] * 7
    assert drawn.to_dict()["Wet"] == [str(value) for value in drawn["Wet"]]
    head, *rows, more = repr(drawn).splitlines()
    assert (head.split(), len(rows), more) == (["Rain", "Wet"], 5, "… 7 rows in all")
    assert rows[0].split() == ["1", drawn.values("Wet")[0]]


def test_one_list_of_methods(run):
    parser = argparse.ArgumentParser()
    configure_query(parser)
    choices = next(action.choices for action in parser._actions if action.dest == "method")
    assert tuple(choices) == tuple(METHODS)
    with pytest.raises(ValueError, match="no method `guess`; there are `auto`, `exact`"):
        run.query("P(Wet=1)", method="guess")
