"""The canonical text of each program of fmt/ stands beside it."""

from pathlib import Path

import pytest

from scm_compiler.compiler import read_source
from scm_compiler.diagnostics import Sink
from scm_compiler.shipped import example_programs
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import print_file

PROGRAMS = sorted((Path(__file__).parent / "fmt").glob("*.scm"))


def formatted(path):
    source = read_source(path)
    sink = Sink(source)
    program = parse(source, sink)
    sink.check()
    return print_file(program)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_canonical_text(program, golden):
    golden(program.with_suffix(".txt"), formatted(program))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_canonical_text_stays_as_it_is(program):
    expected = program.with_suffix(".txt")
    assert formatted(expected) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", example_programs().values(), ids=lambda p: p.parent.name)
def test_the_examples_are_canonical(program):
    assert formatted(program) == program.read_text(encoding="utf-8")
