"""Reading BIF, in the dialects that occur."""

import gzip

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import parse_bif, read_bif
from scm_compiler.interop.bif import bif_document

SPRINKLER = """
network unknown {
}
// a comment
variable rain { type discrete [ 2 ] { yes, no }; property position = (1, 2) ; }
variable sprinkler { type discrete [ 3 ] { off, low, high }; }
variable wet { type discrete[2] { yes no }; }  /* no comma,
                                                  two lines */
probability ( rain ) { table 0.2, 0.8; }
probability ( sprinkler | rain ) {
  (yes) 0.99, 0.005, 0.005;
  (no) 0.6, 0.3, 0.1;
}
probability ( wet | sprinkler, rain ) {
  (off, yes) 0.8, 0.2;
  (low, yes) 0.9, 0.1;
  (high, yes) 0.99, 0.01;
  default 0.5, 0.5;
  (off, no) 0.0, 1.0;
}
"""


def parsed(text):
    return parse_bif(Source("net.bif", text))


def code_of(text):
    with pytest.raises(ScmError) as refusal:
        parsed(text)
    assert refusal.value.exit_code == 2
    (diagnostic,) = refusal.value.diagnostics
    return diagnostic.code


def test_graph_and_tables():
    model = parsed(SPRINKLER)
    assert [node.name for node in model.graph.nodes] == ["rain", "sprinkler", "wet"]
    assert model.graph.parents["wet"] == ("rain", "sprinkler")
    assert model.graph.by_name["sprinkler"].domain.values == ("off", "low", "high")
    # The file lists wet's parents the other way round.
    wet = model.probabilities["wet"]
    assert wet[0, 2].tolist() == [0.99, 0.01]
    assert wet[1, 0].tolist() == [0.0, 1.0]
    assert wet[1, 1].tolist() == [0.5, 0.5]


def test_rows_are_normalised_after_reading():
    text = 'variable "A" { type discrete [ 3 ] { a, b, c }; } probability ( A ) { table %s; }'
    model = parsed(text % "0.3333333, 0.3333333, 0.3333333")
    assert model.probabilities["A"].sum() == 1
    assert code_of(text % "0.3, 0.3, 0.3") == "E682"


def test_odd_names_are_read_as_they_are():
    model = parsed(
        """
        variable "Asy/Patch" { type discrete [ 2 ] { "<5", "5-12 kg" }; }
        variable Grunting? { type discrete [ 2 ] { yes, no }; }
        variable Asy/Patch2 { type discrete [ 2 ] { <5, >=7.5 }; }
        probability ( "Asy/Patch" ) { table 0.5 0.5; }
        probability ( Grunting? | "Asy/Patch" ) { ("<5") 1 0; ("5-12 kg") 0.25 0.75; }
        probability ( Asy/Patch2 | Grunting? ) { (yes) 1e-3, 0.999; (no) 0.5, 0.5; }
        """
    )
    assert set(model.graph.by_name) == {"Asy/Patch", "Grunting?", "Asy/Patch2"}
    assert model.graph.by_name["Asy/Patch2"].domain.values == ("<5", ">=7.5")
    assert model.probabilities["Grunting?"].tolist() == [[1, 0], [0.25, 0.75]]
    assert model.probabilities["Asy/Patch2"][0, 0] == pytest.approx(1e-3)


def test_one_list_has_the_own_value_slowest():
    """As in JavaBayes' dog-problem: four P(true | ..) first, then their complements."""
    model = parsed(
        """
        variable a { type discrete[2] { "true" "false" }; }
        variable b { type discrete[2] { "true" "false" }; }
        variable c { type discrete[2] { "true" "false" }; }
        probability ( "a" ) { table 0.15 0.85; }
        probability ( "b" ) { table 0.01 0.99; }
        probability ( "c" "b" "a" ) { table 0.99 0.97 0.9 0.3 0.01 0.03 0.1 0.7; }
        """.replace('"c" "b"', '"c" | "b"')
    )
    found = model.probabilities["c"]  # axes a, b, c
    assert found[..., 0].tolist() == [[0.99, 0.9], [0.97, 0.3]]


def test_one_list_with_the_own_value_fastest_is_recognised():
    model = parsed(
        """
        variable a { type discrete[2] { 0, 1 }; }
        variable c { type discrete[2] { 0, 1 }; }
        probability ( a ) { table 0.15 0.85; }
        probability ( c | a ) { table 0.9 0.1 0.3 0.7; }
        """
    )
    assert model.probabilities["c"].tolist() == [[0.9, 0.1], [0.3, 0.7]]
    assert model.graph.by_name["a"].kind == "binary"


