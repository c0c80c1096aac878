"""What is built and trained from the examples: builds, runs, samples, pictures, as digests."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.unchanged.command import scmc, steady

EXAMPLES = ("celeba_g1", "celeba_cg1", "celeba_rcg1", "front_door", "hair", "napkin", "sprinkler")
FACES = """graph faces

Young, Male : binary
Face        : image(3, 16, 16)

Young       -> Male
Male, Young -> Face
"""
HEADS = ("causal_gan", "causal_began", "conditional_gan")


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    """The SHA-256 of each file below a folder, of JSON without what differs from run to run."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".lock":
            yield str(path), hashlib.sha256(_content(path)).hexdigest()[:16]


def _content(path: Path) -> bytes:
    if path.suffix == ".json":
        return json.dumps(steady(json.loads(path.read_text())), sort_keys=True).encode()
    if path.suffix == ".jsonl":
        lines = [steady(json.loads(line)) for line in path.read_text().splitlines()]
        return json.dumps(lines, sort_keys=True).encode()
    return path.read_bytes()


def builds() -> Iterator[tuple[str, str]]:
    """Compile, draw and export each example."""
    for name in EXAMPLES:
        yield f"compile {name}", scmc("compile", name, "-o", f"build-{name}")
        yield from digests(Path(f"build-{name}"))
        for ending in ("svg", "dot", "mmd"):
            scmc("render", name, "-o", f"{name}.{ending}")
        for ending in ("dot", "dagitty.txt", "csv"):
            scmc("export", name, "-o", f"export-{name}.{ending}")
    yield from ((str(path), digest) for path, digest in digests(Path()) if "/" not in path)


def trainings() -> Iterator[tuple[str, str]]:
    """Train short runs by every trainer and head, with two seeds, each head resumed once."""
    for seed in ("0", "1"):
        for trainer, steps in (("mle", "1"), ("wgan-gp", "6")):
            run = f"labels-{trainer}-{seed}"
            words = ("--trainer", trainer, "--steps", steps, "--seed", seed, "--stage", "labels")
            yield run, scmc("train", "celeba_g1", *words, "--run", run, "-q")
            scmc("sample", "do(Mustache=1)", "-n", "50", "--run", run, "-o", f"{run}/drawn.csv")
            yield from digests(Path(run))
    Path("faces.scm").write_text(FACES)
    for head in HEADS:
        for seed in ("0", "1"):
            yield from _head(head, seed)
        yield from _resumed(head)


def _head(head: str, seed: str) -> Iterator[tuple[str, str]]:
    run = f"head-{head}-{seed}"
    words = (*_words(head, seed), "--run", run, "-q")
    yield run, scmc("train", "faces.scm", *words, "--steps", "3")
    scmc("sample", "do(Male=1)", "-n", "4", "--run", run, "-o", f"{run}/drawn.png")
    yield from digests(Path(run))


def _resumed(head: str) -> Iterator[tuple[str, str]]:
    """A training that its budget ends, and its weights when it has gone on to the end."""
    run = f"resumed-{head}"
    words = (*_words(head, "0"), "--steps", "60")
    scmc("train", "faces.scm", *words, "--run", run, "--budget", "1s", "-q")
    scmc("train", "--resume", "--run", run, "--budget", "10m", "-q")
    weights = Path(run) / "Face.safetensors"
    yield run, hashlib.sha256(weights.read_bytes()).hexdigest()


def _words(head: str, seed: str) -> tuple[str, ...]:
    where = ("--images", "drawn-faces:64", "--device", "cpu", "--option", "batch=8")
    return ("--head", head, "--seed", seed, *where)
