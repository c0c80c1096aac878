"""Reading the text of a program."""

import io
import sys
from pathlib import Path

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.syntax.source import LARGEST_FILE, STANDARD_INPUT, decode, read_source


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