A = "variable A { type discrete [ 2 ] { x, y }; } "
PA = "probability ( A ) { table 0.5, 0.5; } "
B = "variable B { type discrete [ 2 ] { x, y }; } "


def _called(name: str, own: str) -> str:
    """A variable with a name of its own in a property."""
    return A.replace("A", name, 1).replace("; }", f"; property scmc_name = {own} ; }}")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E680"),
        ("hello", "E680"),
        ("variable A { type discrete [ 3 ] { x, y }; }", "E680"),
        ("variable A { type discrete [ 2 ] { x, x }; }", "E680"),
        ("variable A { type continuous; }", "E680"),
        ("variable A { }", "E680"),
        ('variable "A', "E680"),
        ("/* never closed", "E680"),
        (A + "probability ( A ) { table 0.5, half; }", "E680"),
        (A + "probability ( A ) { table -0.5, 1.5; }", "E680"),
        (A + "probability ( A ) { table nan, 1; }", "E680"),
        (A + "probability ( A ) { table 0.5, 0.5;", "E680"),
        (A + "probability ( A | Q ) { default 0.5, 0.5; }", "E681"),
        (A + "probability ( Q ) { table 0.5, 0.5; }", "E681"),
        (A + PA + B + "probability ( B | A ) { (x) 1, 0; (z) 0, 1; }", "E681"),
        (A + "probability ( A ) { table 0.5, 0.4, 0.1; }", "E682"),
        (A, "E682"),
        (A + PA + B + "probability ( B | A ) { (x) 1, 0; }", "E682"),
        (A + PA + B + "probability ( B | A ) { (x, y) 1, 0; (y) 1, 0; }", "E682"),
        (A + PA + B + "probability ( B | A ) { (x) 1, 0, 0; (y) 1, 0; }", "E682"),
        (A + A + PA, "E683"),
        (A + PA + PA, "E683"),
        (
            A
            + B
            + "probability ( A | B ) { default 1, 0; } probability ( B | A ) { default 1, 0; }",
            "E684",
        ),
        (A + "probability ( A | A ) { default 1, 0; }", "E684"),
        (A + PA + B + "probability ( B | A, A ) { default 1, 0; }", "E683"),
        (A + PA + B + "probability ( B | A ) { (x) 1, 0; (y) 1, 0; (x) 0, 1; }", "E682"),
        (A + PA + B + "probability ( B | A ) { (x) 1, 0; table 1, 1, 0, 0; }", "E682"),
        (A + "probability ( A ) { table 1, 0; default 0, 1; }", "E682"),
        (A.replace(";", "; type discrete [ 2 ] { a, b };", 1) + PA, "E680"),
        (_called("A", "X") + _called("B", "X") + PA + PA.replace("A", "B"), "E683"),
        (_called("A", "B") + PA + B + PA.replace("A", "B"), "E683"),
    ],
)
def test_what_is_wrong_is_refused(text, code):
    assert code_of(text) == code


def test_a_file_cut_anywhere_is_refused_or_read():
    for end in range(0, len(SPRINKLER), 7):
        try:
            parsed(SPRINKLER[:end])
        except ScmError:
            continue
        raise AssertionError(f"read a file cut at {end}")


def test_files_may_be_compressed_and_must_be_text(tmp_path):
    plain, packed = tmp_path / "net.bif", tmp_path / "net.bif.gz"
    plain.write_text(SPRINKLER, encoding="utf-8")
    packed.write_bytes(gzip.compress(SPRINKLER.encode()))
    assert read_bif(plain).graph == read_bif(packed).graph
    assert read_bif(plain).graph.name == "net"
    for damage in (b"\xff\xfe\x00", packed.read_bytes()[:40], b""):
        target = packed if damage.startswith(b"\x1f") else plain
        target.write_bytes(damage)
        with pytest.raises(ScmError) as refusal:
            read_bif(target)
        assert refusal.value.diagnostics[0].code in ("E680", "E685")


