"""`scmc train`."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from scm_compiler.cli.main import main
from scm_compiler.cli.options import seconds
from scm_compiler.cli.progress import Bar, Lines, described, progress_for
from scm_compiler.compiler import check
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.ir.json import graph_to_json
from scm_compiler.runtime.run import latest_run, open_run
from scm_compiler.runtime.training import Silent
from tests.copies import Copy
from tests.small_disk import small_disk

LABELS = ("--stage", "labels")
PROGRAM = "Male, Mustache : binary\nMale -> Mustache\n"


pytestmark = pytest.mark.usefixtures("here")


def test_the_example_reaches_its_floor(capsys):
    assert main(["train", "celeba_g1", *LABELS]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "TVD      0.1517 to the data, over all 512 cells"
    assert re.fullmatch(r"time     \d+\.\d s", lines[1])
    assert lines[2] == "run      runs/celeba_g1-1"
    assert lines[3] == 'next     scmc query "P(Narrow_Eyes | do(Smiling=1))"'
    assert "202,599 rows, 217 distinct, seed 0" in err
    assert "step 1/1  TVD 0.1517" in err
    assert "Face" not in err


def test_the_program_is_kept_as_it_was_typed(here):
    (here / "faces.scm").write_text("# mine\n\n" + PROGRAM)
    assert main(["train", "-q"]) == 0
    assert latest_run().program == "# mine\n\n" + PROGRAM


def test_quiet_prints_results_only(capsys):
    assert main(["train", "celeba_cg1", *LABELS, "-q"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("TVD      0.0000 ")
    assert err == ""


def test_json_is_one_document(capsys):
    assert main(["train", "celeba_g1", *LABELS, "--json", "--seed", "4"]) == 0
    document = json.loads(capsys.readouterr().out)
    run = open_run(document["run"])
    assert document["graph_hash"] == run.graph.hash
    assert document["seconds"] == run.manifest.seconds
    assert document["metrics"]["tvd"] == pytest.approx(0.15168, abs=1e-5)
    assert (document["ok"], document["status"], document["seed"]) == (True, "complete", 4)


def test_data_of_ones_own_in_a_folder_of_ones_own(here, capsys):
    (here / "p.scm").write_text("Rain, Wet : binary\nRain -> Wet\n")
    (here / "d.csv").write_text("Rain,Wet,day\n0,0,1\n1,1,2\n0,1,3\n")
    assert main(["train", "p.scm", "--data", "d.csv", "--run", "out/mine"]) == 0
    out, err = capsys.readouterr()
    assert "note[N601]: 1 column is left out: `day`" in err
    assert 'next     scmc query "P(Wet | do(Rain=1))" --run out/mine' in out
    assert open_run("out/mine").labels.rows == 3
    assert main(["train", "p.scm", "--data", "csv:d.csv", "--run", "out/mine"]) == 2
    assert "error[E709]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["train"], "E708", 2),
        (["train", "nowhere.scm"], "E113", 2),
        (["train", "bad.scm"], "E2", 1),
        (["train", "rain.scm"], "E614", 2),
        (["train", "celeba_g1", *LABELS, "--data", "csv:none.csv"], "E602", 2),
        (["train", "celeba_g1", *LABELS, "--data", "none.csv"], "E602", 2),
        (["train", "celeba_g1", *LABELS, "--trainer", "wgan"], "E704", 2),
        (["train", "celeba_g1", *LABELS, "--preset", "paper"], "E704", 2),
        (["train", "celeba_g1", *LABELS, "--option", "foo=1"], "E560", 2),
        (["train", "celeba_g1", *LABELS, "--option", "tables=all"], "E560", 2),
        (["train", "celeba_g1", *LABELS, "--option", "table_limit=0"], "E560", 2),
        (["train", "celeba_g1", *LABELS, "--budget", "soon"], "E707", 2),
        (["train", "celeba_g1", *LABELS, "--budget", "0s"], "E707", 2),
        (["train", "celeba_g1", *LABELS, "--steps", "0"], "E707", 2),
        (["train", "celeba_g1", *LABELS, "--seed", "-1"], "E707", 2),
        (["train", "celeba_g1", *LABELS, "--seed", str(2**63)], "E707", 2),
        (["train", "picture.scm"], "E703", 1),
        (["train", "--resume"], "E650", 2),
        (["train", "--resume", "--run", "absent"], "E651", 2),
    ],
)
def test_refusals(here, capsys, words, code, exit_code):
    if len(words) > 1:
        (here / "bad.scm").write_text("A : binary\nA -> B\n")
        (here / "rain.scm").write_text("Rain : binary\n")
        (here / "picture.scm").write_text("Face : image(3, 64, 64)\n")
    assert main(words) == exit_code
    out, err = capsys.readouterr()
    assert f"error[{code}" in err
    assert out == ""
    assert not (here / "runs").exists()


def test_several_programs_and_no_build(here, capsys):
    for name in ("a", "b"):
        (here / f"{name}.scm").write_text(PROGRAM)
    assert main(["train"]) == 2
    err = capsys.readouterr().err
    assert "there is no build here and 2 `.scm` files" in err
    assert "`scmc train a.scm`" in err


def test_the_last_build_comes_before_programs(here, make_pair):
    (here / "a.scm").write_text("Young : binary\n")
    (here / "build" / "pair").mkdir(parents=True)
    (here / "build" / "pair" / "graph.json").write_text(graph_to_json(make_pair))
    assert main(["train", "-q"]) == 0
    assert latest_run().graph == make_pair


@pytest.fixture
def make_pair():
    graph, _ = check(Source("pair", PROGRAM))
    return graph


def test_a_resumed_training_keeps_its_settings(capsys):
    words = ["train", "celeba_g1", *LABELS, "--trainer", "wgan-gp", "--budget", "0.01s"]
    assert main(words) == 0
    run = latest_run()
    assert run.manifest.steps < run.manifest.total == 3000
    capsys.readouterr()
    asked = ["--seed", "1", "--trainer", "mle", "--steps", "5", "--preset", "paper"]
    assert main(["train", "celeba_cg1", *LABELS, "--resume", "--data", "csv:x", *asked]) == 2
    err = capsys.readouterr().err
    assert err.count("error[E706]") == 6
    assert "was started with `--seed 0`, not `--seed 1`" in err
    same = ["--seed", "0", "--trainer", "wgan-gp", "--data", "celeba-labels"]
    assert main(["train", "--resume", "--budget", "0.01s", *same]) == 0
    assert latest_run().path == run.path


def test_what_is_complete_is_not_resumed(capsys):
    assert main(["train", "celeba_g1", *LABELS, "-q"]) == 0
    assert main(["train", "--resume"]) == 2
    assert "error[E705]: `runs/celeba_g1-1` cannot be resumed" in capsys.readouterr().err


def start(*words: str) -> Copy:
    return Copy(partial(main, ["train", *words]), Path.cwd(), seconds=300)


SHORT = ("celeba_g1", *LABELS, "--trainer", "wgan-gp", "--steps", "200")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_saves_and_resume_goes_on(number, code):
    copy = start(*SHORT)
    copy.wait_for("step ")
    copy.signal(number)
    found = copy.ended()
    assert found.code == code
    assert "Traceback" not in found.err
    assert "`scmc train --resume` goes on" in found.err
    run = latest_run()
    assert run.manifest.status == "interrupted"
    assert "run      runs/celeba_g1-1" in found.out
    assert main(["train", "--resume", "--budget", "1s"]) == 0
    assert latest_run().manifest.steps >= run.manifest.steps


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_that_closes_loses_nothing():
    import pty  # noqa: PLC0415  (POSIX)

    process, terminal = pty.fork()
    if not process:
        os.execv(sys.executable, [sys.executable, "-m", "scm_compiler", "train", *SHORT])
    shown = b""
    while b"TVD" not in shown:
        shown += os.read(terminal, 65536)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 129
    assert latest_run().manifest.status == "interrupted"


@pytest.mark.slow
def test_killed_it_goes_on_as_well(capsys):
    copy = start(*SHORT)
    copy.wait_for("step ")
    copy.signal(signal.SIGKILL)
    assert copy.ended().code == -signal.SIGKILL
    assert open_run("runs/celeba_g1-1").manifest.status == "training"
    assert main(["query", "P(Male=1)"]) == 2
    assert "error[E658]" in capsys.readouterr().err
    assert main(["train", "--resume", "--budget", "1s"]) == 0
    assert main(["query", "P(Male=1)"]) == 0


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(b"0" * 4096)


@pytest.fixture
def small(here):
    place = here / "small"
    place.mkdir()
    with small_disk(place) as mounted:
        if not mounted:
            pytest.skip("mounting a small file system is not allowed here")
        yield place


USES = """
import sys, time
from pathlib import Path
from tests.small_disk import small_disk

