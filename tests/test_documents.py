"""Every `console` and `python` block of the README, the docs and the examples runs as shown.

A `console` block is run line by line in an empty folder of its document, and the output is
compared, times and the names of runs set aside. With SCMC_WRITE_DOCS=1 the blocks are rewritten
instead with what the commands print, so that nothing in them is typed by hand.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("examples/*/*.md")),
]
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_VARYING = [
    (re.compile(r"\d+(\.\d+)?(e[+-]?\d+)? ?(ms|s|seconds)\b"), "<time>"),
    (re.compile(r"runs/[\w.:-]+"), "runs/<run>"),
]


def steady(text):
    """The text without what may differ from run to run."""
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return text.rstrip()


def commands(block):
    """The commands of a block: what follows `$ `, with continuation lines."""
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def run(command, folder):
    """What the command prints, on either stream."""
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.rstrip()


def performed(block, folder):
    """The block as it looks when its commands are run."""
    parts = (f"$ {command}\n{run(command, folder)}".rstrip() for command in commands(block))
    return "\n".join(parts) + "\n"


def holding(fence):
    """The documents with a block of this sort, as parameters of a test."""
    found = [path for path in DOCUMENTS if f"```{fence}\n" in path.read_text(encoding="utf-8")]
    return pytest.mark.parametrize("path", found, ids=lambda path: str(path.relative_to(ROOT)))


@pytest.mark.slow
@holding("console")
def test_console_blocks_show_what_the_commands_print(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    shown = _BLOCK.findall(text)
    found = [performed(block, tmp_path) for block in shown]
    if os.environ.get("SCMC_WRITE_DOCS"):
        fresh = iter(found)
        path.write_text(_BLOCK.sub(lambda _: f"```console\n{next(fresh)}```", text), "utf-8")
    else:
        assert [steady(block) for block in found] == [steady(block) for block in shown]


@pytest.mark.slow
@holding("python")
def test_python_blocks_run(path, tmp_path):
    for block in _PYTHON.findall(path.read_text(encoding="utf-8")):
        command = [sys.executable, "-W", "error", "-c", block]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