@pytest.mark.parametrize(
    ("name", "nodes", "edges"),
    [
        ("asia", 8, 8),
        ("cancer", 5, 4),
        ("earthquake", 5, 4),
        ("sachs", 11, 17),
        ("survey", 6, 6),
        ("alarm", 37, 46),
    ],
)
def test_the_networks_of_the_bnlearn_repository(shared_data, name, nodes, edges):
    model = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    assert (len(model.graph.nodes), len(model.graph.edges)) == (nodes, edges)
    for table in model.probabilities.values():
        assert np.allclose(table.sum(-1), 1, atol=1e-12)


KENNEL = """network "yard" { // two of them
}
variable "away" { type discrete[2] { "true" "false" }; property "position = (1, 2)" ; }
variable "noise" { type discrete[2] { "true" "false" }; }
variable "lamp" { type discrete[3] { "off" "dim" "on" }; }
probability ( "away" ) { table %s ; }
probability ( "lamp" ) { table 0.5 0.25 0.25 ; }
probability ( "noise" "away" "lamp" ) { // no bar
  table 0.9 0.8 0.7 0.3 0.2 0.1 0.1 0.2 0.3 0.7 0.8 0.9 ;
}
"""


def test_names_behind_the_first_are_the_parents_without_a_bar():
    model = parsed(KENNEL % "0.25 0.75")
    assert model.graph.parents["noise"] == ("away", "lamp")
    assert model.probabilities["noise"][..., 0].tolist() == [[0.9, 0.8, 0.7], [0.3, 0.2, 0.1]]
    commas = KENNEL.replace('"noise" "away" "lamp"', "noise, away, lamp") % "0.25 0.75"
    assert np.array_equal(parsed(commas).probabilities["noise"], model.probabilities["noise"])


def test_numbers_that_are_not_known_leave_the_graph_to_be_had():
    text = KENNEL % "-1 -1"
    assert code_of(text) == "E836"
    document = bif_document(Source("net.bif", text), "yard")
    assert document.tables is None
    assert document.untold.variable == "away"
    assert document.graph.counts == parsed(KENNEL % "0.5 0.5").graph.counts
    assert code_of(KENNEL % "-0.5 1.5") == "E680"


CUT = """
variable Years of age { type discrete [ 3 ] { (-inf, 20.0], (20,65], (65, inf] }; }
variable Work class { type discrete [ 2 ] { Self employed, Federal gov }; }
variable wage { type discrete [ 2 ] { [0,10), [10,20] }; }
probability ( Years of age ) { table 0.25, 0.5, 0.25; }
probability ( Work class | Years of age ) {
  ((-inf, 20.0]) 0.5, 0.5;
  ((20,65]) 0.25, 0.75;
  ((65, inf]) 1.0, 0.0;
}
probability ( wage | Work class, Years of age ) {
  default 0.5, 0.5;
  (Federal gov, (20,65]) 0.125, 0.875;
}
"""


def test_names_of_several_words_and_classes_in_brackets():
    model = parsed(CUT)
    assert set(model.graph.by_name) == {"Years of age", "Work class", "wage"}
    assert model.graph.by_name["Years of age"].domain.values == (
        "(-inf, 20.0]", "(20,65]", "(65, inf]",
    )  # fmt: skip
    assert model.graph.by_name["wage"].domain.values == ("[0,10)", "[10,20]")
    assert model.graph.parents["wage"] == ("Years of age", "Work class")
    assert model.probabilities["wage"][1, 1].tolist() == [0.125, 0.875]
    assert model.probabilities["Work class"][:, 0].tolist() == [0.5, 0.25, 1.0]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[ 3 ]", "[ 4 ]", "E680"),
        ("(20,65]) 0.25", "(20,66]) 0.25", "E681"),
        ("| Years of age", "| Years of life", "E681"),
        ("| Work class, Years", "| Work class | Years", "E680"),
        ("wage { type", "wage type", "E680"),
        ("Federal gov, (20,65]) 0.125", "Federal gov, (20,65] 0.125", "E680"),
    ],
)
def test_what_is_wrong_with_such_names_is_refused(old, new, code):
    assert old in CUT
    assert code_of(CUT.replace(old, new)) == code


def test_a_wrong_row_is_shown_by_the_parents_of_the_file():
    with pytest.raises(ScmError) as refusal:
        parsed(SPRINKLER.replace("(high, yes) 0.99", "(high, yes) 0.5"))
    message = refusal.value.diagnostics[0].message()
    assert message == "the table of `wet` is wrong: the row (high, yes) sums to 0.51"
