"""A quarter of an hour on a GPU: how fast steps are, what two heads learn, how good it is.

    python -m benchmarks.accelerator --images SPEC --out DIR            on a GPU
    python -m benchmarks.accelerator --images SPEC --out DIR --small    on a CPU, to see it work

For each of two heads the steps a second are measured, as they come and replayed (`replay`), and of
both the weights after the same steps compared; then each trains for its minutes, one after the
other, and is evaluated. What is found goes to `DIR/accelerator.json` and `DIR/accelerator.md` as
it is found, with pictures beside them, so that a script that is stopped has not been for nothing.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import scm_compiler as scm
from benchmarks.head_study.page import area, diversity, mustache, realism
from benchmarks.head_study.work import graph_of
from benchmarks.heads import Case, waits
from scm_compiler.cli.main import main as scmc
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.features import FeatureRecipe
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.heads.device import choose_device, faster_precision
from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.heads.training import AdversarialTrainer
from scm_compiler.runtime.storage.tensors import write_file

HEADS = "causal_gan", "causal_began"
ALIKE = 40
"""Steps after which the weights of steps as they come and of replayed ones are compared."""


@dataclass(frozen=True)
class Plan:
    """How much is done.

    Attributes:
        size: The side of the images.
        minutes: Of each head's training.
        steps: Steps whose time is taken.
        batches: How many times as large as its preset's each batch is.
        effort: Of the evaluation.
    """

    size: int
    minutes: float
    steps: int
    batches: int
    effort: Effort


LARGE = Plan(64, 4.5, 200, 2, Effort(regime=300))
SMALL = Plan(
    16,
    0.3,
    8,
    1,
    Effort(
        observed=100,
        regime=40,
        realism=64,
        detective=10,
        vectors=2,
        spread=8,
        judge=JudgeRecipe(width=8, steps=20),
        features=FeatureRecipe(width=8, steps=20),
    ),
)


@dataclass(frozen=True)
class Asked:
    """What the command line says.

    Attributes:
        images: The data, as of `scmc train`.
        out: Where everything goes.
        device: Where to train.
        plan: How much is done.
    """

    images: str
    out: Path
    device: str
    plan: Plan

    def options(self, head: str, *, replay: bool) -> dict[str, Any]:
        """A head's default options, with larger batches, in the device's precision."""
        batch = BUILTIN[head].options().model_dump()["batch"]
        return {
            "batch": self.plan.batches * batch,
            "precision": faster_precision(self.device),
            "replay": replay,
        }


def speeds(asked: Asked, head: str) -> dict[str, Any]:
    """Steps a second as they come and replayed, and how far their weights are apart after some."""
    clock, found, weights = waits(asked.device), {}, []
    for name, replay in (("as they come", False), ("replayed", True)):
        case = Case(head, asked.plan.size, asked.device)
        trainer = case.scmc(changes=asked.options(head, replay=replay))
        trainer.advance(ALIKE)
        weights.append(flat(trainer))
        started = clock()
        trainer.advance(asked.plan.steps)
        found[name] = asked.plan.steps / (clock() - started)
    apart = float((weights[0] - weights[1]).abs().max())
    return {"steps a second": found, "weights apart": apart}


def flat(trainer: AdversarialTrainer) -> torch.Tensor:  # type: ignore[type-arg]
    """The generator's weights in a row."""
    return torch.cat([weight.detach().flatten().cpu() for weight in trainer.average.parameters()])


def trained(asked: Asked, head: str, *, replay: bool) -> Path:
    """Train a head for its minutes."""
    path = asked.out / head
    scm.train(
        graph_of(asked.plan.size),
        images=asked.images,
        head=head,
        head_options=asked.options(head, replay=replay),
        head_steps=10**6,
        seed=0,
        budget=60 * asked.plan.minutes,
        device=asked.device,
        path=path,
    )
    return path


def measured(asked: Asked, path: Path) -> dict[str, Any]:
    """What the evaluation says, and pictures of do above given."""
    run = scm.open_run(path)
    facts = run.manifest.heads["Face"]
    head = evaluate_run(run, effort=asked.plan.effort).to_dict()["heads"][0]
    for label in ("Mustache", "Bald"):
        picture = asked.out / f"{path.name}_{label}.png"
        words = ["sample", f"do({label}=1)", "--vs", f"given({label}=1)", "-n", "10", "-q"]
        scmc([*words, "--run", str(path), "-o", str(picture)])
    numbers = {
        "KID": realism("kid")(head),
        "diversity": diversity(head),
        "AUC, observation": area("observation")(head),
        "AUC, do": area("do")(head),
        "looks Male, do": mustache("under_do")(head),
        "shown": mustache("shown")(head),
    }
    return {"steps": facts.steps, "seconds": facts.seconds, **numbers}


def work(asked: Asked) -> Iterator[dict[str, dict[str, Any]]]:
    """All that is found so far, each time that something is."""
    found: dict[str, dict[str, Any]] = {head: {} for head in HEADS}
    for head in HEADS:
        found[head] |= speeds(asked, head)
        yield found
    for head in HEADS:
        same = found[head]["weights apart"] < 1e-2
        path = trained(asked, head, replay=asked.device == "cuda" and same)
        found[head] |= {"minutes": asked.plan.minutes}
        yield found
        found[head] |= measured(asked, path)
        yield found


def table(found: dict[str, dict[str, Any]]) -> str:
    """Everything, a line each."""
    lines = ["| | " + " | ".join(found) + " |", "| --- |" + " --- |" * len(found)]
    names = dict.fromkeys(name for numbers in found.values() for name in numbers)
    for name in names:
        cells = (_cell(numbers.get(name)) for numbers in found.values())
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:  # noqa: ANN401  (what JSON holds)
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']:.3f} ± {value['std_error']:.3f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:.1f}" for name, number in value.items())
    return "" if value is None else f"{value:,.4g}"


def main() -> None:
    """Do it all and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", default="drawn-faces:10000", help="as of scmc train")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--small", action="store_true", help="a minute on a CPU, to see it work")
    args = parser.parse_args()
    plan, started = SMALL if args.small else LARGE, time.monotonic()
    asked = Asked(args.images, args.out, choose_device(args.device), plan)
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    for found in work(asked):
        text = json.dumps(found, indent=1)
        write_file(args.out / "accelerator.json", text, resumable=False)
        write_file(args.out / "accelerator.md", table(found), resumable=False)
        print(f"after {time.monotonic() - started:.0f} s\n{table(found)}", flush=True)


if __name__ == "__main__":
    main()
