"""The pipeline."""

import gc
import io
import sys
from pathlib import Path

import pytest

from scm_compiler.compiler import LARGEST_FILE, STANDARD_INPUT, check, decode, load, read_source
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.kinds import BUILTIN, NodeKind


def test_load_gives_the_graph(tmp_path):
    path = tmp_path / "pair.scm"
    path.write_text("A, B : binary\nA -> B\n")
    graph = load(path)
    assert (graph.name, [node.name for node in graph.nodes]) == ("pair", ["A", "B"])
    assert load(str(path)) == graph


def test_load_finds_an_example():
    graph = load("celeba_g1")
    assert len(graph.labels) == 9
    assert [node.name for node in graph.images] == ["Face"]


def test_load_refuses_with_every_error(tmp_path):
    path = tmp_path / "bad.scm"
    path.write_text("A : binary\nA -> B\nA -> A\n")
    with pytest.raises(ScmError) as refusal:
        load(path)
    assert [found.code for found in refusal.value.diagnostics] == ["E201", "E203"]
    assert refusal.value.exit_code == 1


def test_check_keeps_warnings_of_a_right_program():
    graph, report = check(Source("g.scm", "A, B : binary\nA -> B; A -> B"))
    assert graph is not None
    assert [found.code for found in report.diagnostics] == ["W201"]


def test_kinds_of_packages_are_looked_for_where_one_is_used(monkeypatch):
    coin = NodeKind("coin", BUILTIN["binary"].domain, "a package")
    monkeypatch.setattr("scm_compiler.compiler.installed", lambda: BUILTIN.extended(coin))
    graph, _ = check(Source("g.scm", "A : coin"))
    assert graph is not None
    assert graph.nodes[0].kind == "coin"


@pytest.mark.parametrize("text", ["A : binary", "A -> A", "A :"])
def test_the_garbage_collector_is_left_as_it_was(text):
    assert gc.isenabled()
    check(Source("g.scm", text))
    assert gc.isenabled()


def test_read_source_names_the_file(tmp_path):
    path = tmp_path / "g.scm"
    path.write_text("A : binary")
    assert read_source(path).name == str(path)


def test_asserts_are_decided_up_to_a_bound(monkeypatch):
    source = Source("g.scm", "A, B, C : binary\nA -> B -> C\nassert A _||_ C | B\n")
    monkeypatch.setattr("scm_compiler.compiler.MOST_STEPS", 5)
    assert check(source)[0] is not None
    monkeypatch.setattr("scm_compiler.compiler.MOST_STEPS", 4)
    graph, report = check(source)
    assert graph is None
    assert [found.code for found in report.diagnostics] == ["E470"]


def refusal(content):
    with pytest.raises(ScmError) as caught:
        decode("t.scm", content)
    return caught.value


def test_a_byte_order_mark_is_not_part_of_the_text():
    assert decode("t.scm", b"\xef\xbb\xbfA : binary").text == "A : binary"


@pytest.mark.parametrize(
    ("content", "offset", "line"),
    [
        (b"\xff\xfe", 0, 1),
        (b"A : binary\ncaf\xe9", 14, 2),
        (b"\xef\xbb\xbfA\xe9", 4, 1),
        (b"A\n\nB\xc3", 4, 3),
    ],
)
def test_the_place_of_the_first_wrong_byte(content, offset, line):
    (found,) = refusal(content).diagnostics
    assert (found.code, found.offset, found.line) == ("E108", offset, line)
    assert found.byte == content[offset]


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "big.scm"
    with path.open("wb") as stream:
        stream.truncate(100 * 2**20)  # a sparse file: nothing is written
    with pytest.raises(ScmError, match="8 MiB") as caught:
        read_source(path)
    assert caught.value.diagnostics[0].code == "E110"


def test_a_file_at_the_limit_is_read():
    assert len(decode("t.scm", b"\n" * LARGEST_FILE).text) == LARGEST_FILE


def test_a_folder_is_not_a_program(tmp_path):
    with pytest.raises(ScmError) as caught:
        read_source(tmp_path)
    assert caught.value.diagnostics[0].code == "E114"
    assert caught.value.exit_code == 2


def test_standard_input(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(b"A : binary"))
    monkeypatch.setattr(sys, "stdin", stream)
    source = read_source(STANDARD_INPUT)
    assert (source.name, source.text) == ("<stdin>", "A : binary")


def test_the_name_is_the_path(tmp_path):
    path = tmp_path / "g.scm"
    path.write_text("A : binary")
    assert read_source(Path(path)).name == str(path)