with small_disk(Path(sys.argv[1])) as mounted:
    print(mounted, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(shutil.which("mount") is None, reason="needs a file system of its own")
def test_a_small_disk_is_gone_with_who_made_it(tmp_path):
    """A run of tests that was killed left it where the next one could not remove it."""
    command = [sys.executable, "-c", USES, str(tmp_path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as user:
        mounted = user.stdout.readline() == "True\n"
        assert tmp_path.is_mount() == mounted
        user.kill()
    until = time.monotonic() + 10
    while tmp_path.is_mount() and time.monotonic() < until:
        time.sleep(0.01)
    assert not tmp_path.is_mount()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mount") is None, reason="needs a file system of its own")
def test_a_full_disk(small, capsys):
    copy = start(*SHORT, "--run", str(small / "run"))
    copy.wait_for("step ")
    _fill(small / "filler")
    found = copy.ended()
    assert found.code == 2
    assert "error[E657]" in found.err
    assert "No space left on device" in found.err
    assert "Traceback" not in found.err
    (small / "filler").unlink()
    assert main(["train", "--resume", "--run", str(small / "run"), "--budget", "1s"]) == 0
    assert "TVD" in capsys.readouterr().out


def test_times():
    assert seconds("90s") == seconds("1m30s") == seconds("90") == 90.0
    assert seconds("2h") == 7200.0
    assert seconds("0.5") == 0.5
    for text in ("", "m", "2d", "-3s", "1s2m", "nan"):
        with pytest.raises(ScmError):
            seconds(text)


class Plain:
    """A console that keeps what it is told."""

    quiet = False

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_plain_lines():
    console = Plain()
    lines = Lines(console)
    lines.start(3000, 150)
    lines.move(300, 4.4)
    lines.report(300, {"distance": 0.25, "tvd": 0.12345})
    lines.stop()
    assert console.notes == [
        "going on after step 150",
        "step 300/3,000  TVD 0.1235  distance 0.25  4 s, 68/s, 40s left",
    ]


def test_the_bar_shows_steps_and_metrics(capsys):
    bar = Bar()
    bar.start(100, 10)
    bar.move(50, 1.0)
    bar.report(100, {"tvd": 0.5})
    bar.stop()
    shown = capsys.readouterr().err
    assert "100/100" in shown
    assert "TVD 0.5000" in shown


def test_a_time_budget_says_about_how_many_steps_it_allows(capsys):
    console = Plain()
    lines, bar = Lines(console), Bar()
    for progress in (lines, bar):
        progress.start(1_000_000, 0)
        progress.move(476, 30.0)
        progress.report(476, {"seconds_left": 90.0})
        progress.stop()
    assert console.notes == ["step 476/~1,904  1m30s left  30 s, 16/s"]
    assert "476/1904" in capsys.readouterr().err


def test_a_bar_only_on_a_terminal(monkeypatch):
    console = Plain()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(progress_for(console), Bar)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(progress_for(console), Lines)
    console.quiet = True
    assert isinstance(progress_for(console), Silent)


def test_an_empty_report_is_an_empty_line():
    assert described({}) == ""


def test_networks_that_share_noise_answer_from_draws_of_the_model(here, capsys):
    (here / "p.scm").write_text("Rain, Wet : binary\nRain <-> Wet\n")
    (here / "d.csv").write_text("Rain,Wet\n0,0\n1,1\n0,1\n")
    words = ["--trainer", "wgan-gp", "--steps", "2", "--data", "csv:d.csv"]
    assert main(["train", "p.scm", *words]) == 0
    out, err = capsys.readouterr()
    assert 'next     scmc query "P(Rain)"' in out
    assert "certifying" in err
    assert main(["query", "P(Rain=1)"]) == 0
    out = capsys.readouterr().out
    assert "estimated from 1,000,000 draws of the model" in out
    assert "±" in out
    assert main(["query", "P(Rain=1)", "--identify"]) == 0


def test_networks_that_share_noise_too_widely_are_not_asked_a_question(here, capsys, monkeypatch):
    monkeypatch.setattr("scm_compiler.runtime.runs.counted_tables.MOST_NUMBERS", 2)
    (here / "p.scm").write_text("Rain, Wet : binary\nRain <-> Wet\n")
    (here / "d.csv").write_text("Rain,Wet\n0,0\n1,1\n0,1\n")
    words = ["--trainer", "wgan-gp", "--steps", "2", "--data", "csv:d.csv"]
    assert main(["train", "p.scm", *words]) == 0
    assert "next " not in capsys.readouterr().out
    assert main(["query", "P(Rain=1)"]) == 1
    err = capsys.readouterr().err
    assert "error[E659]" in err
    assert "P(Wet | 1 label) has 4 numbers" in err


def test_hidden_states_that_fall_short_are_said(here, capsys):
    """Three labels that are always equal, and hidden causes of two each: no states give that."""
    (here / "triangle.scm").write_text("A, B, C : binary\nA <-> B\nB <-> C\nA <-> C\n")
    (here / "rows.csv").write_text("A,B,C,n\n0,0,0,50\n1,1,1,50\n")
    assert main(["train", "triangle.scm", "--data", "csv:rows.csv?count=n"]) == 0
    captured = capsys.readouterr()
    assert "answers  0.0000 to the data, by TVD: identified queries" in captured.out
    assert "note[N620]" in captured.err
    assert main(["query", "P(A=1 | B=1)"]) == 0
    assert "P(A=1 | B=1) = 1.00000" in capsys.readouterr().out


def test_an_unidentified_effect_is_bounded_and_not_drawn(here, capsys):
    (here / "bow.scm").write_text("X, Y : binary\nX -> Y\nX <-> Y\n")
    (here / "rows.csv").write_text("X,Y,n\n0,0,30\n0,1,10\n1,0,20\n1,1,40\n")
    assert main(["train", "-q", "bow.scm", "--data", "csv:rows.csv?count=n"]) == 0
    capsys.readouterr()
    assert main(["query", "P(Y=1 | do(X=1))"]) == 0
    assert "P(Y=1 | do(X=1)) in [0.40000, 0.80000]" in capsys.readouterr().out
    assert main(["sample", "do(X=1)", "-n", "3", "-o", "rows_do.csv"]) == 1
    assert "error[E520]" in capsys.readouterr().err
    assert not (here / "rows_do.csv").exists()
    assert main(["sample", "given(X=1)", "-n", "3", "-o", "rows_given.csv"]) == 0
