"""`scmc import`."""

import json

import pytest

import scm_compiler as scm
from scm_compiler.cli.main import main

BIF = """network asia { }
variable smoke { type discrete [ 2 ] { yes, no }; }
variable lung { type discrete [ 2 ] { yes, no }; }
probability ( smoke ) { table 0.5, 0.5; }
probability ( lung | smoke ) { (yes) 0.1, 0.9; (no) 0.01, 0.99; }
"""
DAGITTY = 'dag { X [exposure,pos="0,1"] Y [outcome] U [latent] U -> {X Y} X -> M -> Y }'


@pytest.fixture
def here(here):
    (here / "net.bif").write_text(BIF)
    (here / "net.txt").write_text(DAGITTY)
    return here


def test_a_network_becomes_a_program_and_a_run(here, capsys):
    assert main(["import", "net.bif"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "wrote net.scm: 2 labels, 1 edge\nrun   runs/net-1\n"
    assert 'next: scmc query "P(lung | do(smoke=no))"' in shown.err
    text = (here / "net.scm").read_text()
    assert text.splitlines()[2:] == ["smoke, lung : categorical(yes, no)", "", "smoke -> lung"]
    run = scm.latest_run()
    assert run.graph.hash == scm.load("net.scm").hash
    assert run.program == text
    assert run.query("P(lung=yes | do(smoke=yes))").probability == pytest.approx(0.1)
    assert main(["query", "P(lung=yes)", "-q"]) == 0
    assert "0.05500" in capsys.readouterr().out


def test_the_graph_alone_or_a_run_elsewhere(here):
    assert main(["import", "net.bif", "-o", "a.scm", "--no-run"]) == 0
    assert not (here / "runs").exists()
    assert main(["import", "net.bif", "-o", "b.scm", "--run", "elsewhere/r"]) == 0
    assert scm.open_run("elsewhere/r").manifest.data.origin == "bif:net.bif"


def test_a_drawing_becomes_a_program_with_positions(here, capsys):
    assert main(["import", "net.txt", "-o", "g.scm"]) == 0
    assert (here / "g.scm").read_text().splitlines() == [
        "graph net",
        "",
        "X    : binary  # at 0, 1",
        "Y, M : binary",
        "",
        "M -> Y",
        "X -> M",
        "",
        "X <-> Y",
    ]
    shown = capsys.readouterr()
    assert "warning[W821]" in shown.err
    assert "next: scmc query --adjustment 'ATE(X -> Y)' --on g.scm" in shown.err
    assert main(["fmt", "--check", "g.scm"]) == 0


def test_nothing_is_overwritten_unless_that_is_asked_for(here, capsys):
    (here / "net.scm").write_text("mine")
    assert main(["import", "net.bif"]) == 2
    assert "error[E829]" in capsys.readouterr().err
    assert ((here / "net.scm").read_text(), (here / "runs").exists()) == ("mine", False)
    assert main(["import", "net.txt", "--force"]) == 0
    assert (here / "net.scm").read_text().startswith("graph net")


def test_the_format_can_be_named(here):
    (here / "net.graph").write_text("X -> Y")
    assert main(["import", "net.graph"]) == 2
    assert main(["import", "net.graph", "--format", "dagitty"]) == 0
    assert scm.load("net.scm").hash == scm.parse("X, Y : binary\nX -> Y").hash


def test_json(here, capsys):
    assert main(["import", "net.txt", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["marks"] == {"exposure": ["X"], "outcome": ["Y"]}
    assert [one["code"] for one in found["diagnostics"]] == ["W823", "W821"]
    assert (found["artifacts"], found["run"]) == (["net.scm"], None)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.dot", "digraph { a -> b", "E821"),
        ("a.dot", "graph { a -- b }", "E822"),
        ("a.csv", "a,b\n0,x\n0,0", "E830"),
        ("a.csv", "a,b\n0,2\n0,0", "E842"),
        (
            "a.bif",
            "variable x { type discrete [ 2 ] { a, b }; } probability ( x ) { table -1 -1; }",
            "E836",
        ),
        ("a.json", "{}", "E504"),
        ("a.bif", "variable", "E680"),
        ("a.xyz", "", "E820"),
        ("a.mmd", "flowchart TD", "E820"),
        ("a.dot", 'digraph { "a \\"b\\"" -> c }', "E826"),
        (
            "a.bif",
            "variable x { type discrete [ 1 ] { a }; } probability ( x ) { table 1; }",
            "E826",
        ),
    ],
)
def test_a_bad_file_leaves_nothing_behind(here, capsys, name, content, code):
    (here / name).write_text(content)
    before = sorted(here.rglob("*"))
    assert main(["import", name]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "shown"), [("", ': `""'), ("two\nlines", ': `"two'), ('\\"b\\"', 'quote: `"b"`')]
)
def test_a_name_that_no_program_holds_is_shown_where_it_stands(here, capsys, name, shown):
    (here / "a.dot").write_text(f'digraph {{ A; "{name}" -> B }}')
    assert main(["import", "a.dot"]) == 2
    message = capsys.readouterr().err
    assert shown in message
    assert "--> a.dot:1:14" in message


def test_a_variable_of_one_value_is_shown_where_it_stands(here, capsys):
    variables = "variable x { type discrete [ %d ] { %s }; } probability ( x ) { table %s; }"
    (here / "a.bif").write_text("\n" + variables % (1, "a", "1"))
    assert main(["import", "a.bif"]) == 2
    assert "--> a.bif:2:10" in capsys.readouterr().err


def test_a_missing_file(here, capsys):
    assert main(["import", "nope.dot"]) == 2
    assert "`nope.dot`: No such file" in capsys.readouterr().err
