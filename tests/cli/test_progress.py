"""What is printed while some work goes on."""

from scm_compiler.cli.console import Console
from scm_compiler.cli.progress import Remaining


def test_how_much_is_done_how_fast_and_how_long_the_rest_takes(capsys):
    times = iter([0.0, 0.0, *(0.2 * step for step in range(1, 201))])
    watching = Remaining("classifier", Console(), clock=lambda: next(times))
    watching.start(200, 0)
    for step in range(1, 201):
        watching.move(step, 0.0)
    assert capsys.readouterr().err.splitlines() == [
        "classifier: 50 of 200, 5/s, 30s left",
        "classifier: 100 of 200, 5/s, 20s left",
        "classifier: 150 of 200, 5/s, 10s left",
    ]


def test_quick_work_prints_nothing(capsys):
    times = iter([0.0, 0.0, *(0.5 * step for step in range(1, 11))])
    watching = Remaining("classifier", Console(), clock=lambda: next(times))
    watching.start(10, 0)
    for step in range(1, 11):
        watching.move(step, 0.5 * step)
    assert capsys.readouterr().err == ""
