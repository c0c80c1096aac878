"""The runs whose files are edited: tiny ones of every kind, and what may be done with each."""

import contextlib
import io
import os
import random
import shutil
import signal
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHAIN = (
    "graph chain\nA, B, C, D : binary\nH : categorical(low, mid, high)\nA -> B -> C\nA, H -> D\n"
)
HIDDEN = "graph hidden\nA, B, C : binary\nA -> B -> C\nA <-> C\n"
IMAGE = "graph faces\nA, B : binary\nA -> B\nFace : image(1, 16, 16)\nA, B -> Face\n"
ASKED = {
    "chain": ["P(C=1 | do(A=1))", "P(B[A=1]=1 | A=0, B=0)", "P(D=1 | H=low)"],
    "hidden": ["P(C=1 | do(B=1))", "P(C=1 | A=1)", "P(B[A=1]=1 | A=0, B=0)"],
    "faces": ["P(B=1 | do(A=1))"],
}


@dataclass(frozen=True)
class Scene:
    """What is edited and how it is used.

    Attributes:
        name: A folder of the base.
        graph: The name of its graph, for questions.
        edited: The folder whose files are edited.
        commands: What may be done with it.
        weight: How many cases it has beside the others; those that train have few.
    """

    name: str
    graph: str
    edited: str
    commands: tuple[str, ...]
    weight: int = 1


ASK = ("query",) * 4 + ("sample",) * 2 + ("verify", "eval", "export")
SCENES = (
    Scene("mle", "chain", "run", ASK, 4),
    Scene("mle_hidden", "hidden", "run", ASK, 4),
    Scene("gan", "chain", "run", ASK[:-1], 2),
    Scene("gan_hidden", "hidden", "run", ("query",) * 8 + ("observe", "verify"), 3),
    Scene("wide", "chain", "run", ("verify", "sample", "query"), 2),
    Scene("stopped_mle", "hidden", "run", ("resume", "resume", "query"), 2),
    Scene("stopped_wide", "chain", "run", ("resume",)),
    Scene("stopped_gan", "chain", "run", ("resume",)),
    Scene(
        "head", "faces", "run", ("picture", "picture", "folder", "verify", "query", "resume"), 2
    ),
    Scene("stopped_head", "faces", "run", ("resume", "resume", "picture")),
    Scene("cache", "faces", "cache", ("again",) * 4 + ("resume",), 2),
    Scene("sampled", "faces", "out", ("folder", "shards"), 2),
    Scene("build", "chain", "run", ("verify",)),
    Scene("build_hidden", "hidden", "run", ("verify",), 2),
)


@contextlib.contextmanager
def placed(base: Path, name: str) -> Iterator[Path]:
    """A copy of a scene to work in, at the place where it was made."""
    here = base / "at"
    shutil.rmtree(here, ignore_errors=True)
    shutil.copytree(base / name, here)
    os.chdir(here)
    os.environ["SCMC_CACHE"] = str(here / "cache")
    yield here
    os.chdir("/")
    shutil.rmtree(here)


def make(base: Path, only: Collection[str] = ()) -> None:
    """Make the scenes, all or some by name; each lies in a folder of its own."""
    small = {"hidden": 4, "layers": 3, "noise": 2, "critic_hidden": 4, "critic_updates": 2}
    small |= {"steps": 4, "batch": 8}
    wide = {"table_limit": 2, "hidden": 4, "layers": 2, "steps": 20, "check_steps": 5}
    states = {"hidden_states": 3, "steps": 60}
    for name, text, trainer, options in (
        ("mle", CHAIN, "mle", {}),
        ("mle_hidden", HIDDEN, "mle", states),
        ("gan", CHAIN, "wgan-gp", small),
        ("gan_hidden", HIDDEN, "wgan-gp", small),
        ("wide", CHAIN, "mle", wide),
        ("stopped_mle", HIDDEN, "mle", states),
        ("stopped_wide", CHAIN, "mle", wide),
        ("stopped_gan", CHAIN, "wgan-gp", small),
        ("head", IMAGE, "mle", {}),
        ("stopped_head", IMAGE, "mle", {}),
        ("sampled", IMAGE, "mle", {}),
    ):
        if only and name not in only:
            continue
        with _scene(base, name):
            _train(text, trainer, options, stop=name.startswith("stopped"))
            if name == "sampled":
                _do("sample", "-n", "3", "-o", "out/folder/", "--run", "run")
                _do("sample", "-n", "4", "-o", "out/s-{0..1}.tar", "--run", "run")
    if not only:
        shutil.copytree(base / "stopped_head", base / "cache")
    for name, text, family in (("build", CHAIN, "implicit"), ("build_hidden", HIDDEN, "explicit")):
        if only and name not in only:
            continue
        with _scene(base, name):
            Path("g.scm").write_text(text)
            _do("compile", "g.scm", "-o", "run", "--mechanisms", family)


def _train(text: str, trainer: str, options: dict[str, Any], *, stop: bool) -> None:
    """Train a run here, or only its first steps."""
    from scm_compiler.compiler import load  # noqa: PLC0415
    from scm_compiler.runtime.controller.registry import configure  # noqa: PLC0415
    from scm_compiler.runtime.data import load_labels  # noqa: PLC0415
    from scm_compiler.runtime.progress import Silent  # noqa: PLC0415
    from scm_compiler.runtime.stages.plan import HeadRequest, plan_heads  # noqa: PLC0415
    from scm_compiler.runtime.stages.sequence import create, train_stages  # noqa: PLC0415

    class Stopping(Silent):
        def move(self, done: int, seconds: float) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    Path("g.scm").write_text(text)
    _rows(text)
    _images()
    tiny = {"width": 4, "noise_size": 2, "batch": 4, "labeler_width": 4}
    request = HeadRequest(sources={"": "npz:faces.npz"}, options=tiny, steps=3)
    graph = load("g.scm")
    plan = plan_heads(graph, request, seed=3)
    config = configure(trainer, seed=3, **options)
    run = create(graph, load_labels("csv:rows.csv", graph), config, plan.configs, path=Path("run"))
    last = plan.configs or {"labels": None}
    train_stages(run, watch=lambda stage: Stopping() if stop and stage in last else Silent())


@contextlib.contextmanager
def _scene(base: Path, name: str) -> Iterator[None]:
    """A fresh folder, always at the same place, that is kept as a scene."""
    (base / "at").mkdir()
    os.chdir(base / "at")
    os.environ["SCMC_CACHE"] = str(base / "at/cache")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
    shutil.move(base / "at", base / name)


def _do(*words: str) -> None:
    from scm_compiler.cli.main import main as scmc  # noqa: PLC0415

    if scmc(list(words)) != 0:
        raise SystemExit(f"cannot make {words}")


def _rows(text: str) -> None:
    dice = random.Random(1)
    names = "ABCDH" if "H :" in text else "ABC" if "C" in text else "AB"
    rows = [
        ",".join(dice.choice(("low", "mid", "high") if n == "H" else "01") for n in names)
        for _ in range(60)
    ]
    Path("rows.csv").write_text("\n".join([",".join(names), *rows]) + "\n")


def _images() -> None:
    import numpy as np  # noqa: PLC0415

    dice = np.random.default_rng(1)
    labels = {name: dice.integers(0, 2, 40) for name in "AB"}
    np.savez("faces.npz", images=dice.integers(0, 256, (40, 16, 16), dtype=np.uint8), **labels)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
