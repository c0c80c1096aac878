"""`scmc import --data` and `scmc init --from`: kinds from the columns of a table."""

import json

import pytest

import scm_compiler as scm
from scm_compiler.cli.main import main
from tests.cli.test_import import BIF

ROWS = "".join(
    f"{30 + rank % 40},{'yes' if rank % 3 else 'no'},{rank % 2},{('NA', 'b', 'c')[rank % 3]},7\n"
    for rank in range(120)
)
TABLE = f"age,ill,treated,work class,unit\n{ROWS}"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path


DRAFT = """graph t

ill          : categorical(no, yes)
treated      : binary
"work class" : categorical(b, c)  # 40 of 120 rows have no value

# not declared, though columns of t.csv:
# age: 40 different numbers, 30 to 69: cut them into classes, as `pandas.cut` does
# unit: one value in all rows

# write what causes what: A, B -> C
"""


def test_a_table_becomes_a_draft_without_edges(here, capsys):
    assert main(["init", "--from", "t.csv"]) == 0
    assert capsys.readouterr().out == "wrote t.scm: 3 labels\n"
    assert (here / "t.scm").read_text() == DRAFT
    assert main(["check", "t.scm"]) == 0
    assert main(["init", "--from", "csv:t.csv", "--to", "new/u.scm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.split("\n", 1)[1])["artifacts"] == ["new/u.scm"]


def test_a_draft_replaces_nothing_and_needs_a_table(here, capsys):
    (here / "t.scm").write_text("mine")
    assert main(["init", "--from", "t.csv"]) == 2
    assert "E829" in capsys.readouterr().err
    assert (here / "t.scm").read_text() == "mine"
    assert main(["init", "--from", "u.csv"]) == 2
    assert "E602" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["init", "--from", "t.csv", "hair"])


def test_the_graph_of_a_drawing_and_the_kinds_of_a_table(here, capsys):
    (here / "g.txt").write_text('ill <- treated; ill <- "work class"')
    assert main(["import", "g.txt", "--data", "csv:t.csv"]) == 0
    assert capsys.readouterr().err == ""
    graph = scm.load("g.scm")
    assert graph.by_name["ill"].domain.values == ("no", "yes")
    assert graph.by_name["treated"].kind == "binary"
    assert graph.by_name["work class"].domain.values == ("b", "c")


def test_what_the_table_does_not_tell_is_one_warning(here, capsys):
    (here / "g.txt").write_text(
        'dag { age -> ill; Treated -> ill; x [kind="categorical(u, v, w)"] x -> ill }'
    )
    assert main(["import", "g.txt", "--data", "csv:t.csv", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert found["code"] == "W843"
    assert "the values of 2 nodes" in found["message"]
    assert "`Treated` (there is no such column, only `treated`)" in found["message"]
    assert "`age` (40 different numbers, 30 to 69" in found["message"]
    assert scm.load("g.scm").by_name["x"].domain.values == ("u", "v", "w")


def test_a_network_tells_its_values_itself(here):
    (here / "net.bif").write_text(BIF)
    assert main(["import", "net.bif", "--data", "csv:t.csv"]) == 0
    assert scm.load("net.scm").by_name["lung"].domain.values == ("yes", "no")
