"""The examples in the docstrings of the benchmark's pure parts."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["histogram", "labels", "polynomials", "verdicts"])
def test_the_examples_hold(name):
    found = doctest.testmod(import_module(f"benchmarks.paper.{name}"))
    assert found.attempted
    assert not found.failed
