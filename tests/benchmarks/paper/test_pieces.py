"""The pieces of the report: which there are, and that a killed one goes on."""

from dataclasses import replace

import pytest

from benchmarks.paper import pieces, task
from benchmarks.paper.continuous import SyntheticGan
from benchmarks.paper.pieces import SECTIONS, Order, perform, results
from benchmarks.paper.scale import SCALES, SMOKE
from benchmarks.paper.store import Store
from benchmarks.paper.synthetic import train_generator
from benchmarks.paper.task import Task

HALF_AN_HOUR, AN_HOUR = 1800, 3600


def test_every_section_has_pieces_and_judges_come_first():
    found = Order("quick", photographs="folder:x").pieces()
    names = [piece.name for piece in found]
    assert len(set(names)) == len(names)
    assert {piece.section for piece in found} == set(SECTIONS)
    assert [name for name in names if name.endswith("/judges")] == names[:2]


def test_photographs_are_left_out_where_there_are_none():
    assert {piece.section for piece in Order("quick").pieces()} == {"synthetic", "labels", "faces"}


@pytest.mark.parametrize(("scale", "planned"), [("quick", HALF_AN_HOUR), ("long", AN_HOUR)])
def test_the_report_is_planned_for_its_time_on_two_cores(scale, planned):
    found = Order(scale).pieces()
    assert sum(piece.seconds for piece in found) / 2 < 0.95 * planned
    assert max(piece.seconds for piece in found) < planned / 2


def test_only_some_are_done():
    order = Order("smoke")
    assert {p.section for p in order.pieces(["labels"])} == {"labels"}
    assert [p.name for p in order.pieces(["synthetic/fc3"])] == ["synthetic/fc3"]


def test_a_result_is_made_anew_for_other_settings_or_code(tmp_path, monkeypatch):
    store, order = Store(tmp_path), Order("smoke")
    perform(tmp_path, order, "labels/mle")
    assert set(results(store, order)) == {"labels/mle"}
    assert not results(store, replace(order, seed=1))
    monkeypatch.setattr(pieces, "code", lambda: "changed")
    assert not results(store, order)


def test_the_code_that_is_digested_exists():
    assert len(pieces.code().split()[0]) == 16


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


def test_a_piece_that_was_killed_ends_as_if_it_had_never_been(tmp_path, monkeypatch):
    scale = replace(SMOKE, synthetic_steps=24, synthetic_seconds=600.0, replicas=1)
    whole = train_generator(Task(scale, 0, tmp_path / "whole", "cpu"), "fc3")

    monkeypatch.setattr(task, "CHECKPOINT_SECONDS", 0.0)
    advance = SyntheticGan.advance

    def killed_at_ten(self, steps):
        if self.done >= 10:
            raise Killed
        return advance(self, steps)

    broken = Task(scale, 0, tmp_path / "broken", "cpu")
    monkeypatch.setattr(SyntheticGan, "advance", killed_at_ten)
    with pytest.raises(Killed):
        train_generator(broken, "fc3")

    taken = []

    def counted(self, steps):
        taken.append(self.done)
        return advance(self, steps)

    monkeypatch.setattr(SyntheticGan, "advance", counted)
    assert train_generator(broken, "fc3").facts == whole.facts
    assert taken[0] >= 9, "it began again"


def test_the_sizes_are_named_as_they_are_chosen():
    assert {name: scale.name for name, scale in SCALES.items()} == {n: n for n in SCALES}
