"""Answers beside those of another checkout: their numbers."""

from types import SimpleNamespace

from benchmarks.beside import numbers
from scm_compiler.inference.number import Number
from scm_compiler.inference.table import Marginals


def test_numbers_are_the_one_or_those_of_all_tables():
    tables = {"A": {"0": Number(0.75), "1": Number(0.25)}, "B": {"0": Number(1.0)}}
    assert list(numbers(SimpleNamespace(value=Number(0.1)))) == [0.1]
    assert list(numbers(SimpleNamespace(value=Marginals(tables)))) == [0.75, 0.25, 1.0]
