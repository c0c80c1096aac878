"""A network through every format, by way of the benchmark: a fault would show."""

import warnings

import numpy as np
import pytest

from benchmarks.round_trips import GRAPHS, TABLES, difference, of_graph, of_tables, own
from scm_compiler.compiler import parse_text
from scm_compiler.model.tables import Tables
from tests.interop.test_bif_text import network

PROGRAM = """
Rain, Sprinkler : binary
Wet             : categorical(dry, damp, soaked)
Slips           : categorical(no, once, often)
Rain            -> Sprinkler
Rain, Sprinkler -> Wet
Wet, Rain       -> Slips
"""


def test_every_format_keeps_a_network_and_others_read_it(tmp_path):
    tables = network(parse_text(PROGRAM, "garden"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyAgrum warns while it is loaded, and cannot be stopped
        shown = {**of_tables(tables, tmp_path, small=True), **of_graph(tables.graph, tmp_path)}
    assert {*TABLES, *GRAPHS} <= shown.keys()
    assert [trial for trial, (_, holds) in shown.items() if not holds] == []


def test_a_number_that_differs_is_seen():
    tables = network(parse_text(PROGRAM, "garden"))
    moved = {
        **tables.probabilities,
        "Rain": tables.probabilities["Rain"] + np.array([1e-9, -1e-9]),
    }
    other = Tables(tables.graph, moved)
    assert difference(tables, lambda: own(other)) == pytest.approx(1e-9)
