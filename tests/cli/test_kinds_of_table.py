"""`scmc import --data` and `scmc init --from`: kinds from the columns of a table."""

import json

import pytest

import scm_compiler as scm
from scm_compiler.cli.main import main
from tests.cli.test_import import BIF

NAMES = ("age", "ill", "treated", "work class", "unit", "grade", "pain", "id", "town", "size")


def row(rank):
    few = ("no", "yes", "yes")[rank % 3], rank % 2, ("NA", "b", "c")[rank % 3], 7, 3 - rank % 3
    size = "unknown" if rank % 24 == 0 else rank % 24
    return (30 + rank % 40, *few, ("mid", "low", "high")[rank % 3], rank, f"t{rank % 30}", size)


TABLE = "".join(f"{','.join(map(str, one))}\n" for one in [NAMES, *map(row, range(120))])


@pytest.fixture
def here(here):
    (here / "t.csv").write_text(TABLE)
    return here


DRAFT = """graph t

age          : real  # 30 to 69; as classes: binned(43, 56)
ill          : categorical(no, yes)
treated      : binary
"work class" : categorical(b, c)  # 40 of 120 rows have no value
grade        : ordinal(1, 2, 3)
pain         : ordinal(low, mid, high)

# not declared, though columns of t.csv:
# unit: one value in all rows
# id: a number for each row, one more than the last: an identifier
# town: 30 different texts
# size: 24 different values, numbers but for `unknown`: mend those cells

# write what causes what: A, B -> C
"""


def test_a_table_becomes_a_draft_without_edges(here, capsys):
    assert main(["init", "--from", "t.csv"]) == 0
    assert capsys.readouterr().out == "wrote t.scm: 5 labels, 1 real node\n"
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
        'dag { age -> ill; town -> ill; Treated -> ill; x [kind="categorical(u, v, w)"] x -> ill }'
    )
    assert main(["import", "g.txt", "--data", "csv:t.csv", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert found["code"] == "W843"
    assert "the values of 2 nodes" in found["message"]
    assert "`Treated` (there is no such column, only `treated`)" in found["message"]
    assert "`town` (30 different texts)" in found["message"]
    assert scm.load("g.scm").by_name["age"].kind == "real"
    assert scm.load("g.scm").by_name["x"].domain.values == ("u", "v", "w")


def test_a_network_tells_its_values_itself(here):
    (here / "net.bif").write_text(BIF)
    assert main(["import", "net.bif", "--data", "csv:t.csv"]) == 0
    assert scm.load("net.scm").by_name["lung"].domain.values == ("yes", "no")


def test_what_comes_next_of_numbers_alone_is_training(here, capsys):
    (here / "n.csv").write_text("x,y\n" + "".join(f"{k / 3},{k / 7}\n" for k in range(30)))
    assert main(["init", "--from", "n.csv"]) == 0
    assert capsys.readouterr().err == (
        "next: write what causes what in n.scm; then:\n      scmc train n.scm --data n.csv\n"
    )


def test_a_column_of_counts_is_said_and_named_in_what_comes_next(here, capsys):
    (here / "people.csv").write_text("Diet,Weight,count\npoor,high,160\ngood,normal,320\n")
    told = "the column `count` says how often each row occurs"
    assert main(["init", "--from", "people.csv"]) == 0
    found = capsys.readouterr()
    assert found.out == "wrote people.scm: 2 labels\n"
    assert found.err.startswith(f"{told}\n")
    assert "scmc playground people.scm --data 'people.csv?count=count'\n" in found.err
    assert f"# {told}\n" in (here / "people.scm").read_text()
    (here / "g.txt").write_text("Diet -> Weight")
    assert main(["import", "g.txt", "--data", "people.csv"]) == 0
    said = f"{told}: train with --data 'people.csv?count=count'\n"
    assert said in capsys.readouterr().err
    (here / "h.txt").write_text("Diet -> count")
    assert main(["import", "h.txt", "--data", "people.csv"]) == 0
    assert told not in capsys.readouterr().err
    assert scm.load("h.scm").by_name["count"].kind == "categorical"
