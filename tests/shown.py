"""Runs what a document shows: its blocks are one session, taken in order, in one folder.

- `console`: each command is run and its output compared, times and the names of runs set aside.
- `python`: the block is run, and a warning is an error.
- a block with `title="NAME"` is a file: it is written to the folder.

Remarks that do not show steer the session:

    <!-- before: COMMAND -->         run COMMAND here, unseen; $PROJECT is the checkout
    <!-- needs: PATH -->             go on only where PATH is there, relative to the checkout
    <!-- long -->                    the next block trains for minutes, or for hours if it shows no
                                     output: try it on a small scale
    <!-- picture: FILE -> PATH -->   the document shows FILE of the folder; it is kept at PATH
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WRITING = bool(os.environ.get("SCMC_WRITE_DOCS"))
_FENCE = r"^```(?P<kind>\w+)(?P<title> title=\"[^\"\n]+\")?\n(?P<body>.*?)^```$"
_REMARK = r"^<!-- (?P<remark>before|needs|long|picture)(?:: (?P<said>.*?))? -->$"
PART = re.compile(f"{_REMARK}|{_FENCE}", re.MULTILINE | re.DOTALL)
_VARYING = [
    (re.compile(r"\d+(\.\d+)?(e[+-]?\d+)? ?(ms|s|seconds)\b"), "<time>"),
    (re.compile(r"runs/[\w.:-]+"), "runs/<run>"),
]
_PIP = dict.fromkeys(("PIP_NO_DEPS", "PIP_NO_INDEX", "PIP_DISABLE_PIP_VERSION_CHECK"), "1") | {
    "PIP_NO_BUILD_ISOLATION": "no",  # which says that there is none
    "PIP_ROOT_USER_ACTION": "ignore",
}
"""A package that a document installs goes to its folder, without a network."""
SITE = ".site"
PYTHON = ["python", "-W", "error", "-c"]
_LENGTH = re.compile(r" --(budget|steps) \w+")
_MANY = re.compile(r" --(devices|nproc-per-node|replicates) \d+")


def steady(text):
    """The text without what may differ from run to run."""
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return text.rstrip()


def run(words, folder, given=None):
    """What a program that is given some text prints, on either stream, and its exit status."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    site = folder / SITE
    paths = f"{site}{os.pathsep}{os.environ.get('PYTHONPATH', '')}".rstrip(os.pathsep)
    shown = {"PATH": programs, "NO_COLOR": "1", "COLUMNS": "100", "PROJECT": str(ROOT)}
    shown |= {"PYTHONPATH": paths, "PIP_TARGET": str(site), "OMP_NUM_THREADS": "1"} | _PIP
    done = subprocess.run(
        words,
        cwd=folder,
        env=os.environ | shown,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.rstrip(), done.returncode


def in_shell(command, folder):
    """What a command prints, run as one would type it."""
    return run(["bash", "-c", command], folder)


def on_a_small_scale(command):
    """The command, of few steps, refits, processes and draws."""
    few = _MANY.sub(r" --\1 2", command)
    if " train " in few:
        return f"{_LENGTH.sub('', few)} --steps 4"
    return f"{few} --samples 100" if few.startswith("scmc query ") else few


def commands(block):
    """The commands of a block: what follows `$ `."""
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


class Session:
    """A document's folder, and what was said of the blocks to come.

    `execute(command, folder)` runs a command of a `console` block.
    """

    def __init__(self, folder, execute=in_shell):
        self.folder = folder
        self.execute = execute
        self.trains_long = False

    def part(self, found):
        """A part of the document as it looks when it is done."""
        if found["remark"]:
            getattr(self, found["remark"])(found["said"])
            return found[0]
        title = found["title"]
        if title:
            name = title.split('"')[1]
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(found["body"], "utf-8")
        elif found["kind"] == "console":
            body = (
                self.long_block(found["body"]) if self.trains_long else self.block(found["body"])
            )
            self.trains_long = False
            return f"```console\n{body}```"
        elif found["kind"] == "python":
            said, status = self.execute(shlex.join([*PYTHON, found["body"]]), self.folder)
            assert status == 0, said
        return found[0]

    def block(self, body):
        """The block with what its commands print."""
        shown = []
        for command in commands(body):
            said, _ = self.execute(command, self.folder)
            shown.append(f"$ {command}\n{said}".rstrip())
        return "\n".join(shown) + "\n"

    def long_block(self, body):
        """The block; what is not written now is only seen to work on a small scale."""
        given = commands(body)
        if WRITING and len(given) < len(body.splitlines()):
            return self.block(body)
        for command in given:
            said, status = self.execute(on_a_small_scale(command), self.folder)
            assert status == 0, said
        return body

    def before(self, command):
        said, status = self.execute(command, self.folder)
        assert status == 0, said

    def needs(self, path):
        if not (ROOT / path).exists():
            pytest.skip(f"{path} is not at hand")

    def long(self, _):
        self.trains_long = True

    def picture(self, said):
        name, kept = said.split(" -> ")
        made, kept = self.folder / name, ROOT / kept
        if WRITING:
            shutil.copy(made, kept)
        elif made.suffix == ".svg":
            assert made.read_bytes() == kept.read_bytes()
        assert kept.is_file()
