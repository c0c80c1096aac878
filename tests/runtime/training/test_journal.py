"""metrics.jsonl."""

import json

from scm_compiler.runtime.training.journal import Journal


def test_lines_are_appended_and_read(tmp_path):
    journal = Journal(tmp_path / "m.jsonl")
    assert journal.read() == []
    journal.write({"step": 1, "loss": 0.5})
    journal.write({"step": 2, "loss": float("nan")})
    assert journal.read() == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": None}]
    for line in journal.path.read_text().splitlines():
        json.loads(line, parse_constant=lambda text: 1 / 0)


def test_rewinding_forgets_later_steps_and_broken_lines(tmp_path):
    journal = Journal(tmp_path / "m.jsonl")
    for step in (10, 20, 30):
        journal.write({"step": step})
    with journal.path.open("a") as stream:
        stream.write('{"step": null}\n{"step": "10"}\n{"step": true}\n[1]\n{"step": 40, "lo')
    journal.rewind(20)
    assert journal.path.read_text() == '{"step": 10}\n{"step": 20}\n'
    journal.rewind(-1)
    assert journal.path.read_text() == ""
