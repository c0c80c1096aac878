"""How much of the code a reader walks through: the files and functions that three jobs run.

    python -m benchmarks.walks [--list]

Only functions of scmc count, and properties are functions; the bodies of classes, lambdas and
comprehensions are not. A test holds the counts to what they are today (`MOST`): a walk may only
become shorter.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from inspect import CO_OPTIMIZED
from io import StringIO
from pathlib import Path
from types import CodeType, FrameType

import scm_compiler
from scm_compiler.cli.main import main as scmc

PACKAGE = str(Path(scm_compiler.__file__).parent)
GRAPH = "graph faces\n\nYoung, Male : binary\nFace : image(3, 16, 16)\nYoung, Male -> Face\n"

Walk = set[CodeType]

MOST = {"query": (52, 283), "compile": (46, 329), "a head's step": (14, 63)}
"""Of each job, the files and functions that it may run through."""


@contextmanager
def watched(codes: Walk) -> Iterator[None]:
    """Note the code of every function of the package that is called inside."""

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        ours = code.co_filename.startswith(PACKAGE) and code.co_flags & CO_OPTIMIZED
        if event == "call" and ours and code.co_name[0] != "<":
            codes.add(code)

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def command(*words: str) -> Callable[[], object]:
    """A command whose output nobody reads."""

    def run() -> object:
        with redirect_stdout(StringIO()):
            return scmc(words)

    return run


def a_step() -> Callable[[], object]:
    """One step of the training of a head, behind its first."""
    from scm_compiler.runtime.controller.registry import configure  # noqa: PLC0415
    from scm_compiler.runtime.data import load_labels  # noqa: PLC0415
    from scm_compiler.runtime.stages.images import LOCAL, head_trainer  # noqa: PLC0415
    from scm_compiler.runtime.stages.plan import HeadRequest, plan_heads  # noqa: PLC0415
    from scm_compiler.runtime.stages.sequence import create, train_stages  # noqa: PLC0415

    graph = scm_compiler.parse(GRAPH)
    request = HeadRequest({"": "drawn-faces:64"}, options={"batch": 8, "width": 8}, steps=3)
    plan = plan_heads(graph, request, seed=0)
    run = create(
        graph, load_labels("celeba-labels", graph), configure(), plan.configs, path=Path("run")
    )
    run = train_stages(run, tables=plan.tables).run
    trainer, labels = head_trainer(run, run.head_config("Face"), plan.tables["Face"], LOCAL)
    training = ExitStack()
    training.enter_context(labels.module.settled())
    trainer.advance(1)
    return lambda: (training, trainer.advance(1))


def walks() -> Iterator[tuple[str, Walk]]:
    """What each job runs."""
    command("train", "celeba_g1", "--stage", "labels", "-q")()
    jobs = {
        "query": lambda: command("query", "P(Male=1 | do(Mustache=1))"),
        "compile": lambda: command("compile", "celeba_g1", "-q"),
        "a head's step": a_step,
    }
    for name, prepare in jobs.items():
        job, codes = prepare(), Walk()
        with watched(codes):
            job()
        yield name, codes


def by_file(codes: Walk) -> dict[str, list[str]]:
    """The functions of a walk, under the path of their file in the package."""
    found: dict[str, list[str]] = {}
    for code in codes:
        path = os.path.relpath(code.co_filename, PACKAGE)
        found.setdefault(path, []).append(code.co_qualname)
    return found


def main() -> None:
    """Print the counts, and with `--list` the files and functions."""
    parser = argparse.ArgumentParser(prog="benchmarks.walks")
    parser.add_argument("--list", action="store_true", help="name the files and their functions")
    listed = parser.parse_args().list
    print(f"{'job':<14} files  at most  functions  at most")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, codes in walks():
            files, (most, more) = by_file(codes), MOST[name]
            print(f"{name:<14} {len(files):>5}  {most:>7}  {len(codes):>9}  {more:>7}")
            if listed:
                for file, names in sorted(files.items()):
                    print(f"    {file}: {', '.join(sorted(names))}")
        os.chdir("/")


if __name__ == "__main__":
    main()
