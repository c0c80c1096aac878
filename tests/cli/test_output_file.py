"""`-o -`, pipes and links: where the output of every verb that names a file goes."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scm_compiler.cli.main import main
from scm_compiler.shipped import shipped

RUN = str(shipped("examples", "drawn_faces", "run"))

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX files")

WRITING = {
    "render": (["render", "celeba_g1", "--engine", "built-in"], ".svg", "<svg"),
    "export": (["export", "celeba_g1", "--format", "json"], ".json", '"celeba_g1"'),
    "import": (["import", "g.dot", "--no-run"], ".scm", "A -> B"),
    "sample": (["sample", "--run", RUN, "-n", "3"], ".csv", "Young,Male"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("g.dot").write_text("digraph { A -> B }")
    return tmp_path


@pytest.mark.parametrize("verb", WRITING)
def test_a_dash_is_standard_output_and_messages_stand_elsewhere(verb, capfd):
    words, suffix, told = WRITING[verb]
    assert main([*words, "-o", f"file{suffix}"]) == 0
    capfd.readouterr()
    assert main([*words, "-o", "-"]) == 0
    shown = capfd.readouterr()
    assert shown.out == Path(f"file{suffix}").read_text()
    assert told in shown.out
    assert "-" in shown.err
    assert {path.name for path in Path().iterdir()} == {"g.dot", f"file{suffix}"}


@needs_pipes
@pytest.mark.parametrize("verb", WRITING)
def test_a_pipe_gets_the_file_and_stays_a_pipe(verb):
    words, suffix, told = WRITING[verb]
    pipe = Path(f"pipe{suffix}")
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_text)
        assert main([*words, "-q", "-o", str(pipe)]) == 0
        assert told in read.result(10)
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


@needs_pipes
@pytest.mark.parametrize("verb", WRITING)
def test_a_link_stays_a_link(verb):
    words, suffix, told = WRITING[verb]
    force = ["--force"] if verb in ("export", "import") else []
    Path("far").mkdir()
    Path(f"far/file{suffix}").touch()
    Path(f"link{suffix}").symlink_to(f"far/file{suffix}")
    assert main([*words, *force, "-q", "-o", f"link{suffix}"]) == 0
    assert Path(f"link{suffix}").is_symlink()
    assert told in Path(f"far/file{suffix}").read_text()


@pytest.mark.parametrize("verb", WRITING)
def test_standard_output_holds_the_file_or_the_document(verb, capsys):
    words, _, _ = WRITING[verb]
    assert main([*words, "--json", "-o", "-"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert [entry["code"] for entry in found["diagnostics"]] == ["E116"]
    assert [path.name for path in Path().iterdir()] == ["g.dot"]


def test_the_format_of_standard_output_must_be_said(capsys):
    assert main(["export", "celeba_g1", "-o", "-"]) == 2
    assert "error[E820]" in capsys.readouterr().err


def test_a_build_is_a_folder_and_no_stream(capsys):
    assert main(["compile", "celeba_g1", "-o", "-"]) == 2
    assert "error[E508]" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == ["g.dot"]


@needs_pipes
def test_what_is_no_file_is_not_rewritten(capsys):
    """Not even by `fmt`, which reads a program from a pipe well."""
    os.mkfifo("pipe")
    with ThreadPoolExecutor(1) as writer:
        writer.submit(Path("pipe").write_text, "A   : binary\n")
        assert main(["fmt", "pipe"]) == 2
    assert "error[E657]: cannot write `pipe`: it is no file" in capsys.readouterr().err
    assert stat.S_ISFIFO(Path("pipe").lstat().st_mode)
