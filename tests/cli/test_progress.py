"""What is printed while some work goes on."""

from scm_compiler.cli.console import Console
from scm_compiler.cli.progress import Remaining


def test_what_share_is_done_and_how_long_the_rest_takes(capsys):
    watching = Remaining("classifier", Console())
    watching.start(200, 0)
    for step in range(1, 201):
        watching.move(step, 0.2 * step)
    assert capsys.readouterr().err.splitlines() == [
        "classifier: 25 %, about 30s left",
        "classifier: 50 %, about 20s left",
        "classifier: 75 %, about 10s left",
    ]


def test_quick_work_prints_nothing(capsys):
    watching = Remaining("classifier", Console())
    watching.start(10, 0)
    for step in range(1, 11):
        watching.move(step, 0.5 * step)
    assert capsys.readouterr().err == ""
