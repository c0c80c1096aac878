"""A near miss of a graph file is refused with a code or read as it is meant."""

import random

import pytest

from tests.fuzz.near_misses import OWN, WRITERS, Case, drawn, fault, wrong


def test_near_misses_are_refused_or_read_as_meant():
    assert list(wrong(seed=1, count=700)) == []


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_what_is_changed_is_right_before(writer, tmp_path):
    """Each valid text is read, and as it is meant: a reader that refuses all would pass else."""
    chance = random.Random(2)
    for _ in range(20):
        meant = drawn(chance, hidden=writer not in ("bif", "adjacency"))
        text = WRITERS[writer](chance, meant)
        assert (
            fault(Case(OWN[writer], writer, text.encode(), meant), tmp_path, strict=True) is None
        )
