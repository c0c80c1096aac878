"""The campaign's own machinery: it survives every case, and counts it."""

import sys
from pathlib import Path

import pytest

from tests.fuzz import campaign, running
from tests.fuzz.campaign import Tally, Worker, table
from tests.fuzz.case import Case
from tests.fuzz.running import run_case


def test_a_worker_outlives_its_cases_or_is_begun_again(tmp_path):
    worker, tally = Worker(tmp_path, module="tests.fuzz.bad_cases"), Tally()
    try:
        for kind in ("fine", "hang", "grow", "end", "fine"):
            tally.add(worker.ask(kind, 0, 0))
    finally:
        worker.end()
    assert (tally.cases, tally.hangs, tally.faults, tally.oversized, tally.died) == (5, 1, 1, 1, 1)
    assert tally.codes == {0: 2, 70: 1}
    assert {path.name for path in tmp_path.iterdir()} == {"hang-0-0", "grow-0-0"}
    assert (tmp_path / "grow-0-0/again.sh").read_text() == "scmc grow\n"
    assert (tmp_path / "grow-0-0/fault.txt").read_text().endswith("MemoryError\n")


def test_a_worker_that_does_not_answer_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(campaign, "WALL", 0)
    worker = Worker(tmp_path, module="tests.fuzz.bad_cases")
    assert worker.ask("fine", 0, 0) is None
    assert worker.process is None


def _leaves_a_file(_):
    Path("half").write_text("x")
    return 2


def _raises(_):
    return 1 / 0


def _says(out="", err="", code=0):
    def said(_):
        sys.stdout.write(out)
        sys.stderr.write(err)
        return code

    return said


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (_says("fine\n"), ""),
        (_says(err="error\n", code=2), ""),
        (_raises, "ZeroDivisionError"),
        (_leaves_a_file, "a refusal left or changed files"),
        (_says("\x1b[31m"), "control characters"),
        (_says(code=1), "exit code 1 without a word"),
        (_says(err="?", code=3), "exit code 3"),
        (_says("fine\n"), "the law"),
    ],
)
def test_what_is_wrong_with_a_command_is_told(act, fault, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "main", act)
    law = (lambda *_: fault) if fault == "the law" else Case({}, ()).law
    outcome = run_case(Case({"g.scm": b""}, (("check", "g.scm"),), law=law), tmp_path / "case")
    assert fault in outcome.fault
    assert bool(fault) == bool(outcome.fault)


@pytest.mark.parametrize(("out", "ok"), [('{"a": 1}', True), ('{"a": NaN}', False), ("", False)])
def test_a_json_document_is_one(out, ok, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "main", _says(out))
    outcome = run_case(Case({}, (("check", "--json"),)), tmp_path / "case")
    assert (not outcome.fault) == ok


def test_the_table_sums_its_kinds():
    one, two = Tally(), Tally()
    answer = {"codes": [0, 1], "fault": "", "hung": False, "oversized": False}
    one.add({**answer, "seconds": 1.5, "growth": 2**20})
    two.add({**answer, "seconds": 0.5, "growth": 2**21, "fault": "?"})
    *_, last = table({"one": one, "two": two}).splitlines()
    cells = [cell.strip() for cell in last.strip("|").split("|")]
    assert cells == ["all", "2", "4", "2", "2", "0", "0", "1", "0", "0", "0", "1.5 s", "2 MiB"]
