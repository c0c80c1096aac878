"""`scmc eval`."""

import json
import re

import numpy as np
import pytest

from scm_compiler.cli.main import main
from scm_compiler.compiler import parse_text
from scm_compiler.ir import Edge, Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.folder import finish, restart
from scm_compiler.runtime.storage.tensors import cannot_write
from scm_compiler.runtime.training.loop import Outcome


@pytest.fixture
def run(tmp_path):
    """A trained run with an image and no head."""
    nodes = (Node("Rain", "binary", BINARY), Node("Wet", "binary", BINARY))
    image = Node("Photo", "image", Image(3, 16, 16))
    edges = (Edge("Rain", "Wet"), Edge("Rain", "Photo"), Edge("Wet", "Photo"))
    rows = "Rain,Wet\n" + "0,0\n" * 9 + "0,1\n" + "1,1\n" * 8 + "1,0\n" * 2
    (tmp_path / "rain.csv").write_text(rows)
    graph = Graph("rain", (*nodes, image), edges)
    return train(graph, data=f"csv:{tmp_path / 'rain.csv'}", path=tmp_path / "runs" / "rain-1")


def test_labels_alone(run, capsys):
    assert main(["eval", str(run.path)]) == 0
    shown = capsys.readouterr()
    assert "TVD 0.0000 (exact)" in shown.out
    assert "where doing differs" not in shown.out  # a cause without causes: seeing is doing
    assert "note[N690]: no head is trained for `Photo`" in shown.err


@pytest.fixture
def confounded(tmp_path):
    """Cloud -> Rain, Wet and Rain -> Wet; the weather has names."""
    graph = parse_text(
        "Cloud : categorical(clear, grey)\nRain, Wet : binary\nCloud -> Rain, Wet\nRain -> Wet\n"
    )
    cloud = ["clear"] * 8 + ["grey"] * 8
    rain = [0] * 6 + [1] * 2 + [0] * 2 + [1] * 6
    wet = [0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0]
    data = {"Cloud": cloud, "Rain": rain, "Wet": wet}
    return train(graph, data=data, tables="shares", run=tmp_path / "runs" / "cloud-1")


def test_causes_stand_beside_their_effects_with_their_intervals(confounded, capsys):
    assert main(["eval", "--run", str(confounded.path)]) == 0
    out = capsys.readouterr().out
    lines = [re.split(r"  +", line) for line in out.splitlines()]
    known = "95 % from 16 rows"
    assert ["label", "value", "data", "model", known] in lines
    assert any(line[:4] == ["Cloud", "grey", "0.5000", "0.5000"] for line in lines)
    start = lines.index(["where doing differs most from seeing"])
    assert lines[start + 1][:4] == ["regime", "of", "model", known]
    # P(Wet=1 | do(Rain=1)) = (1/2 + 5/6) / 2, and of the 8 rows with rain 6 are wet.
    (rain,) = (line for line in lines[start:] if line[:2] == ["do(Rain=1)", "Wet=1"])
    assert (rain[2], rain[4], rain[5]) == ("0.667", "0.667", "0.750")
    low, high = map(float, rain[3].strip("[]").split(", "))
    assert low < 0.667 < high
    assert not any(line[1:2] == ["Rain=1"] and "Wet" in line[0] for line in lines[start:])
    page = (confounded.path / "eval.html").read_text()
    assert page.count(f"<th>{known}</th>") == 2


def test_data_of_ones_own_by_their_path(confounded, tmp_path, capsys):
    (tmp_path / "held.csv").write_text("Cloud,Rain,Wet\nclear,0,0\ngrey,1,1\n")
    assert main(["eval", str(confounded.path), "--data", str(tmp_path / "held.csv")]) == 0
    assert f"against csv:{tmp_path / 'held.csv'}" in capsys.readouterr().out


def test_json_is_the_report_in_the_run(run, capsys):
    assert main(["eval", str(run.path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    stored = json.loads((run.path / "eval.json").read_text())
    assert document["labels"] == stored["labels"]
    assert [d["code"] for d in document["diagnostics"]] == ["N690"]
    (told,) = (
        i
        for i in stored["labels"]["interventions"]
        if (i["regime"], i["label"]) == ("do(Rain=1)", "Wet")
    )
    interval = told["model"].pop("interval")
    assert told["model"] == {"value": pytest.approx(0.8)}
    # Of Beta(8.5, 2.5), the posterior of 8 of 10 rows under Jeffreys' prior.
    assert interval["low"] == pytest.approx(0.4937, abs=0.03)
    assert interval["high"] == pytest.approx(0.9547, abs=0.03)
    assert (interval["level"], interval["rows"], told["caused"]) == (0.95, 20, True)
    assert np.allclose(stored["labels"]["agreement"]["marginals"]["Wet"], [[0.55, 0.45]] * 2)


def test_the_page_goes_where_it_is_wanted(run, tmp_path):
    page = tmp_path / "page.html"
    assert main(["eval", str(run.path), "--html", str(page), "-q"]) == 0
    assert "<svg" in page.read_text()
    assert not (run.path / "eval.html").exists()


def test_a_place_that_cannot_be_written_is_refused_at_once(run, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        "scm_compiler.cli.eval.evaluate_run", lambda *_, **__: pytest.fail("work was done")
    )
    page = tmp_path / "nowhere" / "page.html"
    assert main(["eval", str(run.path), "--html", str(page)]) == 2
    assert f"error[E657]: cannot write `{page}`" in capsys.readouterr().err


def test_what_was_found_is_told_though_the_disk_is_full(run, capsys, monkeypatch):
    def full(path, *_, **__):
        raise cannot_write(path, OSError(28, "No space left on device"), resumable=False)

    monkeypatch.setattr("scm_compiler.cli.eval.write_file", full)
    assert main(["eval", str(run.path)]) == 2
    shown = capsys.readouterr()
    assert "TVD 0.0000 (exact)" in shown.out
    assert "error[E657]" in shown.err


def test_a_report_is_no_part_of_the_run(run):
    """A second report after the training went on must not make the run look changed."""
    assert main(["eval", str(run.path), "-q"]) == 0
    finished = finish(restart(run), Outcome("complete", 1, 0.0, {}), 1, {})
    assert "eval.json" not in finished.manifest.files
    (run.path / "eval.json").write_text("{}")
    assert open_run(run.path).trained


def test_the_same_seed_gives_the_same_report(run):
    reports = []
    for _ in range(2):
        assert main(["eval", str(run.path), "-q"]) == 0
        reports.append((run.path / "eval.json").read_bytes())
    assert reports[0] == reports[1]


def test_no_run(tmp_path, capsys):
    assert main(["eval", str(tmp_path / "nothing")]) == 2
    assert "E651" in capsys.readouterr().err
